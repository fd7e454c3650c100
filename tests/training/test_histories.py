"""What was kept of the trainings: histories, and snapshots that can be replayed."""

import numpy as np
import pytest

from digitlab import data, inference
from digitlab.training import histories

SNAPSHOTS = histories.with_snapshots()


def test_every_reader_that_was_trained_has_a_history() -> None:
    names = set(histories.histories())
    assert {"linear", "dense_classic", "dense_classic_sgd", "dense", "cnn"} <= names
    assert names - {"dense_classic_sgd"} <= set(inference.names())


@pytest.mark.parametrize("name", list(histories.histories()))
def test_a_history_has_an_epoch_for_each_in_the_recipe(name: str) -> None:
    history = histories.histories()[name]
    assert history.epochs == history.card["recipe"]["epochs"] == len(history.validation_accuracy)
    assert history.loss[-1] < history.loss[0]
    assert history.gap == pytest.approx(history.accuracy[-1] - history.validation_accuracy[-1])


def test_snapshots_are_kept_of_the_models_that_pages_look_into() -> None:
    assert SNAPSHOTS == ["linear", "dense_classic", "cnn"]


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_kept_answers_are_the_snapshots_own(name: str, mnist_test: data.Dataset) -> None:
    kept = histories.snapshots(name)
    pictures = mnist_test.images[:500] / np.float32(255)
    for moment in (0, len(kept.steps) // 2, len(kept.steps) - 1):
        answers = inference.at_moment(name, moment).predict(pictures).argmax(axis=1)
        # their weights are kept in 8 bits
        assert (answers == kept.answers[moment, :500]).mean() > 0.97


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_matrix_counts_every_answer(name: str) -> None:
    kept = histories.snapshots(name)
    for moment in range(len(kept.steps)):
        matrix = kept.matrix(moment)
        assert matrix.sum() == 10_000
        assert np.trace(matrix) / 10_000 == pytest.approx(kept.accuracy[moment])
    assert kept.accuracy[0] < 0.3
    assert kept.accuracy[-1] == pytest.approx(inference.load(name).card["test_accuracy"], abs=0.002)


def test_the_linear_models_filters_are_its_weights() -> None:
    kept = histories.snapshots("linear")
    assert kept.filters.shape[1:] == (10, 28, 28)
    weights = inference.load("linear").weights["digit/kernel"].T.reshape(10, 28, 28)
    temperature = inference.load("linear").card["temperature"]
    assert np.allclose(kept.filters[-1] / temperature, weights, atol=2e-3)


def test_changing_digits_change_their_answer() -> None:
    kept = histories.snapshots("cnn")
    chosen = histories.changing(kept, 40)
    assert len(set(chosen.tolist())) == 40
    assert sorted(kept.labels[chosen]) == sorted(list(range(10)) * 4)
    assert all(len(np.unique(kept.answers[1:, index])) > 1 for index in chosen)
