"""Links between pages, by address."""

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

import streamlit as st

from ui import menu

Query = Mapping[str, str | Sequence[str]]


def page_link(
    address: str,
    label: str | None = None,
    icon: str | None = None,
    query: Query | None = None,
    *,
    help: str | None = None,  # noqa: A002 - Streamlit's own name
    disabled: bool = False,
    width: Literal["content", "stretch"] | int = "content",
) -> None:
    """A link to the page with this address, such as "mistakes"; label and icon are the menu's unless given.
    `query` is what stands in the link: {"model": "dense"}. Raises KeyError where there is no such page."""
    st.page_link(
        menu.page(menu.ENTRIES[address], _nothing),
        label=label,
        icon=icon,
        help=help,
        disabled=disabled,
        width=width,
        query_params=query,
    )


def base() -> str:
    """What stands before all paths of this server: "/lab" where server.baseUrlPath is lab; mostly nothing."""
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def url(address: str, query: Query | None = None) -> str:
    """The path and query of a page: "/mistakes?model=dense"; the front page is "/". Raises KeyError where
    there is no such page."""
    path = base() + ("/" if menu.ENTRIES[address].address == menu.FRONT else f"/{address}")
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def _nothing() -> None:
    """A link only names a page; ui/site.py shows it."""
