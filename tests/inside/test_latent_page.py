"""The page "Latent space", without a browser."""

import numpy as np
import pytest

from digitlab import data
from digitlab.inside import autoencoder, generated
from pages.inside.latent import page
from tests.apptest import open_page


def texts(test) -> str:  # noqa: ANN001 - an AppTest
    return "\n".join(element.value for element in test.markdown)


@pytest.mark.parametrize("view", page.VIEWS)
def test_each_view_opens_by_its_link(view: str) -> None:
    test = open_page("latent", {"view": view, "sample": "digits-17"})
    assert not test.exception
    assert test.button_group(key="view").value == view
    assert len(test.header) == 1


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ({}, "Map"),
        ({"map": "Test digits"}, "Map"),
        ({"to": "3", "which": "1"}, "Between two digits"),
        ({"walk": "4"}, "Random walk"),
        ({"draw": "4"}, "Ask for a digit"),
        ({"n7": "1.5"}, "32 numbers"),
        ({"view": "In 3-D", "draw": "4"}, "In 3-D"),
        ({"view": "nonsense", "to": "x", "n1": "99", "walk": "-3"}, "Map"),
    ],
)
def test_older_links_lead_to_what_they_meant(query: dict[str, str], view: str) -> None:
    test = open_page("latent", query)
    assert not test.exception
    assert test.button_group(key="view").value == view


def test_without_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_NPZ", "/nowhere.npz")
    for view in ("Map", "Between two digits", "In 3-D"):
        assert not open_page("latent", {"view": view}).exception


def test_an_eight_has_its_article() -> None:
    test = open_page("latent", {"view": "Ask for a digit", "draw": "8"})
    count = autoencoder.read_all(generated.digits(8, 0)).read_as(8)
    assert f"The CNN reads **{count} of 24** as an 8." in texts(test)


def test_a_rise_of_the_error_is_told_only_where_there_is_one() -> None:
    pictures = np.zeros((6, 28, 28))
    falls = autoencoder.Fewer(pictures, np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.06]))
    rises = autoencoder.Fewer(pictures, np.array([0.01, 0.02, 0.03, 0.09, 0.07, 0.06]))
    assert autoencoder.rise(falls) is None
    assert "falls with each number" in page.about_rises(falls)
    assert autoencoder.rise(rises) == (2, 4)
    assert "0.0700 with 2, 0.0900 with 4" in page.about_rises(rises)


def test_it_does_happen_with_real_digits() -> None:
    pictures = data.load("digits", "test").images[:20] / np.float32(255)
    assert any(autoencoder.rise(autoencoder.fewer_numbers(picture)) for picture in pictures)
    assert not any(autoencoder.rise(autoencoder.fewer_components(picture)) for picture in pictures)
