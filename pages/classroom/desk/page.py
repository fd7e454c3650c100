"""The teacher's own screen: what the class does just now, and everything that rules it."""

import streamlit as st

from digitlab.classroom import database
from digitlab.errors import ClassError, DatabaseGone
from pages.classroom.desk import now, side
from ui import classroom, headings
from ui.links import page_link

KEY = "key"  # in the link
AGAIN_S = 3.0  # seconds, until it is tried again whether the database is there


def render() -> None:
    code, key = classroom.code_in_link(), st.query_params.get(KEY, "")
    if not code and side.said_goodbye():
        return
    try:
        found = classroom.with_key(code, key)
    except ClassError as error:
        headings.header("Desk of a class")
        classroom.say(error)
        if isinstance(error, DatabaseGone):
            try_again()
        else:
            st.markdown("Whoever starts a class gets a private link to its desk, to be kept.")
            page_link("class")
        return
    headings.header(f"Class {found.code}")
    with st.container(key="desk"):
        with st.container(key="desk-now"):
            now.watch(found)
        with st.container(key="desk-side"):
            side.show(found, key)


def try_again() -> None:
    """Open the desk as soon as the database is back."""
    shown = False

    @st.fragment(run_every=AGAIN_S)
    def again() -> None:
        nonlocal shown
        if not shown:  # in the run that has just failed
            shown = True
            return
        try:
            database.answers()
        except DatabaseGone:
            return
        st.rerun()

    again()
