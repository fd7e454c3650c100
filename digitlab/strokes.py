"""Pen strokes and their picture: what the pad holds, without any pixels."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

# A drawing is small: to share its pixels out among threads costs a server more than it wins. For all of cv2.
cv2.setNumThreads(1)

PAD_SIZE = 280  # pixels, width and height of the pad
PEN_WIDTH = 18  # pixels, of the pad's pen and the examples'
# What anybody may send as a drawing: on the pad, or in a link.
MAX_STROKES = 200
MAX_POINTS = 20_000  # in all; a digit drawn slowly has a few hundred
FAR = 10_000  # pixels; a pointer can leave the pad, but no screen is that wide. Farther takes long to draw
_SHIFT = 4  # cv2 takes points in fixed point: 1/16 of a pixel


class Stroke(NamedTuple):
    """One movement of the pen: (x, y) points in pad pixels, x to the right and y down, and its width."""

    points: Sequence[tuple[float, float]] | np.ndarray
    width: float


Drawing = tuple[Stroke, ...]


def render(strokes: Sequence[Stroke], size: int = PAD_SIZE) -> np.ndarray:
    """Picture of the strokes as a canvas shows them: round caps and joins, anti-aliased.

    Returns uint8 (size, size), black ink (0) on white paper (255).
    """
    picture = np.full((size, size), 255, np.uint8)
    for stroke in strokes:
        points = np.round(np.asarray(stroke.points, np.float64) * (1 << _SHIFT)).astype(np.int32)
        if len(points) == 1:  # a tap is a dot
            points = np.repeat(points, 2, axis=0)
        thickness = max(1, round(stroke.width))
        cv2.polylines(picture, [points[:, None]], False, 0, thickness, cv2.LINE_AA, _SHIFT)
    return picture


def along(points: np.ndarray) -> np.ndarray:
    """How far along the line each of its points is: points float (N, 2), N at least 1; float (N,), from 0."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def evenly(points: np.ndarray, count: int) -> np.ndarray:
    """The same line with so many points at equal distances: float (count, 2), its ends among them."""
    way = along(points)
    at = np.linspace(0, way[-1], count)
    return np.stack([np.interp(at, way, points[:, axis]) for axis in (0, 1)], 1)


@cache
def examples() -> tuple[Drawing, ...]:
    """A ready drawing of each digit, 0 to 9, made for this project."""
    drawings = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))
    return tuple(
        tuple(Stroke([tuple(point) for point in points], PEN_WIDTH) for points in drawings[str(digit)])
        for digit in range(10)
    )
