"""A Plotly figure on the page."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

# Few buttons, and only while the mouse is over the chart: zoom by dragging a box, back, save as a picture.
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtons": [["zoom2d", "resetScale2d", "toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}


def chart(
    figure: go.Figure, alt: str, *, key: str | None = None, config: dict[str, Any] | None = None
) -> None:
    """`figure` as wide as its place; `alt` says in a sentence what is to be seen, for those who can't see it.
    `config` adds to Plotly's settings, or changes them."""
    st.plotly_chart(figure, key=key, config=CONFIG | (config or {}), alt=alt)
