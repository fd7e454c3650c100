"""The canvas's own JSON (Fabric.js) <-> pen strokes.

The value comes from the browser, so anybody can send anything: every number is checked here, and there is
a bound on how many. Pixels are never asked for, so there is no picture that could be a bomb.
"""

import math
from typing import Any

from digitlab.errors import DrawingError
from digitlab.strokes import PAD_SIZE, Drawing, Stroke

MAX_STROKES = 200
MAX_POINTS = 20_000  # in all; a digit drawn slowly has a few hundred
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
    points: list[tuple[float, float]] = []
    for command in path:
        points += _points(command, points)
    return Stroke(points, width)


def _points(command: Any, before: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that one path command adds: where it goes, and on the way there if it is a curve."""
    if not isinstance(command, list) or not command or not isinstance(command[0], str):
        raise DrawingError("The pad sent something that is not a stroke.")
    name, *numbers = command
    if _LENGTHS.get(name) != len(numbers) or (name == "M") != (not before):
        raise DrawingError("The pad sent something that is not a stroke.")
    # a pen may leave the pad, but not by much
    xy = [_number(number, -PAD_SIZE, 2 * PAD_SIZE) for number in numbers]
    if name != "Q":
        return [(xy[0], xy[1])]
    (x0, y0), (x1, y1, x2, y2) = before[-1], xy
    return [
        (
            (1 - t) ** 2 * x0 + 2 * t * (1 - t) * x1 + t**2 * x2,
            (1 - t) ** 2 * y0 + 2 * t * (1 - t) * y1 + t**2 * y2,
        )
        for t in _CURVE_STEPS
    ]


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DrawingError("The pad sent something that is not a stroke.")
    return min(max(float(value), low), high)
