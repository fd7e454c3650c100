"""A deeper network: seven convolutions, each normalised over the batch, with short cuts around pairs of them.

Batch normalisation (Ioffe, Szegedy 2015) lets it learn fast, the short cuts (He et al. 2015) let the error
reach the first layers. It pools before it goes deep: normalising full 28x28 maps would double the time.
Each picture is standardised first, and some are spoiled in training, as the sturdy CNN's.
An et al. 2020 (arXiv 2008.10400) show how far such networks get on MNIST.
"""

from typing import TYPE_CHECKING, Any

from model_zoo import Recipe
from model_zoo.layers import standardised

if TYPE_CHECKING:
    import keras

TITLE = "Deep CNN"
SUMMARY = "Seven layers of filters, each building on the shapes that the one before it found."
RECIPE = Recipe(
    epochs=36,
    batch_size=128,
    learning_rate=0.004,
    augmentation=0.7,
    spoil=0.2,
    rendered_variants=1,
    hands=0.3,
    average=True,
    precision="mixed_bfloat16",
    float16=True,
)


def build() -> "keras.Model":
    import keras
    from keras import layers

    def convolution(x: Any, filters: int, size: int = 3) -> Any:
        x = layers.Conv2D(filters, size, padding="same", use_bias=False)(x)
        return layers.Activation("relu")(layers.BatchNormalization()(x))

    picture = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(picture)
    x = layers.Conv2D(32, 5, padding="same", activation="relu")(standardised()(x))
    x = layers.MaxPooling2D()(x)
    for filters in (64, 112):
        x = short = convolution(x, filters)
        x = convolution(convolution(x, filters), filters)
        x = layers.Add()([x, short])
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.1)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.3)(x)
    x = layers.Dense(96, activation="relu")(x)
    digit = layers.Dense(10, activation="softmax", name="digit", dtype="float32")(x)
    return keras.Model(picture, digit)
