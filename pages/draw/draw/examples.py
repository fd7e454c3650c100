"""Ready digits to try: small pictures that put a drawing on the pad."""

from functools import cache

import cv2
import streamlit as st

from digitlab import strokes
from ui import chosen_digit, input_digit, pad
from ui.components.picture_buttons import Picture, picture_buttons
from ui.pictures import data_url

_THUMBNAIL = 80  # pixels


@cache
def _pictures() -> list[Picture]:
    size = (_THUMBNAIL, _THUMBNAIL)
    small = (
        cv2.resize(strokes.render(drawing), size, interpolation=cv2.INTER_AREA)
        for drawing in strokes.examples()
    )
    return [Picture(data_url(picture), f"Example {digit}") for digit, picture in enumerate(small)]


def show() -> None:
    st.caption("Try one:")
    picture_buttons(_pictures(), key="examples", on_press=put)


def put(digit: int) -> None:
    """Put the example of this digit on the pad. Call it before the pad is shown, or in a callback."""
    st.session_state["source"] = "draw"
    pad.put(strokes.examples()[digit])


def in_link(otherwise: int | None = None) -> int | None:
    """The digit whose example the link asks for."""
    wanted = st.query_params.get("example", "")
    return int(wanted) if wanted in set("0123456789") else otherwise


def open_link() -> None:
    """?example=7 in a link opens with that one; what a session has drawn is not overwritten. So does
    ?sample=mnist-4711 with a picture of a data set, once."""
    wanted = in_link()
    if not pad.used() and wanted is not None:
        pad.begin_with(strokes.examples()[wanted])
    sample = st.query_params.get("sample")
    if sample and sample != st.session_state.get("_sample"):
        st.session_state["_sample"] = sample
        if found := chosen_digit.sample(sample):
            # with its strokes, where it was drawn: then it is read as it was there
            shown = strokes.render(found.drawing) if found.drawing else found.image
            input_digit.bring(shown, found.drawing)
