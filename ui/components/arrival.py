"""Brings a visitor to the part of a page that the link names: ?at=which-pixels-mattered."""

import re

import streamlit as st

from ui.components import component

_component = component(__file__, html="<span></span>")


def slug(title: str) -> str:
    """How a heading is written in a link: "The trained CNN" is "the-trained-cnn"."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")


def arrive(title: str) -> None:
    """Call it at a heading: the page scrolls there if the link names it. Its beginning is enough, as its end
    may change ("1. A weighted sum: neuron 62")."""
    named = st.query_params.get("at", "")
    place = slug(title)
    if named and place.startswith(named):  # two headings may begin alike
        _component(key=f"arrival-{place}", height=1)
