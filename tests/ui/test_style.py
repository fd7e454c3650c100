"""How answers are worded. Each boundary counts."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitlab import colours
from digitlab.evaluation import strength
from digitlab.inference import Answer
from digitlab.numbers import probability
from ui import pictures, style

ROOT = Path(__file__).parents[2]
READABLE = 4.5  # WCAG 2.2, 1.4.3


def answer(confidence: float, *, digit: int | None = 3, is_digit: bool = True) -> Answer:
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[3] = confidence
    return Answer(digit, 3, 8, is_digit, probabilities)


def test_a_doubtful_photo_gets_its_reason() -> None:
    doubtful = replace(
        answer(0.995, digit=None, is_digit=False), doubt="The digit touches the picture’s edge."
    )
    assert style.headline(doubtful) == style.NOT_SURE
    assert style.sentence(doubtful) == doubtful.doubt


@pytest.mark.parametrize(
    ("confidence", "sentence"),
    [
        (0.995, "The model is certain."),
        (0.99, "The model is certain."),
        (0.989, "The model is quite sure."),
        (0.9, "The model is quite sure."),
        (0.899, "The model is fairly sure."),
        (0.7, "The model is fairly sure."),
        (0.699, "The model hesitates."),
        (0.5, "The model hesitates."),
    ],
)
def test_how_sure_it_is_in_words(confidence: float, sentence: str) -> None:
    assert style.sentence(answer(confidence)) == sentence


def test_no_digit_and_more_than_one_are_told_apart() -> None:
    assert style.sentence(answer(0.99, digit=None, is_digit=False)) == "This doesn’t look like a digit."
    assert style.sentence(answer(0.4, digit=None)) == "It could be more than one digit."


def test_the_headline_is_the_digit_or_that_there_is_none() -> None:
    assert style.headline(answer(0.9)) == "3"
    assert style.headline(answer(0.4, digit=None)) == "Not sure"


@pytest.mark.parametrize("confidence", np.linspace(0, 1, 21))
def test_a_sentence_never_has_a_digit_in_it(confidence: float) -> None:
    for digit in (3, None):
        assert not any(letter.isdigit() for letter in style.sentence(answer(confidence, digit=digit)))


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "< 1 %"), (0.0099, "< 1 %"), (0.01, "1 %"), (0.5, "50 %"), (0.99, "99 %"), (0.991, "> 99 %")],
)
def test_a_probability_is_never_0_nor_100(share: float, text: str) -> None:
    assert probability(share) == text


def test_what_stays_in_sight_has_the_pages_own_background() -> None:
    """Streamlit gives the page no CSS variable of its colours, so the stylesheet repeats them."""
    root = Path(style.__file__).parents[1]
    theme = tomllib.loads((root / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    light, dark = (theme[mode]["backgroundColor"] for mode in ("light", "dark"))
    assert f"light-dark({light}, {dark})" in (root / "ui" / "style.css").read_text("utf-8")


def luminance(colour: np.ndarray) -> float:
    """Relative luminance of sRGB in [0, 255], as WCAG 2.2 defines it."""
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rgb(written: str) -> np.ndarray:
    return np.array([int(written[i : i + 2], 16) for i in (1, 3, 5)])


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("right", [True, False])
def test_counts_are_readable_on_each_cell_of_a_confusion_matrix(theme: str, right: bool) -> None:
    look = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][theme]
    page, ink = rgb(look["backgroundColor"]), rgb(look["textColor"])
    paint = np.array(colours.RIGHT if right else colours.WRONG)
    for share in np.linspace(0, 1, 101):
        cell = page + strength(share, right) * (paint - page)
        assert contrast(cell, ink) >= READABLE, share


def test_numbers_are_readable_on_each_grey() -> None:
    for grey in range(256):
        ink = 0 if grey >= pictures.FIRST_LIGHT else 255
        assert contrast(np.full(3, grey), np.full(3, ink)) >= READABLE, grey
