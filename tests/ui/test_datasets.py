"""One table of the data sets for all pages: what it says is so; where MNIST can't be had nobody claims it."""

import re
from pathlib import Path

import numpy as np
import pytest

from digitlab import data
from tests.apptest import open_page
from ui import datasets

DATA_PAGES = ("samples", "data_set", "slicing")


@pytest.fixture
def no_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))


@pytest.mark.parametrize("name", ["digits", "scribbles"])
def test_the_descriptions_count_right(name: str) -> None:
    assert f"{len(data.load(name, 'test').labels):,} " in datasets.DESCRIPTIONS[name]


def test_the_descriptions_count_mnist_right() -> None:
    for name in datasets.MNIST:
        (count,) = data.MNIST_ARRAYS[f"y_{datasets.split_of(name)[1]}"][0]
        assert f"{count:,} " in datasets.DESCRIPTIONS[name]


def test_a_data_set_is_called_as_in_the_link_of_a_digit(mnist_test: data.Dataset) -> None:
    chosen = datasets.test_digits()
    assert chosen.link == "mnist"
    np.testing.assert_array_equal(chosen.dataset.images, mnist_test.images)
    for name in datasets.MNIST:
        assert datasets.Chosen(*datasets.split_of(name), mnist_test).link == name


@pytest.mark.parametrize("address", DATA_PAGES)
@pytest.mark.parametrize("said", ["Other people", "digits", "other people"])
def test_a_link_names_a_data_set_by_its_name_or_its_title(address: str, said: str) -> None:
    page = open_page(address, {"digits": said})
    assert not page.exception
    assert page.selectbox(key="digits").value == "digits"


def test_mnist_by_its_names(mnist_test: data.Dataset) -> None:
    for said in ("MNIST, test", "MNIST", "mnist"):
        assert open_page("slicing", {"digits": said}).selectbox(key="digits").value == "mnist"
    for said in ("MNIST, training", "mnist-train", "", "nonsense"):
        assert open_page("slicing", {"digits": said}).selectbox(key="digits").value == "mnist-train"


@pytest.mark.parametrize("address", DATA_PAGES)
@pytest.mark.parametrize("said", ["MNIST, training", "mnist", ""])
@pytest.mark.usefixtures("no_mnist")
def test_without_mnist_no_page_claims_to_show_it(address: str, said: str) -> None:
    page = open_page(address, {"digits": said})
    assert not page.exception
    assert page.selectbox(key="digits").options == [datasets.TITLES["digits"]]
    (banner,) = page.info
    assert re.match("MNIST’s pictures can’t be had here.", banner.value)
    assert datasets.DESCRIPTIONS["digits"] in banner.value


@pytest.mark.parametrize("address", DATA_PAGES)
def test_with_mnist_there_is_no_banner(address: str, mnist_test: data.Dataset) -> None:
    assert not open_page(address).info
