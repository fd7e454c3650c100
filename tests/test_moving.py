"""A moved digit is the same digit elsewhere."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlab import data, inference, moving, samples
from digitlab.moving import SHIFTS, Move
from tests.shell import run

MOVES = st.builds(
    Move,
    st.sampled_from(SHIFTS),
    st.sampled_from(SHIFTS),
    st.sampled_from(moving.ANGLES),
    st.sampled_from(moving.SCALES),
    st.sampled_from(moving.WIDTHS),
)


def digit() -> np.ndarray:
    return data.load("digits", "test").images[18] / np.float32(255)


def test_no_move_changes_nothing() -> None:
    assert np.allclose(moving.moved(digit(), Move()), digit(), atol=1e-6)


@given(st.sampled_from(SHIFTS), st.sampled_from(SHIFTS))
def test_a_shift_moves_each_pixel(right: int, down: int) -> None:
    dot = np.zeros((28, 28), np.float32)
    dot[14, 12] = 1
    found = moving.moved(dot, Move(right, down))
    assert found[14 + down, 12 + right] == pytest.approx(1, abs=1e-5)
    assert found.sum() == pytest.approx(1, abs=1e-4)


@given(MOVES)
def test_a_moved_digit_is_a_picture(move: Move) -> None:
    found = moving.moved(digit(), move)
    assert found.shape == (28, 28)
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1


def test_a_wider_pen_leaves_more_ink_and_a_quarter_turn_turns() -> None:
    ink = [moving.moved(digit(), Move(wider=width)).sum() for width in moving.WIDTHS]
    assert (np.diff(ink) >= 0).all()
    assert ink[0] < 0.7 * ink[moving.WIDTHS.index(0)] < 0.7 * ink[-1]
    assert np.allclose(moving.moved(digit(), Move(angle=90)), np.rot90(digit()), atol=1e-3)


def test_the_grids_hold_the_moves() -> None:
    move = Move(2, -1, 10, 0.9, 0.5)
    assert np.array_equal(moving.shifts(digit(), move)[7, 10], moving.moved(digit(), move))
    turned = moving.sweeps(digit(), move)["angle"]
    assert np.array_equal(turned[moving.ANGLES.index(-30)], moving.moved(digit(), move._replace(angle=-30)))


def test_the_code_gives_what_is_shown(tmp_path: Path) -> None:
    move = Move(angle=15, scale=0.8)
    code = moving.CODE.format(picture=samples.code("digits-18"), move=move, digit=8)
    arrays = run(code, tmp_path)
    assert np.array_equal(arrays["moved"], moving.moved(digit(), move))
    shifted = moving.shifts(digit(), move).reshape(-1, 28, 28)
    assert np.allclose(arrays["cnn"].ravel(), inference.load("cnn").predict(shifted)[:, 8], atol=1e-6)
