"""A convolutional network: small filters slide over the picture, and find a stroke wherever it is.

Four convolutions, two looks from further away (pooling), then one layer that decides. Pooling early keeps it
fast: most of the arithmetic happens on 14x14 and 7x7 maps. Batch normalisation (Ioffe, Szegedy 2015) lets so
small a network learn MNIST and pen strokes at once.
"""

from typing import TYPE_CHECKING, Any

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "CNN"
SUMMARY = "Small filters look for strokes, wherever in the picture they are."
RECIPE = Recipe(
    epochs=28,
    batch_size=128,
    learning_rate=0.005,
    augmentation=0.6,
    rendered_variants=1,
    hands=0.3,
    internals=True,
)


def build() -> "keras.Model":
    import keras
    from keras import layers

    def convolution(number: int, filters: int, padding: str = "same") -> list[Any]:
        return [
            layers.Conv2D(filters, 3, padding=padding, use_bias=False, name=f"filters_{number}"),
            layers.BatchNormalization(name=f"normalised_{number}"),
            layers.Activation("relu", name=f"maps_{number}"),
        ]

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(24, 5, activation="relu", padding="same", name="maps_1"),
            layers.MaxPooling2D(name="pooled_1"),
            *convolution(2, 36),
            *convolution(3, 36),
            layers.MaxPooling2D(name="pooled_2"),
            *convolution(4, 48, padding="valid"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
