"""One digit against the rest: equal to scikit-learn's, on random predictions and on the committed ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from digitlab import inference
from digitlab.evaluation.one_digit import Counts, OneVsRest, one_vs_rest

seeds = st.integers(0, 2**32 - 1)
thresholds = st.floats(0, 1)


def guesses(seed: int, count: int = 300) -> OneVsRest:
    """With ties, as rounding leaves them, and never without both kinds of pictures."""
    random = np.random.default_rng(seed)
    positive = random.random(count) < random.uniform(0.02, 0.6)
    positive[:2] = True, False
    score = (random.normal(0, 1, count) + 2 * positive).astype(np.float32)
    return OneVsRest(positive, np.round(1 / (1 + np.exp(-score)), random.integers(1, 6)).astype(np.float32))


FOUR = OneVsRest(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.1], np.float32))


# --- counts ------------------------------------------------------------------------------------------


def test_four_pictures_by_hand() -> None:
    counts = FOUR.counts(0.5)
    assert counts == Counts(tp=1, fp=1, fn=1, tn=1)
    assert counts.precision == counts.recall == counts.f1 == counts.specificity == 0.5
    assert FOUR.counts(0.7) == Counts(tp=1, fp=0, fn=1, tn=2)
    assert FOUR.counts(0.3) == Counts(tp=2, fp=1, fn=0, tn=1)


def test_what_has_just_the_threshold_is_read_as_the_digit() -> None:
    task = OneVsRest(np.array([True, False]), np.array([0.5, 0.25], np.float32))
    assert task.counts(0.5) == Counts(1, 0, 0, 1)
    assert task.counts(0.25) == Counts(1, 1, 0, 0)


def test_a_threshold_of_0_says_yes_to_all_and_one_above_1_to_none() -> None:
    assert FOUR.counts(0) == Counts(2, 2, 0, 0)
    none = FOUR.counts(1.01)
    assert none == Counts(0, 0, 2, 2)
    assert none.precision is None
    assert (none.recall, none.f1, none.specificity) == (0, 0, 1)


def test_without_pictures_there_are_no_figures() -> None:
    counts = Counts(0, 0, 0, 0)
    assert {counts.precision, counts.recall, counts.f1, counts.specificity} == {None}


@settings(deadline=None, max_examples=60)
@given(seeds, thresholds)
def test_the_figures_are_scikit_learns(seed: int, threshold: float) -> None:
    task = guesses(seed)
    read = task.score >= threshold
    counts = task.counts(threshold)
    tn, fp, fn, tp = confusion_matrix(task.positive, read, labels=[False, True]).ravel()
    assert counts == Counts(tp, fp, fn, tn)
    if read.any():
        assert counts.precision == pytest.approx(precision_score(task.positive, read))
    else:
        assert counts.precision is None
    assert counts.recall == pytest.approx(recall_score(task.positive, read))
    assert counts.f1 == pytest.approx(f1_score(task.positive, read, zero_division=0))
    assert counts.specificity == pytest.approx(recall_score(~task.positive, ~read))


@settings(deadline=None, max_examples=30)
@given(seeds, thresholds, thresholds)
def test_a_lower_threshold_never_finds_less(seed: int, one: float, other: float) -> None:
    task = guesses(seed)
    lax, strict = task.counts(min(one, other)), task.counts(max(one, other))
    assert lax.tp >= strict.tp
    assert lax.fp >= strict.fp


# --- pictures ----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(seeds, thresholds)
def test_the_groups_are_the_counts_and_each_picture_is_in_one(seed: int, threshold: float) -> None:
    task = guesses(seed)
    groups = task.groups(threshold)
    assert Counts(*map(len, groups)) == task.counts(threshold)
    assert sorted(np.concatenate(groups)) == list(range(len(task.score)))
    assert task.positive[np.concatenate([groups.tp, groups.fn])].all()
    assert not task.positive[np.concatenate([groups.fp, groups.tn])].any()


def test_mistakes_come_most_confident_first_and_the_rest_closest_first() -> None:
    score = np.array([0.9, 0.6, 0.1, 0.3, 0.55, 0.99, 0.45, 0.05], np.float32)
    groups = OneVsRest(np.arange(8) < 4, score).groups(0.5)
    assert [list(group) for group in groups] == [[1, 0], [5, 4], [2, 3], [6, 7]]


# --- curves ------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_the_curves_are_scikit_learns(seed: int) -> None:
    task = guesses(seed)
    x, y, _ = roc_curve(task.positive, task.score)
    assert {*zip(task.roc.x, task.roc.y, strict=True)} <= {*zip(x, y, strict=True)}
    assert task.roc.area == pytest.approx(roc_auc_score(task.positive, task.score))
    precision, recall, _ = precision_recall_curve(task.positive, task.score)
    curve = task.precision_recall
    assert {*zip(curve.x, curve.y, strict=True)} <= {*zip(recall, precision, strict=True)}
    assert curve.area == pytest.approx(average_precision_score(task.positive, task.score))


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_each_point_of_a_curve_is_what_its_threshold_gives(seed: int) -> None:
    task = guesses(seed)
    for x, y, threshold in zip(*task.roc[:3], strict=True):
        counts = task.counts(threshold)
        assert (counts.false_positive_rate, counts.recall) == (pytest.approx(x), pytest.approx(y))
    for x, y, threshold in zip(*task.precision_recall[:3], strict=True):
        counts = task.counts(threshold)
        assert counts.recall == pytest.approx(x)
        assert (1 if counts.precision is None else counts.precision) == pytest.approx(y)


@settings(deadline=None, max_examples=10)
@given(seeds)
def test_a_thinned_curve_keeps_its_ends_and_its_shape(seed: int) -> None:
    task = guesses(seed, 20_000)
    for curve in (task.roc, task.precision_recall):
        assert len(curve.x) <= 202
        assert (np.diff(curve.thresholds) < 0).all()
        assert (np.diff(curve.x) >= 0).all()
    assert (task.roc.x[0], task.roc.y[0], task.roc.x[-1], task.roc.y[-1]) == (0, 0, 1, 1)
    assert (task.precision_recall.x[0], task.precision_recall.x[-1]) == (0, 1)
    assert np.trapezoid(task.roc.y, task.roc.x) == pytest.approx(task.roc.area, abs=0.01)


def test_the_perfect_model_has_perfect_curves() -> None:
    task = OneVsRest(np.arange(10) < 3, np.where(np.arange(10) < 3, 1, 0).astype(np.float32))
    assert task.roc.area == task.precision_recall.area == 1
    assert task.counts(0.5) == Counts(3, 0, 0, 7)


# --- the committed predictions -----------------------------------------------------------------------


@pytest.mark.parametrize("model", inference.names())
def test_of_the_committed_predictions_each_digit_is_counted_once(model: str) -> None:
    tasks = [one_vs_rest(model, "mnist", digit) for digit in range(10)]
    assert sum(task.positive.sum() for task in tasks) == 10_000
    assert all(sum(task.counts(0.5)) == 10_000 for task in tasks)
    assert all(task.roc.area > 0.98 for task in tasks)
    assert one_vs_rest(model, "mnist", 4) is tasks[4]
