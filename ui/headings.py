"""A page's headings, and the button beside them that explains their words; links from texts to views."""

import streamlit as st

from digitlab.learn import texts
from digitlab.learn.texts import Link
from ui.components.arrival import arrive
from ui.links import page_link


def header(title: str, *terms: str) -> None:
    """The page's own heading (h1); `terms` are names from the glossary."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, anchor=False, width="content")
        if terms:
            explain("What do these words mean?", *terms)


def subheader(title: str, *terms: str) -> None:
    """The heading of a part of the page (h2); a link can lead there: ?at=the-trained-cnn."""
    arrive(title)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(title, anchor=False, width="content")
        if terms:
            explain("Words", *terms)


def explain(label: str, *terms: str) -> None:
    """A button that opens what these words mean."""
    with st.popover(label, icon=":material/info:", type="tertiary"):
        for name in terms:
            term = texts.glossary()[name.lower()]
            st.markdown(f"**{term.name}.** {term.text}")
        page_link("glossary", "All words")


def view(link: Link, icon: str = ":material/arrow_forward:") -> None:
    """A link from a text to a view of the app."""
    query: dict[str, list[str]] = {}
    for name, value in link.query:
        query.setdefault(name, []).append(value)
    page_link(link.page, link.label, icon, query)
