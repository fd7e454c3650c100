"""How a digit was written: with a bar through the 7, an open 4, a slash through the 0, a flag on the 1.

Found by the strokes alone, at any size, slant and place, in one stroke or in several.

Looked at on the real hands of PEN_DIGITS (digitlab/data/pen_strokes.py): 128 of each style, or all there are.
Wrong by eye were 1 of the crossed 7s and none of the plain ones; 3 of the open 4s and 8 of the closed ones
(loops at the bend, tops that nearly meet); 4 of the flagged 1s and 6 of the plain ones (narrow flags); 8 of
all 78 slashed 0s (hooks into the ring), and 1 of those 189 plain ones that have a line near their middle.
Some can be argued about either way. One drawing takes half a millisecond.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from digitlab.strokes import Stroke, along, evenly

CROSSED_7, PLAIN_7 = "crossed 7", "plain 7"
OPEN_4, CLOSED_4 = "open 4", "closed 4"
SLASHED_0, PLAIN_0 = "slashed 0", "plain 0"
FLAGGED_1, PLAIN_1 = "flagged 1", "plain 1"
NONE = ""  # of a digit that everybody writes in much the same way

# The two ways of each digit that has two: the one that people disagree about, and its counterpart.
STYLES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        0: (SLASHED_0, PLAIN_0),
        1: (FLAGGED_1, PLAIN_1),
        4: (OPEN_4, CLOSED_4),
        7: (CROSSED_7, PLAIN_7),
    }
)
# As a page calls them.
TITLES: Mapping[str, str] = MappingProxyType(
    {name: name.capitalize() for pair in STYLES.values() for name in pair}
)

# All lengths below are shares of the drawing's longer side.
_STEP = 0.02  # between two points of a line
_MOST = 6.0  # of all lines: a drawing that is longer is no digit, and gets fewer points
_TOUCH = 0.07  # as near as this, two lines touch: about a pen's width
_NEAR = 0.2  # as near as this, a bar or a flag of its own belongs to a stem
_GAP = 0.11  # as wide as this, a 4 is open
_LOWER_LEFT = np.array([1, -0.6])  # the bend of a 4 is farthest against this direction
_FLAG = 0.1  # as far from its stem as this, a flag shows


def style(drawing: Sequence[Stroke], label: int) -> str:
    """Which of the ways to write `label` this drawing is: one of STYLES[label], or NONE where there is only
    one way, or nothing drawn. What isn't a `label` at all gets one of the two all the same."""
    lines = _lines(drawing)
    if not lines or label not in STYLES:
        return NONE
    special, plain = STYLES[label]
    return special if _FOUND[label](lines) else plain


def _lines(drawing: Sequence[Stroke]) -> list[np.ndarray]:
    """Each stroke as points at equal distances, float (points, 2), the drawing's longer side 1, its upper
    left corner (0, 0). Dots are left out."""
    strokes = [np.asarray(stroke.points, float).reshape(-1, 2) for stroke in drawing]
    strokes = [points for points in strokes if len(points)]
    if not strokes:
        return []
    every = np.concatenate(strokes)
    low, size = every.min(axis=0), np.ptp(every, axis=0).max()
    if not size > 0:
        return []
    strokes = [(points - low) / size for points in strokes]
    lengths = [along(points)[-1] for points in strokes]
    step = _STEP * max(1.0, sum(lengths) / _MOST)
    return [
        _even(points, step) for points, length in zip(strokes, lengths, strict=True) if length > 3 * _STEP
    ]


def _even(points: np.ndarray, step: float) -> np.ndarray:
    return evenly(points, max(2, round(along(points)[-1] / step) + 1))


def _distance(point: np.ndarray, line: np.ndarray) -> float:
    """From a point to the nearest point of a line; infinite if the line has none."""
    return float(np.hypot(*(line - point).T).min()) if len(line) else np.inf


class _Stem(NamedTuple):
    """The stroke that goes down, and its parts before the top and after the bottom."""

    stroke: int
    before: np.ndarray
    stem: np.ndarray
    after: np.ndarray


def _stem(lines: Sequence[np.ndarray]) -> _Stem:
    """Of the stroke that is tallest."""
    number = int(np.argmax([np.ptp(line[:, 1]) for line in lines]))
    line = lines[number]
    top, bottom = int(line[:, 1].argmin()), int(line[:, 1].argmax())
    if top > bottom:  # drawn upwards
        line, top, bottom = line[::-1], len(line) - 1 - top, len(line) - 1 - bottom
    return _Stem(number, line[: top + 1], line[top : bottom + 1], line[bottom:])


def _others(lines: Sequence[np.ndarray], number: int) -> list[np.ndarray]:
    return [line for index, line in enumerate(lines) if index != number]


# --- 7: a bar through the stem ------------------------------------------------------------------------


def _is_crossed_7(lines: Sequence[np.ndarray]) -> bool:
    stem = _stem(lines)
    height = max(np.ptp(np.concatenate(lines)[:, 1]), _STEP)
    if any(_is_bar(line, stem.stem, height) for line in _others(lines, stem.stroke)):
        return True
    return _comes_back(stem.after, stem.stem, height)


def _is_bar(line: np.ndarray, stem: np.ndarray, height: float) -> bool:
    """A stroke of its own: more across than down, below the top bar, above the foot, at or near the stem."""
    wide, high = np.ptp(line, axis=0)
    near = min(_distance(point, stem) for point in line)
    return bool(wide > max(high, 0.1) and 0.22 < line[:, 1].mean() / height < 0.9 and near < _NEAR)


def _comes_back(tail: np.ndarray, stem: np.ndarray, height: float) -> bool:
    """What the pen drew after the foot, without leaving the paper, lies on both sides of the stem in the
    middle of the digit."""
    tail = tail[(tail[:, 1] > 0.22 * height) & (tail[:, 1] < 0.8 * height)]
    if not len(tail):
        return False
    same_height = np.abs(tail[:, None, 1] - stem[:, 1]).argmin(axis=1)
    right_of_it = tail[:, 0] - stem[same_height, 0]
    return bool(right_of_it.min() < -_TOUCH and right_of_it.max() > _TOUCH)


# --- 4: the arm and the stem don't meet ---------------------------------------------------------------


def _is_open_4(lines: Sequence[np.ndarray]) -> bool:
    """The arm is what goes up from the bend on the left, where the bar begins. The 4 is open if the arm's end
    is far from all the rest, and no other line begins at the arm's upper part."""
    number, bend = _bend(lines)
    ways = lines[number][: bend + 1][::-1], lines[number][bend:]
    arm, rest = sorted(ways, key=lambda way: way[: round(0.3 / _STEP), 1].mean())
    turn = _first_top(arm)
    up, down = arm[: turn + 1], arm[turn:]
    if len(down) * _STEP > 0.3 and max(_distance(point, up) for point in down) > _GAP:
        return False  # arm and stem are one line
    others = _others(lines, number)
    elsewhere = np.concatenate([rest[round(0.2 / _STEP) :], *others])
    if min(_distance(point, elsewhere) for point in down) < _GAP:
        return False
    upper = up[round(turn * 2 / 3) :]
    return all(_distance(end, upper) > _GAP for other in others for end in (other[0], other[-1]))


def _bend(lines: Sequence[np.ndarray]) -> tuple[int, int]:
    """The point that is farthest to the lower left, the stem left out: its line and its number in it."""
    off = [line @ _LOWER_LEFT for line in lines]
    stem = int(np.argmax([line[:, 1].max() for line in lines]))
    lowest = int(lines[stem][:, 1].argmax())
    start = lowest - _climb(lines[stem][: lowest + 1][::-1])
    end = lowest + _climb(lines[stem][lowest:])
    if start > 0 or end < len(lines[stem]) - 1 or len(lines) > 1:  # there is more than the stem
        off[stem][start : end + 1] = np.inf
    number = int(np.argmin([values.min() for values in off]))
    return number, int(off[number].argmin())


def _climb(line: np.ndarray) -> int:
    """How many points long a line goes up steeply."""
    lag = 5
    if len(line) <= lag:
        return len(line) - 1
    across, up = np.abs(line[lag:, 0] - line[:-lag, 0]), line[:-lag, 1] - line[lag:, 1]
    flat = np.flatnonzero(up < 0.5 * across)
    flat = flat[flat > 0.15 / _STEP]  # but for a foot
    return int(flat[0]) if len(flat) else len(line) - 1


def _first_top(line: np.ndarray) -> int:
    """Where a line that goes up has its first top: from there it falls by more than a little."""
    fallen = np.flatnonzero(line[:, 1] > np.minimum.accumulate(line[:, 1]) + 0.06)
    return int(line[: fallen[0] if len(fallen) else len(line), 1].argmin())


# --- 0: a slash through the ring ----------------------------------------------------------------------


def _is_slashed_0(lines: Sequence[np.ndarray]) -> bool:
    rings = [_ring(line) for line in lines]
    areas = [_area(line[ring]) for line, ring in zip(lines, rings, strict=True)]
    number = int(np.argmax(areas))
    if areas[number] < 0.01:  # nothing round
        return False
    middle, flat = _to_circle(lines[number][rings[number]])
    own = (lines[number] - middle) @ flat
    others = [(line - middle) @ flat for line in _others(lines, number)]
    return _goes_through(own, 0.4, 0.25) or any(_goes_through(line, 0.6, 0.1) for line in others)


def _ring(line: np.ndarray) -> slice:
    """The part of a line that comes back to where it began and encloses most; all of it if none does."""
    x, y = line.T
    steps = np.concatenate([[0.0], np.cumsum(x[:-1] * y[1:] - x[1:] * y[:-1])])
    # twice the area of what is drawn from point i to point j, and straight back: at [i, j]
    area = np.abs(steps[None] - steps[:, None] + x[None] * y[:, None] - x[:, None] * y[None])
    near = np.hypot(x[None] - x[:, None], y[None] - y[:, None]) < 0.12
    area = np.triu(np.where(near, area, 0), 3)
    start, end = np.unravel_index(int(area.argmax()), area.shape)
    return slice(int(start), int(end) + 1) if area[start, end] > 0.05 else slice(0, len(line))


def _area(ring: np.ndarray) -> float:
    (x, y), (x_next, y_next) = ring.T, np.roll(ring, -1, axis=0).T
    return abs(float((x * y_next - x_next * y).sum())) / 2


def _to_circle(ring: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle of a ring, and the matrix that makes it a circle with radius 1, however narrow and slanted
    it was: float (2,) and (2, 2). (From the moments of a polygon's area.)"""
    following = np.roll(ring, -1, axis=0)
    cross = ring[:, 0] * following[:, 1] - following[:, 0] * ring[:, 1]
    twice = cross.sum()
    middle = ((ring + following) * cross[:, None]).sum(axis=0) / (3 * twice)
    a, b = ring - middle, following - middle
    cross = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
    both = a + b
    products = a[:, :, None] * a[:, None] + b[:, :, None] * b[:, None] + both[:, :, None] * both[:, None]
    spread = (products * cross[:, None, None]).sum(axis=0) / (12 * twice)
    values, vectors = np.linalg.eigh(spread)
    return middle, vectors / (2 * np.sqrt(np.maximum(values, 1e-6)))


def _goes_through(line: np.ndarray, near: float, beyond: float) -> bool:
    """Whether a line passes the middle of the circle with radius 1 as near as that, and goes on beyond it on
    both sides."""
    radius = np.hypot(*line.T)
    nearest = int(radius.argmin())
    if radius[nearest] > near:
        return False
    outside = np.flatnonzero(radius > 0.9)
    before, after = outside[outside < nearest], outside[outside > nearest]
    start = line[before[-1] if len(before) else 0]
    end = line[after[0] if len(after) else -1]
    length = float(np.hypot(*(end - start)))
    along = (end - start) / max(length, 1e-9)
    return bool(length > 0.5 and start @ along < -beyond and end @ along > beyond)


# --- 1: a flag at the stem's top ----------------------------------------------------------------------


def _is_flagged_1(lines: Sequence[np.ndarray]) -> bool:
    stem = _stem(lines)
    if max(_distance(point, stem.stem) for point in stem.before) > _FLAG:
        return True
    return any(_is_flag(line, stem.stem) for line in _others(lines, stem.stroke))


def _is_flag(line: np.ndarray, stem: np.ndarray) -> bool:
    """A stroke of its own in the upper half: one end at the stem's top, the other well away from it."""
    middle = (stem[0, 1] + stem[-1, 1]) / 2
    far, near = sorted((_distance(end, stem) for end in (line[0], line[-1])), reverse=True)
    return bool(line[:, 1].mean() < middle and far > _FLAG and near < _NEAR)


_FOUND: Mapping[int, Callable[[Sequence[np.ndarray]], bool]] = MappingProxyType(
    {0: _is_slashed_0, 1: _is_flagged_1, 4: _is_open_4, 7: _is_crossed_7}
)
