"""The slicing lab: the page, and what it takes from the browser."""

from pathlib import Path
from typing import Any

import pytest

from digitlab import data, inference
from digitlab.data import slicing
from digitlab.data.slicing import Rectangle
from digitlab.numbers import probability
from pages.data.slicing.rectangle import checked
from tests.apptest import open_page
from ui.markup import markup
from ui.pictures import number_table

OTHERS = {"digits": "Other people"}


def test_the_part_that_the_link_names() -> None:
    page = open_page("slicing", OTHERS | {"i": "17", "top": "3", "bottom": "9", "left": "4", "right": "20"})
    assert not page.exception
    assert any(text.value == "### `x[17, 3:9, 4:20]`" for text in page.markdown)
    assert page.slider[0].value == (3, 9)
    part = slicing.part(data.load("digits", "test").images[17], Rectangle(3, 9, 4, 20))
    assert str(number_table(part, "The numbers of the part")) in [html.body for html in page.get("html")]


def test_the_models_read_the_whole_the_part_and_the_rest() -> None:
    page = open_page("slicing", OTHERS | {"i": "17"})
    image = data.load("digits", "test").images[17]
    (row,) = inference.load("cnn").predict(slicing.kept(image, Rectangle(5, 16, 8, 20))[None] / 255)
    said = markup("<td><b>{digit}</b> {share}</td>", digit=row.argmax(), share=probability(row.max()))
    assert str(said) in "".join(html.body for html in page.get("html"))


def test_a_slider_moves_the_rectangle_and_the_link() -> None:
    page = open_page("slicing", OTHERS)
    page.slider[0].set_value((2, 12)).run()
    assert not page.exception
    assert (page.query_params["top"], page.query_params["bottom"]) == ("2", "12")
    assert any(text.value == "### `x[0, 2:12, 8:20]`" for text in page.markdown)


def test_a_place_in_the_long_row() -> None:
    page = open_page("slicing", OTHERS | {"i": "17", "place": "437"})
    value = data.load("digits", "test").images[17][15, 17]
    said = f"Place **437** is row **15**, column **17**: 15 × 28 + 17 = 437. The number there is **{value}**."
    assert said in [text.value for text in page.markdown]


@pytest.mark.parametrize(
    "query",
    [
        {"i": "99999999", "top": "x", "bottom": "99", "left": "-1", "right": "", "take": "none"},
        {"i": "1e309", "top": "²", "bottom": "0", "left": "28", "right": "28", "place": "9999"},
    ],
)
def test_nonsense_in_the_link_breaks_nothing(query: dict[str, str]) -> None:
    assert not open_page("slicing", OTHERS | query).exception


def test_without_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))
    page = open_page("slicing", {"digits": "MNIST, test"})
    assert not page.exception
    assert any("`x.shape` is `(1797, 28, 28)`" in text.value for text in page.markdown)


@pytest.mark.parametrize(
    "sent",
    [None, 7, "text", [1, 2, 3], [1, 2, 3, True], [1, 2, 3, 4.0], [1, 2, 3, None], {"a": 1}, [[1]] * 4],
)
def test_no_rectangle_is_made_of_anything_else(sent: Any) -> None:
    assert checked(sent) is None


def test_four_numbers_are_a_rectangle_within_the_picture() -> None:
    assert checked([5, 12, 3, 20]) == Rectangle(5, 12, 3, 20)
    assert checked([-5, 10**30, 3, 20]) == Rectangle(0, 28, 3, 20)
