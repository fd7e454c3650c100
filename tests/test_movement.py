"""The direction maps of drawings: what is in them, and what makes no difference to them."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlab.movement import DIRECTIONS, MAPS, SIDE, direction_maps
from digitlab.strokes import MAX_POINTS, MAX_STROKES, examples

BEGINNINGS, ENDS = DIRECTIONS, DIRECTIONS + 1
CELLS = 11  # a drawing's longer side

points = st.lists(st.tuples(st.integers(0, 280), st.integers(0, 280)), min_size=1, max_size=12)
drawings = st.lists(points.map(np.array), min_size=1, max_size=6)


@given(drawings)
def test_the_whole_way_of_the_pen_is_in_them(strokes: list[np.ndarray]) -> None:
    maps = direction_maps(strokes)
    assert maps.shape == (SIDE, SIDE, MAPS)
    assert maps.dtype == np.float32
    size = np.ptp(np.concatenate(strokes), axis=0).max()
    way = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
    assert maps[..., :DIRECTIONS].sum() == pytest.approx(way * CELLS / max(size, 1e-6), rel=1e-3, abs=1e-3)
    assert maps[..., BEGINNINGS].sum() == pytest.approx(len(strokes), rel=1e-4)
    assert maps[..., ENDS].sum() == pytest.approx(len(strokes), rel=1e-4)


@given(drawings, st.floats(0.1, 30), st.floats(-500, 500))
def test_size_and_place_make_no_difference(strokes: list[np.ndarray], scale: float, aside: float) -> None:
    if np.ptp(np.concatenate(strokes), axis=0).max() == 0:
        return
    moved = direction_maps([stroke * scale + aside for stroke in strokes])
    # at a sharp corner, a rounding error may choose another neighbour
    assert np.abs(moved - direction_maps(strokes)).mean() < 1e-3


def test_strokes_may_come_in_any_order() -> None:
    for drawing in examples():
        strokes = [np.array(stroke.points) for stroke in drawing]
        np.testing.assert_allclose(direction_maps(strokes[::-1]), direction_maps(strokes), atol=0.1)


@pytest.mark.parametrize("direction", range(DIRECTIONS))
def test_a_line_is_in_the_map_of_its_direction(direction: int) -> None:
    angle = direction * np.pi / 4
    line = np.array([[0, 0], [100 * np.cos(angle), 100 * np.sin(angle)]])
    maps = direction_maps([line])
    amounts = maps.sum(axis=(0, 1))
    assert amounts[direction] > 0.99 * amounts[:DIRECTIONS].sum()
    y, x = np.unravel_index(maps[..., BEGINNINGS].argmax(), (SIDE, SIDE))
    to_y, to_x = np.unravel_index(maps[..., ENDS].argmax(), (SIDE, SIDE))
    assert np.sign(to_x - x) == np.sign(round(np.cos(angle), 6))
    assert np.sign(to_y - y) == np.sign(round(np.sin(angle), 6))


def test_the_other_way_round_is_the_opposite_direction() -> None:
    stroke = np.array(examples()[3][0].points)
    there, back = direction_maps([stroke]), direction_maps([stroke[::-1]])
    opposite = [*(np.arange(DIRECTIONS) + 4) % DIRECTIONS, ENDS, BEGINNINGS]
    np.testing.assert_allclose(back, there[..., opposite], atol=0.1)


def test_the_pen_is_up_between_strokes() -> None:
    both = direction_maps([np.array([[0, 0], [0, 100]]), np.array([[100, 0], [100, 100]])])
    assert both[:, 4:10].sum() < 0.01 * both.sum(), "nothing is written between them"


def test_a_dot_has_a_beginning_and_an_end() -> None:
    maps = direction_maps([np.array([[5.0, 5.0]])])
    assert maps[..., :DIRECTIONS].sum() == 0
    assert maps.sum() == 2


def test_without_strokes_there_is_nothing_to_see() -> None:
    with pytest.raises(ValueError, match="no strokes"):
        direction_maps([])


def test_the_largest_drawing_is_no_more_work() -> None:
    rng = np.random.default_rng(0)
    strokes = list(rng.normal(0, 10_000, (MAX_STROKES, MAX_POINTS // MAX_STROKES, 2)))
    tracemalloc.start()
    maps = direction_maps(strokes)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000, "bytes"
    assert np.isfinite(maps).all()
    assert maps.max() > 10, "it is all there, if only roughly"
