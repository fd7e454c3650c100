"""Which digits are shown first, which are near each other, and where they lie on the map."""

import altair as alt
import numpy as np
import pytest

from digitlab import data
from digitlab.data import charts, samples, tsne_map


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


def test_nearest_is_nearest() -> None:
    dataset = data.load("digits", "test")
    picture = dataset.images[100]
    found = samples.nearest(dataset, picture, 5)
    distances = ((dataset.images.astype(float) - picture) ** 2).sum(axis=(1, 2))
    assert found[0] == 100
    assert list(found) == list(np.argsort(distances, kind="stable")[:5])


def test_the_committed_map_keeps_alike_digits_together(mnist_test: data.Dataset) -> None:
    indices, places = tsne_map.load("mnist")
    assert len(np.unique(indices)) == len(places) == 3_000
    assert places.min() >= 0
    assert places.max() <= 1
    labels = mnist_test.labels[indices]
    distance = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (labels[distance.argmin(axis=1)] == labels).mean() > 0.9


def rows(chart: alt.Chart) -> list[dict]:
    return chart.to_dict()["datasets"].popitem()[1]


def test_the_histogram_counts_every_pixel_and_scaling_is_what_it_says() -> None:
    images = data.load("digits", "test").images
    for way, mean, deviation in (
        ("as they are", images.mean(), images.std()),
        ("scaled to 0-1", images.mean() / 255, images.std() / 255),
        ("standardised", 0, 1),
    ):
        chart, shown_mean, shown_deviation = charts.pixels(images, way)
        assert sum(row["share"] for row in rows(chart)) == pytest.approx(1)
        assert shown_mean == pytest.approx(mean, abs=1e-6)
        assert shown_deviation == pytest.approx(deviation, rel=1e-6)


def test_balance_counts_the_labels() -> None:
    labels = data.load("digits", "test").labels
    counted = {row["digit"]: row["pictures"] for row in rows(charts.balance(None, labels))}
    assert counted == {digit: int((labels == digit).sum()) for digit in range(10)}
