"""Small pictures that can be pressed: Streamlit has no clickable image (streamlit#298)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

_HERE = Path(__file__)
_component = st.components.v2.component(
    "digitlab_picture_buttons",
    html='<div class="row"></div>',
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


class Picture(NamedTuple):
    url: str  # see ui/pictures.py
    label: str  # read out by a screen reader, shown on hover
    caption: str = ""  # under the picture


def picture_buttons(
    pictures: Sequence[Picture],
    *,
    key: str,
    on_press: Callable[[int], None],
    side: int = 34,
    columns: int | None = None,
) -> None:
    """Rows of pictures, each at least `side` pixels wide, or `columns` in a row (half as many on a phone);
    `on_press` is called with the number of the one that was pressed."""

    def pressed() -> None:
        number = st.session_state[key].pressed
        if isinstance(number, int) and 0 <= number < len(pictures):  # it comes from the browser
            on_press(number)

    _component(
        key=key,
        data={"pictures": [picture._asdict() for picture in pictures], "side": side, "columns": columns},
        on_pressed_change=pressed,
    )
