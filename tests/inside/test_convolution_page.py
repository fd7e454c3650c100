"""The page about convolution opens whatever the link says, and says what it shows."""

import numpy as np
import pytest

from digitlab import strokes
from digitlab.inside.convolution import KERNELS, LAYERS
from pages.inside.convolution import page
from pages.inside.convolution.sliding import usable
from tests.apptest import open_page
from ui import pad


@pytest.mark.slow
def test_it_opens_fresh_and_with_my_drawing() -> None:
    assert not open_page("convolution").exception
    test = open_page("convolution", state={"_pad": pad._Pad(drawing=strokes.examples()[8])})
    assert not test.exception
    assert any("your drawing" in each.value for each in test.markdown)


@pytest.mark.parametrize("layer", [layer.title for layer in LAYERS])
def test_each_layer_shows_its_maps(layer: str) -> None:
    test = open_page("convolution", {"layer": layer, "map": "3", "sample": "digits-18"})
    assert not test.exception
    assert any(each.value == f"**Map 3 of layer {layer}**" for each in test.markdown)


def test_the_model_of_other_pages_is_asked_here_too() -> None:
    test = open_page("convolution", {"model": "linear", "for": "8"})
    assert test.selectbox(key="model").value == "linear"
    assert any(each.value.startswith("Linear gives the **8** a probability") for each in test.markdown)


@pytest.mark.parametrize(
    "query",
    [
        {
            "kernel": "1,2,x",
            "layer": "9",
            "map": "999",
            "stride": "7",
            "padding": "a",
            "for": "x",
            "model": "y",
        },
        {"kernel": "inf,1,1,1,1,1,1,1,1", "layer": "", "map": "-1", "stride": "inf", "for": "²"},
        {"kernel": "٣,1,1,1,1,1,1,1,1", "map": "1e1", "sample": "digits-x"},
    ],
)
def test_nonsense_in_the_link_is_as_good_as_nothing(query: dict[str, str]) -> None:
    test = open_page("convolution", query)
    assert not test.exception
    assert any("**24 maps** of 28 × 28 numbers" in each.value for each in test.markdown)
    assert any(each.label == "Kernel" and each.value == next(iter(KERNELS)) for each in test.pills)


def test_weights_from_the_browser_are_numbers() -> None:
    good = [0, 1.5, -99, 0.0, 1, 2, 3, 4, 5]
    assert usable(good, 9)
    for wrong in (True, None, "1", float("nan"), float("inf"), 99.1, [1], {"a": 1}, 10**400):
        assert not usable([*good[:8], wrong], 9)
    for wrong in (good[:8], [*good, 1], None, "123456789", {"0": 1}, 7):
        assert not usable(wrong, 9)


def test_a_covered_square_in_words() -> None:
    fall = np.zeros((28, 28))
    assert "no single place decides" in page.covered_words(fall, 3)
    fall[3, 4], fall[5, 6] = 0.31, -0.12
    assert page.covered_words(fall, 3) == "Blue: the 3 loses up to 31 %. Orange: it gains up to 12 %."
    fall[5, 6] = 0
    assert page.covered_words(fall, 3) == "Blue: the 3 loses up to 31 %."


def test_a_kernel_stands_in_the_corner_of_its_map() -> None:
    look, kernel = np.zeros((28, 28, 3), np.uint8), np.full((5, 5, 3), 200, np.uint8)
    large = page.with_corner(look, kernel)
    assert large.shape == (112, 112, 3)
    assert (large[-35:, -35:] == 200).all()
    assert (large[-37, -37:] == 255).all()
    assert not large[:70].any()
