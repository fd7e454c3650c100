"""Answering only when sure: what each threshold of confidence gives, on a data set's test images."""

import numpy as np

from digitlab import data, evaluation, metrics
from digitlab.data import once_each
from digitlab.evaluation import Evaluation
from digitlab.metrics import Selection

# In percent; close together where models are most of the time: near certainty.
THRESHOLDS = (0, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99)
STRICTEST = THRESHOLDS[-1] / 100
BINS = 15  # of confidence: as many as the expected calibration error has


def answers(model: str, dataset: str, refuse: bool = False) -> tuple[Evaluation, np.ndarray]:
    """A model's answers, and which of them it may give: bool (N,). `refuse`: none to what the detector takes
    for no digit. Raises as `evaluation.evaluate` does."""
    dataset = data.fixed(dataset)
    result = evaluation.evaluate(model, dataset)
    allowed = evaluation.looks_like_digit(dataset) if refuse else np.ones(len(result.labels), bool)
    return result, allowed


@once_each(maxsize=256)
def selection(model: str, dataset: str, threshold: float, refuse: bool = False) -> Selection:
    """What is answered, and how well, with at least this confidence in [0, 1]. Raises as `answers` does."""
    result, allowed = answers(model, dataset, refuse)
    return metrics.selective_prediction(result.confidence, result.right, threshold, allowed)


@once_each(maxsize=48)
def calibration_error(model: str, dataset: str, refuse: bool = False) -> float:
    """The expected calibration error of what is answered, in [0, 1]. Raises as `answers` does."""
    result, allowed = answers(model, dataset, refuse)
    return metrics.expected_calibration_error(result.probabilities[allowed], result.labels[allowed], BINS)
