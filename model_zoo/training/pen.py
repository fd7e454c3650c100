"""A pen that draws what we describe by knots, as a hand would: no line is straight, no corner sharp, and no
two are the same.

Strokes are float (points, 2), x and y, y pointing down; what is drawn is about 1 in size.
"""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline

from digitlab.strokes import along, evenly

Knot = tuple[float, float]

SPACING = 0.03  # between the points of a stroke
SHAKY = 0.02  # how far off its knots are


def pen_line(rng: np.random.Generator, *pieces: np.ndarray | Sequence[Knot | np.ndarray]) -> np.ndarray:
    """One stroke through the knots, each a little off. A piece of at least two knots is a curve; where one
    ends, the next begins, with a corner, which a quick hand rounds."""
    corners = rng.normal(0, SHAKY, (len(pieces) + 1, 2))
    parts = []
    for number, piece in enumerate(pieces):
        knots = np.array(piece, float)
        knots[1:-1] += rng.normal(0, SHAKY, knots[1:-1].shape)
        knots[[0, -1]] += corners[[number, number + 1]]
        if len(knots) == 2:
            aside = (knots[1] - knots[0])[::-1] * [1, -1] * rng.normal(0, 0.03)
            knots = np.array([knots[0], knots.mean(axis=0) + aside, knots[1]])
        way = np.cumsum([0, *np.maximum(np.hypot(*np.diff(knots, axis=0).T), 1e-6)])  # a spline's must rise
        curve = CubicSpline(way, knots, bc_type="natural")
        parts.append(curve(np.linspace(0, way[-1], 20)))
    return rounded(spaced(np.concatenate(parts)), int(rng.integers(0, 3)))


def spaced(points: np.ndarray, spacing: float = SPACING) -> np.ndarray:
    """The same way with points so far apart."""
    return evenly(points, max(2, int(along(points)[-1] / spacing)))


def rounded(points: np.ndarray, times: int) -> np.ndarray:
    """With rounder corners, the more `times` the rounder; the ends stay."""
    for _ in range(times):
        points = np.vstack([points[:1], (points[:-2] + 2 * points[1:-1] + points[2:]) / 4, points[-1:]])
    return points


def formed(rng: np.random.Generator, *strokes: np.ndarray) -> list[np.ndarray]:
    """Strokes drawn in a square, as narrow and as slanted as what people write."""
    narrow, slant = rng.uniform(0.55, 0.85), rng.uniform(-0.1, 0.25)
    return [stroke @ [[narrow, 0], [-slant, 1]] + [slant / 2, 0] for stroke in strokes]
