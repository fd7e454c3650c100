"""What the evaluation pages and lessons 3 and 4 claim, computed again."""

import numpy as np
import pytest

from digitlab import evaluation, metrics
from digitlab.evaluation import compare, confidence
from digitlab.learn import texts


def spoilt(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Made too sure (below 1) or too modest (above 1)."""
    powers = np.clip(probabilities, 1e-12, None).astype(float) ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def mistakes_when_answering(probabilities: np.ndarray, labels: np.ndarray, share: float) -> int:
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")[: int(share * len(labels))]
    return int(np.count_nonzero(probabilities[surest].argmax(axis=1) != labels[surest]))


@pytest.mark.parametrize("model", ["linear", "cnn"])
def test_answering_only_when_sure_needs_the_order_and_not_calibration(model: str) -> None:
    """Confidence and lesson 4: a model spoilt by a temperature gains nearly as much."""
    result = evaluation.evaluate(model, "mnist")
    worse = spoilt(result.probabilities, 0.3)
    error = metrics.expected_calibration_error(result.probabilities, result.labels)
    if model == "linear":
        assert metrics.expected_calibration_error(worse, result.labels) > 4 * error
    everything = int(np.count_nonzero(~result.right))
    for share in (0.8, 0.9, 0.95):
        before = mistakes_when_answering(result.probabilities, result.labels, share)
        after = mistakes_when_answering(worse, result.labels, share)
        assert abs(after - before) <= max(2, 0.05 * everything)
        assert after < everything / 1.4


@pytest.mark.parametrize("model", ["linear", "cnn"])
def test_leaving_out_by_chance_gains_nothing(model: str) -> None:
    """The dashed line of the chart."""
    right = evaluation.evaluate(model, "mnist").right
    order = np.random.default_rng(0).permutation(len(right))[:5000]
    assert right[order].mean() == pytest.approx(right.mean(), abs=0.01)


def test_there_are_so_many_pairs_that_one_or_two_look_different_by_chance() -> None:
    assert compare.pairs() == 36
    assert round(compare.pairs() * 0.05) == 2


def test_two_equally_good_models_rarely_have_a_small_p() -> None:
    """What p < 0.05 promises: at most 5 of 100 comparisons of equals."""
    random = np.random.default_rng(0)
    only_a = random.binomial(64, 0.5, 2000)  # 64 pictures that one of the two reads
    assert np.mean([metrics.mcnemar(int(a), 64 - int(a)) < 0.05 for a in only_a]) <= 0.05


def test_seeds_are_those_of_the_cards() -> None:
    assert compare.seeds("linear") == (0.9266, 0.9272)
    assert compare.seeds("committee") is None


def test_cnn_and_linear_in_lesson_3() -> None:
    """ "A few" digits only the linear model reads; p < 0.001."""
    compared = compare.compared("cnn", "linear", "mnist").comparison
    assert 1 <= len(compared.only_b) < 30
    assert len(compared.only_a) > 10 * len(compared.only_b)
    assert compared.p < 0.001


def test_lesson_4_has_a_setting_with_fewer_than_five_mistakes() -> None:
    """With the CNN, which the page begins with."""
    found = [
        (threshold, confidence.selection("cnn", "mnist", threshold / 100))
        for threshold in confidence.THRESHOLDS
    ]
    threshold, here = next((t, s) for t, s in found if s.wrong < 5)
    assert threshold == 95
    assert here.wrong == 3
    assert here.declined == 290


def test_lesson_4_a_lower_threshold_finds_more_and_is_right_less_often() -> None:
    from digitlab.evaluation.one_digit import one_vs_rest

    task = one_vs_rest("linear", "mnist", 8)
    low, high = task.counts(0.1), task.counts(0.5)
    assert (low.recall or 0) > (high.recall or 0)
    assert (low.precision or 1) < (high.precision or 1)


def test_no_lesson_says_that_a_test_proves_or_that_calibration_is_needed() -> None:
    for lesson in texts.lessons():
        said = str(lesson)
        assert "can’t be chance" not in said
        assert "can't be chance" not in said
        assert "only because the model is calibrated" not in said
