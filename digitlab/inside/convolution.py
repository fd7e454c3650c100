"""Convolution as networks do it, by NumPy; what the trained CNN's convolutions find in a picture; which
pixels matter to a model. The code that the page shows stands at the end."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from digitlab import inference, snippets
from digitlab.caches import once
from digitlab.inference import Model

SAME, VALID = PADDINGS = ("same", "valid")
STRIDES = (1, 2)
KERNELS: Mapping[str, tuple[float, ...]] = {
    "Vertical edges": (-1, 0, 1, -2, 0, 2, -1, 0, 1),  # Sobel
    "Horizontal edges": (-1, -2, -1, 0, 0, 0, 1, 2, 1),
    "All edges": (-1, -1, -1, -1, 8, -1, -1, -1, -1),  # Laplace
    "Diagonal lines": (0, -1, 2, -1, 2, -1, 2, -1, 0),
    "Blur": tuple(weight / 16 for weight in (1, 2, 1, 2, 4, 2, 1, 2, 1)),  # Gauss
    "Sharpen": (0, -1, 0, -1, 5, -1, 0, -1, 0),
    "Identity": (0, 0, 0, 0, 1, 0, 0, 0, 0),
}


def convolve(picture: np.ndarray, kernel: np.ndarray, stride: int = 1, padding: str = SAME) -> np.ndarray:
    """Slide the kernel, float (k, k), over the picture, float (H, W), and note at each place the sum of the
    products: float (H', W'). As in networks the kernel isn't flipped (a cross-correlation), and SAME pads
    with zeros as TensorFlow does."""
    around = [zeros_around(length, len(kernel), stride, padding) for length in picture.shape]
    padded = np.pad(picture, around)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)[::stride, ::stride]
    return np.einsum("ijkl,kl->ij", windows, kernel)


def zeros_around(length: int, size: int, stride: int, padding: str) -> tuple[int, int]:
    """How many zeros the padding puts before and after a row of `length` pixels, for a kernel of `size`."""
    if padding == VALID:
        return 0, 0
    total = max((-(-length // stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def pool(values: np.ndarray, size: int = 2) -> np.ndarray:
    """The largest value of each square: float (H, W) becomes (H // size, W // size)."""
    height, width = (length // size for length in values.shape)
    return values[: height * size, : width * size].reshape(height, size, width, size).max(axis=(1, 3))


# --- the trained CNN -----------------------------------------------------------------------------------


class Layer(NamedTuple):
    """How a layer of the CNN looks at the one before it. `maps` names its output, `convolution` its
    weights; pooling has none."""

    maps: str
    title: str
    size: int
    stride: int
    before: int  # zeros in front of a row
    source: str | None  # the layer before it; None for the picture
    convolution: str | None


# as in model_zoo/cnn.py; a test compares
LAYERS = (
    Layer("maps_1", "1", 5, 1, 2, None, "maps_1"),
    Layer("pooled_1", "1, pooled", 2, 2, 0, "maps_1", None),
    Layer("maps_2", "2", 3, 1, 1, "pooled_1", "filters_2"),
    Layer("maps_3", "3", 3, 1, 1, "maps_2", "filters_3"),
    Layer("pooled_2", "3, pooled", 2, 2, 0, "maps_3", None),
    Layer("maps_4", "4", 3, 1, 0, "pooled_2", "filters_4"),
)
BY_NAME = {layer.maps: layer for layer in LAYERS}


class Field(NamedTuple):
    """A part of the picture: rows top to bottom, columns left to right, the ends not included."""

    top: int
    bottom: int
    left: int
    right: int


def receptive_field(name: str, row: int, column: int) -> Field:
    """All pixels that can change the value at a place of a layer's maps, and no others: the smallest such
    rectangle, as far as it is in the picture."""
    top, bottom, left, right = row, row + 1, column, column + 1
    layer: Layer | None = BY_NAME[name]
    while layer:
        top, left = (first * layer.stride - layer.before for first in (top, left))
        bottom, right = ((last - 1) * layer.stride - layer.before + layer.size for last in (bottom, right))
        layer = BY_NAME[layer.source] if layer.source else None
    return Field(max(top, 0), min(bottom, 28), max(left, 0), min(right, 28))


def strongest(feature_map: np.ndarray) -> tuple[int, int]:
    """Row and column of its largest value."""
    row, column = np.unravel_index(int(feature_map.argmax()), feature_map.shape)
    return int(row), int(column)


def kernels(model: Model, layer: Layer) -> np.ndarray:
    """Of a layer that looks at the picture itself: float (maps, size, size)."""
    return np.moveaxis(model.weights[f"{layer.convolution}/kernel"][:, :, 0], -1, 0)


def shares(
    model: Model, outputs: Mapping[str, np.ndarray], name: str, number: int, row: int, column: int
) -> np.ndarray:
    """What each map of the layer before adds to one place of a convolution's map number `number`, before
    bias, normalisation and ReLU: float (maps,). `outputs` are those of Model.layers for one picture."""
    layer = BY_NAME[name]
    assert layer.source
    assert layer.convolution
    kernel = model.weights[f"{layer.convolution}/kernel"][..., number]
    source = np.pad(
        outputs[layer.source][0], [(layer.before, layer.size), (layer.before, layer.size), (0, 0)]
    )
    seen = source[row * layer.stride :, column * layer.stride :][: layer.size, : layer.size]
    return (seen * kernel).sum(axis=(0, 1))


# --- which pixels mattered -----------------------------------------------------------------------------

_STEP = 0.001  # of a pixel's value: small beside the bends of ReLU, large beside the rounding of float32


@once(maxsize=1)
def _single_pixels() -> np.ndarray:
    return np.eye(784, dtype=np.float32).reshape(784, 28, 28)


def evidence(probabilities: np.ndarray, digit: int) -> np.ndarray:
    """The logarithm of how many times more probable a digit is than the strongest other one: float (N,).
    With a softmax it is the difference of their logits."""
    logs = np.log(np.maximum(probabilities.astype(float), 1e-37))
    others = np.delete(logs, digit, axis=1)
    return logs[:, digit] - others.max(axis=1)


def saliency(model: Model, picture: np.ndarray, digit: int) -> np.ndarray:
    """The gradient of `evidence` with respect to each pixel, by central differences: float (28, 28).
    `picture` is float32 (28, 28). After Simonyan, Vedaldi, Zisserman 2013."""
    nudges = _STEP * _single_pixels()
    pictures = np.concatenate([picture + nudges, picture - nudges])
    more, less = evidence(model.predict(pictures), digit).reshape(2, 28, 28)
    return (more - less) / (2 * _STEP)


def occlusion(model: Model, picture: np.ndarray, digit: int, size: int = 5) -> np.ndarray:
    """How much the digit's probability falls when a square around each pixel is wiped out: float (28, 28);
    negative where it rises. After Zeiler and Fergus 2013."""
    reach = size // 2
    rows, columns = np.indices((28, 28))
    near = (np.abs(rows[..., None, None] - rows) <= reach) & (
        np.abs(columns[..., None, None] - columns) <= reach
    )
    covered = np.where(near.reshape(784, 28, 28), np.float32(0), picture)
    before = model.predict(picture[None])[0, digit]
    return (before - model.predict(covered)[:, digit]).reshape(28, 28)


@once(maxsize=64)
def pixels_that_mattered(name: str, picture: bytes, digit: int) -> tuple[np.ndarray, np.ndarray]:
    """`saliency` and `occlusion` of the model with this name; `picture` is float32 (28, 28) as bytes."""
    model, seen = inference.load(name), np.frombuffer(picture, np.float32).reshape(28, 28)
    return saliency(model, seen, digit), occlusion(model, seen, digit)


# --- the code that the page shows ----------------------------------------------------------------------

_KERNEL = """\
import numpy as np
from digitlab import data
from digitlab.inside import convolution
{picture}
picture = picture.round(2)  # as on the page, where each sum can be checked by hand
kernel = np.array({kernel}).reshape(3, 3)

# at each place: nine products, and their sum
output = convolution.convolve(picture, kernel, stride={stride}, padding="{padding}")
relu = np.maximum(output, 0)
pooled = convolution.pool(relu)
for name, values in {{"convolution": output, "ReLU": relu, "pooling": pooled}}.items():
    print(f"{{name}}: {{values.shape}}, from {{values.min():.2f}} to {{values.max():.2f}}")
"""
_MAP = """\
import numpy as np
from digitlab import data, inference
from digitlab.inside import convolution
{picture}
maps = inference.load("cnn").layers(picture[None])["{layer}"][0]
one = maps[..., {number}]

row, column = np.unravel_index(one.argmax(), one.shape)  # where it finds most
top, bottom, left, right = convolution.receptive_field("{layer}", row, column)
sees = picture[top:bottom, left:right]
print(f"map {number}: largest at row {{row}}, column {{column}}: {{one[row, column]:.2f}}")
print(f"from there it sees rows {{top}} to {{bottom - 1}}, columns {{left}} to {{right - 1}}")
"""
_PIXELS = """\
import numpy as np
from digitlab import data, inference
{picture}
model, digit = inference.load("{model}"), {digit}


def evidence(pictures):  # how much more probable than the strongest other digit, as a logarithm
    logs = np.log(np.maximum(model.predict(pictures).astype(float), 1e-37))
    return logs[:, digit] - np.delete(logs, digit, axis=1).max(axis=1)


# each pixel a little brighter, a little darker
nudges = 0.001 * np.eye(784, dtype=np.float32).reshape(784, 28, 28)
gradient = (evidence(picture + nudges) - evidence(picture - nudges)).reshape(28, 28) / 0.002

# a square around each pixel wiped out
covered = np.repeat(picture[None], 784, axis=0)
for n, (row, column) in enumerate(np.ndindex(28, 28)):
    covered[n, max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = 0
fall = (model.predict(picture[None])[0, digit] - model.predict(covered)[:, digit]).reshape(28, 28)

for name, values in {{"gradient": gradient, "covered": fall}}.items():
    row, column = np.unravel_index(np.abs(values).argmax(), (28, 28))
    print(f"{{name}}: matters most at row {{row}}, column {{column}}: {{values[row, column]:+.3f}}")
"""


def code_kernel(sample: str | None, kernel: np.ndarray, stride: int, padding: str) -> str:
    """What a kernel, float (3, 3), makes of the digit that `sample` names, or of the example 3."""
    weights = np.round(kernel.ravel(), 4).tolist()
    return _KERNEL.format(picture=snippets.picture(sample), kernel=weights, stride=stride, padding=padding)


def code_map(sample: str | None, layer: str, number: int) -> str:
    """A map of the CNN, by the name of its layer and its number, and what it sees where it is strongest."""
    return _MAP.format(picture=snippets.picture(sample), layer=layer, number=number)


def code_pixels(sample: str | None, model: str, digit: int) -> str:
    """Which pixels mattered to a model, for a digit."""
    return _PIXELS.format(picture=snippets.picture(sample), model=model, digit=digit)
