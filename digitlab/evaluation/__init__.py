"""What a model answers on a whole data set: the mistakes, and the pictures behind them."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from digitlab import data, inference, metrics
from digitlab.caches import once
from digitlab.data import once_each, samples
from digitlab.errors import DataUnavailable


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Labels of N pictures, and the probabilities that a model gave."""

    labels: np.ndarray  # uint8 (N,), 0 to 9, or data.NO_DIGIT
    probabilities: np.ndarray  # float32 (N, 10)

    @cached_property
    def answers(self) -> np.ndarray:
        """The most probable digit of each: int (N,)."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def confidence(self) -> np.ndarray:
        """Its probability: float32 (N,)."""
        return self.probabilities.max(axis=1)

    @cached_property
    def right(self) -> np.ndarray:
        """bool (N,)."""
        return self.answers == self.labels

    @cached_property
    def loss(self) -> np.ndarray:
        """Cross-entropy in nats: float32 (N,); infinite for what is no digit."""
        padded = np.pad(self.probabilities, ((0, 0), (0, 1)))
        with np.errstate(divide="ignore"):
            return -np.log(padded[np.arange(len(self.labels)), self.labels])

    @cached_property
    def matrix(self) -> np.ndarray:
        """How often each label (row) got each answer (column): int (10, 10), or (11, 10) if some of the
        pictures are no digits."""
        return metrics.confusion_matrix(self.labels, self.answers)

    def cell(self, label: int, answer: int) -> np.ndarray:
        """Where `label` was read as `answer`: indices int (n,)."""
        return np.flatnonzero((self.labels == label) & (self.answers == answer))


def strength(share: float, right: bool) -> float:
    """How strongly a cell of a confusion matrix is coloured, in [0, 1], by its share of its row. Mistakes are
    rare, so theirs is a steeper scale: one in a hundred must be seen beside ninety-nine. The text of either
    theme can be read on each of them."""
    if right:
        return 0.15 + 0.5 * share
    return 0.6 * min(1, math.sqrt(share / 0.03)) if share else 0.04


@once_each(maxsize=32)
def evaluate(model: str, dataset: str) -> Evaluation:
    """A model's answers on a data set's test images, on a class's drawings with the pen's movement; on MNIST
    the zoo's committed ones, so that they are there where MNIST isn't. The same object as long as the data
    set stays as it is. Raises UnknownName; DataUnavailable for another data set, or with a class's own model,
    where it can't be had."""
    # a class's model: nobody wrote its answers down beforehand
    if dataset != "mnist" or model.startswith(data.OF_CLASS):
        answered, movement = answer(model, data.load(dataset, "test")), samples.by_movement(dataset)
        if movement is None:
            return answered
        both = inference.load(model).together(answered.probabilities, movement)
        return Evaluation(answered.labels, both)
    with np.load(inference.ARTIFACTS / model / "predictions.npz", allow_pickle=False) as saved:
        labels, probabilities = saved["labels"], saved["probabilities"]
    return Evaluation(labels, probabilities)


def answer(model: str, dataset: data.Dataset) -> Evaluation:
    """A model's answers on any pictures. Raises UnknownName."""
    return Evaluation(dataset.labels, inference.load(model).predict(dataset.images / np.float32(255)))


def pictures(dataset: str) -> np.ndarray | None:
    """A data set's test images, uint8 (N, 28, 28); None where they can't be had now."""
    try:
        return data.load(dataset, "test").images
    except DataUnavailable:
        return None


def training(dataset: str) -> data.Dataset | None:
    """A data set's training images; None where they can't be had now, or there are none."""
    try:
        return data.load(dataset, "train") if "train" in data.splits(dataset) else None
    except DataUnavailable:
        return None


@once(maxsize=16)
def neighbours(model: str) -> np.ndarray | None:
    """For each of MNIST's test images the training images that a model finds most alike, nearest first:
    indices uint16 (10000, 6); None for a model that has no opinion of its own."""
    file = inference.ARTIFACTS / model / "neighbours.npy"
    return np.load(file, allow_pickle=False) if file.exists() else None


@once_each(maxsize=4)
def digit_scores(dataset: str) -> np.ndarray:
    """The detector's score of each of a data set's test images, float32 (N,) in [0, 1]; on MNIST the
    committed ones. Raises as `evaluate` does."""
    detector = inference.ARTIFACTS / inference.DETECTOR
    if dataset != "mnist":
        return inference.load(inference.DETECTOR).score(data.load(dataset, "test").images / np.float32(255))
    with np.load(detector / "predictions.npz", allow_pickle=False) as saved:
        return saved["scores"]


def looks_like_digit(dataset: str) -> np.ndarray:
    """Which of a data set's test images the detector takes for digits: bool (N,). Raises as `evaluate`
    does."""
    detector = inference.load(inference.DETECTOR)
    return digit_scores(dataset) >= detector.card["threshold"]
