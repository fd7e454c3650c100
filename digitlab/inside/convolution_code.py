"""The code that the page about convolution shows."""

import numpy as np

from digitlab import snippets

_KERNEL = """\
import numpy as np
from digitlab import data
from digitlab.inside import convolution
{picture}
kernel = np.array({kernel}).reshape(3, 3)

# at each place: nine products, and their sum
output = convolution.convolve(picture, kernel, stride={stride}, padding="{padding}")
relu = np.maximum(output, 0)
pooled = convolution.pool(relu)
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
"""


def of_kernel(sample: str | None, kernel: np.ndarray, stride: int, padding: str) -> str:
    """What a kernel, float (3, 3), makes of the digit that `sample` names, or of the example 3."""
    weights = np.round(kernel.ravel(), 4).tolist()
    return _KERNEL.format(picture=snippets.picture(sample), kernel=weights, stride=stride, padding=padding)


def of_map(sample: str | None, layer: str, number: int) -> str:
    """A map of the CNN, by the name of its layer and its number, and what it sees where it is strongest."""
    return _MAP.format(picture=snippets.picture(sample), layer=layer, number=number)


def of_pixels(sample: str | None, model: str, digit: int) -> str:
    """Which pixels mattered to a model, for a digit."""
    return _PIXELS.format(picture=snippets.picture(sample), model=model, digit=digit)
