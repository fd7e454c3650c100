"""Digit or not: the scores, the price of a threshold and the areas, computed again."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from digitlab import data, inference
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
    assert passed.tolist() == [2, 1], "the one that looks most like a digit comes first"
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
    assert not_a_digit.different(images, np.array([3, 2, 0, 1, 4]), 3).tolist() == [3, 2, 4]
    assert not_a_digit.different(images, np.array([3, 2, 4]), 2).tolist() == [3, 2]
    assert len(not_a_digit.different(images, np.array([], int), 2)) == 0


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
    found = shell(not_a_digit.CODE.format(dataset="digits", score=0.27, error=0.021))
    for judge, threshold, kind in (
        (not_a_digit.by_detector, 0.27, ""),
        (not_a_digit.by_redrawing, 0.021, "redrawing_"),
    ):
        price = judge("digits").price(threshold)
        assert (found[f"{kind}refused"], found[f"{kind}passed"]) == (price.refused, price.passed)
        assert found[f"{kind}area"] == pytest.approx(judge("digits").roc.area, abs=2e-3)
