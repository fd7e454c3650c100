"""Links can't break a page, whatever stands in them, and nothing of a link is taken for HTML. The links are
opened over Streamlit's own protocol, on one server."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from functools import cache
from pathlib import Path
from urllib.parse import quote_plus, urlencode

import pytest
from google.protobuf.message import Message
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Html_pb2 import Html
from streamlit.proto.Markdown_pb2 import Markdown

from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import Reply, User
from tests import links
from tests.links import MARK, MARKUP, NONSENSE, Link
from ui import menu

ROOT = Path(__file__).parents[1]
PAGES = sorted(menu.ENTRIES)
RANDOM_LINKS = 1500  # in all; those that go through every parameter make it more than 2,000
LONG = 1000  # characters
SECONDS = 60  # for one page, on a busy machine
# kinds of elements that show a text as it is, or give a person's own words back to them
PLAIN = {"TextInput", "NumberInput", "Code", "Text"}

Open = Callable[[str, Link], Reply]


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    with running_app(ROOT / "app.py", cwd=ROOT, args=["--client.showErrorDetails", "full"]) as app:
        yield app


@pytest.fixture(scope="module")
def opened(app: RunningApp) -> Open:
    """Opens a link in a tab of its own; gives the page's first run."""

    async def visit(address: str, link: Link) -> Reply:
        front = menu.ENTRIES[address].address == menu.FRONT
        query = urlencode(link, doseq=True, quote_via=quote_plus)
        tab = User(app.base_url, page="" if front else address, query=query)
        async with asyncio.timeout(SECONDS), aclosing(tab):
            return await tab.open()

    return lambda address, link: asyncio.run(visit(address, link))


@pytest.fixture(scope="module")
def offered(opened: Open) -> Callable[[str], Link]:
    return cache(lambda address: links.sensible(opened(address, {}).deltas))


def problems(deltas: Iterable[Delta]) -> Iterator[str]:
    """Error boxes, and elements in which something of the link stands as HTML or as Markdown."""
    for proto in links.protos(deltas):
        kind = type(proto).__name__
        if kind == "Exception":
            yield str(proto)
        if kind not in PLAIN and MARK.encode() in proto.SerializeToString():
            yield from (f"{kind}: {text[:500]}" for text in _texts(proto) if _alive(proto, text))


def _texts(proto: Message) -> list[str]:
    return [value for _, value in proto.ListFields() if isinstance(value, str) and MARK in value]


def _alive(proto: Message, text: str) -> bool:
    html = isinstance(proto, Html) or (isinstance(proto, Markdown) and proto.allow_html)
    return f"]({MARK}" in text or "](javascript" in text or "](https://evil" in text or (html and "<" in text)


def check(opened: Open, address: str, link: Link) -> None:
    reply = opened(address, link)
    told = f"/{address} with {str(link)[:2000]}"
    assert not reply.error, told
    assert not list(problems(reply.deltas)), told


@pytest.mark.slow
@pytest.mark.parametrize("address", PAGES)
def test_every_parameter_may_have_any_value(
    opened: Open, offered: Callable[[str], Link], address: str
) -> None:
    """All parameters have the same value: few links, each of which meets all widgets."""
    names = sorted({*links.parameters(), *offered(address)})
    for value in NONSENSE:
        # Streamlit ignores a whole query of more than 512 kB
        at_once = len(names) if len(value) < LONG else 25
        for start in range(0, len(names), at_once):
            check(opened, address, {name: [value] for name in names[start : start + at_once]})
    check(opened, address, {name: ["", "0", "nan", MARKUP[0]] for name in names})  # more than one of a name


@pytest.mark.slow
@pytest.mark.parametrize("address", PAGES)
def test_random_links(opened: Open, offered: Callable[[str], Link], address: str) -> None:
    names = sorted({*links.parameters(), *offered(address)})
    chance = random.Random(address)
    for _ in range(RANDOM_LINKS // len(PAGES)):
        check(opened, address, links.link(names, offered(address), chance))


def test_the_links_name_what_pages_read(offered: Callable[[str], Link]) -> None:
    assert {"model", "example", "sample", "teacher", "cell", "take", "digit", "drawing"} <= {
        *links.parameters()
    }
    assert "CNN" in offered("draw")["model"]  # as the bound widgets of the running page tell


def test_what_would_be_html_is_noticed() -> None:
    delta = Delta()
    delta.new_element.html.body = f"<b><img src={MARK}></b>"
    assert list(problems([delta]))
    delta = Delta()
    delta.new_element.exception.message = "division by zero"
    assert list(problems([delta]))
    delta = Delta(add_block=Block())  # a container: nothing to say of it
    assert not list(problems([delta]))
