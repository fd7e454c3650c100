"""The hands that are missing: digits as people elsewhere write them, as strokes.

The files of pen strokes were collected in a few places. Hardly anybody in them bars or slashes a zero, gives
a 1 a long flag, or writes a 4 in one go. So some of the drawings are written anew in such a way: a stroke
more, or another one, where the drawing can be kept; a whole digit out of knots and curves where it can't.

Strokes are float (points, 2) each, x and y, y pointing down. A habit sees them in a frame in which the
drawing's longer side is 1 and its upper left corner 0, 0; what it returns may reach beyond.
"""

from collections.abc import Callable, Sequence

import numpy as np

from digitlab.strokes import along
from model_zoo.training.pen import Knot, formed, pen_line, rounded, spaced

Strokes = Sequence[np.ndarray]
Habit = Callable[[Strokes, np.random.Generator], list[np.ndarray]]


def as_others_write(
    strokes: Strokes, digit: int, rng: np.random.Generator, habit: str | None = None
) -> list[np.ndarray]:
    """A digit's strokes, as people elsewhere write that digit: by the habit named, one of those that
    `HABITS[digit]` lists, or by one of them at random. At about the same place, in the same size. Raises
    KeyError for a digit or a habit that isn't there."""
    habits = HABITS[digit]
    if habit is None:
        shares = np.array([share for share, _ in habits.values()])
        habit = str(rng.choice(list(habits), p=shares / shares.sum()))
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-6)
    write = habits[habit][1]
    return [stroke * size + low for stroke in write([(stroke - low) / size for stroke in strokes], rng)]


# --- lines -----------------------------------------------------------------------------------------------


def _towards(degrees: float) -> np.ndarray:
    """A step of length 1 to the right, for 0, and upward for 90."""
    angle = np.radians(degrees)
    return np.array([np.cos(angle), -np.sin(angle)])


def _either_way(stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Most people draw it from this end, some from the other."""
    return stroke[::-1] if rng.random() < 0.25 else stroke


def _crossings(strokes: Strokes, at: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Where the ink crosses the line through `at` along `step`: how many steps away, rising."""
    normal = np.array([-step[1], step[0]])
    found = []
    for stroke in strokes:
        side = (stroke - at) @ normal
        for i in np.flatnonzero(side[:-1] * side[1:] < 0):
            share = side[i] / (side[i] - side[i + 1])
            found.append((stroke[i] + share * (stroke[i + 1] - stroke[i]) - at) @ step)
    return np.sort(found)


# --- 0 ---------------------------------------------------------------------------------------------------


def _ring(rng: np.random.Generator, start: float = 90, turn: float = 360) -> np.ndarray:
    """A narrow ring from `start` degrees on, counterclockwise."""
    angles = np.radians(start + np.linspace(0, turn, 10))
    wide = rng.uniform(0.26, 0.42)
    knots = np.column_stack([wide + wide * np.cos(angles), 0.5 - 0.5 * np.sin(angles)])
    return pen_line(rng, knots)


def _is_ring(strokes: Strokes) -> bool:
    """One stroke that comes back to where it began, and no flat one."""
    if len(strokes) > 1 or len(strokes[0]) < 6:
        return False
    wide, high = np.ptp(strokes[0], axis=0)
    return 0.35 * high < wide < 1.1 * high and np.hypot(*(strokes[0][0] - strokes[0][-1])) < 0.2


def _through(strokes: Strokes, rng: np.random.Generator, degrees: float, aside: float) -> list[np.ndarray]:
    """A ring, and a stroke through it: from just inside to beyond it by a quarter at each end; its middle
    lies up to `aside` above or below the ring's."""
    if not _is_ring(strokes):
        strokes = [_ring(rng)]
    low, high = strokes[0].min(axis=0), strokes[0].max(axis=0)
    at = (low + high) / 2 + [0, rng.uniform(-aside, aside)]
    step = _towards(degrees)
    ends = _crossings(strokes, at, step)
    if len(ends) < 2:
        ends = np.array([-0.3, 0.3])
    over = rng.uniform(-0.03, 0.25, 2) * (ends[-1] - ends[0])
    line = pen_line(rng, [at + (ends[-1] + over[0]) * step, at + (ends[0] - over[1]) * step])
    return [*strokes, _either_way(line, rng)]


def bar_through_zero(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """As a theta, at any height."""
    return _through(strokes, rng, 180 + np.clip(rng.normal(0, 10), -22, 22), aside=0.2)


def slash_through_zero(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """From the upper right, or the upper left."""
    steep = rng.uniform(22, 70)
    return _through(strokes, rng, steep if rng.random() < 0.75 else 180 - steep, aside=0.06)


def zero_goes_on_as_slash(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """Ring and slash in one stroke: the pen turns round above the ring, and crosses it."""
    begin = rng.uniform(28, 55)
    ring = _ring(rng, begin, rng.uniform(358, 378))
    middle = (ring.min(axis=0) + ring.max(axis=0)) / 2
    ring = spaced(ring)
    if rng.random() < 0.6:  # a corner where it turns, or a loop: a small one, a large one would make an 8
        turn = middle + (ring[-1] - middle) * rng.uniform(1.05, 1.45)
        far = middle + (middle - turn) * rng.uniform(0.75, 1.15)
        slash = pen_line(rng, [ring[-1], turn], [turn, far])
    else:
        turn = middle + (ring[-1] - middle) * rng.uniform(1.05, 1.2)
        far = middle + (middle - turn) * rng.uniform(0.95, 1.25)
        aside = turn + rng.uniform(0.04, 0.1) * np.array([1, 0.2])
        slash = pen_line(rng, [ring[-1], turn, aside, (aside + far) / 2, far])
    line = np.vstack([ring, slash])
    return [rounded(spaced(line), 1)]


def dot_in_zero(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    if not _is_ring(strokes):
        strokes = [_ring(rng)]
    at = (strokes[0].min(axis=0) + strokes[0].max(axis=0)) / 2 + rng.normal(0, 0.04, 2)
    return [*strokes, at + rng.normal(0, 0.015, (3, 2))]


# --- 1 ---------------------------------------------------------------------------------------------------


def _stem(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """A 1 that is a mere line, from top to bottom: the one given, or one of our own."""
    stroke = strokes[0]
    if len(strokes) == 1 and len(stroke) > 1:
        low, high = stroke[stroke[:, 1].argmin()], stroke[stroke[:, 1].argmax()]
        straight = np.hypot(*(high - low))
        upright = np.ptp(stroke[:, 0]) < 0.4 and low[0] > high[0] - 0.1
        if upright and straight > 0.9 and along(stroke)[-1] < 1.1 * straight:
            return stroke if stroke[0, 1] < stroke[-1, 1] else stroke[::-1]
    lean = rng.uniform(-0.05, 0.3)
    return pen_line(rng, [(lean, 0), (0, 1)])


def flag_on_one(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """A flag to the left of the stem's top, up to 0.9 of the stem; a long one is steep, or it would be a 7,
    and ends well above the foot, or it would be a caret."""
    return _flagged(_stem(strokes, rng), rng)


def flag_and_foot_on_one(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """A line under the stem, too."""
    stem = _stem(strokes, rng)
    stem = stem if np.ptp(stem[:, 0]) < 0.25 else pen_line(rng, [(rng.uniform(0, 0.2), 0), (0, 1)])
    left, right = rng.uniform(0.14, 0.4, 2)
    tilt = rng.uniform(-0.03, 0.03)
    foot = pen_line(rng, [stem[-1] - [left, tilt], stem[-1] + [right, tilt]])
    return [*_flagged(stem, rng, flattest=38), _either_way(foot, rng)]  # with a flat flag it is a Z


def hook_under_one(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """As if another letter were to follow: at the foot the pen turns up to the right."""
    stem = _stem(strokes, rng)
    length = rng.uniform(0.12, 0.4)
    up = stem[-1] + length * _towards(rng.uniform(50, 72))
    return [rounded(spaced(np.vstack([stem, pen_line(rng, [stem[-1], up])[1:]])), int(rng.integers(0, 3)))]


def _flagged(stem: np.ndarray, rng: np.random.Generator, flattest: float = 0) -> list[np.ndarray]:
    length = rng.uniform(0.15, 0.9)
    degrees = rng.uniform(max(20 + 25 * length, flattest), 68)
    length = min(length, 0.68 / np.sin(np.radians(degrees)))
    end = stem[0] + length * _towards(180 + degrees)
    middle = (end + stem[0]) / 2 + [0, rng.uniform(-0.02, 0.12) * length]  # it often hangs through
    flag = pen_line(rng, [end, middle, stem[0]])
    flag[-1] = stem[0]
    if rng.random() < 0.2:
        return [stem, flag[::-1]]
    return [rounded(spaced(np.vstack([flag, stem[1:]])), int(rng.integers(0, 2)))]


# --- 7 ---------------------------------------------------------------------------------------------------


def _seven(rng: np.random.Generator, serif: bool) -> np.ndarray:
    right, bow = rng.uniform(0.85, 1), rng.uniform(-0.06, 0.08)
    top = [(0, 0.03), (0.3, bow), (0.65, 0.5 * bow), (right, 0.02)]
    leg = [(right, 0.02), (rng.uniform(0.5, 0.75), 0.5), (rng.uniform(0.2, 0.6), 1)]
    down = [(rng.uniform(-0.04, 0.04), rng.uniform(0.13, 0.28)), (0, 0.03)]
    return pen_line(rng, *([down] if serif else []), top, leg)


def _barred(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    at = np.array([0, np.concatenate(strokes)[:, 1].max() * rng.uniform(0.4, 0.65)])
    ends = _crossings(strokes, at, np.array([1.0, 0]))
    if len(ends) != 1:
        return list(strokes)
    at[0] = ends[0]
    step = _towards(np.clip(rng.normal(5, 10), -15, 25))
    left, right = rng.uniform(0.12, 0.3, 2)
    return [*strokes, _either_way(pen_line(rng, [at - left * step, at + right * step]), rng)]


def bar_on_seven(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """A stroke across the leg."""
    written = _barred(strokes, rng) if len(strokes) == 1 else list(strokes)
    return written if len(written) > 1 else _barred(formed(rng, _seven(rng, serif=False)), rng)


def serif_on_seven(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """The top line begins with a short stroke downward; half of them have a bar."""
    strokes = formed(rng, _seven(rng, serif=True))
    return _barred(strokes, rng) if rng.random() < 0.5 else strokes


# --- 4 ---------------------------------------------------------------------------------------------------


def four_in_one_stroke(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """Down to the left, along the bar, back up and down the stem."""
    bar, stem, over = rng.uniform(0.5, 0.66), rng.uniform(0.6, 0.8), rng.uniform(0.1, 0.22)
    top, end = rng.uniform(0.12, 0.36), (stem + over, bar - rng.uniform(-0.02, 0.04))
    begin, foot = (stem + rng.uniform(-0.1, 0.08), 0), (stem - rng.uniform(0, 0.1), 1)
    if rng.random() < 0.5:  # a loop at the bar's end, or a corner
        loop = [end, (end[0] + 0.02, (2 * bar + top) / 3), (stem + over / 2, top), (stem, top + 0.1)]
        bend = [(0, bar), (stem * 0.6, bar), *loop]
        return formed(rng, pen_line(rng, [begin, (0, bar)], bend, [loop[-1], foot]))
    back = [[end, (stem, top)], [(stem, top), foot]]
    return formed(rng, pen_line(rng, [begin, (0, bar)], [(0, bar), end], *back))


def open_four_in_one_stroke(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """Two arms; at the end of the bar the pen goes up and comes down on its own line."""
    bar, stem = rng.uniform(0.48, 0.66), rng.uniform(0.65, 0.85)
    arm, top = rng.uniform(0.05, 0.3), rng.uniform(-0.1, 0.2)
    down = [(stem + 0.03, top), (stem, bar), (stem - rng.uniform(0, 0.12), 1)]
    return formed(
        rng, pen_line(rng, [(arm, 0), (0, bar)], [(0, bar), (stem, bar)], [(stem, bar), down[0]], down)
    )


def four_in_two_parts(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """The bar ends before it reaches the stem."""
    bar, stem, gap = rng.uniform(0.5, 0.68), rng.uniform(0.6, 0.85), rng.uniform(0.03, 0.11)
    arm = rng.uniform(0.1, max(0.15, stem - 0.3))
    corner = pen_line(rng, [(arm, 0), (0, bar)], [(0, bar), (stem - gap, bar)])
    top = rng.uniform(-0.05, bar - 0.35)
    return formed(rng, corner, pen_line(rng, [(stem, top), (stem - rng.uniform(0, 0.05), 1)]))


def four_with_short_stem(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """A long arm on the left; the stem begins just above the bar, as a stroke of its own or in one go."""
    bar, stem = rng.uniform(0.62, 0.8), rng.uniform(0.4, 0.75)
    top, foot = bar - rng.uniform(0.06, 0.3), (stem - rng.uniform(-0.06, 0.12), 1)
    arm = [(rng.uniform(0.05, 0.35), 0), (0.02, bar * 0.6), (rng.uniform(0, 0.06), bar)]
    along_bar = [arm[-1], (stem * 0.6, bar + 0.02)]
    if rng.random() < 0.35:
        return formed(rng, pen_line(rng, [*arm, (stem * 0.7, bar)]), pen_line(rng, [(stem, top), foot]))
    if rng.random() < 0.5:  # the pen goes up and comes down on its own line, or beside it
        return formed(rng, pen_line(rng, arm, [*along_bar, (stem, top)], [(stem, top), foot]))
    top = min(top, bar - 0.16)  # a round loop would make a 6
    loop = [*along_bar, (stem + 0.05, (bar + top) / 2), (stem, top), (stem - 0.04, bar), foot]
    return formed(rng, pen_line(rng, [*arm, *loop]))


# --- 8, 9 ------------------------------------------------------------------------------------------------


def open_eight(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """An S, and a straight stroke back up, which ends beside its beginning."""
    begin = (rng.uniform(0.62, 0.78), rng.uniform(0.02, 0.1))
    end = (begin[0] + rng.uniform(0.12, 0.28), begin[1] + rng.uniform(-0.05, 0.14))
    bottom = rng.uniform(0.05, 0.15)
    curve = [begin, (0.42, 0), (0.14, 0.2), (0.48, 0.47), (0.88, 0.75), (0.45, 1), (bottom, 0.78)]
    return formed(rng, pen_line(rng, [*curve, (0.32, 0.58)], [(0.32, 0.58), end]))


def eight_of_two_rings(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    upper, lower = _ring(rng, rng.uniform(-90, 90)), _ring(rng, rng.uniform(0, 180))
    share = rng.uniform(0.4, 0.5)
    wide = np.array([rng.uniform(0.8, 1.1), 1])
    upper = (upper - upper.min(axis=0)) / np.ptp(upper, axis=0) * [share * 0.9, share] * wide
    lower = (lower - lower.min(axis=0)) / np.ptp(lower, axis=0) * [0.55, 1 - share] * wide
    apart = (np.ptp(lower[:, 0]) - np.ptp(upper[:, 0])) / 2 + rng.normal(0, 0.03)
    return [upper + np.array([apart, rng.uniform(-0.01, 0.05)]), lower + np.array([0, share])]


def eight_open_at_the_left(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """An arch, the lower ring, and back up to the left: beginning and end don't meet."""
    begin = (rng.uniform(0.02, 0.3), rng.uniform(0.12, 0.32))
    end = (rng.uniform(-0.05, 0.15), begin[1] + rng.uniform(0.08, 0.34))
    arch = [begin, (0.52, 0), (0.88, 0.2), (0.5, 0.55), (0.15, 0.85)]
    return formed(rng, pen_line(rng, [*arch, (0.45, 1), (0.78, 0.8), (0.5, 0.52), end]))


def open_nine(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """The ring doesn't close, the leg is straight."""
    begin = (rng.uniform(0.6, 0.78), rng.uniform(0.03, 0.12))
    leg = (begin[0] + rng.uniform(0.08, 0.18), begin[1] + rng.uniform(-0.04, 0.08))
    low = rng.uniform(0.42, 0.55)
    ring = [begin, (0.42, 0), (0.08, low / 2), (0.38, low), (0.72, low * 0.65), leg]
    return formed(rng, pen_line(rng, ring, [leg, (leg[0] - rng.uniform(0, 0.2), 1)]))


def nine_with_straight_leg(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    low, right = rng.uniform(0.4, 0.55), rng.uniform(0.75, 0.9)
    ring = [(right, 0.12), (0.45, 0), (0.08, low / 2), (0.4, low), (right - 0.04, low / 2), (right, 0.1)]
    return formed(rng, pen_line(rng, ring, [(right, 0.1), (right - rng.uniform(0, 0.3), 1)]))


def nine_begun_at_the_crossing(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """Up to the right, back over the top, and down through where it began, or past it."""
    low = rng.uniform(0.36, 0.52)
    begin = (rng.uniform(0.1, 0.5), low + rng.uniform(-0.06, 0.06))
    ring = [begin, (0.85, 0.2), (0.7, 0), (0.15, rng.uniform(0.06, 0.14)), (0.2, 0.28), (0.5, low)]
    return formed(rng, pen_line(rng, [*ring, (0.68, 0.75), (rng.uniform(0.4, 0.65), 1)]))


def hook_under_nine(strokes: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """The leg turns to the left and up again."""
    (nine,) = nine_with_straight_leg(strokes, rng)
    end = nine[-1]
    bend = np.radians(np.linspace(0, rng.uniform(80, 180), 6)[1:])
    hook = end + rng.uniform((0.12, 0.06), (0.28, 0.16)) * np.column_stack([np.cos(bend) - 1, np.sin(bend)])
    return [rounded(spaced(np.vstack([nine, pen_line(rng, [end, *hook])[1:]])), 2)]


def nine_with_long_tail(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """A small ring, a leg that bows to the right, and a tail far to the left."""
    low, right = rng.uniform(0.2, 0.4), rng.uniform(0.5, 0.75)
    ring = [(right, 0.08), (right - 0.2, 0), (right - low - 0.1, low * 0.55), (right - 0.2, low)]
    bow = rng.uniform(0.05, 0.35)
    leg = [(right, low * 0.6), (right + 0.02, 0.1), (right + bow * 0.6, 0.5), (right + bow, 0.75)]
    tail = [(right + bow * 0.4, 0.95), (rng.uniform(-0.1, 0.3), rng.uniform(0.9, 1.02))]
    return formed(rng, pen_line(rng, [*ring, *leg, *tail]))


# --- 2, 3, 5, 6 ------------------------------------------------------------------------------------------


def loop_in_two(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """At the lower left."""
    high = rng.uniform(0.74, 0.84)
    bow = [(0.08, rng.uniform(0.15, 0.3)), (0.45, 0), (0.85, 0.25), (0.55, 0.62), (0.16, 0.95)]
    loop = [(0.02, 0.9), (0.12, high), (0.4, high + 0.1), (0.7, 0.98), (1, rng.uniform(0.8, 0.98))]
    return formed(rng, pen_line(rng, [*bow, *loop]))


def cursive_two(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """As it was taught with a nib: down first, an arch, a tall loop, and away to the upper right."""
    down, loop = rng.uniform(0.22, 0.5), rng.uniform(0.58, 0.78)
    begin, left = (rng.uniform(0.08, 0.2), rng.uniform(-0.05, 0.05)), rng.uniform(0, 0.12)
    arch = [(left, down), (0.3, 0.08), (0.62, 0.12), (0.7, 0.4), (0.5, loop), (0.2, 0.97)]
    if rng.random() < 0.7:
        foot = [(0.03, 0.92), (0.12, loop + 0.12), (0.48, loop), (1, rng.uniform(0.3, 0.85))]
        return formed(rng, pen_line(rng, [begin, (left, down)], [*arch, *foot]))
    foot = [arch[-1], (0.55, rng.uniform(0.8, 0.92)), (1, rng.uniform(0.55, 0.85))]  # a corner, no loop
    return formed(rng, pen_line(rng, [begin, (left, down)], arch, foot))


def flat_three(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """Its upper half is angular."""
    right, middle = rng.uniform(0.75, 0.95), rng.uniform(0.36, 0.46)
    inner = (rng.uniform(0.3, 0.5), middle)
    bow = [inner, (0.72, middle + 0.08), (0.9, 0.7), (0.55, 1), (0, rng.uniform(0.8, 0.95))]
    top = [(0.05, rng.uniform(-0.03, 0.05)), (right, 0)]
    return formed(rng, pen_line(rng, top, [(right, 0), inner], bow))


def loop_in_three(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """In the middle, where the bows meet."""
    size = rng.uniform(0.06, 0.12)
    upper = [(0.08, 0.15), (0.45, 0), (0.82, 0.2), (0.5, 0.45)]
    loop = [(0.34, 0.47), (0.32, 0.47 - size), (0.5, 0.46)]
    lower = [(0.88, 0.7), (0.5, 1), (0, rng.uniform(0.82, 0.92))]
    return formed(rng, pen_line(rng, [*upper, *loop, *lower]))


def five_with_loose_hat(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """The hat is a stroke of its own, a little away from the rest."""
    gap, left = rng.uniform(0.0, 0.12), rng.uniform(0.1, 0.25)
    hat = left + rng.uniform(0, 0.15)
    line = pen_line(
        rng, [(hat, rng.uniform(-0.03, 0.05)), (rng.uniform(0.75, 1.05), rng.uniform(-0.08, 0.04))]
    )
    return formed(rng, _five(rng, left, 0.02 + gap), line)


def five_with_short_hat(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """In one stroke, the hat hardly there."""
    left = rng.uniform(0.1, 0.25)
    hat = [(left + rng.uniform(0.22, 0.4), rng.uniform(-0.06, 0.03)), (left, 0.02)]
    return formed(rng, _five(rng, left, 0.02, hat))


def _five(rng: np.random.Generator, left: float, top: float, *before: Sequence[Knot]) -> np.ndarray:
    corner = (left - 0.04, rng.uniform(0.36, 0.48))
    bow = [corner, (0.55, corner[1] - 0.05), (0.9, 0.68), (0.5, 1), (0, rng.uniform(0.85, 0.97))]
    return pen_line(rng, *before, [(left, top), corner], bow)


def open_six(_: Strokes, rng: np.random.Generator) -> list[np.ndarray]:
    """A straight back, and a loop that ends just before it meets it."""
    high = rng.uniform(0.5, 0.62)
    back = [(rng.uniform(0.45, 0.85), 0), (0.25, 0.38), (0.06, 0.72)]
    loop = [(0.42, 1), (0.85, 0.78), (0.55, high), (rng.uniform(0.22, 0.34), high + rng.uniform(0.06, 0.14))]
    return formed(rng, pen_line(rng, [*back, *loop]))


# of each digit: how it is written, and how often among these ways
HABITS: dict[int, dict[str, tuple[float, Habit]]] = {
    0: {
        "bar": (3, bar_through_zero),
        "slash": (5, slash_through_zero),
        "slash in one stroke": (2, zero_goes_on_as_slash),
        "dot": (0.5, dot_in_zero),
    },
    1: {"flag": (2, flag_on_one), "flag and foot": (1, flag_and_foot_on_one), "hook": (1, hook_under_one)},
    2: {"loop": (1, loop_in_two), "cursive": (1, cursive_two)},
    3: {"flat top": (2, flat_three), "loop": (1, loop_in_three)},
    4: {
        "one stroke": (2, four_in_one_stroke),
        "one stroke, open": (1, open_four_in_one_stroke),
        "two parts": (2, four_in_two_parts),
        "short stem": (2, four_with_short_stem),
    },
    5: {"loose hat": (2, five_with_loose_hat), "short hat": (1, five_with_short_hat)},
    6: {"open": (1, open_six)},
    7: {"bar": (2, bar_on_seven), "serif": (1, serif_on_seven)},
    8: {
        "open": (3, open_eight),
        "open at the left": (2, eight_open_at_the_left),
        "two rings": (1, eight_of_two_rings),
    },
    9: {
        "open": (2, open_nine),
        "straight leg": (1, nine_with_straight_leg),
        "hook": (1, hook_under_nine),
        "long tail": (2, nine_with_long_tail),
        "crossing": (1, nine_begun_at_the_crossing),
    },
}
