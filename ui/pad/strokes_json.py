"""The canvas's own JSON (Fabric.js) <-> pen strokes.

The value comes from the browser, so anybody can send anything: every number is checked here, and there is
a bound on how many. Pixels are never asked for, so there is no picture that could be a bomb.
"""

import math
from contextlib import suppress
from typing import Any

import numpy as np

from digitlab.errors import DrawingError
from digitlab.strokes import FAR, MAX_POINTS, MAX_STROKES, PAD_SIZE, Drawing, Stroke

_UNMOVED = 2  # pixels between Fabric's idea of a path's middle and ours
_CURVE_STEPS = (0.25, 0.5, 0.75, 1.0)
_LENGTHS = {"M": 2, "L": 2, "Q": 4}  # numbers that follow each path command


def to_strokes(value: Any) -> Drawing:
    """The strokes on a canvas. Raises DrawingError for what no pad sends."""
    objects = value.get("objects") if isinstance(value, dict) else None
    if not isinstance(objects, list):
        raise DrawingError("The pad sent something that is not a drawing.")
    if len(objects) > MAX_STROKES:
        raise DrawingError(f"That is more than {MAX_STROKES} strokes. Clear the pad and start again.")
    strokes, budget = [], MAX_POINTS
    for item in objects:
        stroke = _stroke(item)
        budget -= len(stroke.points)
        if budget < 0:
            raise DrawingError("That drawing is too long. Clear the pad and start again.")
        strokes.append(stroke)
    return tuple(strokes)


def from_strokes(drawing: Drawing, color: str) -> dict[str, Any]:
    """What the canvas must be given to show these strokes."""
    return {"objects": [_path(stroke, color) for stroke in drawing]}


def _path(stroke: Stroke, color: str) -> dict[str, Any]:
    (x, y), *rest = stroke.points
    return {
        "type": "Path",
        "path": [["M", x, y], *(["L", x, y] for x, y in rest or [(x, y)])],
        "stroke": color,
        "strokeWidth": stroke.width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "fill": None,
    }


def _stroke(item: Any) -> Stroke:
    path = item.get("path") if isinstance(item, dict) else None
    if not isinstance(path, list) or not 1 <= len(path) <= MAX_POINTS:
        raise DrawingError("The pad sent something that is not a stroke.")
    width = _number(item.get("strokeWidth"), 1, PAD_SIZE)
    return _moved(_points(path), width, item)


def _moved(points: np.ndarray, width: float, item: dict[str, Any]) -> Stroke:
    """The stroke where the canvas shows it. Its toolbar has a pencil to move, turn and stretch what was
    drawn; Fabric leaves the path as it was and keeps the new centre, angle and scale beside it."""
    middle = ((points.min(axis=0) + points.max(axis=0)) / 2).tolist()
    to = _number(item.get("left", middle[0])), _number(item.get("top", middle[1]))
    scale = _number(item.get("scaleX", 1), 0.01, 100), _number(item.get("scaleY", 1), 0.01, 100)
    angle = math.radians(_number(item.get("angle", 0)))
    if angle or scale != (1, 1) or math.dist(middle, to) >= _UNMOVED:
        cos, sin = math.cos(angle), math.sin(angle)
        turned = (points - middle) * scale @ np.array([[cos, sin], [-sin, cos]])
        points = np.clip(to + turned, -FAR, FAR)
        width = min(width * math.sqrt(scale[0] * scale[1]), PAD_SIZE)
    return Stroke([(x, y) for x, y in points.tolist()], width)


def _points(path: list[Any]) -> np.ndarray:
    """Where a path goes, and on the way there where it is a curve: float64 (N, 2)."""
    numbers: list[Any] = []
    curved = []
    for command in path:
        name = command[0] if isinstance(command, list) and command else None
        length = _LENGTHS.get(name, 0) if isinstance(name, str) else 0
        if not length or len(command) != 1 + length or (name == "M") != (not numbers):
            raise DrawingError("The pad sent something that is not a stroke.")
        curved.append(name == "Q")
        # a straight line is a curve whose pull is where it ends
        numbers += command[1:] if name == "Q" else command[1:] * 2
    pull, end = _checked(numbers).reshape(-1, 2, 2).transpose(1, 0, 2)
    start = np.concatenate([end[:1], end[:-1]])
    along = [(1 - t) ** 2 * start + 2 * t * (1 - t) * pull + t**2 * end for t in _CURVE_STEPS]
    # n lines instead of the curve are bend / (2n)^2 pixels off at most: a quarter of a pixel, or four lines
    bend = np.hypot(*(start - 2 * pull + end).T) * curved
    some, all_four, always = bend > 1, bend > 4, np.ones(len(end), bool)
    return np.stack(along, axis=1)[np.stack([all_four, some, all_four, always], axis=1)]


def _checked(numbers: list[Any]) -> np.ndarray:
    """As float64, if all of them are numbers that a canvas may send. To Python `True` is one; not to us."""
    if all(_is_number(kind) for kind in set(map(type, numbers))):
        with suppress(OverflowError):
            array = np.array(numbers, np.float64)
            if (np.abs(array) <= FAR).all():  # NaN isn't
                return array
    raise DrawingError("The pad sent something that is not a stroke.")


def _is_number(kind: type) -> bool:
    return issubclass(kind, int | float) and kind is not bool


def _number(value: Any, low: float = -FAR, high: float = FAR) -> float:
    if not _is_number(type(value)) or not abs(value) <= FAR:  # NaN, too
        raise DrawingError("The pad sent something that is not a stroke.")
    return min(max(float(value), low), high)
