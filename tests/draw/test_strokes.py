"""Pen strokes and their picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import strokes
from digitlab.strokes import PAD_SIZE, PEN_WIDTH, Stroke, render

SLACK = 3  # pixels: OpenCV’s anti-aliased pens are wider than asked for, and of whole widths


def ink(picture: np.ndarray) -> float:
    """How many pixels are covered."""
    return float((255 - picture.astype(float)).sum() / 255)


def test_without_strokes_the_paper_is_white() -> None:
    picture = render(())
    assert (picture.shape, picture.dtype) == ((PAD_SIZE, PAD_SIZE), np.uint8)
    assert (picture == 255).all()


@settings(deadline=None, max_examples=40)
@given(st.floats(2, 60), st.floats(80, 200), st.floats(80, 200))
def test_a_tap_is_a_dot_as_wide_as_the_pen(width: float, x: float, y: float) -> None:
    picture = render([Stroke([(x, y)], width)])
    diameter = 2 * np.sqrt(ink(picture) / np.pi)
    assert width - 1 <= diameter <= width + SLACK
    darkness = 255 - picture.astype(float)
    rows, columns = np.indices(picture.shape)
    centre = (darkness * columns).sum() / darkness.sum(), (darkness * rows).sum() / darkness.sum()
    assert centre == pytest.approx((x, y), abs=0.6)
    across, along = np.ptp(np.nonzero(picture < 128), axis=1) + 1
    assert abs(across - along) <= 2  # round


@settings(deadline=None, max_examples=40)
@given(st.floats(1, 60), st.floats(0, np.pi))
def test_a_straight_line_is_as_wide_as_the_pen_in_every_direction(width: float, angle: float) -> None:
    along = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([140, 140])
    short, long = (render([Stroke([middle - r * along, middle + r * along], width)]) for r in (50, 100))
    assert width - 1 <= (ink(long) - ink(short)) / 100 <= width + 1.1 * SLACK  # without the round ends


def test_a_line_has_round_ends() -> None:
    picture = render([Stroke([(140, 100), (140, 180)], 40)])
    end = picture[180:] < 128  # below its last point
    widths = end.sum(axis=1)
    assert widths[0] == pytest.approx(40, abs=SLACK)
    assert widths[10] == pytest.approx(2 * np.sqrt(20**2 - 10**2), abs=2 * SLACK)
    assert widths[23:].sum() == 0


def test_a_corner_is_round() -> None:
    corner = render([Stroke([(60, 220), (60, 60), (220, 60)], 40)])
    assert corner[42, 60] < 128  # the pen's edge above the corner point
    assert corner[43, 43] == 255  # a mitred corner would have ink here


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9), st.integers(-15, 15), st.integers(-15, 15))
def test_moving_the_strokes_moves_the_picture(digit: int, dx: int, dy: int) -> None:
    drawing = [Stroke(np.array(s.points) * 0.6 + 56, s.width) for s in strokes.examples()[digit]]
    moved = [Stroke(s.points + np.array([dx, dy]), s.width) for s in drawing]
    np.testing.assert_array_equal(render(moved), np.roll(render(drawing), (dy, dx), (0, 1)))


def test_strokes_do_not_hide_one_another() -> None:
    cross = [Stroke([(60, 140), (220, 140)], 18), Stroke([(140, 60), (140, 220)], 18)]
    one, other = (render([stroke]).astype(int) for stroke in cross)
    both = render(cross)
    assert (both <= np.minimum(one, other)).all()


def test_there_is_an_example_of_each_digit() -> None:
    examples = strokes.examples()
    assert len(examples) == 10
    pictures = [render(drawing) for drawing in examples]
    assert len({picture.tobytes() for picture in pictures}) == 10


@pytest.mark.parametrize("digit", range(10))
def test_an_example_fits_on_the_pad(digit: int) -> None:
    drawing = strokes.examples()[digit]
    for stroke in drawing:
        assert stroke.width == PEN_WIDTH
        points = np.array(stroke.points)
        assert points.shape == (len(stroke.points), 2)
        assert points.min() >= 0
        assert points.max() <= PAD_SIZE
    picture = render(drawing)
    assert (picture.dtype, picture.min(), picture.max()) == (np.uint8, 0, 255)
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (border == 255).all()  # nothing is cut off
    assert 0.02 < ink(picture) / picture.size < 0.3
