"""Confidence, declining to answer, and two models compared: against scikit-learn, SciPy, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, norm
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, confusion_matrix

from digitlab import evaluation, inference, metrics
from digitlab.metrics import Selection

seeds = st.integers(0, 2**32 - 1)


def guesses(seed: int, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels that they are somewhat right about."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (count, 10))
    powers = np.exp(logits)
    labels = (logits + random.gumbel(0, 1.5, logits.shape)).argmax(axis=1)
    return powers / powers.sum(axis=1, keepdims=True), labels


def sure_of(confidences: list[float]) -> np.ndarray:
    """Each row is that sure of 0, and the rest is spread over the nine others."""
    first = np.array(confidences)[:, None]
    return np.hstack([first, np.repeat((1 - first) / 9, 9, axis=1)])


# --- reliability -------------------------------------------------------------------------------------


def test_reliability_worked_out_by_hand() -> None:
    bins = metrics.reliability(sure_of([0.45, 0.55, 0.7, 0.7, 1.0]), np.array([0, 1, 0, 0, 1]), bins=5)
    assert bins.low == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert bins.high == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    assert bins.right.tolist() == [0, 0, 1, 2, 0]
    assert bins.wrong.tolist() == [0, 0, 1, 0, 1]
    assert bins.accuracy == pytest.approx([np.nan, np.nan, 0.5, 1, 0], nan_ok=True)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 20))
def test_reliability_is_scikit_learns(seed: int, count: int) -> None:
    probabilities, labels = guesses(seed)
    bins = metrics.reliability(probabilities, labels, count)
    right = probabilities.argmax(axis=1) == labels
    expected, _ = calibration_curve(right, probabilities.max(axis=1), n_bins=count)
    assert bins.accuracy[bins.right + bins.wrong > 0] == pytest.approx(expected)
    assert bins.right.sum() == right.sum()
    assert bins.wrong.sum() == (~right).sum()


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_interval_is_wilsons_formula(seed: int) -> None:
    """Wilson (1927), equation by equation, beside SciPy's."""
    bins = metrics.reliability(*guesses(seed), bins=10)
    z = norm.ppf(0.975)
    for right, wrong, interval in zip(bins.right, bins.wrong, bins.interval, strict=True):
        n = right + wrong
        if n == 0:
            assert np.isnan(interval).all()
            continue
        share = right / n
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        assert interval == pytest.approx([max(0, middle - half), min(1, middle + half)], abs=1e-6)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_bars_give_the_expected_calibration_error(seed: int) -> None:
    """Worked out again from scratch, a bin at a time."""
    probabilities, labels = guesses(seed)
    confidence = probabilities.max(axis=1)
    bins = metrics.reliability(probabilities, labels, 15)
    gaps = 0.0
    for low, high, share in zip(bins.low, bins.high, bins.accuracy, strict=True):
        inside = confidence[(confidence >= low) & (confidence < high)]
        gaps += len(inside) * abs(share - inside.mean()) if len(inside) else 0
    assert metrics.expected_calibration_error(probabilities, labels) == pytest.approx(gaps / len(labels))


# --- answering only when sure ------------------------------------------------------------------------

CONFIDENCE = np.array([0.9, 0.8, 0.8, 0.4])
IS_RIGHT = np.array([True, False, True, False])


@pytest.mark.parametrize(
    ("threshold", "allowed", "expected"),
    [
        (0, None, Selection(right=2, wrong=2, avoided_errors=0, lost_correct=0)),
        (0.8, None, Selection(right=2, wrong=1, avoided_errors=1, lost_correct=0)),
        (0.81, None, Selection(right=1, wrong=0, avoided_errors=2, lost_correct=1)),
        (0.95, None, Selection(right=0, wrong=0, avoided_errors=2, lost_correct=2)),
        (0.5, [False, False, True, True], Selection(right=1, wrong=0, avoided_errors=2, lost_correct=1)),
    ],
)
def test_selections_by_hand(threshold: float, allowed: list[bool] | None, expected: Selection) -> None:
    mask = None if allowed is None else np.array(allowed)
    assert metrics.selective_prediction(CONFIDENCE, IS_RIGHT, threshold, mask) == expected


def test_who_answers_nothing_has_no_accuracy() -> None:
    nothing = metrics.selective_prediction(CONFIDENCE, IS_RIGHT, 1)
    assert nothing.coverage == 0
    assert nothing.accuracy is None


def test_a_curve_by_hand() -> None:
    curve = metrics.coverage_curve(CONFIDENCE, IS_RIGHT)
    assert curve.thresholds.tolist() == [0.9, 0.8, 0.4]  # equals are answered together
    assert curve.coverage == pytest.approx([1 / 4, 3 / 4, 1])
    assert curve.accuracy == pytest.approx([1, 2 / 3, 2 / 4])


def test_a_curve_of_nothing() -> None:
    curve = metrics.coverage_curve(CONFIDENCE, IS_RIGHT, np.zeros(4, bool))
    assert [len(part) for part in curve] == [0, 0, 0]


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(seeds, st.booleans(), st.integers(0, 2))
def test_a_curve_is_what_selecting_at_each_of_its_thresholds_gives(
    seed: int, refuse: bool, decimals: int
) -> None:
    probabilities, labels = guesses(seed)
    confidence = probabilities.max(axis=1).round(decimals + 1)  # with many equals
    right = probabilities.argmax(axis=1) == labels
    allowed = np.random.default_rng(seed).random(len(labels)) < 0.8 if refuse else None
    curve = metrics.coverage_curve(confidence, right, allowed)
    assert (np.diff(curve.coverage) > 0).all()
    assert (np.diff(curve.thresholds) < 0).all()
    for threshold, covered, accuracy in zip(*curve, strict=True):
        answered = (confidence >= threshold) & (True if allowed is None else allowed)
        assert covered == pytest.approx(answered.mean())
        assert accuracy == pytest.approx(accuracy_score(np.ones(answered.sum(), bool), right[answered]))
        chosen = metrics.selective_prediction(confidence, right, threshold, allowed)
        assert (chosen.coverage, chosen.accuracy) == pytest.approx((covered, accuracy))


@settings(deadline=None, max_examples=20)
@given(seeds, st.floats(0, 1), st.floats(0, 1))
def test_stricter_never_answers_more_and_never_makes_more_mistakes(
    seed: int, one: float, other: float
) -> None:
    probabilities, labels = guesses(seed)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    lax, strict = (metrics.selective_prediction(confidence, right, t) for t in sorted((one, other)))
    assert strict.answered <= lax.answered
    assert strict.wrong <= lax.wrong
    assert sum(strict) == sum(lax) == len(labels)


def test_a_thinned_curve_keeps_both_ends() -> None:
    probabilities, labels = guesses(0, 5000)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    whole = metrics.coverage_curve(confidence, right, points=10_000)
    thin = metrics.coverage_curve(confidence, right, points=100)
    assert len(thin.coverage) == 100
    for part, of_whole in zip(thin, whole, strict=True):
        assert part[[0, -1]].tolist() == of_whole[[0, -1]].tolist()


# --- two models --------------------------------------------------------------------------------------


def test_mcnemar_by_hand() -> None:
    # 1 of 6 at most, or 5 at least: 2 * (1 + 6) / 2**6
    assert metrics.mcnemar(1, 5) == pytest.approx(14 / 64)
    assert metrics.mcnemar(0, 0) == metrics.mcnemar(3, 3) == 1


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_two_tails_of_the_binomial(a: int, b: int) -> None:
    expected = min(1, 2 * binom.cdf(min(a, b), a + b, 0.5))
    assert metrics.mcnemar(a, b) == pytest.approx(expected)
    assert metrics.mcnemar(a, b) == metrics.mcnemar(b, a)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_each_picture_is_in_one_group_and_matrices_differ_as_scikit_learns(seed: int) -> None:
    a, labels = guesses(seed)
    b, _ = guesses(seed + 1)
    compared = metrics.compare(labels, a, b)
    right_a, right_b = (p.argmax(axis=1) == labels for p in (a, b))
    assert set(compared.only_a) == set(np.flatnonzero(right_a & ~right_b))
    assert set(compared.only_b) == set(np.flatnonzero(right_b & ~right_a))
    assert set(compared.neither) == set(np.flatnonzero(~right_a & ~right_b))
    groups = compared.only_a, compared.only_b, compared.neither
    assert compared.both_right + sum(map(len, groups)) == len(labels)
    of_a, of_b = (confusion_matrix(labels, p.argmax(axis=1), labels=range(10)) for p in (a, b))
    assert (compared.more == of_b - of_a).all()
    assert (compared.more.sum(axis=1) == 0).all()  # each digit is read as often by both
    swapped = metrics.compare(labels, b, a)
    assert (swapped.more == -compared.more).all()
    assert (swapped.only_a.tolist(), swapped.p) == (compared.only_b.tolist(), compared.p)


def test_the_surest_mistakes_come_first() -> None:
    right = sure_of([0.9, 0.9, 0.9])
    wrong = np.roll(sure_of([0.5, 0.8, 0.6]), 1, axis=1)
    assert metrics.compare(np.zeros(3, int), right, wrong).only_a.tolist() == [1, 2, 0]


def test_the_pictures_of_a_cell() -> None:
    labels = np.array([4, 4, 4, 9])
    answers = np.array([9, 4, 4, 4]), np.array([4, 9, 6, 9])
    where = np.arange(4)[::-1]
    assert metrics.in_cell(where, labels, answers, 4, 9).tolist() == [1, 0]
    assert metrics.in_cell(where, labels, answers, 4, 4).tolist() == [2, 1, 0]
    assert metrics.in_cell(where, labels, answers, 7, 7).tolist() == []


# --- the committed predictions -----------------------------------------------------------------------


@pytest.mark.parametrize("model", inference.names())
def test_who_declines_what_it_is_unsure_of_is_right_more_often(model: str) -> None:
    result = evaluation.evaluate(model, "mnist")
    chosen = [
        metrics.selective_prediction(result.confidence, result.right, t) for t in (0, 0.5, 0.6, 0.9, 0.99)
    ]
    accuracies = [one.accuracy for one in chosen]
    assert accuracies == sorted(accuracies)
    assert accuracies[0] < accuracies[-1]


def test_the_detector_refuses_as_many_digits_as_its_card_says() -> None:
    card = inference.read(inference.ARTIFACTS / inference.DETECTOR).card
    refused = 1 - evaluation.looks_like_digit("mnist").mean()
    assert refused == pytest.approx(card["test_digits_refused"], abs=1e-4)
