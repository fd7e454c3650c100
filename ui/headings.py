"""The small (i) beside a heading: what its words mean, and the way to the glossary; links from texts."""

from typing import Any

import streamlit as st

from digitlab.learn import texts
from digitlab.learn.texts import Link
from ui.links import page_link


def header(title: str, *terms: str) -> None:
    """A page's heading; `terms` are names from the glossary."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(title, anchor=False, width="content")
        about(*terms)


def subheader(title: str, *terms: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(title, anchor=False, width="content")
        about(*terms)


def about(*terms: str) -> None:
    with st.popover("Words", icon=":material/info:", type="tertiary"):
        for name in terms:
            term = texts.glossary()[name.lower()]
            st.markdown(f"**{term.name}.** {term.text}")
        page_link("glossary", "All words")


def view(link: Link, icon: str = ":material/arrow_forward:") -> None:
    """A link from a text to a view of the app."""
    query: dict[str, Any] = {}
    for name, value in link.query:
        query.setdefault(name, []).append(value)
    page_link(link.page, link.label, icon, query)
