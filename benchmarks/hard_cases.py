"""Ways to write a digit that readers trained on MNIST alone get wrong, found in pen strokes by simple rules.

Strokes are float (points, 2) each, x and y, y pointing down. A drawing is measured by its own height: the
rules know nothing of pens and pads. On the public pen strokes they were checked by eye: of what they pick,
nearly all is meant, but they miss some.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2
import numpy as np

from digitlab.data.pen_strokes import PenDrawing
from digitlab.strokes import along, evenly

Strokes = Sequence[np.ndarray]

SPACING = 0.01  # of the drawing's size, between the points that a rule looks at
THICK = 0.2  # of the drawing's size: pens that fill loops


def _evenly(strokes: Strokes) -> list[np.ndarray]:
    """The strokes with points close together, the drawing's height 1, its top left corner at 0, 0."""
    points = np.concatenate(strokes)
    low, (wide, high) = points.min(axis=0), np.ptp(points, axis=0)
    height = max(high, wide / 10, 1e-6)  # a dash has next to none
    lines = [(stroke - low) / height for stroke in strokes]
    return [evenly(line, max(2, int(along(line)[-1] / SPACING))) for line in lines]


def slashed_zero(strokes: Strokes) -> bool:
    """The slash divides the ring into two holes, of which the smaller is at least a quarter of the larger."""
    even = [stroke * 100 + 10 for stroke in _evenly(strokes)]
    width, height = (np.concatenate(even).max(axis=0) + 10).astype(int)
    ink = np.zeros((height, width), np.uint8)
    cv2.polylines(ink, [stroke.round().astype(np.int32) for stroke in even], False, 1, 7)
    areas = cv2.connectedComponentsWithStats(1 - ink, connectivity=4)[2][1:, cv2.CC_STAT_AREA]
    holes = np.sort(areas[1:])[::-1]  # the first is the paper around
    return bool(len(holes) > 1 and holes[1] > max(holes[0] / 4, 60))


def flagged_one(strokes: Strokes) -> bool:
    """A flag hangs from the stem's top to the left; no foot."""
    return _flag(strokes) and not _foot(strokes)


def footed_one(strokes: Strokes) -> bool:
    """A flag, and a foot that lies under the stem."""
    return _flag(strokes) and _foot(strokes)


def _flag(strokes: Strokes) -> bool:
    x, y = np.concatenate(_evenly(strokes)).T
    # the stem leans: a line through its middle and its lower part
    parts = [(y > top) & (y < top + 0.15) for top in (0.5, 0.7)]
    if not all(part.any() for part in parts):
        return False
    at = [[np.median(axis[part]) for axis in (x, y)] for part in parts]
    lean = (at[1][0] - at[0][0]) / (at[1][1] - at[0][1])
    beside = x - (at[0][0] + lean * (y - at[0][1]))
    left = np.argmin(np.where(y < 0.6, beside, np.inf))
    beyond = x[np.abs(y - y[left]) < 0.03]  # a bow has one line at each height, stem and flag are two
    return bool(beside[left] < -0.1 and y[left] > 0.05 and np.ptp(beyond) > 0.1)


def _foot(strokes: Strokes) -> bool:
    x, y = np.concatenate(_evenly(strokes)).T
    return bool(np.ptp(x[y > 0.88]) > 0.25)


def crossed_seven(strokes: Strokes) -> bool:
    """A stroke that lies, half-way down."""
    for stroke in _evenly(strokes):
        across, down = np.ptp(stroke, axis=0)
        if across > 0.12 and across > 1.5 * down and 0.25 < stroke[:, 1].mean() < 0.8:
            return True
    return False


def open_four(strokes: Strokes) -> bool:
    """Two arms, their tops apart."""
    even = _evenly(strokes)
    points = np.concatenate(even)
    top = np.sort(points[points[:, 1] < 0.2, 0])
    gap = max((right - left for left, right in pairwise(top)), default=0)
    tops = [stroke[stroke[:, 1].argmin()] for stroke in even if np.ptp(stroke[:, 1]) > 0.3]
    apart = len(tops) > 1 and abs(tops[0][0] - tops[1][0]) > 0.2
    return bool(gap > 0.2 or apart)


def with_slash(drawing: PenDrawing, rng: np.random.Generator) -> PenDrawing:
    """The drawing with a slash from its lower left to its upper right, a little shorter or longer."""
    points = np.concatenate(drawing.strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    ends = np.array([[0, 1], [1, 0]]) + rng.uniform(-0.15, 0.1, (2, 1)) * [[1, -1], [-1, 1]]
    return drawing._replace(strokes=[*drawing.strokes, low + ends * size])


CASES: dict[str, tuple[int, Callable[[Strokes], bool]]] = {
    "0 with a slash": (0, slashed_zero),
    "1 with a flag": (1, flagged_one),
    "1 with flag and foot": (1, footed_one),
    "7 with a bar": (7, crossed_seven),
    "4, open at the top": (4, open_four),
}
