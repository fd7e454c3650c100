"""The command line that trains, on a small share of MNIST; stopped and killed half-way, too."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitlab import data, inference
from model_zoo import DETECTOR, READERS, definition

ROOT = Path(__file__).parents[1]
FILES = {"model.keras", "model.tflite", "history.json", "predictions.npz", "card.json"}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "train.py"), *map(str, arguments)]


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, mnist_test: data.Dataset) -> Path:
    """Folder with a linear model trained on 3,000 images."""
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    out = tmp_path_factory.mktemp("artifacts")
    subprocess.run(command("linear", "--epochs", "2", "--limit", "3000", "--out", out), check=True)
    return out


def test_training_leaves_a_model_that_reads(trained: Path, mnist_pictures: np.ndarray) -> None:
    folder = trained / "linear"
    assert set(content(folder)) == FILES
    assert [path.name for path in trained.iterdir()] == ["linear"], "no litter"
    card = json.loads((folder / "card.json").read_text("utf-8"))
    assert card["parameters"] == 7850
    assert card["recipe"]["epochs"] == 2
    assert 0.75 < card["test_accuracy"] < 0.93
    history = json.loads((folder / "history.json").read_text("utf-8"))
    assert len(history["loss"]) == len(history["val_accuracy"]) == 2
    assert history["loss"][1] < history["loss"][0]
    with np.load(folder / "predictions.npz") as saved:
        model = inference.read(folder)
        assert np.abs(model.predict(mnist_pictures) - saved["probabilities"]).max() < 1e-5


def test_the_same_seed_gives_the_same_model(trained: Path, tmp_path: Path) -> None:
    subprocess.run(command("linear", "--epochs", "2", "--limit", "3000", "--out", tmp_path), check=True)
    again, before = (
        json.loads((out / "linear" / "card.json").read_text("utf-8")) for out in (tmp_path, trained)
    )
    for key in ("test_accuracy", "validation_accuracy", "temperature"):
        assert again[key] == pytest.approx(before[key], abs=1e-3)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_stopped_half_way_the_old_model_stays(trained: Path, stop: signal.Signals) -> None:
    before = content(trained / "linear")
    process = subprocess.Popen(
        command("linear", "--epochs", "5000", "--limit", "3000", "--out", trained),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Epoch 3/"):
            break
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if stop == signal.SIGINT else -signal.SIGKILL)
    if stop == signal.SIGINT:
        assert "What was there before is untouched." in errors
        assert "Traceback" not in errors
    assert content(trained / "linear") == before
    assert [path.name for path in trained.iterdir()] == ["linear"], "no litter"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which MODEL"),
        (["resnet"], "invalid choice"),
        (["cnn", "--epochs", "0"], "must be at least 1"),
        (["cnn", "--limit", "-5"], "must be at least 1"),
    ],
)
def test_nonsense_is_refused_in_a_line(arguments: list[str], sentence: str) -> None:
    result = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_without_mnist_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))
    result = subprocess.run(command("linear", "--out", tmp_path), capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "MNIST_NPZ" in result.stderr
    assert "Traceback" not in result.stderr


def test_list_names_every_model_without_tensorflow() -> None:
    code = "import sys, train; train.main(['--list']); sys.exit('tensorflow' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in result.stdout.splitlines()] == [*READERS, DETECTOR]


@pytest.mark.parametrize("name", [*READERS, DETECTOR])
def test_definitions_are_what_was_trained(name: str) -> None:
    pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    build: Callable = definition(name).build
    card = json.loads((inference.ARTIFACTS / name / "card.json").read_text("utf-8"))
    assert build().count_params() == card["parameters"]
    recipe = definition(name).RECIPE
    assert (recipe.epochs, recipe.batch_size) == (card["recipe"]["epochs"], card["recipe"]["batch_size"])
