"""A digit shifted, turned, scaled and thickened after the preprocessing: what do models make of that?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np

from digitlab import inference, snippets
from digitlab.caches import once
from digitlab.inference import Model

_FINE = 4  # the pen is changed at this many times the resolution


@dataclass(frozen=True)
class Move:
    """How a picture is moved. As it is, the picture stays as it was."""

    right: int = 0  # pixels of the 28x28 picture
    down: int = 0
    turn: int = 0  # degrees, clockwise
    size: int = 100  # per cent
    pen: float = 0.0  # pixels that the pen becomes wider, in halves


class Amount(NamedTuple):
    """The values that a field of Move may have."""

    field: str
    title: str
    unit: str
    low: float
    high: float
    step: float

    @property
    def values(self) -> list[float]:
        count = round((self.high - self.low) / self.step) + 1
        return [self.low + number * self.step for number in range(count)]

    def nearest(self, move: Move) -> int:
        """The number of the value that is nearest to the move's."""
        return int(np.abs(np.subtract(self.values, getattr(move, self.field))).argmin())


RIGHT = Amount("right", "To the right", "px", -8, 8, 1)
DOWN = Amount("down", "Down", "px", -8, 8, 1)
TURN = Amount("turn", "Turn", "°", -90, 90, 5)
SIZE = Amount("size", "Size", "%", 50, 150, 5)
PEN = Amount("pen", "Pen", "px", -2.0, 4.0, 0.5)
AMOUNTS = (RIGHT, DOWN, TURN, SIZE, PEN)


class Map(NamedTuple):
    """Ways to move a digit, in rows and columns. Each row is a value of `rows`, or there is but one."""

    title: str
    columns: Amount
    rows: Amount | None = None

    def moves(self, start: Move) -> list[list[Move]]:
        """`start` with other values of what the map is about."""
        lines = [start] if self.rows is None else [self._with(start, self.rows, v) for v in self.rows.values]
        return [[self._with(line, self.columns, value) for value in self.columns.values] for line in lines]

    def place(self, move: Move) -> tuple[int, int]:
        """The row and the column where the move stands."""
        return (self.rows.nearest(move) if self.rows else 0), self.columns.nearest(move)

    @staticmethod
    def _with(move: Move, amount: Amount, value: float) -> Move:
        return replace(move, **{amount.field: value})


MAPS = (
    Map("Shifts", RIGHT, DOWN),
    Map("Turns", TURN),
    Map("Sizes", SIZE),
    Map("Pens", PEN),
)


def moved(picture: np.ndarray, move: Move) -> np.ndarray:
    """The picture float32 (28, 28) in [0, 1], its pen made wider or thinner, then scaled and turned about its
    middle, then shifted; what leaves the picture is lost."""
    picture = _with_pen(picture, move.pen)
    middle = (picture.shape[0] - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), -move.turn, move.size / 100)
    matrix[:, 2] += move.right, move.down
    return cv2.warpAffine(picture, matrix, picture.shape[::-1], flags=cv2.INTER_LINEAR)


def _with_pen(picture: np.ndarray, wider: float) -> np.ndarray:
    """Each edge of each stroke moved by half of `wider`: each pixel becomes the brightest (or, for a thinner
    pen, the darkest) that is no further away."""
    if not wider:
        return picture
    radius = round(abs(wider) / 2 * _FINE)
    across = np.arange(-radius, radius + 1)
    disc = (across**2 + across[:, None] ** 2 <= radius**2).astype(np.uint8)
    fine = cv2.resize(picture, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_LINEAR)
    fine = cv2.dilate(fine, disc) if wider > 0 else cv2.erode(fine, disc)
    return cv2.resize(fine, picture.shape[::-1], interpolation=cv2.INTER_AREA)


class Scores(NamedTuple):
    """How a model does on the moves of a map."""

    probability: np.ndarray  # float32 (rows, columns): of the right digit
    right: np.ndarray  # bool (rows, columns): whether it is the answer

    @property
    def share(self) -> float:
        return float(self.right.mean())


def scores(
    models: Sequence[Model], picture: np.ndarray, digit: int, start: Move = Move()
) -> list[list[Scores]]:
    """For each model, its scores on each of MAPS; `picture` as for `moved`, `digit` the right answer."""
    grids = [one.moves(start) for one in MAPS]
    pictures = np.stack([moved(picture, move) for grid in grids for line in grid for move in line])
    ends = np.cumsum([len(grid) * len(grid[0]) for grid in grids])[:-1]
    found = []
    for model in models:
        answers = model.predict(pictures)
        parts = np.split(answers, ends)
        shaped = [part.reshape(len(grid), -1, 10) for part, grid in zip(parts, grids, strict=True)]
        found.append([Scores(part[..., digit], part.argmax(axis=-1) == digit) for part in shaped])
    return found


@once(maxsize=64)
def scores_of(names: tuple[str, ...], picture: bytes, digit: int, start: Move) -> list[list[Scores]]:
    """The same for models by their names; `picture` is float32 (28, 28) as bytes."""
    seen = np.frombuffer(picture, np.float32).reshape(28, 28)
    return scores([inference.load(name) for name in names], seen, digit, start)


def code(sample: str | None, move: Move, digit: int) -> str:
    """Python that moves the digit that `sample` names, or the example 3, and tries all shifts of it; it finds
    `shown`, `answers` and the `share` of shifts that the CNN reads right."""
    return f"""{snippets.picture(sample)}
from dataclasses import replace

import numpy as np
from digitlab import inference
from digitlab.inside.move import Move, moved

model = inference.load("cnn")
move = {move}
shown = moved(picture, move)
answers = model.predict(shown[None])[0]

steps = range(-8, 9)
shifts = [replace(move, right=right, down=down) for down in steps for right in steps]
pictures = np.stack([moved(picture, shift) for shift in shifts])
share = (model.predict(pictures).argmax(axis=1) == {digit}).mean()
print(f"The CNN reads {{answers.argmax()}}; of {{len(shifts)}} shifts it reads {{share:.0%}} right.")
"""
