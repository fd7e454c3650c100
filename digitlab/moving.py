"""A digit moved, turned, scaled and thickened, and not put right again."""

from typing import NamedTuple

import cv2
import numpy as np

SHIFTS = tuple(range(-8, 9))  # pixels
ANGLES = tuple(range(-90, 91, 5))  # degrees, against the clock
SCALES = tuple(round(0.5 + 0.05 * n, 2) for n in range(21))
WIDTHS = tuple(round(-1.5 + 0.25 * n, 2) for n in range(17))  # pixels that the pen is wider
_FINE = 8  # how much finer than a pixel the pen's width is changed


class Move(NamedTuple):
    right: int = 0  # pixels
    down: int = 0
    angle: int = 0  # degrees, against the clock
    scale: float = 1.0
    wider: float = 0.0  # pixels


def moved(picture: np.ndarray, move: Move) -> np.ndarray:
    """The picture, float32 (28, 28) in [0, 1], after the move: the same shape. What leaves it is lost."""
    widened = _widened(picture, move.wider)
    matrix = cv2.getRotationMatrix2D((13.5, 13.5), move.angle, move.scale)
    matrix[:, 2] += (move.right, move.down)
    return np.clip(cv2.warpAffine(widened, matrix, (28, 28), flags=cv2.INTER_LINEAR), 0, 1)


def _widened(picture: np.ndarray, pixels: float) -> np.ndarray:
    picture = np.ascontiguousarray(picture, np.float32)
    size = 2 * round(abs(pixels) * _FINE / 2) + 1
    if size == 1:
        return picture
    fine = cv2.resize(picture, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_LINEAR)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    changed = cv2.dilate(fine, brush) if pixels > 0 else cv2.erode(fine, brush)
    return cv2.resize(changed, (28, 28), interpolation=cv2.INTER_AREA)


def shifts(picture: np.ndarray, move: Move) -> np.ndarray:
    """The picture after the move, but shifted in all ways: float32 (17, 17, 28, 28), down and right."""
    return np.stack(
        [[moved(picture, move._replace(down=down, right=right)) for right in SHIFTS] for down in SHIFTS]
    )


def sweeps(picture: np.ndarray, move: Move) -> dict[str, np.ndarray]:
    """The picture after the move, but with one amount after the other in place of its own: float32
    (amounts, 28, 28), by the field of Move."""
    amounts = {"angle": ANGLES, "scale": SCALES, "wider": WIDTHS}
    return {
        field: np.stack([moved(picture, move._replace(**{field: amount})) for amount in values])
        for field, values in amounts.items()
    }


CODE = """\
import numpy as np
from digitlab import data, inference, moving
{picture}
move = moving.{move}
moved = moving.moved(picture, move)
shifted = moving.shifts(picture, move).reshape(-1, 28, 28)

chances = {{
    name: inference.load(name).predict(shifted)[:, {digit}].reshape(17, 17)
    for name in ("linear", "dense", "cnn")
}}
linear, dense, cnn = chances.values()
"""
