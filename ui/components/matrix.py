"""The confusion matrix on the page: a real table of real buttons, so that mouse, finger, keyboard and screen
reader get the same. (Streamlit's charts return no clicked cell from a heatmap, streamlit#8760.)"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from ui.components import component

_component = component(__file__, html="<table></table>")


@dataclass(frozen=True)
class Cell:
    text: str
    title: str  # a sentence: shown on hover, read out by a screen reader after the text
    color: str = "transparent"  # CSS
    picture: str | None = None  # a URL, instead of the text


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    *,
    chosen: tuple[int, int],
    key: str,
    on_press: Callable[[int, int], None],
    recalls: Sequence[Cell] | None = None,
    precisions: Sequence[Cell] | None = None,
    accuracy: Cell | None = None,
    leads_to: str | None = None,
) -> None:
    """`on_press` is called with the row and the column of the cell that was pressed. `leads_to` is the key of
    the container that shows what is behind a cell: where it stands below the matrix, as on a phone, a press
    scrolls there. Recalls, precisions and accuracy are the margins: all three, or none."""
    size = len(rows), len(columns)

    def pressed() -> None:
        match st.session_state[key].pressed:  # it comes from the browser
            case [row, column] if type(row) is int and type(column) is int:  # True is no number
                if 0 <= row < size[0] and 0 <= column < size[1]:
                    on_press(row, column)

    margins = (
        {
            "recall": "Of all pictures of a digit, the share that was read correctly",
            "precision": "Of all pictures read as a digit, the share that was correct",
            "recalls": [asdict(cell) for cell in recalls],
            "precisions": [asdict(cell) for cell in precisions],
            "accuracy": asdict(accuracy),
        }
        if recalls and precisions and accuracy
        else None
    )
    _component(
        key=key,
        data={
            "rows": list(rows),
            "columns": list(columns),
            "cells": [[asdict(cell) for cell in line] for line in cells],
            "margins": margins,
            "chosen": list(chosen),
            "leadsTo": leads_to,
        },
        on_pressed_change=pressed,
    )
