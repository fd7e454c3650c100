"""The net of the textbooks, kept exactly: 784 pixels, 100 neurons, 10 outputs, trained on MNIST as it is.

Each output is a sigmoid of its own (Nielsen 2015, "Neural networks and deep learning", has it so), so the
ten need not add up to 1; dividing by their sum makes probabilities of them. A tenth of the training images
is held out.
"""

from typing import TYPE_CHECKING

from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Textbook net"
SUMMARY = "100 neurons and no tricks: the net that most books begin with."
RECIPE = Recipe(
    epochs=10,
    batch_size=32,
    learning_rate=0.001,
    pen_strokes=False,
    one_cycle=False,
    calibrate=False,
    internals=True,
)


def build() -> "keras.Model":
    import keras
    from keras import layers, ops

    picture = keras.Input((28, 28))
    x = layers.Flatten()(picture)
    x = layers.Dense(100, activation="relu", name="hidden")(x)
    logits = layers.Dense(10, name="logits")(x)
    # the ten sigmoids divided by their sum; in logarithms, as all ten may be too small for a division
    return keras.Model(picture, layers.Softmax(name="digit")(ops.log_sigmoid(logits)))
