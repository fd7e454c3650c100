"""Pupils that nobody is: hands made from a seed, to fill an example class with.

Each hand is bent, slanted and stretched in a way of its own from our examples (digitlab.strokes.examples) and
from the other ways to write a digit that stand here, and stays so: two of its 4s are alike, but not the same.
No person's handwriting is in it.

Of 30 of them, two drawings of each digit, the CNN says the right digit for 83 to 90 % (seeds 0 to 4): for
most hands always or nearly so, for the worst ones half of the time. A person can read nearly all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import cv2
import numpy as np

from digitlab.classroom.styles import (
    CLOSED_4,
    CROSSED_7,
    FLAGGED_1,
    OPEN_4,
    PLAIN_0,
    PLAIN_1,
    PLAIN_7,
    SLASHED_0,
)
from digitlab.strokes import PAD_SIZE, Drawing, Stroke, along, evenly, examples

_STEP = 5.0  # pixels between two points, about as a finger moves between two frames
_EDGE = 4.0  # pixels that stay free at the pad's edge


class Way(NamedTuple):
    """One way to write a digit: how common it is among the hands, and its strokes, in the order of writing.
    Points are (x, y) in a box 100 high. `style` is its name in digitlab.classroom.styles, if it has one."""

    share: float
    strokes: tuple[np.ndarray, ...]
    style: str = ""


def _curve(*knots: tuple[float, float]) -> np.ndarray:
    """A smooth line through the knots (Catmull and Rom 1974): float (points, 2). A knot that comes twice
    is a corner."""
    points = np.array([knots[0], *knots, knots[-1]], float)
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False):
        parts.append(
            b + t * ((c - a) / 2 + t * (a - 2.5 * b + 2 * c - d / 2 + t * (1.5 * (b - c) + (d - a) / 2)))
        )
    return np.concatenate([*parts, points[-1:]])


def _example(digit: int) -> tuple[np.ndarray, ...]:
    strokes = [np.asarray(stroke.points, float) for stroke in examples()[digit]]
    every = np.concatenate(strokes)
    low, height = every.min(axis=0), np.ptp(every[:, 1])
    return tuple((stroke - low) * (100 / height) for stroke in strokes)


def _ways() -> Mapping[int, tuple[Way, ...]]:
    arm = _curve((30, 0), (18, 30), (4, 62), (4, 62), (30, 62), (68, 58))
    seven = _example(7)
    return MappingProxyType(
        {
            0: (
                Way(0.8, _example(0), PLAIN_0),
                Way(0.2, (*_example(0), _curve((66, -6), (40, 40), (4, 106))), SLASHED_0),
            ),
            1: (
                Way(0.3, (_curve((6, 0), (4, 50), (0, 100)),), PLAIN_1),
                Way(0.3, _example(1), FLAGGED_1),
                Way(0.25, (_curve((0, 44), (18, 28), (38, 0), (38, 0), (36, 50), (32, 100)),), FLAGGED_1),
                Way(
                    0.15,
                    (_curve((6, 30), (30, 0), (30, 0), (30, 98)), _curve((2, 98), (58, 97))),
                    FLAGGED_1,
                ),
            ),
            2: (
                Way(0.6, _example(2)),
                Way(
                    0.4,
                    (
                        _curve(
                            (4, 24),
                            (28, 0),
                            (56, 22),
                            (34, 66),
                            (10, 92),
                            (2, 84),
                            (16, 78),
                            (40, 94),
                            (68, 92),
                        ),
                    ),
                ),
            ),
            3: (
                Way(0.7, _example(3)),
                Way(
                    0.3,
                    (
                        _curve(
                            (4, 0),
                            (58, 0),
                            (58, 0),
                            (26, 38),
                            (26, 38),
                            (58, 52),
                            (56, 86),
                            (28, 100),
                            (0, 88),
                        ),
                    ),
                ),
            ),
            4: (
                Way(0.3, _example(4), OPEN_4),
                Way(0.2, (arm, _curve((62, 4), (56, 50), (48, 100))), OPEN_4),
                Way(
                    0.2,
                    (_curve((6, 0), (4, 30), (12, 52), (36, 54), (52, 34), (56, 4), (56, 4), (52, 100)),),
                    OPEN_4,
                ),
                Way(
                    0.3,
                    (
                        _curve((52, 0), (30, 34), (0, 66), (0, 66), (72, 66)),
                        _curve((53, 1), (51, 50), (48, 100)),
                    ),
                    CLOSED_4,
                ),
            ),
            5: (
                Way(0.65, _example(5)),
                Way(
                    0.35,
                    (
                        _curve(
                            (60, 0), (14, 3), (14, 3), (8, 42), (8, 42), (34, 36), (58, 60), (40, 96), (0, 92)
                        ),
                    ),
                ),
            ),
            6: (
                Way(0.6, _example(6)),
                Way(
                    0.4,
                    (_curve((40, 0), (12, 40), (4, 78), (24, 100), (50, 86), (44, 62), (20, 62), (6, 80)),),
                ),
            ),
            7: (
                Way(0.45, seven, PLAIN_7),
                Way(0.4, (*seven, _curve((14, 54), (38, 50), (66, 48))), CROSSED_7),
                Way(
                    0.15,
                    (
                        _curve(
                            *(
                                (0, 8),
                                (60, 0),
                                (60, 0),
                                (44, 50),
                                (30, 100),
                                (24, 96),
                                (6, 62),
                                (14, 52),
                                (66, 48),
                            )
                        ),
                    ),
                    CROSSED_7,
                ),
            ),
            8: (
                Way(0.7, _example(8)),
                Way(
                    0.3,
                    (
                        _curve((28, 0), (6, 14), (12, 40), (28, 46), (46, 38), (48, 12), (28, 0)),
                        _curve((28, 46), (2, 62), (4, 92), (28, 100), (54, 92), (54, 60), (28, 46)),
                    ),
                ),
            ),
            9: (
                Way(0.5, _example(9)),
                Way(
                    0.25,
                    (_curve((52, 14), (28, 0), (2, 22), (14, 48), (42, 40), (52, 14), (54, 14), (50, 100)),),
                ),
                Way(
                    0.25,
                    (
                        _curve(
                            (52, 12),
                            (26, 0),
                            (2, 22),
                            (16, 46),
                            (46, 34),
                            (54, 8),
                            (54, 60),
                            (40, 98),
                            (4, 90),
                        ),
                    ),
                ),
            ),
        }
    )


WAYS: Mapping[int, tuple[Way, ...]] = _ways()


@dataclass(frozen=True)
class Pupil:
    """One hand. `number` counts from 0."""

    number: int
    seed: int
    slant: float  # to the right for each pixel upwards
    aspect: float  # width, compared with the examples'
    turn: float  # radians, clockwise
    bend: float  # how far off the examples its shapes are, as a share of their height
    tremor: float  # the same from point to point
    care: float  # how much two drawings of one digit differ, as a share of the height
    size: float  # of the pad, the drawing's height
    place: tuple[float, float]  # of the pad, the drawing's middle
    pen: float  # pixels
    habits: tuple[int, ...]  # which of WAYS it writes each digit

    @property
    def styles(self) -> dict[int, str]:
        """The digits that it writes in one of digitlab.classroom.styles' ways, and in which."""
        ways = {digit: WAYS[digit][habit].style for digit, habit in enumerate(self.habits)}
        return {digit: style for digit, style in ways.items() if style}

    def draw(self, digit: int, index: int = 0) -> Drawing:
        """Its drawing number `index` of the digit, always the same one: strokes in pad pixels, all on the
        pad, the points in the order in which a pen would draw them."""
        hand = np.random.default_rng((self.seed, self.number, digit))
        now = np.random.default_rng((self.seed, self.number, digit, index + 1))
        strokes = [stroke / 100 for stroke in WAYS[digit][self.habits[digit]].strokes]
        bends = hand.normal(0, self.bend, (3, 3, 2)) + now.normal(0, self.care, (3, 3, 2))
        apart = hand.normal(0, self.bend / 2, (len(strokes), 2)) + now.normal(0, self.care, (len(strokes), 2))
        strokes = [stroke + off for stroke, off in zip(_bent(strokes, bends), apart, strict=True)]
        turn, slant = self.turn + now.normal(0, 2 * self.care), self.slant + now.normal(0, 2 * self.care)
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        shape = np.array([[self.aspect, 0], [-slant, 1]]) @ turned
        size = self.size * np.exp(now.normal(0, 0.05)) * PAD_SIZE
        placed = _placed(
            [stroke @ shape * size for stroke in strokes],
            PAD_SIZE * (np.array(self.place) + now.normal(0, 0.02, 2)),
            self.pen / 2 + _EDGE,
        )
        return tuple(Stroke(self._points(stroke, size, now), self.pen) for stroke in placed)

    def _points(self, line: np.ndarray, size: float, rng: np.random.Generator) -> list[tuple[float, float]]:
        """Points as a finger leaves them, trembling a little, on the pad."""
        even = evenly(line, max(3, round(along(line)[-1] / _STEP)))
        shake = cv2.GaussianBlur(rng.normal(0, self.tremor * size, even.shape), (1, 5), 1.0)
        points = np.clip(even + shake, _EDGE, PAD_SIZE - _EDGE).round(1)
        return [(float(x), float(y)) for x, y in points]


def pupils(count: int = 30, seed: int = 0) -> list[Pupil]:
    """So many hands, the same ones for the same seed; the first ones are the same for any count."""
    return [_pupil(number, seed) for number in range(count)]


# What is odd about a hand, and how often: what all its digits have in common, and a model has seldom seen.
# Values are the range that the hand's own one is drawn from, or its negative where it may go both ways.
_ODD: Sequence[tuple[float, Mapping[str, tuple[float, float]], bool]] = (
    (0.26, {}, False),
    (0.16, {"turn": (0.4, 0.6)}, True),  # the phone is held askew
    (0.1, {"slant": (0.7, 1.0)}, False),
    (0.1, {"slant": (-0.8, -0.5)}, False),
    (0.08, {"aspect": (1.6, 2.0)}, False),
    (0.06, {"aspect": (0.45, 0.6)}, False),
    (0.1, {"size": (0.28, 0.34), "pen": (27, 32)}, False),  # loops nearly fill up
    (0.14, {"bend": (0.1, 0.13)}, False),  # shapes of its own
)


def _pupil(number: int, seed: int) -> Pupil:
    rng = np.random.default_rng((seed, number))
    wild = rng.beta(1.2, 1.8)  # from 0, nearly print, to 1, a scrawl
    hand = {
        "slant": rng.normal(0.05, 0.08 + 0.22 * wild),
        "aspect": np.exp(rng.normal(0, 0.08 + 0.2 * wild)),
        "turn": rng.normal(0, 0.03 + 0.12 * wild),
        "bend": 0.035 + 0.07 * wild,
        "tremor": 0.003 + 0.009 * wild * rng.random(),
        "care": 0.008 + 0.02 * wild,
        "size": rng.uniform(0.4, 0.8),
        "pen": rng.choice([12, 18, 18, 18, 26]),
    }
    place = float(rng.normal(0.5, 0.05)), float(rng.normal(0.5, 0.04))
    habits = [int(rng.choice(len(ways), p=[way.share for way in ways])) for _, ways in sorted(WAYS.items())]
    _, odd, both_ways = _ODD[int(rng.choice(len(_ODD), p=[share for share, *_ in _ODD]))]
    sign = rng.choice([-1, 1]) if both_ways else 1
    hand |= {name: sign * rng.uniform(*between) for name, between in odd.items()}
    return Pupil(
        number=number,
        seed=seed,
        place=place,
        habits=tuple(habits),
        **{name: float(value) for name, value in hand.items()},
    )


def _bent(strokes: Sequence[np.ndarray], bends: np.ndarray) -> list[np.ndarray]:
    """All strokes bent together by a smooth field, float (3, 3, 2), over the unit square."""
    fine = cv2.resize(bends, (33, 33), interpolation=cv2.INTER_CUBIC)
    cells = [np.clip(np.round(stroke * 32), 0, 32).astype(int) for stroke in strokes]
    return [stroke + fine[cell[:, 1], cell[:, 0]] for stroke, cell in zip(strokes, cells, strict=True)]


def _placed(strokes: Sequence[np.ndarray], middle: np.ndarray, margin: float) -> list[np.ndarray]:
    """Moved so that their middle is there, or as near as the pad allows; smaller if they are too large."""
    every = np.concatenate(strokes)
    low, span = every.min(axis=0), np.ptp(every, axis=0)
    scale = min(1.0, (PAD_SIZE - 2 * margin) / max(span.max(), 1e-6))
    corner = np.clip(middle - span * scale / 2, margin, PAD_SIZE - margin - span * scale)
    return [(stroke - low) * scale + corner for stroke in strokes]
