"""Styles are found in strokes, however large, slanted, placed and in how many strokes."""

import os
from collections import Counter

import numpy as np
import pytest

from digitlab.classroom.styles import (
    CLOSED_4,
    CROSSED_7,
    FLAGGED_1,
    NONE,
    OPEN_4,
    PLAIN_0,
    PLAIN_1,
    PLAIN_7,
    SLASHED_0,
    STYLES,
    TITLES,
    style,
)
from digitlab.data import pen_strokes
from digitlab.strokes import Drawing, Stroke

Points = list[tuple[float, float]]
TURNS = np.linspace(0, 2 * np.pi, 40)
RING: Points = [(50 + 35 * np.sin(turn), 50 - 50 * np.cos(turn)) for turn in TURNS]
SEVEN: Points = [(10, 5), (70, 0), (50, 45), (40, 100)]
HANDS: list[tuple[int, str, list[Points]]] = [
    (7, PLAIN_7, [SEVEN]),
    (7, PLAIN_7, [[(10, 25), (10, 5), (70, 0), (40, 100), (62, 92)]]),  # a serif, and a foot
    (7, PLAIN_7, [[(10, 5), (70, 0)], [(70, 0), (40, 100)]]),
    (7, CROSSED_7, [SEVEN, [(25, 52), (70, 48)]]),
    (7, CROSSED_7, [[(70, 48), (25, 52)], SEVEN[::-1]]),
    (7, CROSSED_7, [[*SEVEN, (20, 60), (28, 50), (75, 46)]]),  # in one stroke
    (4, OPEN_4, [[(20, 0), (5, 60), (70, 60)], [(55, 5), (50, 100)]]),
    (4, OPEN_4, [[(0, 8), (10, 45), (50, 50), (60, 5), (55, 60), (50, 100)]]),
    (4, CLOSED_4, [[(50, 0), (0, 65), (75, 65)], [(52, 2), (50, 100)]]),
    (4, CLOSED_4, [[(75, 65), (0, 65), (50, 0), (50, 100)]]),
    (4, CLOSED_4, [[(52, 2), (50, 100)], [(50, 0), (0, 65), (75, 65)]]),
    (0, PLAIN_0, [RING]),
    (0, PLAIN_0, [[(45, 20), *RING, (45, 12)]]),  # ends that hang in
    (0, SLASHED_0, [RING, [(90, -5), (10, 105)]]),
    (0, SLASHED_0, [[(65, 30), (35, 70)], RING]),
    (0, SLASHED_0, [[*RING, (80, 5), (15, 102)]]),
    (1, PLAIN_1, [[(10, 0), (5, 100)]]),
    (1, PLAIN_1, [[(5, 100), (10, 0)]]),
    (1, PLAIN_1, [[(10, 0), (5, 100)], [(-20, 100), (30, 100)]]),  # only a foot
    (1, FLAGGED_1, [[(0, 30), (30, 0), (30, 100)]]),
    (1, FLAGGED_1, [[(30, 0), (30, 100)], [(30, 0), (5, 25)]]),
    (1, FLAGGED_1, [[(0, 80), (40, 0), (45, 100), (45, 100), (20, 100), (70, 100)]]),
]


def drawn(strokes: list[Points], size: float, slant: float, rng: np.random.Generator) -> Drawing:
    corner = rng.uniform(0, 280 - 110 * size, 2)
    shape = np.array([[1, 0], [-slant, 1]]) * size
    return tuple(
        Stroke((np.array(points) @ shape + corner + rng.normal(0, 0.3, (len(points), 2))).tolist(), 18)
        for points in strokes
    )


@pytest.mark.parametrize(("label", "wanted", "strokes"), HANDS)
def test_a_hand_made_digit_has_its_style(label: int, wanted: str, strokes: list[Points]) -> None:
    rng = np.random.default_rng(0)
    for size in (0.5, 2.0):
        for slant in (-0.15, 0, 0.3):
            assert style(drawn(strokes, size, slant, rng), label) == wanted


def test_digits_that_have_one_way_have_no_style() -> None:
    seven = (Stroke(SEVEN, 18),)
    assert {style(seven, label) for label in range(10) if label not in STYLES} == {NONE}


@pytest.mark.parametrize("label", STYLES)
def test_whatever_is_drawn_has_one_of_the_two_styles_or_none(label: int) -> None:
    rng = np.random.default_rng(label)
    assert style((), label) == NONE
    assert style((Stroke([(100, 100)], 18),), label) == NONE
    assert style((Stroke([(100, 100)] * 3, 18),), label) == NONE
    for _ in range(200):
        scrawl = [
            Stroke(rng.uniform(-300, 600, (rng.integers(2, 12), 2)).tolist(), 18)
            for _ in range(rng.integers(1, 5))
        ]
        assert style(scrawl, label) in STYLES[label]
    lines = [[(0, 0), (280, 0)], [(0, 0), (0, 280)], [(0, 0), (280, 280)], [(0, 9), (9, 0)]]
    assert all(style((Stroke(line, 18),), label) in STYLES[label] for line in lines)
    long = Stroke(rng.uniform(0, 280, (20_000, 2)).tolist(), 18)  # as much as anybody may send
    assert style((long,), label) in STYLES[label]


def test_each_style_has_a_title() -> None:
    assert set(TITLES) == {name for pair in STYLES.values() for name in pair}
    assert TITLES[CROSSED_7] == "Crossed 7"


@pytest.mark.slow
@pytest.mark.skipif(
    "PEN_DIGITS" not in os.environ or "nowhere" in os.environ["PEN_DIGITS"], reason="no pen strokes"
)
def test_real_hands_cross_their_7s_and_leave_their_4s_open() -> None:
    """As counted by eye on 160 of each, to some points: half of the 7s are crossed, of the 4s most are open;
    two in five 1s have a flag, and slashed zeros are rare. And a hand mostly stays with its style."""
    found = {label: Counter() for label in STYLES}
    of_writer: dict[tuple[str, int, int], list[str]] = {}
    for one in pen_strokes.load("digits"):
        if (label := int(one.label)) in STYLES:
            name = style([Stroke(points, 18) for points in one.strokes], label)
            found[label][name] += 1
            of_writer.setdefault((one.source, one.writer, label), []).append(name)
    shares = {label: found[label][STYLES[label][0]] / found[label].total() for label in STYLES}
    assert shares == pytest.approx({0: 0.04, 1: 0.39, 4: 0.88, 7: 0.56}, abs=0.03)
    many = [names for names in of_writer.values() if len(names) >= 8]
    same = [max(Counter(names).values()) / len(names) for names in many]
    assert np.mean(same) > 0.9
