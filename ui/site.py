"""What every run begins with: the page's settings and the menu. app.py serves it."""

import importlib
from functools import partial
from pathlib import Path

import streamlit as st

import digitlab
from ui import menu, present, query
from ui.menu import Entry


def show(entry: Entry) -> None:
    """Import the page when it is asked for, so that a start doesn't wait for all of them."""
    importlib.import_module(entry.module).render()


# an icon of our own: a Material one would be fetched from a foreign server
st.set_page_config(
    page_title="Digit Lab",
    page_icon=Path(__file__).with_name("icon.png"),
    layout="wide",
    menu_items={"About": f"Digit Lab {digitlab.__version__}: how neural networks read handwriting."},
)

st.html(Path(__file__).with_name("style.css"))
query.tidy()
present.apply()

front = menu.ENTRIES[menu.FRONT]
hidden = [
    st.Page(partial(show, front), title=front.title, url_path=address, visibility="hidden")
    for address in menu.ALSO_FRONT
]
chapters = {
    heading: [menu.page(entry, partial(show, entry)) for entry in entries]
    for heading, entries in menu.CHAPTERS.items()
}
chapters[""] += hidden
st.navigation(chapters, position="top").run()
