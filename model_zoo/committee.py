"""A committee: two networks read the picture, and their opinions are averaged.

What only one of them misreads, the other often outweighs (Cireşan et al. 2012, "Multi-column deep neural
networks"). They make the same mistake on MNIST's test images 26 times, and twice are both more than 90 % sure
of it. It is not trained but put together from trained members, and served as one model; only its temperature
is fitted, on validation data.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model_zoo import ARTIFACTS, Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Committee"
SUMMARY = "Two networks read the digit, and the average of their opinions counts."
RECIPE = Recipe(epochs=0, batch_size=128, learning_rate=0, float16=True)
# of all twos, threes and fours of the zoo's readers, those whose average misreads least of the validation
# data: MNIST's, drawn, and spoiled (benchmarks/committee.py)
MEMBERS = tuple(ARTIFACTS / name for name in ("deep_cnn", "sturdy"))


def build(members: Sequence[Path] = MEMBERS) -> "keras.Model":
    """The members' networks side by side, with the weights that their folders hold."""
    import keras
    from keras import layers, ops

    picture = keras.Input((28, 28))
    opinions = []
    for number, folder in enumerate(members):
        member = keras.models.load_model(folder / "model.keras", compile=False, safe_mode=True)
        if len(member.outputs) > 1:  # it also draws, which isn't asked here
            member = keras.Model(member.inputs, member.get_layer("digit").output)
        member.name = f"member_{number}"
        opinions.append(ops.log(ops.maximum(member(picture), 1e-9)))
    average = layers.Average()(opinions)
    digit = layers.Dense(
        10, activation="softmax", use_bias=False, kernel_initializer="identity", name="digit"
    )
    return keras.Model(picture, digit(average))
