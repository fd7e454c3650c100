"""The model that somebody chose is found on every page; the link says which, by name or by title."""

import pytest

from digitlab import inference
from tests.apptest import open_page

ONE_MODEL = ("mistakes", "one_digit", "confidence", "convolution", "replay")


@pytest.mark.parametrize("address", ONE_MODEL)
@pytest.mark.parametrize("said", ["linear", "Linear", "LINEAR"])
def test_a_link_names_a_model_by_its_name_or_its_title(address: str, said: str) -> None:
    page = open_page(address, {"model": said})
    assert page.selectbox(key="model").value == "linear"


def test_on_the_draw_page_too() -> None:
    assert open_page("draw", {"model": "linear"}).radio(key="model").value == "linear"
    assert open_page("draw", {"model": "Linear"}).radio(key="model").value == "linear"


@pytest.mark.parametrize("said", ["", "   ", "nonsense", "inf", "<script>alert(1)</script>"])
def test_an_unknown_model_is_the_usual_one(said: str) -> None:
    page = open_page("mistakes", {"model": said})
    assert not page.exception
    assert page.selectbox(key="model").value == "cnn"


def test_every_kind_of_model_is_loaded_by_name() -> None:
    for name in ("vae", "vae_conditional", "detector", *inference.names()):
        assert inference.load(name).name == name
