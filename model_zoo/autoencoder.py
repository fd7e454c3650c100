"""An autoencoder: it squeezes the picture into 32 numbers, draws it again from them, and reads the digit
from the same 32 numbers.

What it draws shows what it understood: a sloppy digit comes back tidy, a scribble comes back wrong.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Autoencoder"
SUMMARY = "Squeezes the picture into 32 numbers, reads the digit from them and redraws it."
RECIPE = Recipe(
    epochs=40,
    batch_size=128,
    learning_rate=0.002,
    augmentation=1,
    loss={"digit": "sparse_categorical_crossentropy", "reconstruction": "binary_crossentropy"},
    loss_weights={"digit": 0.2, "reconstruction": 1.0},
    float16=True,
)


def build() -> "keras.Model":
    import keras
    from keras import layers

    picture = keras.Input((28, 28))
    x = layers.Flatten()(picture)
    x = layers.Dense(300, activation="relu")(x)
    latent = layers.Dense(32, name="latent")(x)

    digit = layers.Dense(64, activation="relu")(latent)
    digit = layers.Dense(10, activation="softmax", name="digit")(digit)

    decoder = keras.Sequential(
        [
            keras.Input((32,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28)),
        ],
        name="decoder",
    )
    outputs = {"digit": digit, "latent": latent, "reconstruction": decoder(latent)}
    return keras.Model(picture, outputs)
