"""A data set in numbers: how bright its pixels are, what is typical of each digit, which pictures are near
each other. What is true of a whole data set is computed once per server."""

from typing import NamedTuple

import cv2
import numpy as np

from digitlab import data
from digitlab.classroom import moments
from digitlab.data import Dataset, once_each

_BLOCK = 5_000  # pictures that are counted at a time: little memory


class Brightness(NamedTuple):
    counts: np.ndarray  # int (256,): how many pixels have each value
    mean: float  # of all pixel values, 0 to 255
    deviation: float  # their standard deviation

    @property
    def black(self) -> float:
        """The share of the pixels that are exactly 0: paper without ink."""
        return float(self.counts[0] / self.counts.sum())


@once_each(maxsize=3)
def brightness(name: str, split: str) -> Brightness:
    """The pixel values of a whole data set. Raises as `data.load` does."""
    images = data.load(name, split).images
    counts = np.zeros(256, np.int64)
    for start in range(0, len(images), _BLOCK):
        counts += np.bincount(images[start : start + _BLOCK].ravel(), minlength=256)
    values = np.arange(256.0)
    mean = float(np.average(values, weights=counts))
    return Brightness(counts, mean, float(np.sqrt(np.average((values - mean) ** 2, weights=counts))))


@once_each(maxsize=3)
def by_digit(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each pixel over the pictures of a digit: float32 (10, 28, 28) each, in
    [0, 1]; zeros for a digit that nobody has drawn. Raises as `data.load` does."""
    images, labels = data.load(name, split)
    nothing = np.zeros((1, 28, 28), np.uint8)
    of_each = (images[labels == digit] for digit in range(10))
    pictures = ((these if len(these) else nothing) / np.float32(255) for these in of_each)
    means, deviations = zip(*((p.mean(axis=0), p.std(axis=0)) for p in pictures), strict=True)
    return np.stack(means), np.stack(deviations)


def nearest(dataset: Dataset, picture: np.ndarray, count: int) -> np.ndarray:
    """The pictures most alike, pixel by pixel (Euclidean distance), nearest first, the earlier one where two
    are as near: indices int (count,), or fewer where there aren't so many. `picture` is uint8 (28, 28).
    OpenCV compares the bytes as they are, in whole numbers; scikit-learn's NearestNeighbors would copy all of
    them as float64."""
    pictures = dataset.images.reshape(len(dataset.images), -1)
    _, indices = cv2.batchDistance(
        picture.reshape(1, -1),
        pictures,
        dtype=cv2.CV_32S,
        normType=cv2.NORM_L2SQR,
        K=min(count, len(pictures)),
    )
    return indices[0]


def code(name: str, split: str) -> str:
    """What the page computes, in a plain shell."""
    name = moments.plain(name)
    return f"""import numpy as np
from digitlab import data

x, y = data.load("{name}", "{split}")
print("all pictures in one array:", x.shape, x.dtype, "from", x.min(), "to", x.max())
print("pictures of each digit:", np.bincount(y, minlength=10))

scaled = x / np.float32(255)  # 0 to 1: what the models get
standardised = (x - np.float32(x.mean())) / np.float32(x.std())  # mean 0, standard deviation 1
for numbers in (x, scaled, standardised):
    print("mean", numbers.mean(dtype=float).round(3), "standard deviation", numbers.std(dtype=float).round(3))

means = np.stack([scaled[y == digit].mean(axis=0) for digit in np.unique(y)])
print("the mean picture of each digit:", means.shape)
"""


def code_nearest(name: str, split: str, index: int, count: int) -> str:
    """The same pictures as `nearest` finds, in a plain shell."""
    name = moments.plain(name)
    return f"""import numpy as np
from digitlab import data

x, y = data.load("{name}", "{split}")
difference = x.astype(np.int32) - x[{index}]  # pixel by pixel, of all pictures at once
distance = (difference**2).sum(axis=(1, 2))
nearest = np.argsort(distance, kind="stable")[:{count}]
print("numbers:", nearest)
print("labels: ", y[nearest])
"""
