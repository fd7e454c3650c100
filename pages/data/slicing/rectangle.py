"""A digit on which a rectangle can be drawn, with a finger, a mouse or the arrow keys."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from digitlab.data.slicing import Rectangle
from ui.components import component
from ui.pictures import data_url

_component = component(
    __file__,
    '<div class="digit" tabindex="0" role="application" aria-roledescription="digit with a rectangle" '
    'aria-label="The arrow keys move the rectangle, Shift and arrows resize it"><img alt="">'
    '<div class="box"></div></div><p aria-live="polite"></p>',
)


def rectangle(
    image: np.ndarray, where: Rectangle, *, key: str, on_change: Callable[[Rectangle], None]
) -> None:
    """`image` is uint8 (28, 28). `on_change` hears of the rectangle when the pointer is lifted."""

    def changed() -> None:
        if (chosen := checked(st.session_state[key].rectangle)) is not None:
            on_change(chosen)

    _component(key=key, data={"url": data_url(image), "rectangle": list(where)}, on_rectangle_change=changed)


def checked(edges: Any) -> Rectangle | None:
    """What came from the browser, if it is four whole numbers; True is none."""
    if isinstance(edges, list) and len(edges) == 4 and all(type(edge) is int for edge in edges):
        return Rectangle.of(*edges)
    return None
