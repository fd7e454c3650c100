"""A drawing -> where its pen went in which direction: what the reader of strokes sees.

A picture of a digit has lost how it was written. Here each bit of the pen's way is put into one of eight
small maps, by its direction, at its place ("stroke-direction maps": Bai, Huo 2005, "A study on the use of
8-directional features for online handwritten Chinese character recognition"). Two more maps have where
strokes begin and where they end. The pen's width plays no part.
"""

from collections.abc import Sequence

import numpy as np

SIDE = 14  # rows and columns of a map
DIRECTIONS = 8  # to the right, then clockwise in steps of 45 degrees
MAPS = DIRECTIONS + 2
_MARGIN = 1  # cells around the drawing
_STEP = 0.02  # of the drawing's size, from one look at the pen's way to the next
_BIT = 1e-9  # cells: at a stroke's very end the next one begins
_MOST = 2_000  # looks; a digit has about two hundred


def direction_maps(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """The maps of strokes, float (points, 2) each: x to the right, y down, in any unit. float32 (14, 14, 10),
    the drawing's longer side 11 cells long and its middle in the middle: in the first eight the length of the
    pen's way in cells, by direction; in the last two the strokes' beginnings and ends, 1 for each.
    Raises ValueError without strokes."""
    if not strokes:
        raise ValueError("There are no strokes.")
    points = np.concatenate(strokes).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    cells = SIDE - 1 - 2 * _MARGIN
    scale = cells / max((high - low).max(), 1e-6)
    points = (points - (low + high) / 2) * scale + (SIDE - 1) / 2

    x, y = points.T

    ends = np.cumsum([len(stroke) for stroke in strokes])
    starts = np.concatenate([[0], ends[:-1]])
    lengths = np.hypot(np.diff(x), np.diff(y))
    lengths[starts[1:] - 1] = 0  # the pen is up
    way = np.concatenate([[0], np.cumsum(lengths)])  # how far the pen has come, at each point
    looks = int(np.clip(np.round(way[-1] / cells / _STEP), 1, _MOST))
    step = way[-1] / looks
    at = (np.arange(looks) + 0.5) * step
    # the direction there: from a step before to a step behind, but not beyond the stroke
    stroke = np.searchsorted(way[starts], at, side="right") - 1
    before = np.maximum(at - step, way[starts][stroke])
    behind = np.minimum(at + step, way[ends - 1][stroke] - _BIT)
    around = np.concatenate([before, at, behind])
    xs, ys = (np.interp(around, way, axis).reshape(3, looks) for axis in (x, y))
    direction = np.arctan2(ys[2] - ys[0], xs[2] - xs[0]) * (DIRECTIONS / (2 * np.pi))
    lower = np.floor(direction)
    upper_share = direction - lower
    lower = lower.astype(int)

    maps = [lower % DIRECTIONS, (lower + 1) % DIRECTIONS]
    maps += [np.full(len(strokes), DIRECTIONS), np.full(len(strokes), DIRECTIONS + 1)]
    amounts = [step * (1 - upper_share), step * upper_share, np.ones(2 * len(strokes))]
    columns = np.concatenate([xs[1], xs[1], x[starts], x[ends - 1]])
    rows = np.concatenate([ys[1], ys[1], y[starts], y[ends - 1]])
    return _shared(columns, rows, np.concatenate(maps), np.concatenate(amounts))


def _shared(x: np.ndarray, y: np.ndarray, maps: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Each amount shared among the four cells around its place."""
    column, row = np.floor(x), np.floor(y)
    to_right, down = (x - column) * amounts, (y - row) * amounts
    both = (x - column) * down
    shares = [amounts - to_right - down + both, to_right - both, down - both, both]
    first = ((row * SIDE + column) * MAPS).astype(int) + maps
    cells = [first, first + MAPS, first + SIDE * MAPS, first + (SIDE + 1) * MAPS]
    flat = np.bincount(np.concatenate(cells), np.concatenate(shares), SIDE * SIDE * MAPS)
    return flat.reshape(SIDE, SIDE, MAPS).astype(np.float32)
