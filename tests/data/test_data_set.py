"""A data set in numbers: counts, means, neighbours and charts, each against a plain way to compute it."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from digitlab import data
from digitlab.data import charts, data_set
from digitlab.data.data_set import Brightness
from tests import shell

OTHERS = ("digits", "test")


def plain_nearest(images: np.ndarray, picture: np.ndarray, count: int) -> np.ndarray:
    distance = ((images.astype(np.int32) - picture) ** 2).sum(axis=(1, 2))
    return np.argsort(distance, kind="stable")[:count]


@pytest.mark.parametrize("index", [0, 100, 1796])
def test_nearest_is_nearest(index: int) -> None:
    dataset = data.load(*OTHERS)
    found = data_set.nearest(dataset, dataset.images[index], 9)
    assert found[0] == index
    assert np.array_equal(found, plain_nearest(dataset.images, dataset.images[index], 9))


def test_nearest_agrees_with_scikit_learn(mnist_test: data.Dataset) -> None:
    pictures = mnist_test.images.reshape(10_000, 784).astype(float)
    some = [7, 1234, 9999]
    wanted = NearestNeighbors(n_neighbors=9, algorithm="brute").fit(pictures).kneighbors(pictures[some])[1]
    found = [data_set.nearest(mnist_test, mnist_test.images[i], 9) for i in some]
    assert np.array_equal(found, wanted)


def test_of_pictures_as_near_the_earlier_comes_first() -> None:
    images = np.zeros((300, 28, 28), np.uint8)
    images[::2, 0, 0] = 9
    dataset = data.Dataset(images, np.zeros(300, np.uint8))
    assert list(data_set.nearest(dataset, images[1], 5)) == [1, 3, 5, 7, 9]


def test_nearest_copies_no_data_set(mnist_test: data.Dataset) -> None:
    tracemalloc.start()
    data_set.nearest(mnist_test, mnist_test.images[7], 9)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < mnist_test.images.nbytes / 10


def test_brightness_counts_every_pixel() -> None:
    images = data.load(*OTHERS).images
    pixels = data_set.brightness(*OTHERS)
    assert np.array_equal(pixels.counts, np.bincount(images.ravel(), minlength=256))
    assert pixels.mean == pytest.approx(images.mean())
    assert pixels.deviation == pytest.approx(images.std())
    assert pixels.black == pytest.approx((images == 0).mean())


def test_what_is_true_of_a_data_set_is_computed_once() -> None:
    assert data_set.brightness(*OTHERS) is data_set.brightness(*OTHERS)
    assert data_set.by_digit(*OTHERS) is data_set.by_digit(*OTHERS)


def test_mean_and_deviation_of_each_digit() -> None:
    images, labels = data.load(*OTHERS)
    means, deviations = data_set.by_digit(*OTHERS)
    assert means.shape == deviations.shape == (10, 28, 28)
    assert np.allclose(means[3], images[labels == 3].mean(axis=0) / 255, atol=1e-5)
    assert np.allclose(deviations[3], images[labels == 3].std(axis=0) / 255, atol=1e-5)


# --- charts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scaling", charts.SCALINGS)
def test_the_histogram_is_of_the_scaled_pixels(scaling: str) -> None:
    images = data.load(*OTHERS).images
    offset, divisor = {
        charts.AS_THEY_ARE: (0, 1),
        charts.SCALED: (0, 255),
        charts.STANDARDISED: (images.mean(), images.std()),
    }[scaling]
    (bars,) = charts.histogram(data_set.brightness(*OTHERS), scaling).data
    edges = (np.arange(0.5, 256, 17) - offset) / divisor
    counted = np.histogram((images - offset) / divisor, edges)[0]
    assert np.allclose(bars.y, counted / images.size)
    assert np.allclose(bars.x, (edges[1:] + edges[:-1]) / 2)
    assert sum(bars.y) == pytest.approx((images > 0).mean())


def test_the_lines_of_the_histogram_are_the_paper_and_the_mean() -> None:
    chart = charts.histogram(data_set.brightness(*OTHERS), charts.STANDARDISED)
    paper, mean = (shape.x0 for shape in chart.layout.shapes)
    images = data.load(*OTHERS).images
    assert paper == pytest.approx(-images.mean() / images.std())
    assert mean == pytest.approx(0)


def test_a_bar_says_its_values_and_its_share() -> None:
    counts = np.zeros(256, int)
    counts[0], counts[1], counts[255] = 80, 5, 15
    (bars,) = charts.histogram(Brightness(counts, 38.3, 90.0), charts.AS_THEY_ARE).data
    assert bars.hovertext[0] == "1 to 17: 5.0 %"
    assert bars.hovertext[-1] == "239 to 255: 15.0 %"


def test_balance_counts_the_labels() -> None:
    labels = data.load(*OTHERS).labels
    counted = [int((labels == digit).sum()) for digit in range(10)]
    (alone,) = charts.balance(None, labels).data
    assert list(alone.y) == counted
    training, test = charts.balance(np.repeat(labels, 2), labels).data
    assert (training.name, test.name) == ("Training", "Test")
    assert list(training.y) == [2 * n for n in counted]


# --- the code that the page shows ------------------------------------------------------------------------


@pytest.mark.slow
def test_the_code_computes_what_the_page_shows(tmp_path: Path) -> None:
    found = shell.run(data_set.code(*OTHERS), tmp_path)
    assert np.allclose(found["means"], data_set.by_digit(*OTHERS)[0], atol=1e-5)
    assert found["standardised"].mean() == pytest.approx(0, abs=1e-4)
    assert found["standardised"].std() == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
def test_the_code_finds_the_same_neighbours(tmp_path: Path) -> None:
    dataset = data.load(*OTHERS)
    found = shell.run(data_set.code_nearest(*OTHERS, 100, 9), tmp_path)
    assert np.array_equal(found["nearest"], data_set.nearest(dataset, dataset.images[100], 9))
