"""A reader of strokes: it never sees the picture, only in which direction the pen went, and where.

Ten small maps come in (digitlab/movement.py): eight for the pen's directions, two for where strokes begin and
end. Then a small convolutional network, as for pictures. It is asked together with a reader of pictures,
about drawings on the pad: one knows what is on the paper, the other how it came there, and they make
different mistakes.
"""

from typing import TYPE_CHECKING

from digitlab.movement import MAPS, SIDE
from model_zoo import Recipe
from model_zoo.layers import convolution

if TYPE_CHECKING:
    import keras

TITLE = "Reader of strokes"
SUMMARY = "Reads how the pen moved, and not what it left on the paper."
RECIPE = Recipe(epochs=16, batch_size=128, learning_rate=0.004, hands=0.3)


def build() -> "keras.Model":
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, MAPS)),
            *convolution(24),
            layers.MaxPooling2D(),
            *convolution(40),
            layers.MaxPooling2D(),
            *convolution(48, padding="valid"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
