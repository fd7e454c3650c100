"""Which digits of a data set to show, and in which order."""

import numpy as np

from digitlab import data
from digitlab.caches import once

SHUFFLED, IN_ORDER, TYPICAL, ODD = ORDERS = (
    "shuffled",
    "as in the data set",
    "most typical",
    "oddest",
)


@once(maxsize=3)
def oddness(name: str, split: str) -> np.ndarray:
    """How far each picture is from the mean picture of its class: the Euclidean distance of the 784 pixels in
    [0, 1], float32 (N,). Raises as `data.load` does."""
    images, labels = data.load(name, split)
    distance = np.empty(len(labels), np.float32)
    for label in np.unique(labels):
        where = labels == label
        pictures = images[where].reshape(-1, 784) / np.float32(255)
        distance[where] = np.linalg.norm(pictures - pictures.mean(axis=0), axis=1)
    return distance


def ordered(name: str, split: str, digit: int | None, order: str, seed: int) -> np.ndarray:
    """The indices of one digit's pictures, or of all, in one of ORDERS: int (n,). Raises as `data.load`
    does."""
    labels = data.load(name, split).labels
    where = np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)
    if order == SHUFFLED:
        return np.random.default_rng(seed).permutation(where)
    if order in (TYPICAL, ODD):
        rank = oddness(name, split)[where]
        return where[np.argsort(rank if order == TYPICAL else -rank, kind="stable")]
    return where


def by_class(name: str, split: str, order: str, seed: int, each: int) -> np.ndarray:
    """The first `each` of every digit, row by row: indices int (10, each)."""
    return np.stack([ordered(name, split, digit, order, seed)[:each] for digit in range(10)])


def parse(name: str) -> tuple[str, str, int] | None:
    """What mnist-4711 or mnist-train-4711 names: data set, split and index; None where it is no such name."""
    dataset, _, index = name.rpartition("-")
    dataset, _, split = dataset.partition("-")
    if dataset not in data.names() or not (index.isascii() and index.isdigit()) or len(index) > 9:
        return None
    split = split or "test"
    return (dataset, split, int(index)) if split in data.splits(dataset) else None
