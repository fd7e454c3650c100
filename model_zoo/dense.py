"""A plain multi-layer perceptron: every neuron looks at the whole picture.

It has no idea that neighbouring pixels belong together, so it must see every digit in many places and
slants: the distorted copies do that (Cireşan et al. 2010, "Deep, big, simple neural nets").
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Dense"
SUMMARY = "Two layers of neurons; each neuron looks at the whole picture."
RECIPE = Recipe(
    epochs=100,
    batch_size=256,
    learning_rate=0.003,
    augmentation=1,
    rendered_variants=1,
    hands=0.3,
    average=True,
    float16=True,
)


def build() -> "keras.Model":
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(560, activation="relu"),
            layers.Dense(400, activation="relu"),
            layers.Dropout(0.1),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
