"""How models learned, as Altair charts."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from digitlab import colours
from digitlab.training.histories import History

_HEIGHT = 300
WHAT = {
    "Accuracy": ("accuracy", "validation_accuracy", "share read right", ".2%"),
    "Loss": ("loss", "validation_loss", "loss, in nats", ".4f"),
}
TRAINING, VALIDATION = "training", "validation"


def runs(lines: dict[str, list[float]], what: str) -> alt.Chart:
    """A curve for each of some trainings, by its name: a number for each epoch."""
    frame = pd.DataFrame(
        [
            {"training": name, "epoch": epoch, "value": value}
            for name, values in lines.items()
            for epoch, value in enumerate(values, 1)
        ],
        columns=["training", "epoch", "value"],
    )
    return (
        alt.Chart(frame, title=f"{what} after each epoch", height=_HEIGHT)
        .mark_line(point=alt.OverlayMarkDef(size=40), strokeWidth=2)
        .encode(
            alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            alt.Y(
                "value:Q", title="share read right", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)
            ),
            alt.Color(
                "training:N",
                scale=alt.Scale(domain=list(lines), range=list(colours.SERIES[: len(lines)])),
                legend=alt.Legend(orient="top", title=None, columns=2, labelLimit=300),
            ),
            tooltip=[alt.Tooltip("training:N"), "epoch:Q", alt.Tooltip("value:Q", format=".2%")],
        )
    )


def curves(histories: Sequence[History], what: str, at: float | None = None) -> alt.LayerChart:
    """Training (dashed) and validation (solid) of some models over the epochs; `what` is one of WHAT, `at`
    the epoch where a cursor stands."""
    training, validation, title, form = WHAT[what]
    frame = pd.concat(
        pd.DataFrame(
            {
                "epoch": range(1, history.epochs + 1),
                "value": getattr(history, field),
                "on": on,
                "model": history.title,
            }
        )
        for history in histories
        for field, on in ((training, TRAINING), (validation, VALIDATION))
    )
    names = [history.title for history in histories]
    y = alt.Y(
        "value:Q",
        title=title,
        scale=alt.Scale(zero=False),
        axis=alt.Axis(format="%" if what == "Accuracy" else "g"),
    )
    lines = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
        .encode(
            alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False)),
            y,
            alt.Color(
                "model:N",
                scale=alt.Scale(domain=names, range=list(colours.SERIES[: len(names)])),
                legend=alt.Legend(orient="top", title=None) if len(names) > 1 else None,
            ),
            alt.StrokeDash(
                "on:N",
                scale=alt.Scale(domain=[VALIDATION, TRAINING], range=[[1, 0], [5, 4]]),
                legend=None,  # the pages say it in words: a phone has no room for it
            ),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("on:N"),
                alt.Tooltip("epoch:Q"),
                alt.Tooltip("value:Q", title=what.lower(), format=form),
            ],
        )
    )
    layers = [lines]
    if at is not None:
        cursor = alt.Chart(pd.DataFrame({"epoch": [at]}))
        layers.append(cursor.mark_rule(color=colours.css(colours.WRONG), strokeWidth=2).encode(x="epoch:Q"))
    return alt.layer(*layers).properties(height=_HEIGHT, title=f"{what} after each epoch")
