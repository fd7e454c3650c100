"""What several networks are made of."""

from typing import Any


def standardised() -> Any:
    """Each picture for itself: its mean becomes 0, its spread 1. In full precision: half of it would round
    the greys of a picture in fog."""
    from keras import layers

    return layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, dtype="float32")


def convolution(filters: int, padding: str = "same") -> list[Any]:
    """Filters of 3x3, normalised over the batch (Ioffe, Szegedy 2015), and a ReLU."""
    from keras import layers

    return [
        layers.Conv2D(filters, 3, padding=padding, use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
    ]
