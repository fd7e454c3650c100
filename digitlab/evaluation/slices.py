"""How well a model reads each kind of handwriting: accuracy by pen width, slant or height."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Slice(NamedTuple):
    """The pictures with a measure from `low` up to `high`, and how many of them were read right."""

    low: float
    high: float  # not included, except in the last slice
    pictures: int
    right: int
    accuracy: float  # in [0, 1]
    interval: tuple[float, float]  # 95 % confidence interval of the accuracy (Wilson 1927)


def slices(measure: np.ndarray, right: np.ndarray, parts: int = 5, places: int = 1) -> list[Slice]:
    """Slices of nearly as many pictures each, from the smallest measure to the largest; fewer than `parts`
    where many pictures have the same. `measure` is float (N,), `right` bool (N,); borders are rounded to so
    many decimal places."""
    from scipy.stats import binomtest  # 0.2 s to import

    borders = np.round(np.quantile(measure, np.linspace(0, 1, parts + 1)[1:-1]), places)
    edges = np.unique([_down(measure.min(), places), *borders, _up(measure.max(), places)])
    if len(edges) == 1:  # all have the same
        edges = np.repeat(edges, 2)
    found = []
    for low, high in pairwise(edges.tolist()):
        last = high == edges.tolist()[-1]
        inside = (measure >= low) & ((measure <= high) if last else (measure < high))
        pictures, hits = int(inside.sum()), int(right[inside].sum())
        if pictures:
            interval = binomtest(hits, pictures).proportion_ci(method="wilson")
            found.append(
                Slice(float(low), float(high), pictures, hits, hits / pictures, (interval.low, interval.high))
            )
    return found


def _down(value: float, places: int) -> float:
    return float(np.floor(value * 10**places) / 10**places)


def _up(value: float, places: int) -> float:
    return float(np.ceil(value * 10**places) / 10**places)
