"""Digits written in haste: other ends, and still the same digits."""

import numpy as np

from digitlab.movement import direction_maps
from digitlab.strokes import examples
from model_zoo.training.haste import in_haste


def test_it_is_still_the_same_digit_in_the_same_place() -> None:
    for drawing in examples():
        strokes = [np.array(stroke.points) for stroke in drawing]
        size = np.ptp(np.concatenate(strokes), axis=0).max()
        for seed in range(30):
            written = np.concatenate(in_haste(strokes, np.random.default_rng(seed)))
            assert np.isfinite(written).all()
            low, high = written.min(axis=0), written.max(axis=0)
            before = np.concatenate(strokes)
            assert (np.abs(low - before.min(axis=0)) < 0.45 * size).all()
            assert (np.abs(high - before.max(axis=0)) < 0.45 * size).all()


def test_many_are_changed_and_the_same_seed_changes_them_alike() -> None:
    strokes = [np.array(stroke.points) for stroke in examples()[5]]
    counts, changed = set(), 0
    for seed in range(60):
        one, same = (in_haste(strokes, np.random.default_rng(seed)) for _ in range(2))
        assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
        counts.add(len(one))
        changed += np.abs(direction_maps(one) - direction_maps(strokes)).max() > 0.5
    assert counts == {1, 2, 3}, "the two strokes run into one, or one breaks"
    assert 30 < changed < 60


def test_a_dot_stays_a_dot() -> None:
    (dot,) = in_haste([np.array([[10.0, 20.0]])], np.random.default_rng(0))
    np.testing.assert_allclose(dot, [[10, 20]])
