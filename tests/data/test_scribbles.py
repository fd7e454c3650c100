"""What is not a digit, drawn from a seed."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digitlab.data.scribbles import KINDS, LETTERS, SYMBOLS, scribble, seen
from digitlab.preprocess import to_mnist

seeds = st.integers(0, 2**32 - 1)


def drawn(kind: str | None, seed: int) -> np.ndarray:
    return scribble(np.random.default_rng(seed), kind)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=12)
@given(seed=seeds)
def test_a_picture_of_each_kind(kind: str, seed: int) -> None:
    picture = drawn(kind, seed)
    assert (picture.shape, picture.dtype) == ((280, 280), np.uint8)
    np.testing.assert_array_equal(drawn(kind, seed), picture)  # the same seed, the same picture
    if kind == "blank":
        assert picture.min() == picture.max()
        assert to_mnist(picture) is None
        return
    if kind == "noise":  # of most of it, nothing is ink
        assert np.ptp(picture) > 100
        return
    field = to_mnist(picture)
    assert field is not None
    assert field.max() > 0.5
    assert (picture > 200).mean() > 0.2  # dark on light


@pytest.mark.parametrize("kind", KINDS)
def test_each_seed_draws_another_picture(kind: str) -> None:
    if kind == "blank":  # a sheet of paper has only its grey
        assert len({int(drawn(kind, seed)[0, 0]) for seed in range(20)}) > 5
    else:
        assert len({drawn(kind, seed).tobytes() for seed in range(20)}) == 20


def test_what_could_be_a_digit_is_left_out() -> None:
    assert not set(LETTERS + SYMBOLS) & set("0123456789OoQIlSsZzBgqb|")


def test_without_a_kind_it_is_any_kind() -> None:
    pictures = [drawn(None, seed) for seed in range(120)]
    blank = [picture.min() == picture.max() for picture in pictures]
    assert 0 < sum(blank) < 40  # of about 11
    assert len({picture.tobytes() for picture in pictures}) > 90


@settings(deadline=None, max_examples=5)
@given(st.integers(1, 30), seeds)
@example(120, 0)  # some of them blank
def test_seen_as_a_model_sees_them(count: int, seed: int) -> None:
    pictures = seen(count, seed)
    assert (pictures.shape, pictures.dtype) == ((count, 28, 28), np.uint8)
    np.testing.assert_array_equal(seen(count, seed), pictures)
    random = np.random.default_rng(seed)
    for picture in pictures:
        expected = to_mnist(scribble(random))
        if expected is None:
            assert not picture.any()
        else:  # the whole range, not 0 and 1
            assert np.abs(picture - 255 * expected).max() <= 0.5


def test_seen_are_bright_on_black() -> None:
    pictures = seen(120, 0)
    assert (pictures.max(axis=(1, 2)) == 0).sum() > 0  # the blank ones
    assert pictures.max() == 255
    assert pictures[:, [0, 0, -1, -1], [0, -1, 0, -1]].mean() < 40  # the corners
