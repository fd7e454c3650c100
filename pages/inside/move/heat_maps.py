"""Small heat maps side by side in which a cell can be chosen, with a finger, a mouse or the arrow keys."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

_HERE = Path(__file__)
_component = st.components.v2.component(
    "digitlab_heat_maps",
    html='<div class="maps"></div>',
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


class HeatMap(NamedTuple):
    values: np.ndarray  # float (rows, columns) in [0, 1]: orange below a half, blue above
    chosen: tuple[int, int]  # row, column
    label: str  # what it shows: read out by a screen reader
    caption: str  # under it


def heat_maps(
    columns: Sequence[tuple[str, Sequence[HeatMap]]], *, key: str, on_press: Callable[[int, int, int], None]
) -> None:
    """Columns of heat maps, each with a title, all with maps of the same sizes. `on_press` is called with the
    number of the map in its column, and the row and the column of the cell that was chosen."""
    sizes = [one.values.shape for one in columns[0][1]]

    def pressed() -> None:
        match st.session_state[key].pressed:  # it comes from the browser
            case [int(number), int(row), int(column)] if (
                0 <= number < len(sizes) and 0 <= row < sizes[number][0] and 0 <= column < sizes[number][1]
            ):
                on_press(number, row, column)

    _component(
        key=key,
        data=[
            {
                "title": title,
                "maps": [
                    {
                        "percent": np.round(one.values * 100).astype(int).tolist(),
                        "chosen": list(one.chosen),
                        "label": one.label,
                        "caption": one.caption,
                    }
                    for one in maps
                ],
            }
            for title, maps in columns
        ],
        on_pressed_change=pressed,
    )
