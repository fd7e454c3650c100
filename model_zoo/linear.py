"""Softmax regression: one weight for each pixel and digit, and nothing else.

Its ten weight pictures can be looked at: bright where ink speaks for the digit, dark where against.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Linear"
SUMMARY = "Adds up the pixels, each with its own weight for every digit."
RECIPE = Recipe(epochs=15, batch_size=128, learning_rate=0.002, pen_strokes=False, internals=True)


def build() -> "keras.Model":
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
