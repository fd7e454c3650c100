"""Small heat maps side by side in which a cell can be chosen, with a finger, a mouse or the arrow keys."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from digitlab import colours
from ui.components import component

_component = component(
    __file__,
    '<button type="button" class="size">Larger maps</button><div class="maps"></div>',
)


class HeatMap(NamedTuple):
    values: np.ndarray  # float (rows, columns) in [0, 1]: orange below a half, blue above
    chosen: tuple[int, int]  # row, column
    label: str  # what it shows: read out by a screen reader, after the title of its column
    caption: str  # under it


def heat_maps(
    columns: Sequence[tuple[str, Sequence[HeatMap]]], *, key: str, on_press: Callable[[int, int, int], None]
) -> None:
    """Columns of heat maps, each with a title, all with maps of the same sizes. `on_press` is called with the
    number of the map in its column, and the row and the column of the cell that was chosen."""
    sizes = [one.values.shape for one in columns[0][1]]

    def pressed() -> None:
        match st.session_state[key].pressed:  # it comes from the browser
            case [number, row, column] if all(type(given) is int for given in (number, row, column)) and (
                0 <= number < len(sizes) and 0 <= row < sizes[number][0] and 0 <= column < sizes[number][1]
            ):
                on_press(number, row, column)

    _component(
        key=key,
        data={
            "columns": [
                {
                    "title": title,
                    "maps": [
                        {
                            "percent": np.round(one.values * 100).astype(int).tolist(),
                            "chosen": list(one.chosen),
                            "label": f"{title}, {one.label}",
                            "caption": one.caption,
                        }
                        for one in maps
                    ],
                }
                for title, maps in columns
            ],
            "colours": [list(colours.RIGHT), list(colours.WRONG)],
        },
        on_pressed_change=pressed,
    )
