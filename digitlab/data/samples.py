"""Which digits of a data set to show, and in which order."""

from collections.abc import Callable

import numpy as np

from digitlab import data
from digitlab.classroom import moments
from digitlab.data import once_each
from digitlab.errors import ClassError, DataUnavailable

SHUFFLED, IN_ORDER, TYPICAL, ODD = ORDERS = (
    "shuffled",
    "as in the data set",
    "most typical",
    "oddest",
)


@once_each(maxsize=3)
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
    name = data.fixed(name)
    labels = data.load(name, split).labels
    where = np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)
    if order == SHUFFLED:
        return np.random.default_rng(seed).permutation(where)
    if order in (TYPICAL, ODD):
        rank = oddness(name, split)[where]
        return where[np.argsort(rank if order == TYPICAL else -rank, kind="stable")]
    return where


def by_class(name: str, split: str, order: str, seed: int, each: int) -> list[np.ndarray]:
    """The first `each` of every digit: ten times indices int (n,), fewer where there aren't so many."""
    name = data.fixed(name)
    return [ordered(name, split, digit, order, seed)[:each] for digit in range(10)]


def named(name: str, split: str, index: int) -> str:
    """What a link calls this picture: mnist-4711, mnist-train-4711. A class's drawing goes by its number
    there, class:KFRTW-12, which stays the same when another one is hidden. Raises DataUnavailable."""
    if name.startswith(data.OF_CLASS):
        return f"{moments.plain(name)}-{numbers(name)[index]}"
    return f"{name}-{index}" if split == "test" else f"{name}-{split}-{index}"


def numbers(name: str) -> np.ndarray:
    """The numbers of a class's drawings: int (N,). Raises DataUnavailable."""
    return _asked(moments.numbers, name)


def guessed(name: str) -> np.ndarray:
    """Which labels of a class's drawings are what a model read, as nobody has said what they show: bool (N,).
    Raises DataUnavailable."""
    return _asked(moments.guessed, name)


def by_movement(name: str) -> np.ndarray | None:
    """What the reader of strokes says of each drawing of a class: probabilities float32 (N, 10); None for
    other data sets, which are pictures alone. Raises DataUnavailable."""
    return _asked(moments.by_movement, name) if moments.code_of(name) else None


def _asked(question: Callable[[str], np.ndarray], name: str) -> np.ndarray:
    try:
        return question(name)
    except ClassError as error:
        raise DataUnavailable(str(error)) from error


def parse(name: str) -> tuple[str, str, int] | None:
    """What mnist-4711, mnist-train-4711 or class:KFRTW-12 names: data set, split and index, of a class as it
    is now; None where it is no such name, or not any more."""
    dataset, _, number = name.rpartition("-")
    if not (number.isascii() and number.isdigit()) or len(number) > 9:
        return None
    if moments.code_of(dataset):
        return _of_class(moments.plain(dataset), int(number))
    dataset, _, split = dataset.partition("-")
    split = split or "test"
    return (
        (dataset, split, int(number)) if dataset in data.names() and split in data.splits(dataset) else None
    )


def _of_class(dataset: str, number: int) -> tuple[str, str, int] | None:
    try:
        where = np.flatnonzero(moments.numbers(dataset) == number)
    except ClassError:
        return None
    return (dataset, "test", int(where[0])) if len(where) else None
