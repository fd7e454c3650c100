"""A data set in charts: Altair, colours as everywhere."""

import altair as alt
import numpy as np
import pandas as pd

from digitlab import colours
from digitlab.colours import css

RIGHT, REFERENCE = map(css, (colours.RIGHT, colours.REFERENCE))
_HEIGHT = 330


def balance(train: np.ndarray | None, test: np.ndarray) -> alt.Chart:
    """How many pictures there are of each digit; labels are uint8 (N,)."""
    parts = {"training": train, "test": test} if train is not None else {"test": test}
    frame = pd.concat(
        pd.DataFrame({"digit": range(10), "pictures": np.bincount(labels, minlength=10), "part": part})
        for part, labels in parts.items()
    )
    return (
        alt.Chart(frame, title="Pictures of each digit", height=_HEIGHT)
        .mark_bar()
        .encode(
            alt.X("digit:O", axis=alt.Axis(labelAngle=0, title="digit")),
            alt.Y("pictures:Q", title="pictures"),
            alt.Color(
                "part:N",
                scale=alt.Scale(domain=["training", "test"], range=[RIGHT, REFERENCE]),
                legend=alt.Legend(orient="top", title=None),
            ),
            alt.XOffset("part:N", sort=["training", "test"]),
            [alt.Tooltip("part:N"), alt.Tooltip("digit:O"), alt.Tooltip("pictures:Q", format=",")],
        )
    )


WAYS = {
    "as they are": ("pixel value, 0 to 255", 1.0, 0.0),
    "scaled to 0-1": ("pixel value / 255", 255.0, 0.0),
    "standardised": ("(pixel value − mean) / standard deviation", None, None),
}


def pixels(images: np.ndarray, way: str) -> tuple[alt.Chart, float, float]:
    """Histogram of the pixel values of uint8 (N, 28, 28), before or after scaling by one of WAYS; also mean
    and standard deviation of what is shown."""
    counts = np.bincount(images.ravel(), minlength=256)
    values = np.arange(256.0)
    mean = float(np.average(values, weights=counts))
    deviation = float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
    title, divisor, offset = WAYS[way]
    if divisor is None:
        divisor, offset = deviation, mean
    low = np.arange(0, 256, 16)
    frame = pd.DataFrame(
        {
            "from": (low - offset) / divisor,
            "to": (low + 16 - offset) / divisor,
            "share": counts.reshape(16, 16).sum(axis=1) / counts.sum(),
        }
    )
    chart = (
        alt.Chart(frame, title="How bright the pixels are", height=_HEIGHT)
        .mark_bar(color=RIGHT)
        .encode(
            alt.X("from:Q", title=title, bin="binned"),
            alt.X2("to:Q"),
            alt.Y(
                "share:Q",
                title="share of all pixels",
                axis=alt.Axis(format="%", values=[0.01, 0.05, 0.2, 0.5, 0.8]),
                scale=alt.Scale(type="sqrt"),  # the black paper would hide all the rest
            ),
            tooltip=[
                alt.Tooltip("from:Q", format=".2f"),
                alt.Tooltip("to:Q", format=".2f"),
                alt.Tooltip("share:Q", format=".2%"),
            ],
        )
    )
    return chart, (mean - offset) / divisor, deviation / divisor
