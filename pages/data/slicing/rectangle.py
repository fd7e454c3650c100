"""A digit on which a rectangle can be drawn, with a finger, a mouse or the arrow keys."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from digitlab.data.slicing import Rectangle
from ui.pictures import data_url

_HERE = Path(__file__)
_component = st.components.v2.component(
    "digitlab_rectangle",
    html=(
        '<div class="digit" tabindex="0" role="application" aria-roledescription="digit with a rectangle">'
        '<img alt=""><div class="box"></div></div><p aria-live="polite"></p>'
    ),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


def rectangle(
    image: np.ndarray, where: Rectangle, *, key: str, on_change: Callable[[Rectangle], None]
) -> None:
    """`image` is uint8 (28, 28). `on_change` hears of the rectangle when the pointer is lifted."""

    def changed() -> None:
        edges = st.session_state[key].rectangle
        # it comes from the browser
        if isinstance(edges, list) and len(edges) == 4 and all(isinstance(edge, int) for edge in edges):
            on_change(Rectangle.of(*edges))

    _component(key=key, data={"url": data_url(image), "rectangle": list(where)}, on_rectangle_change=changed)
