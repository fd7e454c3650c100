"""What people draw on a pad to see what it says, and what is none: a percent sign, a heart, a face, and the
letters that looked most like digits to the detector. The files of letters have too few of them.

Beside digitlab/data/scribbles.py, which stays as it is: the detector is judged by that, too.
"""

from collections.abc import Callable

import numpy as np

from digitlab.data import pen_strokes
from model_zoo.training.pen import formed, pen_line, rounded

FINE = 0.1  # of the drawing's size: a thicker pen fills what tells a face from a 0


def doodle(rng: np.random.Generator, kind: str | None = None) -> np.ndarray:
    """A picture of something that is no digit: uint8 (280, 280), dark on light; `kind` is one of KINDS."""
    draw = KINDS[kind or str(rng.choice(list(KINDS)))]
    while True:
        drawing = pen_strokes.on_pad(pen_strokes.bent(draw(rng), rng), rng)
        if drawing.pen < FINE or draw not in _FILIGREE:
            return drawing.picture


def _ring(rng: np.random.Generator, x: float, y: float, wide: float, high: float) -> np.ndarray:
    """Around x, y; most people begin at the top and go counterclockwise."""
    turn = rng.uniform(330, 400) * (1 if rng.random() < 0.8 else -1)
    angles = np.radians(90 + rng.normal(0, 25) + np.linspace(0, turn, 10))
    knots = np.column_stack([x + wide * np.cos(angles), y - high * np.sin(angles)])
    ring = pen_line(rng, np.array([x, y]) + (knots - [x, y]) / max(wide, high))  # shaky by its own size
    return (ring - [x, y]) * max(wide, high) + [x, y]


def _percent(rng: np.random.Generator) -> list[np.ndarray]:
    slash = pen_line(rng, [(rng.uniform(0.7, 1), 0), (rng.uniform(0, 0.3), 1)])
    sizes = rng.uniform(0.1, 0.2, (2, 2))
    upper = _ring(rng, rng.uniform(0.05, 0.25), rng.uniform(0.12, 0.3), *sizes[0])
    lower = _ring(rng, rng.uniform(0.75, 0.95), rng.uniform(0.7, 0.9), *sizes[1])
    if rng.random() < 0.2:  # the upper ring and the slash in one go
        return formed(rng, rounded(np.vstack([upper, slash]), 1), lower)
    return formed(rng, upper, slash, lower)


def _heart(rng: np.random.Generator) -> list[np.ndarray]:
    dip, tip = (0.5 + rng.normal(0, 0.03), rng.uniform(0.18, 0.35)), (0.5 + rng.normal(0, 0.05), 1)
    high, wide = rng.uniform(0.35, 0.48), rng.uniform(0.5, 0.65)
    left = [dip, (0.28, 0), (0.5 - wide, high * 0.8), (0.5 - wide * 0.75, 0.62), tip]
    right = [tip, (0.5 + wide * 0.75, 0.62), (0.5 + wide, high * 0.8), (0.72, 0), dip]
    if rng.random() < 0.3:
        return [pen_line(rng, left), pen_line(rng, right[::-1])]
    return [pen_line(rng, left, right)]


def _face(rng: np.random.Generator) -> list[np.ndarray]:
    head = _ring(rng, 0.5, 0.5, rng.uniform(0.36, 0.5), 0.5)
    apart, high = rng.uniform(0.12, 0.2), rng.uniform(0.3, 0.42)
    strokes = [head]
    for x in (0.5 - apart, 0.5 + apart):
        way = rng.integers(3)
        if way == 0:
            strokes.append(rng.normal((x, high), 0.012, (3, 2)))
        elif way == 1:
            strokes.append(pen_line(rng, [(x, high - 0.05), (x, high + 0.05)]))
        else:
            strokes.append(_ring(rng, x, high, 0.05, 0.05))
    bend, low = rng.uniform(-0.1, 0.18), rng.uniform(0.64, 0.74)
    strokes.append(pen_line(rng, [(0.5 - apart, low), (0.5, low + bend), (0.5 + apart, low)]))
    if rng.random() < 0.3:
        strokes.append(pen_line(rng, [(0.5, high + 0.05), (0.47, low - 0.12)]))
    return strokes


def _capital_y(rng: np.random.Generator) -> list[np.ndarray]:
    fork = (rng.uniform(0.42, 0.58), rng.uniform(0.38, 0.58))
    arms = [(0, rng.uniform(0, 0.08)), fork], [fork, (1, rng.uniform(-0.05, 0.08))]
    stem = [fork, (fork[0] + rng.normal(0, 0.04), 1)]
    way = rng.integers(3)
    if way == 0:
        strokes = [pen_line(rng, *arms), pen_line(rng, stem)]
    elif way == 1:
        strokes = [pen_line(rng, arms[0], stem), pen_line(rng, arms[1][::-1])]
    else:  # a cup on a stem
        cup = [(0, 0), (0.1, fork[1] - 0.08), fork, (0.9, fork[1] - 0.08), (1, 0)]
        strokes = [pen_line(rng, cup), pen_line(rng, stem)]
    return formed(rng, *strokes)


def _small_f(rng: np.random.Generator) -> list[np.ndarray]:
    high, stem = rng.uniform(0.38, 0.56), rng.uniform(0.4, 0.5)
    left, right = stem - rng.uniform(0.2, 0.4), stem + rng.uniform(0.2, 0.42)
    bar = pen_line(rng, [(left, high), (right, high - rng.uniform(-0.03, 0.06))])
    if rng.random() < 0.35:  # a loop above, one below
        below = [(stem, 0.55), (stem - 0.03, 0.95), (stem + 0.12, 0.85), (stem + 0.02, 0.62), (1, 0.5)]
        return formed(rng, pen_line(rng, [(0, 0.6), (0.5, 0.35), (0.72, 0.08), (0.55, 0.02), *below]))
    tail = rng.uniform(-0.25, 0.02)  # the stem may bend to the left
    cane = [(0.9, rng.uniform(0.06, 0.18)), (0.68, 0), (stem + 0.03, 0.2), (stem, 0.6), (stem + tail, 1)]
    return formed(rng, pen_line(rng, cane), bar)


def _small_r(rng: np.random.Generator) -> list[np.ndarray]:
    top, low = rng.uniform(0.0, 0.08), rng.uniform(0.25, 0.5)
    arm = [(0.05, low), (0.3, 0.1), (0.62, 0.02), (0.95, rng.uniform(0.1, 0.25))]
    stem = [(0, top), (0.04, 1)]
    if rng.random() < 0.6:  # down and back up
        return formed(rng, pen_line(rng, stem, [(0.04, 1), arm[0]], arm))
    return formed(rng, pen_line(rng, stem), pen_line(rng, arm))


def _small_d(rng: np.random.Generator) -> list[np.ndarray]:
    high, right = rng.uniform(0.38, 0.52), rng.uniform(0.7, 0.85)
    middle = (1 + high) / 2
    bowl = [(right, high + 0.1), (right * 0.55, high), (0, middle), (right * 0.5, 1), (right, middle)]
    stem = [(right + 0.04, 0), (right + 0.02, 0.5), (right, 1)]
    tail = [stem[-1], (right + rng.uniform(0.1, 0.25), rng.uniform(0.9, 1))]
    if rng.random() < 0.6:
        up = [bowl[-1], stem[0]]
        return formed(rng, pen_line(rng, bowl, up, stem, *([tail] if rng.random() < 0.5 else [])))
    return formed(rng, pen_line(rng, bowl), pen_line(rng, stem))


KINDS: dict[str, Callable[[np.random.Generator], list[np.ndarray]]] = {
    "%": _percent,
    "heart": _heart,
    "face": _face,
    "Y": _capital_y,
    "f": _small_f,
    "r": _small_r,
    "d": _small_d,
}
_FILIGREE = (_percent, _face)
