"""?drawing=... in a link: a drawing that somebody shares, on every page about "my digit"."""

from typing import NamedTuple

import streamlit as st

from digitlab.draw import link
from digitlab.errors import DrawingError
from ui import input_digit, pad

WHOSE = "a drawing from a link"
_OPENED = "_drawing_link"  # in the session


class _Opened(NamedTuple):
    text: str  # as the link has it
    packed: str = ""  # of the drawing as it was put on the pad, to know it again
    problem: str = ""  # why there is none


def open_link() -> None:
    """Put the drawing that stands in the link on the pad, once. Call it before the digit is read. Of one that
    can't be read, a sentence tells. It stays in the link for as long as it is what is on the pad."""
    text = st.query_params.get("drawing", "")
    opened: _Opened | None = st.session_state.get(_OPENED)
    if text and (opened is None or text != opened.text):
        opened = st.session_state[_OPENED] = _open(text)
    if opened is None:
        return
    if opened.problem:
        if text:  # in each run, for many pages run twice when they are opened
            st.info(f"{opened.problem} You can draw a digit yourself.", icon=":material/link_off:")
    elif not is_shown():
        st.query_params.pop("drawing", None)
    elif not text:  # on another page: its link can be passed on, too
        st.query_params["drawing"] = opened.text


def forget() -> None:
    """Take the drawing out of the link once something else is on the pad. After each stroke."""
    opened: _Opened | None = st.session_state.get(_OPENED)
    if opened and not opened.problem and "drawing" in st.query_params and not is_shown():
        st.query_params.pop("drawing")


def is_shown() -> bool:
    """Whether what is on the pad came by a link, and nobody has drawn on it since."""
    opened: _Opened | None = st.session_state.get(_OPENED)
    if opened is None or not opened.packed or input_digit.source() != "draw":
        return False
    return link.pack(pad.drawing()) == opened.packed


def _open(text: str) -> _Opened:
    try:
        drawing = link.decode(text)
    except DrawingError as error:
        return _Opened(text, problem=str(error))
    if not drawing:
        return _Opened(text, problem="The drawing in this link is empty.")
    st.session_state["source"] = "draw"
    pad.put(drawing)
    return _Opened(text, link.pack(drawing))
