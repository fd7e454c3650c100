"""Predictions and labels -> numbers, against numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, log_loss

from digitlab.metrics import accuracy, expected_calibration_error, temperature


def sure_of(confidences: list[float], classes: int = 10) -> np.ndarray:
    """Each row is that sure of class 0, and the rest is spread over the other classes."""
    first = np.array(confidences)[:, None]
    return np.hstack([first, np.repeat((1 - first) / (classes - 1), classes - 1, axis=1)])


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def guesses(seed: int, count: int = 200, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return softmax(random.normal(0, 2, (count, classes))), random.integers(0, classes, count)


seeds = st.integers(0, 2**32 - 1)


# --- accuracy ----------------------------------------------------------------------------------------


def test_accuracy_of_four() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.8, 0.2]])
    assert accuracy(probabilities, np.array([0, 1, 0, 0])) == 0.75


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_accuracy_is_scikit_learns(seed: int) -> None:
    probabilities, labels = guesses(seed)
    assert accuracy(probabilities, labels) == pytest.approx(
        accuracy_score(labels, probabilities.argmax(axis=1))
    )


# --- calibration -------------------------------------------------------------------------------------


def test_the_perfectly_calibrated_have_no_error() -> None:
    probabilities = sure_of([0.8] * 10 + [0.5] * 4)
    labels = np.array([0] * 8 + [1] * 2 + [0] * 2 + [1] * 2)  # 8 of 10 right, 2 of 4 right
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0)


def test_who_is_certain_and_half_the_time_wrong_has_an_error_of_a_half() -> None:
    assert expected_calibration_error(np.eye(10)[[3] * 8], np.array([3, 4] * 4)) == 0.5


def test_who_is_right_and_does_not_know_it_has_an_error_too() -> None:
    assert expected_calibration_error(sure_of([0.6] * 5), np.zeros(5, int)) == pytest.approx(0.4)


def test_the_error_worked_out_by_hand() -> None:
    # five bins of 0.2. From 0.4: 0.45 and 0.55, one right of two, no gap; from 0.6: 0.7 and 0.7, both
    # right, a gap of 0.3; from 0.8: 0.95, wrong, a gap of 0.95
    probabilities = sure_of([0.45, 0.55, 0.7, 0.7, 0.95])
    labels = np.array([0, 1, 0, 0, 1])
    expected = (2 * 0 + 2 * 0.3 + 1 * 0.95) / 5
    assert expected_calibration_error(probabilities, labels, bins=5) == pytest.approx(expected)


def test_errors_in_different_bins_do_not_make_up_for_each_other() -> None:
    probabilities = sure_of([0.3, 0.7])
    labels = np.array([0, 1])  # 0.7 too unsure, 0.7 too sure
    assert expected_calibration_error(probabilities, labels, bins=2) == pytest.approx(0.7)
    assert expected_calibration_error(probabilities, labels, bins=1) == pytest.approx(0)


def test_the_certain_are_in_the_last_bin_with_the_almost_certain() -> None:
    probabilities = np.array([[1.0000001, 0], [0.95, 0.05]], np.float32)  # the first as rounding leaves it
    error = expected_calibration_error(probabilities, np.array([1, 0]), bins=5)
    assert error == pytest.approx((1 - 0.05) / 2, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 30))
def test_the_error_is_bounded_and_does_not_depend_on_order(seed: int, bins: int) -> None:
    probabilities, labels = guesses(seed)
    error = expected_calibration_error(probabilities, labels, bins)
    whole = abs(accuracy(probabilities, labels) - probabilities.max(axis=1).mean())
    assert whole - 1e-9 <= error <= 1  # all in one bin is the least
    order = np.random.default_rng(seed).permutation(len(labels))
    assert expected_calibration_error(probabilities[order], labels[order], bins) == pytest.approx(error)


# --- temperature -------------------------------------------------------------------------------------


def world(seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels that come up as often as softmax of the logits says."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 1.5, (count, 10))
    return logits, (logits + random.gumbel(0, 1, logits.shape)).argmax(axis=1)


@settings(deadline=None, max_examples=10)
@given(seeds, st.floats(0.3, 4))
def test_the_temperature_of_who_is_too_sure_is_found(seed: int, true: float) -> None:
    logits, labels = world(seed)
    assert temperature(softmax(true * logits), labels) == pytest.approx(true, rel=0.1)


@settings(deadline=None, max_examples=10)
@given(seeds, st.floats(0.25, 2.5))
def test_scaling_the_logits_scales_the_temperature(seed: int, scale: float) -> None:
    logits, labels = world(seed, 500)
    expected = scale * temperature(softmax(logits), labels)
    assert temperature(softmax(scale * logits), labels) == pytest.approx(expected, rel=0.01)


@settings(deadline=None, max_examples=10)
@given(seeds, st.floats(0.5, 2))
def test_no_other_temperature_fits_better(seed: int, other: float) -> None:
    logits, labels = world(seed, 500)
    best = temperature(softmax(logits), labels)
    loss, other_loss = (log_loss(labels, softmax(logits / t), labels=range(10)) for t in (best, other * best))
    assert loss <= other_loss + 1e-6


def test_certain_in_float32_and_sometimes_wrong_has_a_temperature() -> None:
    certain = np.eye(10, dtype=np.float32)[[3] * 100]  # probabilities of 0 have no logarithm
    labels = np.array([3] * 90 + [4] * 10)
    # the other nine are taken for 1e-12; 0.9 for the first needs logits that are ln(0.9 / (0.1 / 9)) apart
    assert temperature(certain, labels) == pytest.approx(12 * np.log(10) / np.log(81), rel=0.01)


@settings(deadline=None, max_examples=5)
@given(seeds, st.floats(0.4, 3))
def test_the_temperature_is_scikit_learns(seed: int, sharpened: float) -> None:
    logits, labels = world(seed, 1000)
    probabilities = softmax(sharpened * logits)
    # an identity as the classifier: scikit-learn calibrates its logits
    identity = FrozenEstimator(_Logits().fit(probabilities, labels))
    calibrated = CalibratedClassifierCV(identity, method="temperature").fit(np.log(probabilities), labels)
    expected = calibrated.predict_proba(np.log(probabilities))
    ours = softmax(np.log(probabilities) / temperature(probabilities, labels))
    assert ours == pytest.approx(expected, abs=2e-3)


class _Logits(ClassifierMixin, BaseEstimator):
    """A classifier whose input is its output."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> "_Logits":
        self.classes_ = np.unique(y)
        self.n_features_in_ = x.shape[1]
        return self

    def decision_function(self, x: np.ndarray) -> np.ndarray:
        return x

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.classes_[x.argmax(axis=1)]
