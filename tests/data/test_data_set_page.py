"""The data in numbers: the page."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab import data
from digitlab.data import charts, data_set
from pages.data.data_set import page as module
from pages.data.data_set.digit_map import sheet
from tests.apptest import open_page

OTHERS = {"digits": "Other people"}


def neighbours(page: AppTest) -> list[str]:
    """What the buttons of the neighbours are called."""
    found = [json.loads(part.proto.json) for part in page.get("bidi_component")]
    (pictures,) = [part["pictures"] for part in found if "pictures" in part]
    return [picture["label"] for picture in pictures]


def said(page: AppTest, start: str) -> bool:
    """Whether a text of the page begins so."""
    return any(text.value.startswith(start) for text in page.markdown)


def test_the_neighbours_are_the_nearest() -> None:
    dataset = data.load("digits", "test")
    page = open_page("data_set", OTHERS | {"picture": "100"})
    assert not page.exception
    wanted = data_set.nearest(dataset, dataset.images[100], module.NEIGHBOURS)
    assert [label.split(":")[0] for label in neighbours(page)] == [f"Number {i}" for i in wanted]
    assert neighbours(page)[0] == "Number 100: a 4, the picture itself"
    assert said(page, "Picture 100 is **a 4**")


def test_another_one_is_another_one() -> None:
    page = open_page("data_set", OTHERS)
    page.button[0].click().run()
    assert not page.exception
    assert neighbours(page)[0].startswith(f"Number {page.number_input(key='picture').value}:")


@pytest.mark.usefixtures("mnist_test")
def test_a_number_that_the_other_data_set_does_not_have() -> None:
    page = open_page("data_set", {"picture": "59999"})
    assert page.number_input(key="picture").value == 59_999
    page.selectbox(key="digits").set_value("digits").run()
    assert not page.exception
    assert page.number_input(key="picture").value < 1797


@pytest.mark.parametrize("scaling", charts.SCALINGS)
def test_mean_and_deviation_are_of_the_scaled_pixels(scaling: str) -> None:
    page = open_page("data_set", OTHERS | {"scale": scaling})
    words = " ".join(caption.value for caption in page.caption)
    if scaling == charts.STANDARDISED:
        assert "mean 0.00, standard deviation 1.00" in words
    else:
        pixels = data_set.brightness("digits", "test")
        divisor = 255 if scaling == charts.SCALED else 1
        assert (
            f"mean {pixels.mean / divisor:.2f}, standard deviation {pixels.deviation / divisor:.2f}" in words
        )


@pytest.mark.usefixtures("mnist_test")
def test_mnist_is_to_learn_from_and_to_be_tested_on() -> None:
    page = open_page("data_set")
    assert said(page, "**60,000 pictures to learn from, 10,000 to be tested on.**")


def test_without_mnist_and_with_nonsense(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))
    page = open_page("data_set", {"digits": "MNIST, test", "scale": "none", "picture": "1e300"})
    assert not page.exception
    assert said(page, "**1,797 pictures, all of them to test on.**")


def test_the_bars_in_a_sentence() -> None:
    test = np.repeat(np.arange(10), 3)
    assert module.spoken(None, test) == "Pictures of each digit. Test: 3 to 3."
    assert "Training: 3 to 4." in module.spoken(np.append(test, 5), test)


def test_all_pictures_are_in_the_sheet_row_by_row() -> None:
    images = data.load("digits", "test").images[:130]
    made = sheet(images)
    assert made.shape == (3 * 28, 60 * 28)
    assert np.array_equal(made[28:56, 28:56], images[61])
    assert np.array_equal(made[56:, 9 * 28 : 10 * 28], images[129])
    assert not made[56:, 10 * 28 :].any()
