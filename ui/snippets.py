"""The code behind what a page shows, to be copied and run."""

import streamlit as st


def show_code(code: str, note: str = "Run it in the project’s folder: it gives the same numbers.") -> None:
    """A button that opens the code. Tests run every code that a page shows."""
    with st.popover("Show the code", icon=":material/code:"):
        st.caption(note)
        st.code(code, language="python")
