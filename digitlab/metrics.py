"""Predictions and labels -> numbers. Probabilities are float (N, classes), labels integer (N,)."""

from typing import NamedTuple

import numpy as np


class PerClass(NamedTuple):
    """Figures of each of the ten digits, float (10,) in [0, 1]; 0 where they are undefined."""

    precision: np.ndarray  # of the pictures that were answered so, the share that is right
    recall: np.ndarray  # of the pictures that are this digit, the share that was found
    f1: np.ndarray  # their harmonic mean
    support: np.ndarray  # int: how many pictures are this digit


def per_class(labels: np.ndarray, answers: np.ndarray) -> PerClass:
    """Precision, recall and F1 of each digit, as scikit-learn defines them."""
    from sklearn.metrics import precision_recall_fscore_support

    *figures, support = precision_recall_fscore_support(labels, answers, labels=range(10), zero_division=0)
    return PerClass(*figures, support.astype(int))


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose most probable class is the label, in [0, 1]."""
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """How far confidence is from accuracy, in [0, 1]: the mean of |accuracy - confidence| over equal-width
    bins of confidence, weighted by how many images fall into each (Guo et al. 2017, arXiv 1706.04599)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, right - confidence, bins)
    return float(np.abs(gap).sum() / len(labels))


def temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The T for which softmax(logits / T) fits the labels best (least cross-entropy); above 1 where the
    model is too sure of itself (Guo et al. 2017). Fit it on validation data."""
    from scipy.optimize import minimize_scalar  # 0.2 s to import, and only training needs it

    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-12, None))

    def cross_entropy(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        scaled -= scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(axis=1))
        return float(np.mean(log_sum - scaled[np.arange(len(labels)), labels]))

    return float(np.exp(minimize_scalar(cross_entropy, bounds=(-2, 2), method="bounded").x))
