"""A data set in charts."""

import numpy as np
import plotly.graph_objects as go

from digitlab import colours
from digitlab.charts import figure
from digitlab.colours import css
from digitlab.data.data_set import Brightness
from digitlab.numbers import decimal, percent

HEIGHT = 320  # pixels; both charts stand side by side
TRAINING, TEST = css(colours.RIGHT), css(colours.REFERENCE)


def balance(train: np.ndarray | None, test: np.ndarray) -> go.Figure:
    """How many pictures there are of each digit; labels are uint8 (N,). `train` is None where a data set has
    no training part."""
    parts = {"Test": (test, TEST)} if train is None else {"Training": (train, TRAINING), "Test": (test, TEST)}
    bars = [
        go.Bar(
            name=part,
            x=[str(digit) for digit in range(10)],
            y=np.bincount(labels, minlength=10),
            marker_color=colour,
            hovertemplate="%{y:,}",
        )
        for part, (labels, colour) in parts.items()
    ]
    chart = figure(bars, x="Digit", y="Pictures", height=HEIGHT)
    return chart.update_layout(
        barmode="group", showlegend=len(bars) > 1, xaxis_type="category", yaxis_tickformat=","
    )


# What a pixel's value becomes, and the title of its axis.
SCALINGS = {
    "as they are": "Pixel value: 0 is black, 255 is white",
    "scaled to 0–1": "Pixel value / 255",
    "standardised": "(Pixel value − mean) / standard deviation",
}
AS_THEY_ARE, SCALED, STANDARDISED = SCALINGS
BINS, WIDE = 15, 17  # of the values 1 to 255


def offset_and_divisor(pixels: Brightness, scaling: str) -> tuple[float, float]:
    """What a pixel's value is lowered by, and then divided by, in one of SCALINGS."""
    match scaling:
        case "scaled to 0–1":
            return 0.0, 255.0
        case "standardised":
            return pixels.mean, pixels.deviation
        case _:
            return 0.0, 1.0


def histogram(pixels: Brightness, scaling: str) -> go.Figure:
    """How bright the pixels with ink are (value 1 to 255), in one of SCALINGS. The black paper would hide the
    rest, so a line shows where it stands, and another one the mean of all pixels."""
    offset, divisor = offset_and_divisor(pixels, scaling)
    share = pixels.counts[1:].reshape(BINS, WIDE).sum(axis=1) / pixels.counts.sum()
    first = 1 + WIDE * np.arange(BINS)
    low, high = (first - 0.5 - offset) / divisor, (first + WIDE - 0.5 - offset) / divisor
    places = 0 if scaling == AS_THEY_ARE else 2
    ends = [((first - offset) / divisor)[:, None], ((first + WIDE - 1 - offset) / divisor)[:, None]]
    spoken = [
        f"{decimal(a, places)} to {decimal(b, places)}: {percent(part, 1)}"
        for (a, b), part in zip(np.hstack(ends), share, strict=True)
    ]
    bars = go.Bar(
        x=(low + high) / 2,
        y=share,
        width=(high - low) * 0.94,
        marker_color=TRAINING,
        hovertext=spoken,
        hoverinfo="text",
    )
    chart = figure([bars], x=SCALINGS[scaling], y="Share of all pixels", height=HEIGHT)
    chart.update_layout(hovermode="closest", showlegend=False, yaxis_tickformat=".0%", margin_t=44)
    # The two stand close together, so the words of the first are a line higher.
    for value, words, up in ((0.0, f"black paper: {percent(pixels.black)}", 18), (pixels.mean, "mean", 0)):
        at = (value - offset) / divisor
        line = {"color": TEST, "width": 2, "dash": "dot"}
        chart.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
        chart.add_annotation(
            x=at,
            y=1,
            yref="paper",
            text=words,
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            yshift=up,
        )
    return chart
