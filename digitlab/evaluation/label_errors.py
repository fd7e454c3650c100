"""Labels that may be wrong: which ones a model accuses, and which ones people doubted.

Northcutt, Athalye, Mueller 2021, "Pervasive label errors in test sets destabilize machine learning
benchmarks" (arXiv 2103.14749), and Northcutt, Jiang, Chuang 2021, "Confident learning: estimating uncertainty
in dataset labels" (arXiv 1911.00068). Probabilities must come from a model that has not learned from these
labels.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from digitlab.data import NO_DIGIT
from digitlab.evaluation import Evaluation


class Doubt(NamedTuple):
    """How five people voted on a test image: for the official label, for another digit, for neither."""

    for_label: int
    other: int  # the other digit that they were offered
    for_other: int
    for_neither: int


# MNIST's test images of which fewer than three of five people agreed with the label, by index
# (github.com/cleanlab/label-errors, mturk/mnist_mturk.json).
DOUBTS: dict[int, Doubt] = {
    947: Doubt(0, 9, 5, 0),
    1621: Doubt(2, 6, 3, 0),
    1901: Doubt(2, 4, 3, 0),
    2130: Doubt(2, 9, 2, 1),
    2462: Doubt(0, 0, 4, 1),
    2597: Doubt(0, 3, 4, 1),
    2654: Doubt(0, 1, 2, 3),
    3520: Doubt(2, 4, 0, 3),
    3558: Doubt(1, 0, 4, 0),
    5937: Doubt(1, 3, 3, 1),
    6651: Doubt(0, 6, 5, 0),
    6783: Doubt(2, 6, 3, 0),
    8527: Doubt(2, 9, 2, 1),
    9679: Doubt(2, 3, 0, 3),
    9729: Doubt(2, 6, 3, 0),
}


def normalised_margin(evaluation: Evaluation) -> np.ndarray:
    """The label's probability minus the largest other one, float32 (N,) in [-1, 1]: the lower, the more the
    model doubts the label. Raises ValueError where pictures are no digits."""
    if (evaluation.labels == NO_DIGIT).any():
        raise ValueError("what is no digit has no probability")
    rows, labels = np.arange(len(evaluation.labels)), evaluation.labels.astype(int)
    others = evaluation.probabilities.copy()
    others[rows, labels] = -1
    return evaluation.probabilities[rows, labels] - others.max(axis=1)


def suspects(evaluation: Evaluation) -> np.ndarray:
    """Pictures whose answer contradicts the label, the lowest normalised margin first: indices int (n,)."""
    order = np.argsort(normalised_margin(evaluation), kind="stable")
    return order[~evaluation.right[order]]


def confident_suspects(evaluation: Evaluation) -> np.ndarray:
    """Those off the diagonal of confident learning's joint, the lowest normalised margin first: indices int
    (n,). A picture counts as a digit only if that digit's probability is at least what pictures with that
    label get in the mean."""
    labels, probabilities = evaluation.labels, evaluation.probabilities
    means = [probabilities[labels == d, d].mean() if (labels == d).any() else np.inf for d in range(10)]
    confident = np.where(probabilities >= np.array(means), probabilities, -1)
    accused = (confident.max(axis=1) >= 0) & (confident.argmax(axis=1) != labels)
    order = np.argsort(normalised_margin(evaluation), kind="stable")
    return order[accused[order]]


def doubted(indices: Iterable[int]) -> int:
    """How many of MNIST's test images with these indices people doubted."""
    return sum(int(index) in DOUBTS for index in indices)
