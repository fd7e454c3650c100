"""Curves as Altair charts. Text and grid get the page's colours from Streamlit's theme."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from digitlab import colours
from digitlab.colours import css
from digitlab.evaluation.one_digit import THRESHOLDS, Curve, OneVsRest

MODEL, REFERENCE = css(colours.RIGHT), css(colours.REFERENCE)

Range = tuple[float, float]
Ranges = tuple[Range, Range]  # of x, of y
WHOLE: Ranges = ((0, 1), (0, 1))
_LARGE = 140  # the moving point, in square pixels


def roc(task: OneVsRest, digit: int, threshold: float, corner: bool) -> alt.LayerChart:
    """What a threshold finds against what it wrongly takes along; grey is guessing. `corner`: show only the
    part in which the threshold can move."""
    counts = task.counts(threshold)
    return _curve(
        task.roc,
        title=f"ROC: {digit}s found, others taken for a {digit}",
        x_title=f"others taken for a {digit} (1 − specificity)",
        y_title=f"{digit}s found (recall)",
        guessing=pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]}),
        here=(counts.false_positive_rate, counts.recall),
        threshold=threshold,
        ranges=_corner(task)[0] if corner else WHOLE,
    )


def precision_recall(task: OneVsRest, digit: int, threshold: float, corner: bool) -> alt.LayerChart:
    """How many are right among those that were found; grey is guessing, which is right as often as the digit
    occurs."""
    counts = task.counts(threshold)
    occurs = float(task.positive.mean())
    precision = 1.0 if counts.precision is None else counts.precision  # as scikit-learn draws it
    return _curve(
        task.precision_recall,
        title=f"Precision-recall: right {digit}s, and {digit}s found",
        x_title=f"{digit}s found (recall)",
        y_title=f"right when it says {digit} (precision)",
        guessing=pd.DataFrame({"x": [0.0, 1.0], "y": [occurs, occurs]}),
        here=(counts.recall, precision),
        threshold=threshold,
        ranges=_corner(task)[1] if corner else WHOLE,
    )


def _corner(task: OneVsRest) -> tuple[Ranges, Ranges]:
    """Where the two curves are at the thresholds that one can choose, with a little air; up to the 0 or 1
    that is nearest."""
    low, high = THRESHOLDS
    ends = [task.counts(threshold) for threshold in THRESHOLDS]
    curve = task.precision_recall
    inside = (curve.thresholds >= low) & (curve.thresholds <= high)
    precisions = [*curve.y[inside], *(c.precision for c in ends if c.precision is not None)]
    recalls = _around([c.recall for c in ends])
    return (_around([c.false_positive_rate for c in ends]), recalls), (recalls, _around(precisions))


def _around(values: Sequence[float]) -> Range:
    least, most = min(values), max(values)
    if least < 1 - most:
        return 0, min(1, 1.15 * most + 0.0005)
    return max(0, 1 - 1.15 * (1 - least) - 0.0005), 1


def _curve(
    curve: Curve,
    *,
    title: str,
    x_title: str,
    y_title: str,
    guessing: pd.DataFrame,
    here: tuple[float | None, float | None],
    threshold: float,
    ranges: Ranges,
) -> alt.LayerChart:
    x_range, y_range = ranges

    def axis(title: str, over: Range) -> alt.Axis:
        digits = 0 if over[1] - over[0] > 0.06 else 1 if over[1] - over[0] > 0.006 else 2
        return alt.Axis(title=title, format=f".{digits}%", tickCount=5)

    # no `nice`: it would round the corner away
    x = alt.X("x:Q", scale=alt.Scale(domain=x_range, nice=False), axis=axis(x_title, x_range))
    y = alt.Y("y:Q", scale=alt.Scale(domain=y_range, nice=False), axis=axis(y_title, y_range))
    tooltip = [
        alt.Tooltip("threshold:Q", format=".2f"),
        alt.Tooltip("x:Q", title=x_title, format=".2%"),
        alt.Tooltip("y:Q", title=y_title, format=".2%"),
    ]
    points = pd.DataFrame({"x": curve.x, "y": curve.y, "order": np.arange(len(curve.x))})
    point = pd.DataFrame({"x": [here[0]], "y": [here[1]], "threshold": [threshold]})
    chance = alt.Chart(guessing).mark_line(clip=True, color=REFERENCE, strokeDash=[4, 4]).encode(x, y)
    line = alt.Chart(points).mark_line(clip=True, color=MODEL, strokeWidth=2.5).encode(x, y, order="order:Q")
    dot = (
        alt.Chart(point)
        .mark_point(filled=True, opacity=1, size=_LARGE, color=MODEL, stroke="white", strokeWidth=2)
        .encode(x, y, tooltip=tooltip)
    )
    return (chance + line + dot).properties(
        title=alt.TitleParams(title, anchor="start", fontSize=14), height=290
    )
