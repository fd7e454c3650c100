"""The figures of this chapter: optimisers on a surface, scores of digits and scribbles, codes in 3-D."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from digitlab import charts, colours
from digitlab.caches import once
from digitlab.evaluation.one_digit import Curve
from digitlab.inside.autoencoder import InThree
from digitlab.inside.not_a_digit import Bars
from digitlab.inside.optimisation import Path, Surface, grid

RIGHT, WRONG, REFERENCE = map(colours.css, (colours.RIGHT, colours.WRONG, colours.REFERENCE))

# --- optimisers ------------------------------------------------------------------------------------------

# seen on the dark and the light ground of the map, and on light and dark pages; after Okabe and Ito
OPTIMISERS = {
    "Gradient descent": "#d55e00",
    "SGD": "#d55e00",  # the same, with batches
    "Momentum": "#56b4e9",
    "Adam": "#009e73",
    "Random walk": "#cc79a7",
}
VALLEY, HILL = "#264278", "#e2e8f0"  # the ground: low and high
_SIDE_3D = 61  # points in a row of the 3-D surface
_LOWEST = 1e-6  # of a logarithmic axis


def heights(surface: Surface, ways: Mapping[str, Path], logarithmic: bool) -> go.Figure:
    """The height of each optimiser after each step; what is above the map is cut off."""
    highest = float(grid(surface).max())
    traces = [
        go.Scatter(
            x=np.arange(len(way.heights)),
            y=np.clip(way.heights, _LOWEST if logarithmic else None, highest),
            name=name,
            line={"color": OPTIMISERS[name], "width": 2.5},
            hovertemplate="%{y:.4f}",
        )
        for name, way in ways.items()
    ]
    figure = charts.figure(traces, x="step", y="height (the loss)", height=380)
    if logarithmic:
        return figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    return figure.update_yaxes(rangemode="tozero")


@once(maxsize=8)
def _ground(surface: Surface) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and heights of the 3-D surface; y rises, as Plotly wants it."""
    heights = grid(surface)[::-1]
    chosen = np.linspace(0, surface.detail - 1, min(_SIDE_3D, surface.detail)).round().astype(int)
    ticks = np.linspace(-surface.reach, surface.reach, surface.detail)[chosen]
    return surface.centre[0] + ticks, surface.centre[1] + ticks, heights[np.ix_(chosen, chosen)]


def landscape(surface: Surface, ways: Mapping[str, Path]) -> go.Figure:
    """The surface in 3-D, and the ways on it, as far as they stay on it."""
    x, y, z = _ground(surface)
    lift = 0.01 * float(np.ptp(z))  # so that the ground doesn't hide a line
    traces: list[go.Surface | go.Scatter3d] = [
        go.Surface(
            x=x,
            y=y,
            z=z,
            surfacecolor=np.log(z - z.min() + 0.02 * np.ptp(z)),
            colorscale=[[0, VALLEY], [1, HILL]],
            showscale=False,
            contours={"z": {"show": True, "color": "rgba(15, 23, 42, 0.35)", "highlight": False}},
            hoverinfo="skip",
        )
    ]
    for name, way in ways.items():
        inside = np.asarray((np.abs(way.points - surface.centre) <= surface.reach).all(axis=1))
        points = np.where(inside[:, None], way.points, np.nan)  # a line breaks off where there is nothing
        traces.append(
            go.Scatter3d(
                x=points[:, 0],
                y=points[:, 1],
                z=way.heights + lift,
                name=name,
                mode="lines+markers",
                line={"color": OPTIMISERS[name], "width": 6},
                marker={"size": 2.5, "color": OPTIMISERS[name]},
                customdata=np.stack([np.arange(len(points)), way.heights], axis=1),
                hovertemplate="step %{customdata[0]}: height %{customdata[1]:.3f}",
            )
        )
    figure = charts.figure(traces, height=480)
    return figure.update_layout(
        dragmode="turntable",
        hovermode="closest",
        scene={
            "xaxis_title": "x",
            "yaxis_title": "y",
            "zaxis_title": "height",
            "aspectmode": "manual",
            "aspectratio": {"x": 1, "y": 1, "z": 0.6},
            "camera_eye": {"x": -1.1, "y": -1.3, "z": 1.0},
        },
    )


# --- digits and scribbles --------------------------------------------------------------------------------

_TENS = (0, 10, 100, 1000, 10_000)


def histogram(bars: Bars, what: str, threshold: float, mine: float) -> go.Figure:
    """Digits upwards, scribbles downwards; blue where the threshold is right about them, orange where it is
    wrong. The dashed line is the threshold, the other one the picture shown. Each grid line is ten times the
    one before."""
    middle, width = (bars.low + bars.high) / 2, bars.high - bars.low
    traces: list[go.Bar | go.Scatter] = [
        go.Bar(
            x=middle,
            y=sign * np.log10(1 + counts),
            width=0.92 * width,
            name=name,
            showlegend=False,
            marker={"color": np.where(bars.accepted == (sign > 0), RIGHT, WRONG), "line_width": 0},
            customdata=np.stack([counts, bars.low, bars.high], axis=1),
            hovertemplate=f"%{{customdata[0]:,}} {name}<br>%{{customdata[1]:.3f}} to %{{customdata[2]:.3f}}"
            "<extra></extra>",
        )
        for name, counts, sign in (("digits", bars.digits, 1), ("scribbles", bars.scribbles, -1))
    ]
    end = float(bars.high[-1])
    highest = np.log10(1 + _TENS[-1])
    for x, name, dash in ((threshold, "threshold", "dash"), (min(mine, end), "this picture", "solid")):
        traces.append(
            go.Scatter(
                x=[x, x],
                y=[-highest, highest],
                name=name,
                mode="lines",
                line={"color": REFERENCE, "width": 3, "dash": dash},
                hoverinfo="skip",
            )
        )
    figure = charts.figure(traces, x=what, y="scribbles ↓     ↑ digits", height=340)
    ticks = sorted({sign * ten for ten in _TENS for sign in (1, -1)})
    figure.update_yaxes(
        tickvals=[np.sign(tick) * np.log10(1 + abs(tick)) for tick in ticks],
        ticktext=[f"{abs(tick):,}" for tick in ticks],
        range=[-highest, highest],
    )
    figure.update_xaxes(range=[0, end])
    return figure.update_layout(barmode="overlay", hovermode="closest", bargap=0)


def roc(curves: Mapping[str, Curve]) -> go.Figure:
    """The curves by their names, with each threshold under the pointer, and a coin's."""
    traces = [
        go.Scatter(
            x=curve.x,
            y=curve.y,
            name=f"{name}: area {curve.area:.3f}",
            line={"color": colour, "width": 2.5},
            customdata=np.where(np.isfinite(curve.thresholds), np.abs(curve.thresholds), np.nan),
            hovertemplate=f"{name}, threshold %{{customdata:.3f}}<br>%{{x:.1%}} of the scribbles let through"
            "<br>%{y:.1%} of the digits accepted<extra></extra>",
        )
        for (name, curve), colour in zip(curves.items(), colours.SERIES, strict=False)
    ]
    traces.append(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            name="a coin: area 0.5",
            line={"color": REFERENCE, "width": 1.5, "dash": "dash"},
            hoverinfo="skip",
        )
    )
    figure = charts.figure(traces, x="scribbles let through", y="digits accepted", height=340)
    figure.update_xaxes(tickformat=".0%", range=[-0.01, 1.01])
    figure.update_yaxes(tickformat=".0%", range=[-0.01, 1.02])
    return figure.update_layout(hovermode="closest")


# --- codes in 3-D ----------------------------------------------------------------------------------------


def codes(digits: InThree, mine: np.ndarray) -> go.Figure:
    """A dot for each digit, in its colour; the digit itself stands beside the pointer. `mine`, float (3,), is
    where the digit of the page lies."""
    axes = dict(zip("xyz", digits.places.T, strict=True))
    traces = []
    for digit in range(10):
        where = digits.labels == digit
        traces.append(
            go.Scatter3d(
                **{axis: values[where] for axis, values in axes.items()},
                name=str(digit),
                mode="markers",
                marker={"size": 3.5, "color": colours.DIGITS[digit]},
                customdata=np.array(digits.drawn)[where],
                hovertemplate=f"{digit}<br>%{{customdata}}<extra></extra>",
            )
        )
    traces.append(
        go.Scatter3d(
            **{axis: [float(value)] for axis, value in zip("xyz", mine, strict=True)},
            name="this digit",
            mode="markers",
            marker={"size": 9, "color": RIGHT, "symbol": "diamond", "line": {"width": 2, "color": "#ffffff"}},
            hovertemplate="this digit<extra></extra>",
        )
    )
    figure = charts.figure(traces, height=560)
    return figure.update_layout(
        dragmode="turntable",
        hovermode="closest",
        hoverlabel={"font": {"family": "DejaVu Sans Mono, Menlo, Consolas, monospace", "size": 8}},
        scene={f"{axis}axis_title": f"component {n}" for n, axis in enumerate("xyz", 1)},
        legend={"itemsizing": "constant"},
    )
