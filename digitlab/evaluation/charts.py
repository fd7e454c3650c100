"""The evaluation pages' figures.

What depends on the model and the data set alone is drawn once and shared by all visitors. A function that
adds a visitor's choice adds it to a copy, which is cheap; so never change a figure from here in place."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from digitlab import colours, metrics
from digitlab.charts import figure
from digitlab.data import once_each
from digitlab.evaluation.confidence import BINS, STRICTEST, answers
from digitlab.evaluation.one_digit import THRESHOLDS, Counts, Curve, OneVsRest, one_vs_rest
from digitlab.metrics import Reliability, Selection
from digitlab.numbers import a_digit, count

RIGHT, WRONG, REFERENCE = map(colours.css, (colours.RIGHT, colours.WRONG, colours.REFERENCE))
_HEIGHT = 340  # pixels
_DASHED = {"color": REFERENCE, "dash": "dash", "width": 2}
_LINE = {"color": RIGHT, "width": 2.5}
_FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1]

Range = tuple[float, float]


def _figure(traces: Sequence[go.Scatter | go.Bar], x: str, y: str) -> go.Figure:
    """Each point speaks for itself. The margins have room for the chart's buttons above the legend, and for
    the axis' last label: Plotly hides what sticks out."""
    drawn = figure(traces, x=x, y=y, height=_HEIGHT)
    return drawn.update_layout(margin={"t": 56, "r": 18}, hovermode="closest", hoverdistance=60)


def _choice(x: float | None, y: float | None, numbers: Sequence[float], hover: str) -> go.Scatter:
    """The point that stands for the visitor's choice; `hover` as on its curve, with these `numbers`."""
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers",
        name="your choice",
        marker={"size": 13, "color": RIGHT, "line": {"color": "white", "width": 2}},
        customdata=[list(numbers)],
        hovertemplate=hover,
    )


def _line(x: np.ndarray, y: np.ndarray, numbers: np.ndarray, hover: str, name: str) -> go.Scatter:
    """A curve; under the pointer stands `hover`, with the `numbers` of that point."""
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        name=name,
        line=_LINE,
        customdata=numbers.astype(np.float32),
        hovertemplate=hover,
    )


def _reference(x: Sequence[float], y: Sequence[float], name: str) -> go.Scatter:
    return go.Scatter(x=x, y=y, mode="lines", name=name, line=_DASHED, hoverinfo="skip")


# --- one digit against the rest ----------------------------------------------------------------------


def roc(model: str, dataset: str, digit: int, threshold: float) -> go.Figure:
    """What a threshold finds against what it wrongly takes along. The plot begins with the part in which the
    threshold can move; the small one beside it shows where in the whole that is."""
    counts = one_vs_rest(model, dataset, digit).counts(threshold)
    return go.Figure(_roc(model, dataset, digit)).add_trace(
        _choice(counts.false_positive_rate, counts.recall, _numbers(threshold, counts), _THRESHOLD)
    )


def precision_recall(model: str, dataset: str, digit: int, threshold: float) -> go.Figure:
    """How many are right among those that were found; otherwise as `roc`."""
    counts = one_vs_rest(model, dataset, digit).counts(threshold)
    precision = 1.0 if counts.precision is None else counts.precision  # as scikit-learn draws it
    return go.Figure(_precision_recall(model, dataset, digit)).add_trace(
        _choice(counts.recall, precision, _numbers(threshold, counts), _THRESHOLD)
    )


@once_each(maxsize=80)
def _roc(model: str, dataset: str, digit: int) -> go.Figure:
    task = one_vs_rest(model, dataset, digit)
    recalls, rates = _corner(task)[:2]
    return _curve(
        task,
        task.roc,
        x_title=f"others taken for {a_digit(digit)} (1 − specificity)",
        y_title=f"{digit}s found (recall)",
        guessing=([0.0, 1.0], [0.0, 1.0]),
        ranges=(rates, recalls),
        free="right",
    )


@once_each(maxsize=80)
def _precision_recall(model: str, dataset: str, digit: int) -> go.Figure:
    task = one_vs_rest(model, dataset, digit)
    recalls, _, precisions = _corner(task)
    occurs = float(task.positive.mean())  # guessing is right as often as the digit occurs
    return _curve(
        task,
        task.precision_recall,
        x_title=f"{digit}s found (recall)",
        y_title=f"right when it says {digit} (precision)",
        guessing=([0.0, 1.0], [occurs, occurs]),
        ranges=(recalls, precisions),
        free="left",
    )


def _corner(task: OneVsRest) -> tuple[Range, Range, Range]:
    """Where recall, false positive rate and precision are at the thresholds that one can choose, with a
    little air; up to the 0 or 1 that is nearest."""
    low, high = THRESHOLDS
    ends = [task.counts(threshold) for threshold in THRESHOLDS]
    curve = task.precision_recall
    inside = (curve.thresholds >= low) & (curve.thresholds <= high)
    precisions = [*curve.y[inside], *(c.precision for c in ends if c.precision is not None)]
    return (
        _around([c.recall or 0.0 for c in ends]),
        _around([c.false_positive_rate or 0.0 for c in ends]),
        _around(precisions),
    )


def _around(values: Sequence[float]) -> Range:
    least, most = min(values), max(values)
    if least < 1 - most:
        return -0.02 * most, min(1.0, 1.15 * most + 0.0005)
    return max(0.0, 1 - 1.15 * (1 - least) - 0.0005), 1 + 0.02 * (1 - least)


def _curve(
    task: OneVsRest,
    curve: Curve,
    *,
    x_title: str,
    y_title: str,
    guessing: tuple[list[float], list[float]],
    ranges: tuple[Range, Range],
    free: str,
) -> go.Figure:
    """A curve with what each of its thresholds gives under the pointer, and a small one of the whole in the
    lower corner that is `free`: "left" or "right"."""
    numbers = np.array([_numbers(threshold, task.counts(threshold)) for threshold in curve.thresholds])
    line = _line(curve.x, curve.y, numbers, _THRESHOLD, "model").update(showlegend=False)
    small = {"xaxis": "x2", "yaxis": "y2", "showlegend": False, "hoverinfo": "skip"}
    (left, right), (bottom, top) = ranges
    whole = [
        go.Scatter(x=guessing[0], y=guessing[1], mode="lines", line={**_DASHED, "width": 1}, **small),
        go.Scatter(x=curve.x, y=curve.y, mode="lines", line={**_LINE, "width": 1.5}, **small),
        go.Scatter(
            x=[left, right, right, left, left],
            y=[bottom, bottom, top, top, bottom],
            mode="lines",
            line={"color": WRONG, "width": 1.5},
            **small,
        ),
    ]
    drawn = _figure([_reference(*guessing, name="guessing"), line, *whole], x_title, y_title)
    place = [0.05, 0.35] if free == "left" else [0.68, 0.98]
    inset = {"range": [-0.04, 1.04], "showgrid": False, "showticklabels": False, "fixedrange": True}
    border = {"showline": True, "mirror": True, "linecolor": REFERENCE}
    return drawn.update_layout(
        xaxis={"range": ranges[0], "tickformat": _percents(ranges[0]), "nticks": 6},
        yaxis={"range": ranges[1], "tickformat": _percents(ranges[1]), "nticks": 6},
        xaxis2={**inset, **border, "domain": place, "anchor": "y2"},
        yaxis2={**inset, **border, "domain": [0.08, 0.4], "anchor": "x2"},
    )


# What stands under the pointer, on the numbers of `_numbers`.
_THRESHOLD = (
    "threshold %{customdata[0]:.2f}<br>found %{customdata[1]:,}, missed %{customdata[2]:,}<br>"
    "others taken along %{customdata[3]:,}<extra></extra>"
)


def _numbers(threshold: float, counts: Counts) -> Sequence[float]:
    """A curve begins at an infinite threshold, where nothing is read as the digit: shown as 1."""
    return min(threshold, 1.0), counts.tp, counts.fn, counts.fp


def _percents(over: Range) -> str:
    """How an axis writes shares: with as many digits as its range needs."""
    wide = over[1] - over[0]
    return f".{0 if wide > 0.06 else 1 if wide > 0.006 else 2}%"


# --- answering only when sure ------------------------------------------------------------------------


def coverage(model: str, dataset: str, refuse: bool, here: Selection) -> go.Figure:
    """What is gained by answering less; the point is `here`. The curve goes down to what the strictest
    threshold still answers. `refuse`: what the detector takes for no digit gets no answer."""
    drawn = go.Figure(_coverage(model, dataset, refuse))
    if here.accuracy is None:
        return drawn
    numbers = 100 * here.coverage, here.wrong, 100 * here.accuracy
    return drawn.add_trace(_choice(here.coverage, here.accuracy, numbers, _ANSWERED))


_ANSWERED = (
    "answered %{customdata[0]:.1f} %<br>mistakes %{customdata[1]:,}<br>"
    "right, of those %{customdata[2]:.2f} %<extra></extra>"
)


@once_each(maxsize=48)
def _coverage(model: str, dataset: str, refuse: bool) -> go.Figure:
    result, allowed = answers(model, dataset, refuse)
    curve = metrics.coverage_curve(result.confidence, result.right, allowed)
    total = len(result.labels)
    reached = curve.coverage[curve.thresholds >= STRICTEST]
    start = min(0.9, float(np.floor(reached.max() * 10) / 10) if len(reached) else 0.0)
    seen = curve.coverage >= start
    share, right = curve.coverage[seen], curve.accuracy[seen]
    base = float(result.right.mean())
    floor = max(0.0, 1 - 1.2 * (1 - min([base, *right])))
    floor = floor if floor < 1 else 0.9  # no mistake at all: a line at the top
    wrong = np.round(share * total * (1 - right))
    numbers = np.stack([100 * share, wrong, 100 * right], axis=1)
    line = _line(share, right, numbers, _ANSWERED, "the least sure are left out")
    by_lot = _reference([start, 1.0], [base, base], name="some are left out by chance")
    drawn = _figure([by_lot, line], "share of pictures answered", "right, of those answered")
    air = 0.02
    return drawn.update_layout(
        xaxis={"range": [start - air * (1 - start), 1 + air * (1 - start)], "tickformat": ".0%", "nticks": 6},
        yaxis={
            "range": [floor, 1 + 2 * air * (1 - floor)],
            "tickformat": _percents((floor, 1)),
            "nticks": 6,
        },
    )


@once_each(maxsize=48)
def reliability(model: str, dataset: str, refuse: bool) -> go.Figure:
    """How often each degree of confidence is right, with a 95 % confidence interval, and how often it should
    be; above each bar the number of its pictures. `refuse` as in `coverage`."""
    return reliability_of(bins(model, dataset, refuse))


def reliability_of(bins: Reliability) -> go.Figure:
    pictures = bins.right + bins.wrong
    filled = pictures > 0
    low, high, share, pictures = bins.low[filled], bins.high[filled], bins.accuracy[filled], pictures[filled]
    least, most = bins.interval[filled].T
    middle = (low + high) / 2
    bars = go.Bar(
        x=middle,
        y=share,
        width=(high - low) * 0.88,
        name="right",
        marker={"color": RIGHT, "opacity": 0.8},
        error_y={
            "array": most - share,
            "arrayminus": share - least,
            "color": REFERENCE,
            "thickness": 2,
            "width": 3,
        },
        hovertext=[
            f"{low:.0%} to {high:.0%} sure: {count(int(n), 'picture')},<br>{share:.1%} right "
            f"(likely {least:.1%} to {most:.1%})".replace("%", " %")
            for low, high, n, share, least, most in zip(low, high, pictures, share, least, most, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
    )
    counts = go.Scatter(
        x=middle,
        y=np.full(len(middle), 1.05),
        mode="text",
        text=[_short(int(n)) for n in pictures],
        textfont={"size": 10},
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    ideal = _reference([0, 1], [0, 1], name="as often right as it says")
    drawn = _figure([bars, counts, ideal], "how sure the model was", "how often it was right")
    axis = {"tickformat": ".0%", "tickvals": _FIFTHS}
    return drawn.update_layout(xaxis={**axis, "range": [0, 1]}, yaxis={**axis, "range": [0, 1.1]})


def confidences(model: str, dataset: str, refuse: bool, threshold: float) -> go.Figure:
    """How sure the right answers are, upwards, and the wrong ones, downwards; the dashed line is the
    visitor's `threshold`. `refuse` as in `coverage`."""
    drawn = go.Figure(_confidences(model, dataset, refuse))
    return drawn.add_trace(
        _reference([threshold, threshold], drawn.layout.yaxis.range, name="your choice")  # type: ignore
    )


@once_each(maxsize=48)
def _confidences(model: str, dataset: str, refuse: bool) -> go.Figure:
    return confidences_of(bins(model, dataset, refuse))


def confidences_of(bins: Reliability) -> go.Figure:
    """The height of a bar is log10(1 + number of pictures), so that a few mistakes are visible beside
    thousands of right answers; the labels of the axis are numbers of pictures."""
    middle, width = (bins.low + bins.high) / 2, (bins.high - bins.low) * 0.9
    traces = [
        go.Bar(
            x=middle,
            y=sign * _log(number),
            width=width,
            name=name,
            marker={"color": color},
            hovertext=[
                f"{low:.0%} to {high:.0%} sure: {count(int(n), f'{name} answer')}".replace("%", " %")
                for low, high, n in zip(bins.low, bins.high, number, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
        for name, number, sign, color in (("right", bins.right, 1, RIGHT), ("wrong", bins.wrong, -1, WRONG))
        if number.any()
    ]
    tens = np.array([0, 1, 10, 100, 1000, 10_000])
    up, down = (tens[tens < 10 * max(1, number.max())] for number in (bins.right, bins.wrong))
    places = [*(-_log(down[:0:-1])), *_log(up)]
    labels = [f"{ten:,}" for ten in (*down[:0:-1], *up)]
    drawn = _figure(traces, "how sure the model was", "number of pictures")
    return drawn.update_layout(
        barmode="overlay",
        xaxis={"range": [0, 1], "tickformat": ".0%", "tickvals": _FIFTHS},
        yaxis={
            "range": [-_log(down[-1]) if bins.wrong.any() else 0, _log(up[-1]) if bins.right.any() else 0.01],
            "tickvals": places,
            "ticktext": labels,
            "zeroline": True,
            "zerolinecolor": REFERENCE,
        },
    )


def bins(model: str, dataset: str, refuse: bool) -> Reliability:
    """Answers by how sure they are; without those that the detector refuses, where `refuse` says so."""
    result, allowed = answers(model, dataset, refuse)
    return metrics.reliability(result.probabilities[allowed], result.labels[allowed], BINS)


def _log(number: np.ndarray) -> np.ndarray:
    return np.log10(1 + number)


def _short(number: int) -> str:
    return f"{number / 1000:.0f}k" if number >= 1000 else str(number)
