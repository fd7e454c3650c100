"""What several networks are made of."""

from typing import Any


def convolution(filters: int, padding: str = "same") -> list[Any]:
    """Filters of 3x3, normalised over the batch (Ioffe, Szegedy 2015), and a ReLU."""
    from keras import layers

    return [
        layers.Conv2D(filters, 3, padding=padding, use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
    ]
