"""The page about a moved digit opens whatever the link says, and says what it shows."""

import numpy as np
import pytest

from digitlab import strokes
from digitlab.inside.move import MAPS
from pages.inside.move import page
from tests.apptest import open_page
from ui import pad


def test_it_opens_fresh_with_a_drawing_and_with_a_move_in_the_link() -> None:
    test = open_page("move", {"right": "6", "turn": "-20"})
    assert not test.exception
    assert test.slider(key="right").value == 6
    assert test.slider(key="turn").value == -20
    test = open_page("move", state={"_pad": pad._Pad(drawing=strokes.examples()[8])})
    assert not test.exception
    assert any("your drawing" in each.value for each in test.markdown)
    assert any("how probable the 8 is there" in each.value for each in test.markdown)


@pytest.mark.parametrize(
    "query",
    [
        {"right": "99", "down": "x", "turn": "7", "size": "", "pen": "nan", "sample": "none"},
        {"right": "inf", "down": "1e309", "turn": "true", "size": "-0", "pen": "0.3"},
    ],
)
def test_nonsense_in_the_link_breaks_nothing(query: dict[str, str]) -> None:
    assert not open_page("move", query).exception


def test_the_answers_say_which_is_right() -> None:
    answer = np.eye(10)[3]
    html = page.moved_digit(np.zeros((28, 28)), ["A<b>", "B"], [answer, np.eye(10)[5]], 3)
    assert "A&lt;b&gt;" in html
    assert html.index('class="right"') < html.index('class="wrong"')
    assert "&gt; 99 %" in html, "no model is certain"


def test_strips_say_from_where_to_where_they_go() -> None:
    assert [page.reach(kind) for kind in MAPS] == [
        "",
        ", −90 to +90 °",
        ", 50 to 150 %",
        ", −2 to +4 px",
    ]


def test_the_sentence_counts_shifts() -> None:
    said = page.sentence(["Linear", "CNN"], [0.2, 0.694])
    assert said.startswith(
        "Of 289 shifts: **Linear** reads it right in **20 %**; **CNN** reads it right in **69 %**."
    )
