"""NumPy's ways to take a part of an array, each as code and as what it gives.

The code is what the page shows and people paste; the tests run it and compare.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


def code_start(name: str, split: str) -> str:
    """What all code of the page begins with."""
    return f'from digitlab import data\n\nx, y = data.load("{name}", "{split}")\n'


class Rectangle(NamedTuple):
    """Rows top to bottom - 1 and columns left to right - 1, as in x[top:bottom, left:right]."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def of(cls, *edges: int) -> "Rectangle":
        """From any four numbers: in order, within 28 pixels, at least one pixel large."""
        top, bottom, left, right = (min(max(int(edge), 0), 28) for edge in edges)
        top, bottom = sorted((top, bottom))
        left, right = sorted((left, right))
        top, left = min(top, 27), min(left, 27)
        return cls(top, max(bottom, top + 1), left, max(right, left + 1))

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


def part(picture: np.ndarray, where: Rectangle) -> np.ndarray:
    """The numbers inside: a view of the picture (28, 28)."""
    return picture[where.slices]


def kept(picture: np.ndarray, where: Rectangle) -> np.ndarray:
    """The picture (28, 28) with all but that part black."""
    out = np.zeros_like(picture)
    out[where.slices] = picture[where.slices]
    return out


def removed(picture: np.ndarray, where: Rectangle) -> np.ndarray:
    """The picture (28, 28) with that part black."""
    out = picture.copy()
    out[where.slices] = 0
    return out


def code_of_part(index: int, where: Rectangle) -> str:
    """What `part`, `kept` and `removed` compute, after `code_start`."""
    top, bottom, left, right = where
    inside = f"{top}:{bottom}, {left}:{right}"
    return (
        f"part = x[{index}, {inside}]          # rows {top} to {bottom - 1}, columns {left} to {right - 1}\n"
        f"removed = x[{index}].copy()\n"
        f"removed[{inside}] = 0\n"
        f"kept = x[{index}] - removed\n"
        "print(part)\n"
    )


class Selection(NamedTuple):
    """A way to choose pictures, or pixels, of x uint8 (N, 28, 28) with labels y (N,): as code, and done."""

    title: str
    code: str  # makes `chosen` of x and y
    take: Callable[[np.ndarray, np.ndarray], np.ndarray]
    meaning: str


SELECTIONS = (
    Selection(
        "The first ten",
        "chosen = x[:10]",
        lambda x, y: x[:10],
        "A slice along the first axis: pictures 0 to 9.",
    ),
    Selection(
        "Every 500th",
        "chosen = x[::500]",
        lambda x, y: x[::500],
        "The third number of a slice is the step.",
    ),
    Selection(
        "A batch",
        "chosen = x[64:128]",
        lambda x, y: x[64:128],
        "The second batch of 64: training goes from slice to slice.",
    ),
    Selection(
        "Only the 4s",
        "chosen = x[y == 4]",
        lambda x, y: x[y == 4],
        "A boolean mask: y == 4 is an array of True and False.",
    ),
    Selection(
        "4s and 9s",
        "chosen = x[(y == 4) | (y == 9)]",
        lambda x, y: x[(y == 4) | (y == 9)],
        "Masks combine with | (or), & (and), ~ (not).",
    ),
    Selection(
        "Little ink",
        "chosen = x[x.mean(axis=(1, 2)) < 15]",
        lambda x, y: x[x.mean(axis=(1, 2)) < 15],
        "A mask may be computed from the pictures.",
    ),
    Selection(
        "Upper halves",
        "chosen = x[:, :14]",
        lambda x, y: x[:, :14],
        "A slice of the second axis: the rows of every picture.",
    ),
    Selection(
        "Every other pixel",
        "chosen = x[:, ::2, ::2]",
        lambda x, y: x[:, ::2, ::2],
        "Steps along both axes: half the resolution.",
    ),
    Selection(
        "Mirrored",
        "chosen = x[:, :, ::-1]",
        lambda x, y: x[:, :, ::-1],
        "A step of -1 goes backwards.",
    ),
    Selection(
        "Bright pixels only",
        "chosen = x * (x > 128)",
        lambda x, y: x * (x > 128),
        "A mask times the pictures: dark pixels become 0.",
    ),
)


def code_of_selection(selection: Selection) -> str:
    """What a selection takes, after `code_start`."""
    return f"{selection.code}\nprint(chosen.shape)\n"


def unflat(position: int) -> tuple[int, int]:
    """Row and column of a place, 0 to 783, in the 28 rows laid end to end."""
    return divmod(position, 28)


def code_of_place(index: int, position: int) -> str:
    """A picture as a long row, a place in it, and the picture again, after `code_start`."""
    row, column = unflat(position)
    return (
        f"row = x[{index}].reshape(784)\n"
        f"print(row[{position}], x[{index}, {row}, {column}])  # the same number\n"
        f"back = row.reshape(28, 28)\n"
        f"print((back == x[{index}]).all())\n"
    )
