"""Samples: what is shown, in which order, and what the link says of it."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitlab.data import samples
from tests.apptest import open_page

OTHERS = {"digits": "Other people"}


def shown(page: AppTest) -> list[str]:
    """The labels of the pictures on the page."""
    (component,) = page.get("bidi_component")
    return [picture["label"] for picture in json.loads(component.proto.json)["pictures"]]


def names(indices: list[int], digit: int) -> list[str]:
    return [f"Number {index}: {digit}" for index in indices]


def test_a_row_of_each_digit() -> None:
    page = open_page("samples", OTHERS)
    assert not page.exception
    assert [label[-1] for label in shown(page)] == [str(digit) for digit in range(10) for _ in range(12)]


def test_a_digit_in_an_order_and_its_pages_stand_in_the_link() -> None:
    wanted = samples.ordered("digits", "test", 8, samples.ODD, 0)
    page = open_page("samples", OTHERS | {"is": "8", "order": "oddest"})
    assert shown(page) == names(wanted[:120], 8)
    assert page.caption[0].value.startswith("174 pictures of an 8.")
    assert shown(open_page("samples", OTHERS | {"is": "8", "order": "oddest", "page": "2"})) == names(
        wanted[120:], 8
    )


@pytest.mark.parametrize("number", ["0", "-1", "3", "99999999999999999999", "²", "x", "1.5", "1e300"])
def test_a_page_that_does_not_exist_is_the_nearest_one(number: str) -> None:
    page = open_page("samples", OTHERS | {"is": "8", "page": number})
    assert not page.exception
    assert shown(page)


def test_another_choice_begins_with_its_first_page() -> None:
    page = open_page("samples", OTHERS | {"is": "8", "page": "2"})
    page.selectbox(key="is").set_value("7").run()
    assert shown(page) == names(samples.ordered("digits", "test", 7, samples.SHUFFLED, 0)[:120], 7)
    assert "page" not in page.query_params


@pytest.mark.parametrize(
    "seed", ["99999999999999999999999", "1e300", "inf", "nan", "-4", "3.7", "", "x", "1000"]
)
def test_no_shuffle_number_breaks_the_page(seed: str) -> None:
    page = open_page("samples", OTHERS | {"seed": seed})
    assert not page.exception
    assert 0 <= page.number_input(key="seed").value < 1000
    assert len(shown(page)) == 120


def test_a_shuffle_number_is_a_shuffle() -> None:
    page = open_page("samples", OTHERS | {"is": "3", "seed": "5"})
    assert shown(page)[:5] == names(samples.ordered("digits", "test", 3, samples.SHUFFLED, 5)[:5], 3)
    page.selectbox(key="order").set_value(samples.IN_ORDER).run()
    assert not page.number_input, "a shuffle number means nothing in another order"


@pytest.mark.usefixtures("mnist_test")
def test_mnist_is_there_first() -> None:
    page = open_page("samples")
    assert page.caption[0].value.startswith("60,000 digits")


def test_without_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))
    page = open_page("samples", {"digits": "MNIST, test", "is": "x", "order": "worst"})
    assert not page.exception
    assert page.caption[0].value.startswith("1,797 digits")
