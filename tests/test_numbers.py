"""Figures are written the same way everywhere, and never say more than is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlab.numbers import (
    MINUS,
    a_digit,
    adding_up,
    count,
    decimal,
    percent,
    points,
    probability,
    signed,
    significant,
)


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [
        (0.934, 0, "93 %"),
        (0.9271, 1, "92.7 %"),
        (0, 0, "0 %"),
        (1, 2, "100.00 %"),
        (0.004, 0, "< 1 %"),
        (0.01, 0, "1 %"),
        (0.99, 0, "99 %"),
        (0.991, 0, "> 99 %"),
        (0.9996, 1, "> 99.9 %"),
        (0.0004, 1, "< 0.1 %"),
        (0.99996, 2, "> 99.99 %"),
    ],
)
def test_a_share_is_written_in_percent(share: float, places: int, text: str) -> None:
    assert percent(share, places) == text


@given(st.floats(0, 1), st.integers(0, 3))
def test_only_what_is_certain_is_written_as_certain(share: float, places: int) -> None:
    text = percent(share, places)
    if 0 < share < 1:
        number = float(text.strip("<> %"))
        assert 0 < number < 100
    assert text.endswith(" %")


@given(st.floats(0, 1))
def test_a_models_probability_is_never_certain(share: float) -> None:
    assert probability(share) not in ("0 %", "100 %")


def test_a_minus_is_a_minus() -> None:
    assert decimal(-0.5) == f"{MINUS}0.50"
    assert signed(-0.5) == f"{MINUS}0.50"
    assert signed(0.5) == "+0.50"
    assert points(0.0123) == "+1.2"
    assert points(-0.0004) == "0.0"


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_what_rounds_to_nothing_has_no_sign(number: float, places: int) -> None:
    for text in (decimal(number, places), signed(number, places)):
        value = float(text.replace(MINUS, "-"))
        assert value == pytest.approx(number, abs=0.51 * 10**-places, rel=1e-9)
        assert value != 0 or text[0] not in f"+-{MINUS}"


def test_words_around_numbers() -> None:
    assert (count(1, "mistake"), count(1200, "mistake")) == ("1 mistake", "1,200 mistakes")
    assert (a_digit(3), a_digit(8)) == ("a 3", "an 8")


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=12), st.integers(0, 4))
def test_parts_that_are_read_add_up_and_none_is_far_off(parts: list[float], places: int) -> None:
    rounded = adding_up(parts, places)
    assert round(sum(rounded), places) == pytest.approx(round(sum(parts), places), abs=1.01 * 10**-places)
    assert all(abs(a - b) <= 1.001 * 10**-places for a, b in zip(parts, rounded, strict=True))


def test_twelve_point_eight_four_and_a_bias() -> None:
    assert adding_up([12.844, 0.233], 2) == [12.85, 0.23]
    assert adding_up([0.5, 0.25, 0.25], 2) == [0.5, 0.25, 0.25]


def test_significant_figures() -> None:
    assert significant(0.00187312) == "0.001873"
    assert significant(6.488e-7) == "6.488 × 10⁻⁷"
    assert significant(-0.5, 2) == "−0.5"
