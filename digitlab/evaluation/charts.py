"""Confidence as Altair charts. Text and grid get the page's colours from Streamlit's theme."""

import altair as alt
import numpy as np
import pandas as pd

from digitlab import colours
from digitlab.colours import css
from digitlab.metrics import CoverageCurve, Reliability, Selection

# As in ui/style.py, which this floor doesn't know.
RIGHT, WRONG, REFERENCE = map(css, (colours.RIGHT, colours.WRONG, colours.REFERENCE))
_TEXT = {"color": "#76839a", "font": "Source Sans, sans-serif"}  # readable on light and on dark
_HEIGHT = 270
_LARGE = 140  # the moving point, in square pixels


def reliability(bins: Reliability) -> alt.LayerChart:
    """How often each degree of confidence is right, and how often it should be; above each bar the number of
    its pictures."""
    frame = pd.DataFrame(
        {
            "low": bins.low,
            "high": bins.high,
            "middle": (bins.low + bins.high) / 2,
            "accuracy": bins.accuracy,
            "least": bins.likely[:, 0],
            "most": bins.likely[:, 1],
            "pictures": bins.right + bins.wrong,
            "short": [_short(count) for count in bins.right + bins.wrong],
        }
    ).query("pictures > 0")
    share = alt.Scale(domain=(0, 1))
    x = alt.X("low:Q", bin="binned", scale=share, axis=_percents("how sure the model was"))
    y = alt.Y("accuracy:Q", scale=share, axis=_percents("how often it was right"))
    tooltip = [
        alt.Tooltip("low:Q", title="at least this sure", format=".0%"),
        alt.Tooltip("high:Q", title="less than", format=".0%"),
        alt.Tooltip("accuracy:Q", title="right", format=".1%"),
        alt.Tooltip("least:Q", title="likely at least", format=".1%"),
        alt.Tooltip("most:Q", title="likely at most", format=".1%"),
        alt.Tooltip("pictures:Q", title="pictures", format=","),
    ]
    base = alt.Chart(frame)
    bars = base.mark_bar(color=RIGHT, opacity=0.8, binSpacing=3).encode(
        x, alt.X2("high:Q"), y, tooltip=tooltip
    )
    middle = alt.X("middle:Q", scale=share)
    whiskers = base.mark_rule(color=REFERENCE, strokeWidth=2).encode(
        middle, alt.Y("least:Q", scale=share), alt.Y2("most:Q"), tooltip=tooltip
    )
    counts = base.mark_text(fontSize=9, baseline="bottom", **_TEXT).encode(
        middle, y=alt.value(-3), text="short:N"
    )
    ideal = (
        alt.Chart(pd.DataFrame({"x": [0.0, 1.0]}))
        .mark_line(color=REFERENCE, strokeDash=[4, 4], strokeWidth=2)
        .encode(alt.X("x:Q", scale=share), alt.Y("x:Q", scale=share))
    )
    return _titled(bars + whiskers + ideal + counts, "Does it know how sure to be?", offset=20)


def confidences(bins: Reliability, threshold: float) -> alt.LayerChart:
    """How sure the right answers are, upwards, and the wrong ones, downwards. Each grid line is ten times the
    one before, so that a few mistakes are visible beside thousands of right answers."""
    frame = pd.concat(
        pd.DataFrame(
            {
                "low": bins.low,
                "high": bins.high,
                "answers": name,
                "count": count,
                "height": count * sign,
                "color": color,
            }
        )
        for name, count, sign, color in (("right", bins.right, 1, RIGHT), ("wrong", bins.wrong, -1, WRONG))
    ).query("count > 0")
    tens = [1, 10, 100, 1000, 10_000]
    ticks = [*(-ten for ten in reversed(tens[1:])), 0, *tens[1:]]
    ends = [
        sign * next((ten for ten in (0, *tens) if ten >= count.max()), tens[-1])
        for sign, count in ((-1, bins.wrong), (1, bins.right))
    ]
    y_scale = alt.Scale(type="symlog", constant=1, domain=ends, nice=False)
    y_axis = alt.Axis(
        title="number of pictures",
        values=[tick for tick in ticks if ends[0] <= tick <= ends[1]],
        labelExpr="format(abs(datum.value), ',')",
        labelOverlap=False,
    )
    x_scale = alt.Scale(domain=(0, 1))
    bars = (
        alt.Chart(frame)
        .mark_bar(binSpacing=2)
        .encode(
            alt.X("low:Q", bin="binned", scale=x_scale, axis=_percents("how sure the model was")),
            alt.X2("high:Q"),
            alt.Y("height:Q", scale=y_scale, axis=y_axis),
            y2=alt.datum(0),
            color=alt.Color("color:N", scale=None),
            tooltip=[
                alt.Tooltip("answers:N", title="answers"),
                alt.Tooltip("low:Q", title="at least this sure", format=".0%"),
                alt.Tooltip("high:Q", title="less than", format=".0%"),
                alt.Tooltip("count:Q", title="pictures", format=","),
            ],
        )
    )
    line = (
        alt.Chart(pd.DataFrame({"x": [threshold]}))
        .mark_rule(color=REFERENCE, strokeDash=[4, 4], strokeWidth=2)
        .encode(alt.X("x:Q", scale=x_scale))
    )
    names = alt.Chart(pd.DataFrame({"y": [0]})).encode(
        x=alt.value(2), y=alt.Y("y:Q", scale=y_scale, axis=y_axis)
    )
    style = {"align": "left", "fontSize": 12, "fontWeight": 600, "font": _TEXT["font"]}
    right = names.mark_text(text="right", color=RIGHT, dy=-10, **style)
    wrong = names.mark_text(text="wrong", color=WRONG, dy=10, **style)
    named = bars + line + wrong + right if bins.right.any() else bars + line + wrong
    return _titled(named, "How sure, when right and when wrong")


def coverage(
    curve: CoverageCurve, here: Selection, everything: Selection, strictest: float
) -> alt.LayerChart:
    """What is gained by answering less. The point is `here`; grey is what declining by lot would give. The
    curve is shown down to what the strictest threshold still answers."""
    answered = curve.coverage[curve.thresholds >= strictest]
    start = float(np.floor(answered.max() * 10) / 10) if len(answered) else 0.0
    start = min(start, 0.9)
    seen = curve.coverage >= start
    base = everything.accuracy or 0.0
    worst = min([base, *curve.accuracy[seen]])
    floor = max(0.0, 1 - 1.2 * (1 - worst))
    digits = 0 if floor < 0.9 else 1
    x_scale = alt.Scale(domain=(start, 1), nice=False)
    y_scale = alt.Scale(domain=(floor, 1), nice=False)
    x_axis = _percents("share of pictures answered")
    y_axis = alt.Axis(title="right, of those answered", format=f".{digits}%", tickCount=5)
    x = alt.X("answered:Q", scale=x_scale, axis=x_axis)
    y = alt.Y("right:Q", scale=y_scale, axis=y_axis)
    points = pd.DataFrame({"answered": curve.coverage[seen], "right": curve.accuracy[seen]})
    by_lot = pd.DataFrame({"answered": [start, 1.0], "right": [base, base]})
    point = pd.DataFrame({"answered": [here.coverage], "right": [here.accuracy]}).dropna()
    grey = alt.Chart(by_lot).mark_line(color=REFERENCE, strokeDash=[4, 4], strokeWidth=2).encode(x, y)
    line = alt.Chart(points).mark_line(color=RIGHT, strokeWidth=2.5).encode(x, y, order="answered:Q")
    dot = (
        alt.Chart(point)
        .mark_point(filled=True, opacity=1, size=_LARGE, color=RIGHT, stroke="white", strokeWidth=2)
        .encode(
            x,
            y,
            tooltip=[
                alt.Tooltip("answered:Q", title="answered", format=".2%"),
                alt.Tooltip("right:Q", title="right, of those", format=".2%"),
            ],
        )
    )
    return _titled(grey + line + dot, "Answer less, be right more often")


def _short(count: int) -> str:
    return f"{count / 1000:.1f}k" if count >= 1000 else str(count)


def _percents(title: str) -> alt.Axis:
    return alt.Axis(title=title, format=".0%", tickCount=5)


def _titled(chart: alt.LayerChart, title: str, offset: int = 10) -> alt.LayerChart:
    return chart.properties(
        title=alt.TitleParams(title, anchor="start", fontSize=14, offset=offset), height=_HEIGHT
    )
