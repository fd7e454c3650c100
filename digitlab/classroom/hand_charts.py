"""The chart of a class by hands."""

import numpy as np
import plotly.graph_objects as go

from digitlab import charts, colours
from digitlab.classroom.hands import Hands
from digitlab.numbers import percent

_HEIGHT = 300  # pixels


def by_hand(hands: Hands) -> go.Figure:
    """A bar for each hand, the one that is read worst first, and a line where chance alone would put them."""
    order = np.arange(1, len(hands.shares) + 1)
    bars = go.Bar(
        x=order,
        y=100 * hands.shares,
        name="a hand",
        marker={"color": colours.css(colours.RIGHT)},
        hovertext=[f"A hand: {percent(float(share), 0)} read rightly" for share in hands.shares],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    chance = go.Scatter(
        x=order,
        y=100 * hands.by_chance,
        mode="lines",
        name="if all hands were equally easy",
        line={"color": colours.css(colours.REFERENCE), "dash": "dash", "width": 2},
        hoverinfo="skip",
    )
    drawn = charts.figure(
        [bars, chance], x="Hands, the worst read first", y="Read rightly, %", height=_HEIGHT
    )
    return drawn.update_layout(
        hovermode="closest", yaxis={"range": [0, 103]}, xaxis={"showticklabels": False}, bargap=0.15
    )
