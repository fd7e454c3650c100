"""A variational autoencoder: two numbers for each digit, laid out as a map on which neighbours look alike.

It learns to place a digit not at a point but in a small cloud, and to draw it again from anywhere in the
cloud (Kingma, Welling 2013, "Auto-encoding variational Bayes"). So every place of the map draws something,
and a walk over it turns one digit into another. Its loss is minus the ELBO, in nats: what the redrawn picture
misses (binary cross-entropy over all pixels), and how far the clouds are from a standard normal distribution.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "VAE"
SUMMARY = "Lays all digits out on a map of two numbers, and draws one from every place."
RECIPE = Recipe(
    epochs=40,
    batch_size=128,
    learning_rate=0.002,
    pen_strokes=False,
    loss={"reconstruction": "binary_crossentropy"},
    loss_weights={"reconstruction": 784.0},  # Keras averages over the pixels; the ELBO sums
    float16=True,
)
LATENT = 2


def build(latent: int = LATENT, classes: int = 0, wide: int = 256, narrow: int = 128) -> "keras.Model":
    """With `classes`, decoder and encoder are told the label, too: then the code need not hold it. `wide` and
    `narrow` are the neurons of their layers, beside the picture and beside the code."""
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable("digitlab")
    class Cloud(layers.Layer):
        """From mean and log variance to a random point of the cloud; adds the KL divergence to the loss."""

        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.seeds = keras.random.SeedGenerator(0)

        def call(self, inputs: Sequence[Any], training: bool = False) -> Any:
            mean, log_variance = inputs
            kl = -0.5 * ops.sum(1 + log_variance - mean**2 - ops.exp(log_variance), axis=1)
            self.add_loss(ops.mean(kl))
            if not training:
                return mean
            return mean + ops.exp(log_variance / 2) * keras.random.normal(ops.shape(mean), seed=self.seeds)

    picture = keras.Input((28, 28), name="pictures")
    label = keras.Input((), name="labels", dtype="int32")
    told = ops.one_hot(label, classes) if classes else None
    x = layers.Flatten()(picture)
    x = layers.Concatenate()([x, told]) if classes else x
    x = layers.Dense(wide, activation="relu")(x)
    x = layers.Dense(narrow, activation="relu")(x)
    mean = layers.Dense(latent, name="latent")(x)
    log_variance = layers.Dense(latent, name="log_variance")(x)
    code = Cloud(name="cloud")([mean, log_variance])
    code = layers.Concatenate()([code, told]) if classes else code
    decoder = keras.Sequential(
        [
            keras.Input((latent + classes,)),
            layers.Dense(narrow, activation="relu"),
            layers.Dense(wide, activation="relu"),
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28)),
        ],
        name="decoder",
    )
    outputs = {"latent": mean, "log_variance": log_variance, "reconstruction": decoder(code)}
    return keras.Model([picture, label] if classes else picture, outputs)
