"""The confusion matrix on the page: a real table of real buttons, so that mouse, finger, keyboard and screen
reader get the same. (Streamlit's charts return no clicked cell from a heatmap, streamlit#8760.)"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__)
_component = st.components.v2.component(
    "digitlab_matrix",
    html="<table></table>",
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


@dataclass(frozen=True)
class Cell:
    text: str
    title: str  # a sentence: shown on hover, read out by a screen reader
    color: str = "transparent"  # CSS
    picture: str | None = None  # a URL, instead of the text


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    *,
    recalls: Sequence[Cell],
    precisions: Sequence[Cell],
    accuracy: Cell,
    chosen: tuple[int, int],
    key: str,
    on_press: Callable[[int, int], None],
) -> None:
    """`on_press` is called with the row and the column of the cell that was pressed."""

    size = len(rows), len(columns)

    def pressed() -> None:
        match st.session_state[key].pressed:  # it comes from the browser
            case [int(row), int(column)] if 0 <= row < size[0] and 0 <= column < size[1]:
                on_press(row, column)

    _component(
        key=key,
        data={
            "rows": list(rows),
            "columns": list(columns),
            "cells": [[asdict(cell) for cell in line] for line in cells],
            "recall": "Of all pictures of a digit, the share that was read right",
            "precision": "Of all pictures read as a digit, the share that was right",
            "recalls": [asdict(cell) for cell in recalls],
            "precisions": [asdict(cell) for cell in precisions],
            "accuracy": asdict(accuracy),
            "chosen": list(chosen),
        },
        on_pressed_change=pressed,
    )
