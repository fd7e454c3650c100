"""A convolutional network: small filters slide over the picture, and find a stroke wherever it is.

Three convolutions, each followed by a look from further away (pooling), then one layer that decides.
Pooling early keeps it fast: most of the arithmetic happens on 14x14 and 7x7 maps.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "CNN"
SUMMARY = "Small filters look for strokes, wherever in the picture they are."
RECIPE = Recipe(epochs=30, batch_size=128, learning_rate=0.005, distort=0.75, inside=True)


def build() -> "keras.Model":
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(32, 5, activation="relu", padding="same", name="filters_1"),
            layers.MaxPooling2D(name="pooled_1"),
            layers.Conv2D(48, 3, activation="relu", padding="same", name="filters_2"),
            layers.MaxPooling2D(name="pooled_2"),
            layers.Conv2D(48, 3, activation="relu", name="filters_3"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
