"""The same digit written in haste: strokes go on too far or end too early, run into one another, or break.

People's digits differ most where the pen lands and where it leaves. Strokes are float (points, 2), x and y, y
pointing down, in any unit.
"""

from collections.abc import Sequence

import numpy as np

from model_zoo.training.pen import spaced

_SPACING = 0.02  # of the drawing's size
_LANDS, _LEAVES = (0.03, 0.18), (0.04, 0.3)  # of the drawing's size: how far a stroke goes on
_CURL = 9  # radians: how much it turns on a way as long as the drawing
_BACK = 0.15  # share of the ends that turn back at once
_TRIMMED = 0.1  # of a stroke, at most


def in_haste(strokes: Sequence[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """A copy. At a third of all digits the pen leaves late, at a fifth it lands early; ends are trimmed, two
    strokes become one, one becomes two."""
    points = np.concatenate(strokes)
    size = max(float(np.ptp(points, axis=0).max()), 1e-6)
    even = [spaced(stroke / size, _SPACING) if len(stroke) > 1 else stroke / size for stroke in strokes]
    written = [
        _ends(stroke, rng, first=number == 0, last=number == len(even) - 1) if len(stroke) > 7 else stroke
        for number, stroke in enumerate(even)
    ]
    return [stroke * size for stroke in _lifted(written, rng)]


def _ends(stroke: np.ndarray, rng: np.random.Generator, first: bool, last: bool) -> np.ndarray:
    if rng.random() < (0.3 if last else 0.1):
        stroke = _on(stroke, rng, rng.uniform(*_LEAVES))
    if rng.random() < (0.2 if first else 0.07):
        stroke = _on(stroke[::-1], rng, rng.uniform(*_LANDS))[::-1]
    if rng.random() < 0.15:
        stroke = stroke[int(rng.uniform(0, _TRIMMED) * len(stroke)) :]
    if rng.random() < 0.15:
        stroke = stroke[: len(stroke) - int(rng.uniform(0, _TRIMMED) * len(stroke))]
    return stroke


def _on(stroke: np.ndarray, rng: np.random.Generator, length: float) -> np.ndarray:
    """The stroke goes on past its end, in a curve."""
    across, down = stroke[-1] - stroke[-6]
    angle = np.arctan2(down, across) + rng.normal(0, 0.3)
    if rng.random() < _BACK:
        angle += np.pi
    way = np.arange(1, max(2, int(length / _SPACING)) + 1) * _SPACING
    angles = angle + rng.uniform(-_CURL, _CURL) * way
    steps = np.column_stack([np.cos(angles), np.sin(angles)]) * _SPACING
    return np.concatenate([stroke, stroke[-1] + np.cumsum(steps, axis=0)])


def _lifted(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Now and then the pen stays down between two strokes, or leaves the paper within one."""
    if len(strokes) > 1 and rng.random() < 0.2:
        at = int(rng.integers(len(strokes) - 1))
        return [*strokes[:at], np.concatenate(strokes[at : at + 2]), *strokes[at + 2 :]]
    at = int(rng.integers(len(strokes)))
    stroke = strokes[at]
    if len(stroke) > 20 and rng.random() < 0.08:
        cut = int(rng.uniform(0.2, 0.8) * len(stroke))
        return [*strokes[:at], stroke[:cut], stroke[cut + int(rng.integers(0, 3)) :], *strokes[at + 1 :]]
    return strokes
