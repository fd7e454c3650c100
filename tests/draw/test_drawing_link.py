"""?drawing=... on the pages about "my digit"."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab import data, strokes
from digitlab.draw import link
from tests.apptest import open_page
from ui import drawing_link, pad

SEVEN, THREE = (link.encode(strokes.examples()[digit]) or "" for digit in (7, 3))
FROM_A_LINK = f"This is **{drawing_link.WHOSE}**."
ABOUT_MY_DIGIT = ["move", "convolution", "steps", "neuron", "latent", "not_a_digit"]
PAGES = [*ABOUT_MY_DIGIT, "replay"]
DAMAGED = [
    "1",
    "1A",
    "x",
    SEVEN[:-2],
    SEVEN + "!",
    "1" + "A" * 9000,
    "<script>alert(1)</script>",
    "nan",
    "２",
]


def shown(page: AppTest) -> bool:
    """Whether the page says that its digit came by the link."""
    said = [text.value for text in page.markdown] + [html.proto.body for html in page.get("html")]
    return any(FROM_A_LINK in text or drawing_link.WHOSE.capitalize() in text for text in said)


def on_the_pad(page: AppTest) -> int | None:
    """Which example is there."""
    drawing = page.session_state["_pad"].drawing
    pictures = [strokes.render(example) for example in strokes.examples()]
    off = [np.abs(picture - strokes.render(drawing).astype(float)).mean() for picture in pictures]
    return int(np.argmin(off)) if min(off) < 2 else None


@pytest.mark.parametrize("address", PAGES)
def test_a_page_about_my_digit_opens_with_the_one_in_the_link(address: str) -> None:
    page = open_page(address, {"drawing": SEVEN})
    assert not page.exception
    assert on_the_pad(page) == 7
    assert shown(page)
    assert page.query_params["drawing"] == SEVEN


@pytest.mark.parametrize("address", ["move", "replay"])
@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_link_is_told_in_a_sentence(address: str, text: str) -> None:
    page = open_page(address, {"drawing": text})
    assert not page.exception
    assert [box.value for box in page.info if box.value.startswith("The drawing in this link")]
    assert not shown(page)
    page.run()  # the sentence stays as long as the link
    assert [box.value for box in page.info if box.value.startswith("The drawing in this link")]


def test_my_own_drawing_survives_a_damaged_link() -> None:
    page = open_page("move", {"drawing": "1A"}, state={"_pad": pad._Pad(drawing=strokes.examples()[8])})
    assert on_the_pad(page) == 8
    assert any("your drawing" in text.value for text in page.markdown)


def test_what_is_drawn_afterwards_is_my_own_and_leaves_the_link() -> None:
    page = open_page("move", {"drawing": SEVEN})
    page.session_state["_pad"] = pad._Pad(drawing=strokes.examples()[3])
    page.run()
    assert on_the_pad(page) == 3
    assert "drawing" not in page.query_params
    assert any("your drawing" in text.value for text in page.markdown)


def test_another_link_brings_another_drawing() -> None:
    page = open_page("move", {"drawing": SEVEN})
    page.query_params["drawing"] = THREE
    page.run()
    assert on_the_pad(page) == 3
    assert shown(page)


def test_without_it_in_the_link_the_next_page_takes_it_up() -> None:
    page = open_page("move", {"drawing": SEVEN})
    del page.query_params["drawing"]  # as a menu does
    page.run()
    assert shown(page)
    assert page.query_params["drawing"] == SEVEN


def test_a_photo_is_not_the_drawing_of_the_link() -> None:
    page = open_page("move", {"drawing": SEVEN})
    page.session_state["source"] = "upload"
    page.run()
    assert not shown(page)
    assert "drawing" not in page.query_params


def test_a_link_goes_before_a_photo_from_earlier() -> None:
    page = open_page("move", {"drawing": SEVEN}, state={"source": "upload"})
    assert shown(page)
    assert page.session_state["source"] == "draw"


def test_a_sample_goes_before_and_the_drawing_waits() -> None:
    page = open_page("move", {"drawing": SEVEN, "sample": "digits-7"})
    assert not page.exception
    assert any("number 7 of" in text.value for text in page.markdown)
    page.button(key="own").click().run()
    assert shown(page)
    assert page.query_params == {"drawing": SEVEN}


def test_the_network_of_train_one_reads_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitlab.training.local_queue.possible", lambda: True)
    monkeypatch.setattr(data, "load", lambda *_: None)
    page = open_page("train_one", {"drawing": SEVEN})
    assert on_the_pad(page) == 7
