"""Made-up pupils: each with a hand of its own, readable, and no two drawings the same."""

import numpy as np

from digitlab import inference
from digitlab.classroom import simulated
from digitlab.classroom.simulated import Pupil
from digitlab.classroom.styles import STYLES, style
from digitlab.draw import link
from digitlab.preprocess import to_mnist
from digitlab.strokes import PAD_SIZE, Drawing, render


def answers(drawings: list[Drawing]) -> list[int | None]:
    model = inference.load("cnn")
    seen = [to_mnist(render(drawing)) for drawing in drawings]
    return [None if picture is None else model.answer(picture).digit for picture in seen]


def test_the_same_seed_makes_the_same_pupils_and_drawings() -> None:
    assert simulated.pupils(4, seed=1) == simulated.pupils(9, seed=1)[:4]
    one, again, other = simulated.pupils(1)[0], simulated.pupils(2)[0], simulated.pupils(1, seed=1)[0]
    assert one.draw(3, 7) == again.draw(3, 7)
    assert one.draw(3) != other.draw(3)


def test_two_drawings_of_a_hand_are_alike_and_not_the_same() -> None:
    pupils = simulated.pupils(20)

    def seen(pupil: Pupil, index: int) -> np.ndarray:
        return np.stack([to_mnist(render(pupil.draw(digit, index))) for digit in range(10)])

    first, second = [seen(p, 0) for p in pupils], [seen(p, 1) for p in pupils]
    own = [np.square(a - b).mean() for a, b in zip(first, second, strict=True)]
    others = [np.square(first[n] - second[n - 1]).mean() for n in range(20)]
    assert min(own) > 0
    assert np.mean(own) < 0.6 * np.mean(others)


def test_all_is_on_the_pad_in_the_order_of_the_pen_and_fits_into_a_link() -> None:
    for pupil in simulated.pupils(30):
        for digit in range(10):
            drawing = pupil.draw(digit)
            for stroke in drawing:
                points = np.array(stroke.points)
                assert points.min() >= 0
                assert points.max() <= PAD_SIZE
                assert np.hypot(*np.diff(points, axis=0).T).max() < 30
            assert link.pack(drawing)


def test_the_cnn_reads_most_of_them_and_not_of_all_pupils_as_many() -> None:
    """Two classes of 30 pupils, two drawings of each digit."""
    for seed in range(2):
        pupils = simulated.pupils(30, seed)
        drawings = [p.draw(digit, index) for p in pupils for digit in range(10) for index in range(2)]
        wanted = [digit for _ in pupils for digit in range(10) for _ in range(2)]
        right = np.array([a == b for a, b in zip(answers(drawings), wanted, strict=True)])
        assert 0.85 <= right.mean() <= 0.95
        of_pupil = right.reshape(30, 20).mean(axis=1)
        assert of_pupil.min() <= 0.75
        assert np.count_nonzero(of_pupil == 1) >= 6


def test_what_a_hand_writes_is_mostly_found_to_be_its_style() -> None:
    pupils = simulated.pupils(60, seed=2)
    for digit in STYLES:
        meant = [pupil.styles[digit] for pupil in pupils]
        assert set(meant) == set(STYLES[digit])
        found = [style(pupil.draw(digit), digit) for pupil in pupils]
        assert np.mean([a == b for a, b in zip(meant, found, strict=True)]) >= 0.9
