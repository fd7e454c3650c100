"""A map of digits: a dot for each, and the digit under the pointer, large."""

from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from digitlab import colours
from ui.pictures import data_url

_HERE = Path(__file__)
_COLUMNS = 60  # digits in a row of the sheet that goes to the browser
_component = st.components.v2.component(
    "digitlab_digit_map",
    html=(
        '<div class="map" tabindex="0" role="application" aria-roledescription="map of digits">'
        '<canvas class="dots"></canvas></div><div class="legend"></div>'
        '<div class="card"><canvas class="digit" width="112" height="112"></canvas>'
        '<p aria-live="polite"></p></div>'
    ),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


@st.cache_data(max_entries=4, show_spinner=False)
def sheet(images: np.ndarray) -> str:
    """All pictures, uint8 (N, 28, 28), in one."""
    count = -(-len(images) // _COLUMNS) * _COLUMNS
    padded = np.zeros((count, 28, 28), np.uint8)
    padded[: len(images)] = images
    rows = padded.reshape(-1, _COLUMNS, 28, 28).transpose(0, 2, 1, 3).reshape(-1, _COLUMNS * 28)
    return data_url(cv2.convertScaleAbs(rows))


def digit_map(images: np.ndarray, labels: np.ndarray, places: np.ndarray, *, key: str) -> None:
    """`places` is float (N, 2), x and y from 0 to 1. Everything happens in the browser."""
    _component(
        key=key,
        data={
            "sheet": sheet(images),
            "columns": _COLUMNS,
            "labels": labels.tolist(),
            "places": np.round(places, 4).tolist(),
            "colours": list(colours.DIGITS),
        },
    )
