"""The plane of the VAE: two numbers for each digit, and a digit for any two numbers.

The map is a square of that plane around 0, where a standard normal distribution, to which the VAE was held,
leaves next to nothing outside. Its pictures are decoded beforehand at SIDE x SIDE places: between them a
browser can blend, and needs neither the model nor a question to the server.
"""

from typing import NamedTuple

import numpy as np

from digitlab import data, inference, snippets
from digitlab.caches import once
from digitlab.inference import Model

SPAN = 3.5  # the map goes from -SPAN to SPAN in both numbers
SIDE = 33  # decoded places in a row
DOTS = 1_500  # digits of a data set on the map


def code(sample: str | None) -> str:
    """Plain Python that encodes and decodes the digit `sample`, as mnist-4711, or our example."""
    return f"""\
from digitlab import data, inference
{snippets.picture(sample)}

vae = inference.load("vae")
place = vae.encode(picture[None])[0]          # two numbers
drawn = vae.decode(place[None])[0]            # a picture again
print(place.round(2))
for line in drawn:
    print("".join("#" if ink > 0.5 else "." for ink in line))
"""


def vae() -> Model:
    """The model whose codes are two numbers."""
    return inference.load("vae")


class Places(NamedTuple):
    """Where digits lie on the map."""

    labels: np.ndarray  # uint8 (N,)
    codes: np.ndarray  # float32 (N, 2)


@once(maxsize=2)
def places(dataset: str) -> Places:
    """Those of the first test digits of a data set. Raises DataUnavailable."""
    images, labels = data.load(dataset, "test")
    return Places(labels[:DOTS], vae().encode(images[:DOTS] / np.float32(255)))


def on_map(codes: np.ndarray) -> np.ndarray:
    """Codes float (N, 2) as places on the map, from 0 to 1, to the right and down; what lies outside comes to
    its edge. The middles of the decoded pictures, laid out as `sheet` does, lie where their codes do."""
    right_and_down = np.clip(codes, -SPAN, SPAN) * (1, -1) / (2 * SPAN) + 0.5
    return (right_and_down * (SIDE - 1) + 0.5) / SIDE


def grid() -> np.ndarray:
    """The codes that are decoded beforehand, row by row from the top: float32 (SIDE * SIDE, 2)."""
    axis = np.linspace(-SPAN, SPAN, SIDE, dtype=np.float32)
    return np.stack(np.meshgrid(axis, axis[::-1]), axis=-1).reshape(-1, 2)


@once(maxsize=1)
def _decoded() -> np.ndarray:
    return vae().decode(grid())


@once(maxsize=1)
def sheet() -> np.ndarray:
    """What the decoder draws at the places of `grid`, in one picture: uint8 (SIDE * 28, SIDE * 28)."""
    pictures = np.round(_decoded() * 255).astype(np.uint8)
    return pictures.reshape(SIDE, SIDE, 28, 28).transpose(0, 2, 1, 3).reshape(SIDE * 28, SIDE * 28)


@once(maxsize=1)
def answers() -> np.ndarray:
    """What the CNN reads at the places of `grid`: int (SIDE * SIDE,)."""
    return inference.load("cnn").predict(_decoded()).argmax(axis=1)
