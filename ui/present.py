"""For the wall: ?present in a link takes the menu away, and what only sets things up.

It holds for the whole visit, because links inside the app don't carry it on. The way back is the button
"Menu"; a link with ?present=0 does the same. Containers whose key begins with "settings" are hidden, too."""

from pathlib import Path

import streamlit as st

PARAMETER = "present"
OFF = ("0", "false", "no")

_KEPT = "_present"


def apply() -> None:
    """Call it in each run of the whole page, before the page."""
    if PARAMETER in st.query_params:
        st.session_state[_KEPT] = st.query_params[PARAMETER].casefold() not in OFF
    if st.session_state.get(_KEPT):
        st.html(Path(__file__).with_suffix(".css"))
        st.button("Menu", icon=":material/menu:", type="tertiary", key="leave-present", on_click=_leave)


def _leave() -> None:
    st.session_state[_KEPT] = False
    st.query_params.pop(PARAMETER, None)
