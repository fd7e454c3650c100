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
_FAR = 10_000  # pixels; a pointer can leave the pad, but no screen is that wide. Farther takes long to draw
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
    points: list[tuple[float, float]] = []
    for command in path:
        points += _points(command, points)
    return _moved(Stroke(points, width), item)


def _moved(stroke: Stroke, item: dict[str, Any]) -> Stroke:
    """The stroke where the canvas shows it. Its toolbar has a pencil to move, turn and stretch what was
    drawn; Fabric leaves the path as it was and keeps the new centre, angle and scale beside it."""
    x = [x for x, _ in stroke.points]
    y = [y for _, y in stroke.points]
    middle = (min(x) + max(x)) / 2, (min(y) + max(y)) / 2
    to_x, to_y = _number(item.get("left", middle[0])), _number(item.get("top", middle[1]))
    scale_x, scale_y = (_number(item.get(side, 1), 0.01, 100) for side in ("scaleX", "scaleY"))
    angle = math.radians(_number(item.get("angle", 0)))
    if (scale_x, scale_y, angle) == (1, 1, 0) and math.dist(middle, (to_x, to_y)) < _UNMOVED:
        return stroke
    cos, sin = math.cos(angle), math.sin(angle)
    stretched = [((px - middle[0]) * scale_x, (py - middle[1]) * scale_y) for px, py in stroke.points]
    points = [(_near(to_x + cos * px - sin * py), _near(to_y + sin * px + cos * py)) for px, py in stretched]
    return Stroke(points, min(stroke.width * math.sqrt(scale_x * scale_y), PAD_SIZE))


def _points(command: Any, before: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that one path command adds: where it goes, and on the way there if it is a curve."""
    if not isinstance(command, list) or not command or not isinstance(command[0], str):
        raise DrawingError("The pad sent something that is not a stroke.")
    name, *numbers = command
    if _LENGTHS.get(name) != len(numbers) or (name == "M") != (not before):
        raise DrawingError("The pad sent something that is not a stroke.")
    xy = [_number(number) for number in numbers]
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


def _number(value: Any, low: float = -_FAR, high: float = _FAR) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _FAR:  # NaN, too
        raise DrawingError("The pad sent something that is not a stroke.")
    return min(max(float(value), low), high)


def _near(value: float) -> float:
    return min(max(value, -_FAR), _FAR)
