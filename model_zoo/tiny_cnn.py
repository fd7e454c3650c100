"""How small can a network be that still reads well? This one has fewer numbers than a linear model.

Filters are shared by all places of the picture, so a few of them go a long way; and where the maps are small,
so is the last layer.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe
from model_zoo.layers import convolution

if TYPE_CHECKING:
    import keras

TITLE = "Tiny CNN"
SUMMARY = "Fewer than 6,000 numbers: fewer than the linear model has."
RECIPE = Recipe(
    epochs=45,
    batch_size=128,
    learning_rate=0.01,
    augmentation=0.4,
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
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(8, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            *convolution(12),
            *convolution(14),
            layers.MaxPooling2D(),
            *convolution(16, padding="valid"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
