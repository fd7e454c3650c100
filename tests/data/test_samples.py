"""Which digits are shown first, and where they lie on the map."""

import numpy as np
import pytest

from digitlab import data
from digitlab.data import samples, tsne_map


@pytest.mark.parametrize("order", samples.ORDERS)
@pytest.mark.parametrize("digit", [None, 0, 7])
def test_every_order_shows_each_picture_once(order: str, digit: int | None) -> None:
    labels = data.load("digits", "test").labels
    shown = samples.ordered("digits", "test", digit, order, seed=3)
    wanted = np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)
    assert np.array_equal(np.sort(shown), wanted)


def test_another_seed_is_another_shuffle_and_the_same_the_same() -> None:
    first, again, other = (samples.ordered("digits", "test", 5, samples.SHUFFLED, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_typical_ones_are_nearer_to_their_mean_than_odd_ones() -> None:
    images, labels = data.load("digits", "test")
    mean = images[labels == 4].mean(axis=0)
    typical = samples.ordered("digits", "test", 4, samples.TYPICAL, 0)[0]
    odd = samples.ordered("digits", "test", 4, samples.ODD, 0)[0]
    distances = [np.linalg.norm(images[i] - mean) for i in np.flatnonzero(labels == 4)]
    assert np.linalg.norm(images[typical] - mean) == pytest.approx(min(distances), rel=1e-4)
    assert np.linalg.norm(images[odd] - mean) == pytest.approx(max(distances), rel=1e-4)


def test_rows_are_classes() -> None:
    labels = data.load("digits", "test").labels
    rows = samples.by_class("digits", "test", samples.ODD, 0, 12)
    assert np.array_equal(labels[rows], np.repeat(np.arange(10)[:, None], 12, axis=1))


def most_alike_is_nearest(name: str) -> float:
    """For how many dots of a map the nearest other dot has the same label: a share."""
    indices, places = tsne_map.load(name)
    assert len(np.unique(indices)) == len(places)
    assert places.min() >= 0
    assert places.max() <= 1
    labels = data.load(name, "test").labels[indices]
    distance = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    return float((labels[distance.argmin(axis=1)] == labels).mean())


@pytest.mark.usefixtures("mnist_test")
def test_the_committed_map_keeps_alike_digits_together() -> None:
    assert len(tsne_map.load("mnist").indices) == 3_000
    assert most_alike_is_nearest("mnist") > 0.9


def test_so_does_the_map_of_other_peoples_digits() -> None:
    assert len(tsne_map.load("digits").indices) == len(data.load("digits", "test").labels)
    assert most_alike_is_nearest("digits") > 0.95
