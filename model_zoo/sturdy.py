"""A convolutional network for bad pictures: it practises with noise, fog, stripes, lines and blurs.

Each picture is standardised before the first filters see it: its own mean becomes 0, its own spread 1. So a
bright picture, a faint one and one in fog look much alike to the rest of the network. The layers are the
CNN's, with more filters and one convolution more.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe
from model_zoo.layers import convolution, standardised

if TYPE_CHECKING:
    import keras

TITLE = "Sturdy CNN"
SUMMARY = "It has practised with noise, fog, stripes and blurs, and reads on where others give up."
RECIPE = Recipe(
    epochs=24,
    batch_size=128,
    learning_rate=0.004,
    augmentation=0.6,
    spoil=0.4,
    rendered_variants=1,
    hands=0.3,
    average=True,
    precision="mixed_bfloat16",
    float16=True,
)


def build() -> "keras.Model":
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            standardised(),
            layers.Conv2D(32, 5, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            *convolution(48),
            *convolution(48),
            layers.MaxPooling2D(),
            *convolution(64),
            *convolution(64, padding="valid"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax", name="digit", dtype="float32"),
        ]
    )
