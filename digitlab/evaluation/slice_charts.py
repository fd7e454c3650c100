"""The chart of accuracy by handwriting."""

from collections.abc import Sequence

import plotly.graph_objects as go

from digitlab import charts, colours
from digitlab.evaluation.slices import Slice


def accuracy_by_slice(found: Sequence[Slice], names: Sequence[str], measure: str) -> go.Figure:
    """A point for each slice with its 95 % interval. `names` are the slices', `measure` the axis' title."""
    shares = [100 * one.accuracy for one in found]
    trace = go.Scatter(
        x=list(names),
        y=shares,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [100 * one.interval[1] - share for one, share in zip(found, shares, strict=True)],
            "arrayminus": [share - 100 * one.interval[0] for one, share in zip(found, shares, strict=True)],
            "thickness": 2,
        },
        mode="markers",
        marker={"size": 11, "color": colours.css(colours.RIGHT)},
        customdata=[(one.right, one.pictures, *(100 * end for end in one.interval)) for one in found],
        hovertemplate="%{y:.2f} %: %{customdata[0]:,} of %{customdata[1]:,} read correctly"
        "<br>95 % interval: %{customdata[2]:.2f} to %{customdata[3]:.2f} %<extra></extra>",
    )
    return charts.figure([trace], x=measure, y="Read correctly, %", height=280)
