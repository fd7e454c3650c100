"""How digits and scribbles score, as Altair charts."""

import altair as alt
import pandas as pd

from digitlab import colours
from digitlab.evaluation.one_digit import Curve
from digitlab.inside.not_a_digit import Bars

_HEIGHT = 300
_LINE = "#1e293b"
_TENS = (10, 100, 1000, 10_000)
RIGHT, WRONG, REFERENCE = map(colours.css, (colours.RIGHT, colours.WRONG, colours.REFERENCE))


def histogram(bars: Bars, what: str, threshold: float, mine: float) -> alt.LayerChart:
    """Digits upwards, scribbles downwards; blue where the threshold is right about them, orange where it is
    wrong. `mine` is marked. Each grid line is ten times the one before."""
    frame = pd.concat(
        pd.DataFrame(
            {
                "low": bars.low,
                "high": bars.high,
                "what": name,
                "count": count,
                "height": sign * count,
                "colour": [RIGHT if right else WRONG for right in bars.accepted == (sign > 0)],
            }
        )
        for name, count, sign in (("digits", bars.digits, 1), ("scribbles", bars.scribbles, -1))
    ).query("count > 0")
    end = float(bars.high[-1])
    x_scale = alt.Scale(domain=(0, end), nice=False)
    ticks = [*(-ten for ten in reversed(_TENS)), 0, *_TENS]
    y_axis = alt.Axis(
        title="↓ scribbles     digits ↑",
        values=ticks,
        labelExpr="format(abs(datum.value), ',')",
        labelOverlap=False,
    )
    columns = (
        alt.Chart(frame)
        .mark_bar(binSpacing=1)
        .encode(
            alt.X("low:Q", bin="binned", scale=x_scale, title=what),
            alt.X2("high:Q"),
            alt.Y("height:Q", scale=alt.Scale(type="symlog", constant=1), axis=y_axis),
            y2=alt.datum(0),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("what:N", title="pictures"),
                alt.Tooltip("count:Q", title="number", format=","),
                alt.Tooltip("low:Q", title="from", format=".3f"),
                alt.Tooltip("high:Q", title="to", format=".3f"),
            ],
        )
    )
    places = alt.Chart(
        pd.DataFrame({"x": [threshold, min(mine, end)], "name": ["threshold", "this picture"]})
    ).encode(alt.X("x:Q"))
    return alt.layer(
        columns,
        places.mark_rule(strokeWidth=5, color="white"),  # so that the line is seen on any bar
        places.mark_rule(strokeWidth=2.5, color=_LINE).encode(
            alt.StrokeDash(
                "name:N",
                scale=alt.Scale(domain=["threshold", "this picture"], range=[[6, 4], [1, 0]]),
                legend=alt.Legend(
                    orient="top",
                    title=None,
                    symbolType="stroke",
                    symbolStrokeWidth=2.5,
                    symbolStrokeColor=REFERENCE,
                ),
            ),
        ),
    ).properties(height=_HEIGHT, title="How they score")


def roc(curves: dict[str, Curve]) -> alt.LayerChart:
    """The judges' curves, by their names, and a coin's."""
    names = [f"{name}: area {curve.area:.3f}" for name, curve in curves.items()]
    frame = pd.concat(
        pd.DataFrame({"x": curve.x, "y": curve.y, "judge": name})
        for name, curve in zip(names, curves.values(), strict=True)
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            alt.X("x:Q", title="scribbles let through", axis=alt.Axis(format="%")),
            alt.Y("y:Q", title="digits accepted", axis=alt.Axis(format="%")),
            alt.Color(
                "judge:N",
                scale=alt.Scale(domain=names, range=list(colours.SERIES[: len(names)])),
                legend=alt.Legend(orient="top", title=None, columns=1, labelLimit=300),
            ),
            order="x:Q",
        )
    )
    coin = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(
        color=REFERENCE, strokeDash=[5, 4], strokeWidth=1.5
    )
    return alt.layer(coin.encode(x="x:Q", y="y:Q"), lines).properties(height=_HEIGHT, title="ROC curves")
