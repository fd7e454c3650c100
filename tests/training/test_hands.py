"""Digits as people elsewhere write them, doodles that are none, and what of both the models learn from."""

import numpy as np
import pytest

from benchmarks.hard_cases import CASES
from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PenDrawing
from digitlab.preprocess import to_mnist
from model_zoo.training import doodles, training_data
from model_zoo.training.hands import HABITS, as_others_write

Points = list[tuple[float, float]]

ANGLES = np.linspace(0, 2 * np.pi, 40)
RING: Points = [(100 - 60 * np.sin(a), 100 - 100 * np.cos(a)) for a in ANGLES]
STEM: Points = [(60, 0), (50, 200)]
SEVEN: Points = [(0, 0), (120, 5), (50, 200)]
PLAIN = {0: RING, 1: STEM, 7: SEVEN}  # the habits that keep the drawing; the others write anew
ALL = [(digit, habit) for digit, habits in HABITS.items() for habit in habits]
COUNT = 60


def written(digit: int, habit: str | None, seed: int = 0) -> list[list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    plain = [np.array(PLAIN.get(digit, RING), float)]
    return [as_others_write(plain, digit, rng, habit) for _ in range(COUNT)]


def seen(drawings: list[list[np.ndarray]]) -> np.ndarray:
    rng = np.random.default_rng(1)
    pictures = [to_mnist(pen_strokes.on_pad(pen_strokes.bent(d, rng), rng).picture) for d in drawings]
    return np.stack([picture for picture in pictures if picture is not None])


@pytest.mark.parametrize(("digit", "habit"), ALL)
def test_it_stays_that_digit_at_its_place(digit: int, habit: str) -> None:
    """Readers of pictures tell. Only the first of them has practised with all of these ways."""
    drawings = written(digit, habit)
    for strokes in drawings:
        points = np.concatenate(strokes)
        assert points.shape[1:] == (2,)
        assert np.isfinite(points).all()
        assert -110 < points.min() < points.max() < 310, "about as large as what was given"
    reads = np.mean(
        [inference.load(name).predict(seen(drawings)).argmax(axis=1) == digit for name in ("cnn", "deep_cnn")]
    )
    assert reads >= (0.7 if digit == 0 else 0.95), "they know too few barred zeros"


@pytest.mark.parametrize(
    ("case", "digit", "habit"),
    [
        ("0 with a slash", 0, "bar"),
        ("0 with a slash", 0, "slash"),
        ("0 with a slash", 0, "slash in one stroke"),
        ("1 with a flag", 1, "flag"),
        ("1 with flag and foot", 1, "flag and foot"),
        ("7 with a bar", 7, "bar"),
        ("4, open at the top", 4, "one stroke, open"),
    ],
)
def test_a_habit_is_what_it_says(case: str, digit: int, habit: str) -> None:
    """By the rules of a benchmark that knows nothing of how they are drawn."""
    meant, rule = CASES[case]
    assert meant == digit
    assert np.mean([rule(strokes) for strokes in written(digit, habit)]) > 0.75


def test_the_same_seed_writes_the_same_and_another_one_another_way() -> None:
    once, again, other = written(4, None), written(4, None), written(4, None, seed=1)
    assert all(
        np.array_equal(a, b)
        for one, two in zip(once, again, strict=True)
        for a, b in zip(one, two, strict=True)
    )
    assert not np.array_equal(once[0][0], other[0][0])


def test_what_is_not_listed_is_refused() -> None:
    with pytest.raises(KeyError):
        as_others_write([np.array(STEM, float)], 1, np.random.default_rng(0), "with a hat")


@pytest.mark.parametrize("kind", doodles.KINDS)
def test_the_detector_takes_no_doodle_for_a_digit(kind: str) -> None:
    rng = np.random.default_rng(2)
    pictures = np.stack([to_mnist(doodles.doodle(rng, kind)) for _ in range(COUNT)])
    detector = inference.read(inference.ARTIFACTS / inference.DETECTOR)
    assert np.mean(detector.score(pictures) < detector.card["threshold"]) >= 0.95


@pytest.mark.parametrize("digit", HABITS)
def test_the_detector_takes_these_hands_for_digits(digit: int) -> None:
    detector = inference.read(inference.ARTIFACTS / inference.DETECTOR)
    pictures = np.concatenate([seen(written(digit, habit, seed=3)) for habit in HABITS[digit]])
    assert np.mean(detector.score(pictures) >= detector.card["threshold"]) >= 0.97


@pytest.mark.parametrize(
    ("points", "plain"),
    [
        (STEM, True),
        ([(0, 200), (100, 0)], True),
        ([(0, 0), (200, 30)], False),  # a dash
        ([(50, 0), (120, 60), (100, 140), (0, 200)], False),  # a bracket
        (SEVEN, False),
    ],
)
def test_a_straight_line_that_stands_is_a_one(points: Points, plain: bool) -> None:
    assert training_data.is_plain_one([np.array(points, float)]) is plain
    assert not training_data.is_plain_one([np.array(points, float)] * 2)


def test_a_share_of_the_drawings_is_written_as_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((40, 28, 28), np.uint8)
    monkeypatch.setattr(training_data, "VALIDATION", 10)
    monkeypatch.setattr(
        training_data, "mnist", lambda split: training_data.Examples(images, np.zeros(40, np.uint8))
    )
    monkeypatch.setattr(training_data, "_order", lambda: np.arange(40))
    drawings = [PenDrawing("0", writer, "own", [np.array(RING)]) for writer in range(60)]
    monkeypatch.setattr(training_data, "pens", lambda which: drawings)
    make = training_data.classifiers.__wrapped__
    plain, some = make(True, None).variants, make(True, None, elsewhere=0.3).variants
    assert np.array_equal(plain, make(True, None).variants)
    changed = (plain != some).any(axis=(2, 3))
    assert not changed[:, :30].any(), "MNIST's images stay"
    # a drawing that is left as it is gets another pen, for the dice fell once more
    holes = np.array([_slashed(picture) for picture in some[:, 30:].reshape(-1, 28, 28)])
    assert 0.1 < holes.mean() < 0.35
    assert not any(_slashed(picture) for picture in plain[:, 30:].reshape(-1, 28, 28))


def _slashed(picture: np.ndarray) -> bool:
    """Ink in the middle of a ring."""
    return bool(picture[12:16, 12:16].max() > 200)
