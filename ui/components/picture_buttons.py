"""Small pictures that can be pressed: Streamlit has no clickable image (streamlit#298)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from ui.components import component

_component = component(__file__, html='<div class="row" role="group"></div>')


class Picture(NamedTuple):
    url: str  # see ui/pictures.py
    label: str  # read out by a screen reader, shown on hover
    caption: str = ""  # under the picture, of one line or two


def picture_buttons(
    pictures: Sequence[Picture],
    *,
    key: str,
    on_press: Callable[[int], None],
    side: int = 34,
    columns: int | None = None,
    label: str = "Pictures",
    chosen: int | None = None,
) -> None:
    """Rows of pictures, each at least `side` pixels wide, or `columns` in a row (half as many on a phone);
    `on_press` is called with the number of the one that was pressed. All of them are one stop of the Tab key,
    the arrow keys move among them; `label` is their name for a screen reader. `chosen`, where one is, has a
    frame."""

    def pressed() -> None:
        number = st.session_state[key].pressed
        # it comes from the browser, and True is no number
        if type(number) is int and 0 <= number < len(pictures):
            on_press(number)

    _component(
        key=key,
        data={
            "pictures": [picture._asdict() for picture in pictures],
            "side": side,
            "columns": columns,
            "label": label,
            "chosen": chosen,
        },
        on_pressed_change=pressed,
    )
