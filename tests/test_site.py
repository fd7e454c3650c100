"""The menu: each page in it can be opened, alone, by its address."""

import pytest

from tests.apptest import open_page
from ui import links, menu


@pytest.mark.parametrize("address", menu.ENTRIES)
def test_each_page_opens_by_its_address(address: str) -> None:
    page = open_page(address)
    assert not page.exception, page.exception[0].stack_trace


def test_what_stands_in_the_link_is_bound() -> None:
    assert open_page("mistakes", {"cells": "Pictures"}).segmented_control(key="cells").value == "Pictures"


def test_what_stands_in_the_session_is_there() -> None:
    assert open_page("draw", state={"marker": 7}).session_state["marker"] == 7


def test_a_page_stays_open_over_runs() -> None:
    page = open_page("mistakes")
    page.segmented_control(key="cells").set_value("Pictures").run()
    assert page.title[0].value == "Mistakes"
    assert page.segmented_control(key="cells").value == "Pictures"


def test_a_link_names_a_page_by_its_address() -> None:
    assert links.url("mistakes", {"model": "dense"}) == "/mistakes?model=dense"
    assert links.url("draw", {"sample": "mnist-5"}) == "/?sample=mnist-5"
    with pytest.raises(KeyError):
        links.url("no-such-page")
