"""What all charts share: Plotly figures that look alike, on light and on dark.

Chapters draw their figures in `digitlab/<chapter>/charts.py`; `ui.charts.chart` puts them on the page, where
Streamlit's theme gives text, grid and background their colours. So a figure names no colour but those that
mean something (digitlab.colours)."""

from collections.abc import Sequence

import plotly.graph_objects as go

HEIGHT = 300  # pixels

LAYOUT = go.Layout(
    height=HEIGHT,
    margin={"l": 8, "r": 8, "t": 8, "b": 8},  # axes take what they need (automargin)
    # Never takes a finger's scrolling. Who wants to zoom presses "Zoom" above the chart.
    dragmode=False,
    hovermode="x unified",
    hoverlabel={"namelength": -1},
    # Above the plot, in as many rows as it needs: it never squeezes the plot from the side.
    legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "title": None},
    xaxis={"automargin": True, "zeroline": False},
    yaxis={"automargin": True, "zeroline": False},
)


def figure(
    traces: Sequence[go.Scatter | go.Bar | go.Surface | go.Scatter3d] = (),
    *,
    x: str | None = None,
    y: str | None = None,
    height: int = HEIGHT,
) -> go.Figure:
    """A figure with these traces; `x` and `y` are the titles of its axes, `height` is in pixels."""
    figure = go.Figure(list(traces), LAYOUT)
    return figure.update_layout(height=height, xaxis_title=x, yaxis_title=y)
