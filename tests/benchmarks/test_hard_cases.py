"""The rules that find slashes, flags, feet, bars and open 4s, on digits drawn for them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.hard_cases import CASES, with_slash
from digitlab.data.pen_strokes import PenDrawing

Points = list[tuple[float, float]]


def ring(lean: float = 0) -> Points:
    angle = np.linspace(0, 2 * np.pi, 60)
    return [(100 + 70 * np.sin(a) + lean * np.cos(a), 100 - 100 * np.cos(a)) for a in angle]


SLASH: Points = [(20, 210), (180, -10)]
STEM: Points = [(60, 0), (50, 200)]
FLAG: Points = [(10, 60), (60, 0), (50, 200)]
FOOT: Points = [(10, 200), (95, 200)]
SEVEN: Points = [(0, 0), (120, 5), (50, 200)]
BAR: Points = [(40, 100), (120, 95)]
ARM: Points = [(20, 0), (0, 120), (120, 120)]
WRITTEN: dict[str, list[Points]] = {
    "0": [ring()],
    "0, leaning": [ring(40)],
    "0, closed twice": [ring(), ring()[:20]],
    "0, slashed": [ring(), SLASH],
    "0, slashed in one stroke": [[*ring(), (180, -10), (20, 210)]],
    "0, leaning and slashed": [ring(40), SLASH],
    "1": [STEM],
    "1, leaning": [[(100, 0), (0, 200)]],
    "1, bowed": [[(0, 0), (25, 50), (30, 100), (25, 150), (0, 200)]],
    "1, bent": [[(50, 0), (0, 60), (50, 110), (48, 200)]],
    "1, flagged": [FLAG],
    "1, flag apart": [STEM, [(10, 60), (60, 0)]],
    "1, foot": [STEM, FOOT],
    "1, flag and foot": [FLAG, FOOT],
    "7": [SEVEN],
    "7, in two strokes": [[(0, 0), (120, 5)], [(120, 5), (50, 200)]],
    "7, barred": [SEVEN, BAR],
    "4, open": [ARM, [(90, 0), (80, 200)]],
    "4, open, low stem": [ARM, [(90, 60), (80, 200)]],
    "4, closed": [[(90, 0), (0, 120), (120, 120)], [(88, 5), (80, 200)]],
}
MEANT = {
    "0 with a slash": {"0, slashed", "0, slashed in one stroke", "0, leaning and slashed"},
    "1 with a flag": {"1, flagged", "1, flag apart"},
    "1 with flag and foot": {"1, flag and foot"},
    "7 with a bar": {"7, barred"},
    "4, open at the top": {"4, open", "4, open, low stem"},
}


@pytest.mark.parametrize("case", CASES)
@settings(deadline=None)
@given(st.floats(0.5, 500), st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_a_rule_finds_what_it_means_at_any_size_and_place(case: str, size: float, x: float, y: float) -> None:
    digit, rule = CASES[case]
    found = {
        name
        for name, strokes in WRITTEN.items()
        if name[0] == str(digit) and rule([np.array(stroke) * size + (x, y) for stroke in strokes])
    }
    assert found == MEANT[case]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_the_slash_that_we_draw_is_one(seed: int) -> None:
    plain = PenDrawing("0", 1, "nobody", [np.array(ring())])
    slashed = with_slash(plain, np.random.default_rng(seed))
    assert CASES["0 with a slash"][1](slashed.strokes)
    assert len(plain.strokes) == 1
    (start, end) = slashed.strokes[1]
    assert start[0] < end[0]
    assert start[1] > end[1]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    "strokes", [[[(5, 5)]], [[(0, 0), (9, 0)]], [[(0, 0), (0, 9)]], [[(1, 1)], [(1, 1)]]]
)
def test_no_rule_stumbles_over_a_dot_or_a_dash(case: str, strokes: list[Points]) -> None:
    assert CASES[case][1]([np.array(stroke, float) for stroke in strokes]) in (True, False)
