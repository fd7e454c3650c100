"""How small can a network be that still reads well? This one has fewer numbers than a linear model.

Filters are shared by all places of the picture, so a few of them go a long way; and where the maps are small,
so is the last layer.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Tiny CNN"
SUMMARY = "Fewer than 6,000 numbers: fewer than the linear model has."
RECIPE = Recipe(epochs=40, batch_size=128, learning_rate=0.01, distort=0.4, float16=True)


def build() -> "keras.Model":
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(10, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(14, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
