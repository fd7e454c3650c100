"""What Streamlit does to the first visitor after a start who comes by a deep link (streamlit#8860, #9992)."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_app() -> None:
    """Call it first on each page. Because there is a folder pages/, Streamlit runs a page without app.py
    until app.py has run once and said which pages there are. Then run again, through app.py."""
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
