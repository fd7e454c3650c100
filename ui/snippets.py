"""The code behind what a page shows, to be copied and run."""

import streamlit as st


def show_code(
    code: str,
    label: str = "Show the code",
    *,
    key: str | None = None,
    note: str = "Run it in the project’s folder: it gives the same numbers.",
) -> None:
    """A button that opens the code. Where a page has several, their labels say of what, or `key` tells them
    apart. Tests run every code that a page shows."""
    with st.popover(label, icon=":material/code:", key=key):
        st.caption(note)
        st.code(code, language="python", wrap_lines=True)
