"""The table of sizes, accuracies and speeds, without the training of its reference."""

import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import zoo_table
from benchmarks.markdown import keep
from benchmarks.zoo_table import Served
from digitlab import data, inference
from digitlab.errors import DataUnavailable
from model_zoo.training import training_data


def always(digit: int, seconds: float) -> zoo_table.Predict:
    def predict(pictures: np.ndarray) -> np.ndarray:
        time.sleep(seconds)
        return np.tile(np.eye(10)[digit], (len(pictures), 1))

    return predict


@pytest.mark.slow
def test_the_table_compares_with_its_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((40, 28, 28), np.uint8)
    monkeypatch.setattr(
        training_data, "mnist", lambda split: training_data.Examples(images, np.repeat([1, 7], [30, 10]))
    )
    monkeypatch.setattr(
        training_data, "drawn", lambda fold: training_data.Examples(images, np.repeat([1, 7], [8, 32]))
    )
    monkeypatch.setattr(zoo_table, "compare", lambda ways: {name: n + 1.0 for n, name in enumerate(ways)})
    fast, slow = Served("fast", 1234, 5678, always(1, 0.01)), Served("slow", 10, 4_000_000, always(7, 0.4))
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in zoo_table.table([fast, slow]).splitlines()
    ]
    assert rows[2][:7] == ["fast", "1,234", "6", "75.00", "20.00", "1,000", "2"]
    assert rows[3][:7] == ["slow", "10", "4,000", "25.00", "80.00", "2,000", "1"]
    assert 40 / 0.4 >= int(rows[3][7]) > 40 / 4
    assert int(rows[2][7].replace(",", "")) > int(rows[3][7])
    monkeypatch.setattr(training_data, "drawn", lambda fold: None)
    assert "| 75.00 | - |" in zoo_table.table([fast, slow])


def test_every_reader_is_in_the_zoo() -> None:
    served = zoo_table.zoo()
    assert [model.name for model in served] == list(inference.names())
    picture = data.load("digits", "test").images[:3] / np.float32(255)
    for model in served:
        assert model.predict(picture).shape == (3, 10)
        assert model.size == (inference.ARTIFACTS / model.name / "model.tflite").stat().st_size
        assert model.parameters == inference.load(model.name).card["parameters"]


def test_the_reference_is_the_published_network() -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    assert zoo_table.convnet().count_params() == 34_826


def test_fewer_epochs_are_owned_up_to(
    mnist_test: data.Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(zoo_table, "table", lambda models: " ".join(model.name for model in models))
    monkeypatch.setattr(zoo_table, "reference", lambda epochs: Served("reference", 1, 1, always(0, 0)))
    assert zoo_table.main(["--epochs", "2"]) == 0
    assert "reference\n\nThe reference trained for 2 instead of 15 epochs." in capsys.readouterr().out
    assert zoo_table.main([]) == 0
    assert "instead" not in capsys.readouterr().out


def test_without_mnist_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(split: str) -> None:
        raise DataUnavailable("There is no MNIST.")

    monkeypatch.setattr(training_data, "mnist", missing)
    assert zoo_table.main([]) == 2
    assert capsys.readouterr().err == "benchmarks.zoo_table: There is no MNIST.\n"


def test_its_page_has_a_place_for_it(tmp_path: Path) -> None:
    copy = tmp_path / "page.md"
    copy.write_bytes(zoo_table.PAGE.read_bytes())
    keep(copy, "zoo", "numbers")
