"""Links can't break a page, whatever stands in them, and nothing of a link is taken for HTML."""

import os
import random
from functools import cache
from typing import Any

import pytest
from streamlit.proto.Html_pb2 import Html
from streamlit.proto.Markdown_pb2 import Markdown
from streamlit.testing.v1 import AppTest

from tests import links
from tests.apptest import open_page
from tests.links import MARK, MARKUP, NONSENSE, Link
from ui import menu

PAGES = sorted(menu.ENTRIES)
# In all. A link costs half a second: DIGITLAB_LINKS=2000 is for whoever has changed what stands in links.
RANDOM_LINKS = int(os.environ.get("DIGITLAB_LINKS", "42"))
LONG = 1000  # characters
# kinds of elements that show a text as it is, or give a person's own words back to them
PLAIN = {"TextInput", "NumberInput", "Code", "Text"}


@cache
def offered(address: str) -> Link:
    return links.sensible(open_page(address, timeout=120))


def names(address: str) -> list[str]:
    return sorted({*links.parameters(), *offered(address)})


def problems(test: AppTest) -> list[str]:
    """Error boxes, and elements in which something of the link stands as HTML or as Markdown."""
    found = [f"{error.message} {error.stack_trace}" for error in test.exception]
    for proto in links.protos(test):
        if type(proto).__name__ not in PLAIN and MARK.encode() in proto.SerializeToString():
            found += [
                f"{type(proto).__name__}: {text[:500]}" for text in _texts(proto) if _alive(proto, text)
            ]
    return found


def _texts(proto: Any) -> list[str]:
    return [value for _, value in proto.ListFields() if isinstance(value, str) and MARK in value]


def _alive(proto: Any, text: str) -> bool:
    html = isinstance(proto, Html) or (isinstance(proto, Markdown) and proto.allow_html)
    return f"]({MARK}" in text or "](javascript" in text or "](https://evil" in text or (html and "<" in text)


def check(address: str, link: Link) -> None:
    test = open_page(address, link, timeout=120)
    assert not problems(test), f"/{address} with {link}"


@pytest.mark.slow
@pytest.mark.skipif("DIGITLAB_ALL" not in os.environ, reason="opens 500 links: DIGITLAB_ALL=1")
@pytest.mark.parametrize("address", PAGES)
def test_every_parameter_may_have_any_value(address: str) -> None:
    """All parameters have the same value: few links, each of which meets all widgets."""
    known = names(address)
    for value in NONSENSE:
        # Streamlit ignores a whole query of more than 512 kB
        at_once = len(known) if len(value) < LONG else 25
        for start in range(0, len(known), at_once):
            check(address, {name: [value] for name in known[start : start + at_once]})
    check(address, {name: ["", "0", "nan", MARKUP[0]] for name in names(address)})  # more than one of a name


@pytest.mark.slow
@pytest.mark.skipif("DIGITLAB_ALL" not in os.environ, reason="opens many links: DIGITLAB_ALL=1")
@pytest.mark.parametrize("address", PAGES)
def test_random_links(address: str) -> None:
    chance = random.Random(address)
    for _ in range(RANDOM_LINKS // len(PAGES)):
        check(address, links.link(names(address), offered(address), chance))


def test_the_parameters_are_found() -> None:
    assert {"model", "example", "sample", "teacher", "cell", "take", "digit"} <= {*links.parameters()}


def test_what_would_be_html_is_noticed() -> None:
    def script() -> None:
        import streamlit as st

        st.html("<b><img src=x7q9></b>")

    assert problems(AppTest.from_function(script).run())
