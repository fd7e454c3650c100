"""How models learned, as Plotly figures."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from digitlab import charts, colours
from digitlab.caches import once
from digitlab.training import histories
from digitlab.training.histories import History
from digitlab.training.runs import Run

PLOT = 300  # pixels, the height of the plot itself
_LEGEND_ROW = 26  # pixels
_AXES = 64  # pixels under the plot
_LOG_TICKS = [digit * 10.0**power for power in range(-4, 7) for digit in (1, 2, 5)]
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x", "pentagon", "triangle-down")


class Measure(NamedTuple):
    """What is drawn over the epochs."""

    title: str  # of the axis
    training: str  # name in a History, and in what Keras writes
    validation: str
    format: str  # Plotly's


ACCURACY = Measure("Accuracy", "accuracy", "validation_accuracy", ".2%")
LOSS = Measure("Loss", "loss", "validation_loss", ".3f")
MEASURES = {measure.title: measure for measure in (ACCURACY, LOSS)}


@once(maxsize=64)
def curves(names: tuple[str, ...], measure: str, training: bool, log: bool) -> go.Figure:
    """Each model's validation data over the epochs, and with `training` its training data, dashed. With `log`
    both axes are logarithmic, and instead of accuracy the error is drawn, the share that is misread."""
    of = MEASURES[measure]
    shown = [histories.histories()[name] for name in names]
    traces = []
    for history in shown:
        colour, symbol = _look(history)
        lines: list[tuple[str, str, str | None]] = [(of.validation, history.title, None)]
        if training:
            lines.append((of.training, f"{history.title}, training", "dash"))
        for field, name, dash in lines:
            values = np.array(getattr(history, field))
            traces.append(
                go.Scatter(
                    x=np.arange(1, history.epochs + 1),
                    y=1 - values if log and of is ACCURACY else values,
                    name=name,
                    mode="lines" if dash else "lines+markers",
                    line={"color": colour, "dash": dash, "width": 1.5 if dash else 2},
                    marker={"symbol": symbol, "size": 7, "maxdisplayed": 8},
                    legendgroup=history.name,  # hiding a model hides both its lines
                    showlegend=not dash,
                    hovertemplate=f"%{{y:{of.format}}}",
                )
            )
    title = "Error: share misread" if log and of is ACCURACY else of.title
    figure = charts.figure(traces, x="Epoch", y=title, height=_height(-(-len(shown) // 2)))
    _y_axis(figure, of, log)
    figure.update_xaxes(
        type="log" if log else "linear", tickvals=_LOG_TICKS if log else None, hoverformat="d"
    )
    return figure


def _look(history: History) -> tuple[str, str]:
    """Colour and symbol of a model, the same whichever models are shown."""
    number = list(histories.histories()).index(history.name)
    return colours.SERIES[number % len(colours.SERIES)], _SYMBOLS[number % len(_SYMBOLS)]


@once(maxsize=16)
def gaps(names: tuple[str, ...]) -> go.Figure:
    """How much better each model ended on training data than on validation data, in points."""
    shown = [histories.histories()[name] for name in reversed(names)]
    bars = go.Bar(
        x=[history.gap * 100 for history in shown],
        y=[history.title for history in shown],
        orientation="h",
        marker={"color": [_look(history)[0] for history in shown]},
        hovertemplate="%{y}: %{x:+.1f} points<extra></extra>",
    )
    figure = charts.figure(
        [bars], x="Training accuracy minus validation accuracy, in points", height=_AXES + 34 * len(shown)
    )
    return figure.update_layout(hovermode="closest", showlegend=False)


@once(maxsize=8)
def replay(name: str) -> go.Figure:
    """Accuracy of one model on validation and training data over the epochs, for a moment to be marked in."""
    history = histories.histories()[name]
    epochs = np.arange(1, history.epochs + 1)
    lines = [
        go.Scatter(
            x=epochs,
            y=values,
            name=said,
            mode="lines",
            line={"color": colour, "dash": dash},
            hovertemplate="%{y:.2%}",
        )
        for values, said, colour, dash in (
            (history.validation_accuracy, "Validation data", colours.css(colours.RIGHT), None),
            (history.accuracy, "Training data", colours.css(colours.REFERENCE), "dash"),
        )
    ]
    figure = charts.figure(lines, x="Epoch", y="Accuracy", height=PLOT)
    _y_axis(figure, ACCURACY, log=False)
    return figure.update_xaxes(range=[0, history.epochs])


def marked(figure: go.Figure, epoch: float) -> go.Figure:
    """A copy with this moment marked."""
    copy = go.Figure(figure)
    copy.add_vline(epoch, line={"color": colours.css(colours.WRONG), "width": 2})
    return copy


def runs(shown: Sequence[Run], measure: str) -> go.Figure:
    """A visitor's trainings over the epochs: what each reads of the validation data, after each epoch, and
    the newest one's training data, step by step, dashed. Lines of a run have the colour of its number."""
    of = MEASURES[measure]
    traces = []
    for run in shown:
        colour = colours.SERIES[(run.number - 1) % len(colours.SERIES)]
        progress = run.progress()
        values = progress.get("history", {}).get(f"val_{of.training}", [])
        look: dict[str, Any] = {"legendgroup": run.title, "hovertemplate": f"%{{y:{of.format}}}"}
        traces.append(
            go.Scatter(
                x=np.arange(1, len(values) + 1),
                y=values,
                name=run.title,
                mode="lines+markers",
                line={"color": colour},
                showlegend=True,
                **look,
            )
        )
        if run is shown[-1]:
            steps, values = _batches(progress, of)
            dashed = {"color": colour, "dash": "dot", "width": 1.5}
            name = f"{run.number}. on its training images"
            traces.append(go.Scatter(x=steps, y=values, name=name, mode="lines", line=dashed, **look))
    figure = charts.figure(traces, x="Epoch", y=of.title, height=_height(len(traces)))
    _y_axis(figure, of, log=of is LOSS)
    if of is ACCURACY:
        figure.update_yaxes(range=[0, 1.02])
    return figure.update_xaxes(range=[0, max(run.settings.epochs for run in shown) * 1.02])


def _batches(progress: Mapping[str, Any], of: Measure) -> tuple[list[float], list[float]]:
    """Epochs and values of the curve by batch."""
    curve = progress.get("curve", {})
    per_epoch = progress.get("steps_per_epoch", 1)
    return [step / per_epoch for step in curve.get("step", [])], curve.get(of.training, [])


def _y_axis(figure: go.Figure, of: Measure, log: bool) -> None:
    figure.update_yaxes(
        type="log" if log else "linear",
        tickformat="~g" if of is LOSS else ".1~%" if log else ".0~%",
        tickvals=_LOG_TICKS if log else None,
    )


def _height(rows: int) -> int:
    """So much that the plot keeps its height, although the legend takes so many rows on a phone."""
    return PLOT + _AXES + _LEGEND_ROW * rows
