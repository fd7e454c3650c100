"""Digit or not: the scores, the price of a threshold and the areas, computed again."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from digitlab import data, inference
from digitlab.data import scribbles
from digitlab.inside import not_a_digit
from digitlab.inside.not_a_digit import Scores
from tests.shell import Shell

JUDGES = {"detector": not_a_digit.by_detector, "redrawing": not_a_digit.by_redrawing}
# a digit scores high with the first, low with the second
BY_HAND = {
    True: Scores(np.array([0.9, 0.2, 0.6, 0.5]), np.array([0.1, 0.5, 0.7]), rising=True),
    False: Scores(np.array([0.1, 0.8, 0.4, 0.5]), np.array([0.9, 0.5, 0.3]), rising=False),
}


@pytest.mark.parametrize("rising", [True, False])
def test_the_price_and_the_worst_by_hand(rising: bool) -> None:
    scores = BY_HAND[rising]
    assert scores.price(0.5) == (1, 4, 2, 3), "the threshold itself is accepted"
    refused, passed = scores.worst(0.5)
    assert refused.tolist() == [1]
    assert passed.tolist() == [2, 1], "the one that variants most like a digit comes first"
    assert scores.beyond(0.5) == 0.25


@pytest.mark.parametrize("judge", JUDGES)
def test_the_area_is_scikit_learn_s(judge: str) -> None:
    scores = JUDGES[judge]("digits")
    is_digit = np.repeat([1, 0], [len(scores.digits), len(scores.scribbles)])
    sign = 1 if scores.rising else -1
    wanted = roc_auc_score(is_digit, sign * np.concatenate([scores.digits, scores.scribbles]))
    assert scores.roc.area == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("threshold", [0.0, 0.0125, 0.04])
def test_the_bars_add_up_to_the_price(judge: str, threshold: float) -> None:
    scores = JUDGES[judge]("digits")
    bars, price = scores.bars(threshold, end=0.05), scores.price(threshold)
    assert bars.digits.sum() == price.digits
    assert bars.scribbles.sum() == price.scribbles
    assert bars.digits[~bars.accepted].sum() == price.refused
    assert bars.scribbles[bars.accepted].sum() == price.passed


def test_blank_paper_is_shown_once() -> None:
    images = np.zeros((5, 28, 28), np.uint8)
    images[2], images[4] = 7, 9

    def shown(order: list[int], count: int) -> list[int]:
        return list(not_a_digit.different({index: images[index] for index in order}, count))

    assert shown([3, 2, 0, 1, 4], 3) == [3, 2, 4]
    assert shown([3, 2, 4], 2) == [3, 2]
    assert shown([], 2) == []


def test_the_kept_file_is_fresh(mnist_pictures: np.ndarray) -> None:
    """What depends on no visitor is kept; `python -m digitlab.inside.not_a_digit` makes it anew."""
    kept = not_a_digit.kept()
    assert not_a_digit.FILE.stat().st_size < 300 * 1024
    images, kinds = scribbles.seen_by_kind(300, seed=0)
    assert np.array_equal(images, data.load("scribbles", "test").images[:300])
    assert kept.kinds[:300].tolist() == kinds
    assert (
        len(kept.kinds) == len(kept.scores) == len(kept.errors) == len(data.load("scribbles", "test").images)
    )
    every = slice(None, None, 10)
    some = data.load("scribbles", "test").images[every] / np.float32(255)
    assert np.allclose(kept.scores[every], inference.load(inference.DETECTOR).score(some), atol=1e-3)
    assert np.allclose(kept.errors[every], not_a_digit.redrawing(some)[1], atol=1e-5)
    assert np.allclose(kept.mnist_errors[:300], not_a_digit.redrawing(mnist_pictures[:300])[1], atol=1e-5)
    assert np.array_equal(kept.pictures, data.load("scribbles", "test").images[kept.shown])


@pytest.mark.parametrize("judge", JUDGES)
def test_the_pictures_that_can_be_shown_are_kept(judge: str) -> None:
    """The strip shows the first different ones of those let through: always the first of one and the same
    order, whatever the threshold."""
    images = data.load("scribbles", "test").images
    for threshold in (0.0, 0.02, 0.5):
        _, passed = JUDGES[judge]("digits").worst(threshold)
        shown = not_a_digit.different({index: images[index] for index in passed}, not_a_digit.IN_A_STRIP)
        assert set(shown) <= set(not_a_digit.kept().shown.tolist())


def test_the_areas_by_kind_are_scikit_learn_s() -> None:
    kinds = not_a_digit.by_kind("digits")
    assert {kind.name for kind in kinds} == set(scribbles.KINDS)
    assert sum(kind.count for kind in kinds) == len(not_a_digit.kept().kinds)
    for kind in kinds:
        for scores, area in (
            (not_a_digit.by_detector("digits"), kind.detector),
            (not_a_digit.by_redrawing("digits"), kind.redrawing),
        ):
            of_kind = scores.scribbles[not_a_digit.kept().kinds == kind.name]
            is_digit = np.repeat([1, 0], [len(scores.digits), len(of_kind)])
            sign = 1 if scores.rising else -1
            wanted = roc_auc_score(is_digit, sign * np.concatenate([scores.digits, of_kind]))
            assert area == pytest.approx(wanted, abs=1e-9)


def test_the_lesson_names_the_coin(mnist_pictures: np.ndarray) -> None:
    said = not_a_digit.lesson("mnist")
    assert "the detector is **nearly perfect** (area 0.999)" in said
    assert "The redrawing error is **a coin** (0.501)" in said
    assert "It notices scrawls (0.879)" in said
    below = [kind.name for kind in not_a_digit.by_kind("mnist") if kind.redrawing < 0.45]
    assert below == ["noise", "blob", "dot", "dash", "blank"]
    assert "But noise, blobs, dots, dashes and blank paper are easier" in said


def test_both_judges_begin_by_refusing_about_half_a_percent_of_the_digits(mnist_pictures: np.ndarray) -> None:
    threshold = inference.load(inference.DETECTOR).card["threshold"]
    for price in (
        not_a_digit.by_detector("mnist").price(threshold),
        not_a_digit.by_redrawing("mnist").price(not_a_digit.PRESET),
    ):
        assert 0.0035 < price.refused / price.digits < 0.0065


def test_the_fourth_lesson_s_thresholds(mnist_pictures: np.ndarray) -> None:
    """docs/lessons/4: at 0.34, 20 of 2,000 scribbles pass and 116 digits are refused; that none passes, costs
    9,948."""
    scores = not_a_digit.by_detector("mnist")
    assert scores.price(0.34) == (116, 10_000, 20, 2_000)
    assert scores.price(0.33).passed > 20
    assert scores.price(0.99).passed > 0
    assert scores.price(1.0) == (9948, 10_000, 0, 2_000)
    first = not_a_digit.kept().picture(int(scores.scribbles.argmax()))
    answers = [
        inference.load(name).predict(first[None] / np.float32(255)).argmax() for name in inference.names()
    ]
    assert set(answers) == {2}, "a scribble that every model, and anybody, reads as a 2"


def test_the_redrawing_error_is_the_mean_squared_difference() -> None:
    pictures = data.load("digits", "test").images[:5] / np.float32(255)
    redrawn, errors = not_a_digit.redrawing(pictures)
    for picture, again, error in zip(pictures, redrawn, errors, strict=True):
        assert error == pytest.approx(sum((picture - again).ravel() ** 2) / 784, rel=1e-4)
    assert np.allclose(not_a_digit.by_redrawing("digits").digits[:5], errors, atol=1e-6)


def test_the_redrawing_is_keras_own() -> None:
    keras = pytest.importorskip("keras", reason="needs TensorFlow, to compare with")
    model = keras.saving.load_model(inference.ARTIFACTS / "autoencoder" / "model.keras", safe_mode=True)
    pictures = data.load("digits", "test").images[:5] / np.float32(255)
    wanted = model.predict(pictures, verbose=0)["reconstruction"]
    assert np.allclose(not_a_digit.redrawing(pictures)[0], wanted, atol=5e-3)


def test_the_committed_scores_are_the_detector_s(mnist_pictures: np.ndarray) -> None:
    detector = inference.read(inference.ARTIFACTS / inference.DETECTOR)
    assert np.allclose(
        not_a_digit.by_detector("mnist").digits[:300], detector.score(mnist_pictures[:300]), atol=1e-3
    )


def test_the_ready_letters_are_told_as_the_page_says() -> None:
    detector = inference.read(inference.ARTIFACTS / inference.DETECTOR)
    letters = not_a_digit.LETTERS + not_a_digit.LIKE_DIGITS
    seen = np.stack([not_a_digit.letter(letter) for letter in letters])
    accepted = detector.score(seen) >= detector.card["threshold"]
    assert "".join(np.array(list(letters))[accepted]) == not_a_digit.LIKE_DIGITS


def test_the_code_gives_what_the_page_shows(shell: Shell) -> None:
    found = shell(not_a_digit.code("digits", 0.27, 0.021))
    for judge, threshold, kind in (
        (not_a_digit.by_detector, 0.27, ""),
        (not_a_digit.by_redrawing, 0.021, "redrawing_"),
    ):
        price = judge("digits").price(threshold)
        assert (found[f"{kind}refused"], found[f"{kind}passed"]) == (price.refused, price.passed)
        assert found[f"{kind}area"] == pytest.approx(judge("digits").roc.area, abs=2e-3)
