"""Lessons and glossary lead to the very place on a page."""

import pytest

from digitlab.learn import texts
from tests.apptest import open_page
from ui.components.arrival import slug

LINKS = [
    *(term.link for term in texts.glossary().values()),
    *(step.link for lesson in texts.lessons().values() for step in lesson.steps),
]
PLACES = sorted({(link.page, value) for link in LINKS if link for name, value in link.query if name == "at"})
# has its headings once a class has trained: tests/classroom/test_train_us_page.py
OF_A_CLASS = "train_us"


def test_a_heading_in_a_link() -> None:
    assert slug("1. A weighted sum: neuron 62") == "1-a-weighted-sum-neuron-62"
    assert slug("How bright are the pixels?") == "how-bright-are-the-pixels"


@pytest.mark.slow
@pytest.mark.parametrize(("address", "at"), [place for place in PLACES if place[0] != OF_A_CLASS])
def test_a_place_is_one_heading_of_its_page(address: str, at: str) -> None:
    page = open_page(address, {"at": at})
    assert not page.exception
    assert len([heading for heading in page.header if slug(heading.value).startswith(at)]) == 1


def test_the_beginning_of_two_headings_breaks_nothing() -> None:
    assert not open_page("data_set", {"at": "how"}).exception


@pytest.mark.parametrize("at", ["", "-", "nonsense", "<script>alert(1)</script>", "x" * 3000])
def test_what_is_no_place_is_the_top_of_the_page(at: str) -> None:
    assert not open_page("optimisation", {"at": at}).exception
