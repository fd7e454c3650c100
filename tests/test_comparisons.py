"""Confidence and comparison: reliability, answering only when sure, two models against each other."""

from math import comb

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab.metrics import (
    compare,
    coverage_curve,
    expected_calibration_error,
    mcnemar,
    reliability,
    select,
)

seeds = st.integers(0, 2**32 - 1)
counts = st.integers(1, 300)


def model(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random probabilities and labels."""
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(10, 0.3), count), rng.integers(0, 10, count)


@given(seeds, counts)
@settings(deadline=None)
def test_reliability_counts_each_answer_once(seed: int, count: int) -> None:
    probabilities, labels = model(seed, count)
    bins = reliability(probabilities, labels, bins=15)
    right = probabilities.argmax(axis=1) == labels
    assert bins.right.sum() == right.sum()
    assert bins.wrong.sum() == (~right).sum()
    inside = ~np.isnan(bins.accuracy)
    assert (bins.likely[inside, 0] <= bins.accuracy[inside] + 1e-9).all()
    assert (bins.likely[inside, 1] >= bins.accuracy[inside] - 1e-9).all()
    # the calibration error again, from the bins and the mean confidence in each
    confidence = probabilities.max(axis=1)
    bin_of = np.minimum((confidence * 15).astype(int), 14)
    means = np.bincount(bin_of, confidence, 15)
    error = np.abs(bins.right - means).sum() / count
    assert error == pytest.approx(expected_calibration_error(probabilities, labels))


@given(seeds, counts, st.floats(0, 1), st.booleans())
@settings(deadline=None)
def test_every_picture_is_answered_or_declined(seed: int, count: int, threshold: float, gated: bool) -> None:
    probabilities, labels = model(seed, count)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    allowed = np.random.default_rng(seed).random(count) < 0.7 if gated else None
    chosen = select(confidence, right, threshold, allowed)
    assert chosen.answered + chosen.declined == count
    assert chosen.right + chosen.lost == right.sum()
    answered = (confidence >= threshold) & (True if allowed is None else allowed)
    assert chosen.coverage == pytest.approx(answered.mean())
    if answered.any():
        assert chosen.accuracy == pytest.approx(right[answered].mean())
    else:
        assert chosen.accuracy is None


@given(seeds, counts)
@settings(deadline=None)
def test_the_curve_is_what_its_thresholds_give(seed: int, count: int) -> None:
    probabilities, labels = model(seed, count)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    curve = coverage_curve(confidence, right, points=20)
    assert (np.diff(curve.thresholds) < 0).all()
    assert (np.diff(curve.coverage) > 0).all()
    assert curve.coverage[-1] == 1
    for threshold, coverage, accuracy in zip(*curve, strict=True):
        chosen = select(confidence, right, threshold)
        assert chosen.coverage == pytest.approx(coverage)
        assert chosen.accuracy == pytest.approx(accuracy)


def test_nothing_allowed_is_an_empty_curve() -> None:
    curve = coverage_curve(np.array([0.5]), np.array([True]), np.array([False]))
    assert len(curve.coverage) == 0


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_by_hand(only_a: int, only_b: int) -> None:
    discordant, least = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(discordant, k) for k in range(least + 1)) / 2**discordant
    assert mcnemar(only_a, only_b) == pytest.approx(min(1, 2 * tail))


@given(seeds, counts)
@settings(deadline=None)
def test_two_models_are_compared(seed: int, count: int) -> None:
    (a, labels), (b, _) = model(seed, count), model(seed ^ 1, count)
    result = compare(labels, a, b)
    right_a, right_b = a.argmax(axis=1) == labels, b.argmax(axis=1) == labels
    assert sorted(result.only_a) == np.flatnonzero(right_a & ~right_b).tolist()
    assert sorted(result.only_b) == np.flatnonzero(right_b & ~right_a).tolist()
    assert sorted(result.neither) == np.flatnonzero(~right_a & ~right_b).tolist()
    assert result.both_right == np.count_nonzero(right_a & right_b)
    matrices = [
        sklearn.metrics.confusion_matrix(labels, model.argmax(axis=1), labels=range(10)) for model in (b, a)
    ]
    assert np.array_equal(result.more, matrices[0] - matrices[1])
    surest = b.max(axis=1)[result.only_a]
    assert (np.diff(surest) <= 0).all()


def test_a_model_is_as_good_as_itself() -> None:
    probabilities, labels = model(0, 100)
    result = compare(labels, probabilities, probabilities)
    assert result.p == 1
    assert not result.more.any()
    assert len(result.only_a) == len(result.only_b) == 0
