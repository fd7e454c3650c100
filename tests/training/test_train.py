"""The command line that trains, on a small share of MNIST; stopped and killed half-way, too."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitlab import data, inference
from model_zoo import EVERYTHING, definition

ROOT = Path(__file__).parents[2]
FILES = {"model.keras", "model.tflite", "history.json", "predictions.npz", "neighbours.npy", "card.json"}
INSIDE = {"weights.npz", "moments.npz", "moments", "live.bin"}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "train.py"), *map(str, arguments)]


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, mnist_test: data.Dataset) -> Path:
    """Folder with a linear model trained on 3,000 images of MNIST, and whatever pen strokes there are."""
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    out = tmp_path_factory.mktemp("artifacts")
    subprocess.run(command("linear", "--epochs", "2", "--limit", "3000", "--out", out), check=True)
    return out


def card(out: Path, name: str = "linear") -> dict:
    return json.loads((out / name / "card.json").read_text("utf-8"))


def test_training_leaves_a_model_that_reads(trained: Path, mnist_pictures: np.ndarray) -> None:
    folder = trained / "linear"
    assert {path.name for path in folder.iterdir()} == FILES | INSIDE
    assert {path.name for path in trained.iterdir()} <= {"linear", ".runs"}, "no litter"
    assert card(trained)["parameters"] == 7850
    assert card(trained)["recipe"]["epochs"] == 2
    assert 0.75 < card(trained)["test_accuracy"] < 0.93
    history = json.loads((folder / "history.json").read_text("utf-8"))
    assert len(history["loss"]) == len(history["val_accuracy"]) == 2
    assert history["loss"][1] < history["loss"][0]
    with np.load(folder / "predictions.npz") as saved:
        model = inference.read(folder)
        assert np.abs(model.predict(mnist_pictures) - saved["probabilities"]).max() < 1e-5


def test_neighbours_of_the_linear_model_are_the_nearest_pixels(
    trained: Path, mnist_pictures: np.ndarray
) -> None:
    """It sees pixels and nothing else, so they can be found without it."""
    found = np.load(trained / "linear" / "neighbours.npy")
    assert found.shape == (10_000, 6)
    training = data.load("mnist", "train").images.reshape(-1, 784) / np.float32(255)
    training /= np.linalg.norm(training, axis=1, keepdims=True)
    for index in (0, 4711, 9999):
        alike = training @ mnist_pictures[index].ravel()
        assert sorted(found[index]) == sorted(np.argsort(-alike)[:6])
        assert found[index, 0] == np.argmax(alike)


def test_moments_go_from_chance_to_the_trained_model(trained: Path, mnist_test: data.Dataset) -> None:
    folder = trained / "linear"
    with np.load(folder / "moments.npz") as saved:
        right = (saved["answers"] == mnist_test.labels).mean(axis=1)
        epochs, steps, weights = saved["epochs"], saved["steps"], saved["first_layer"]
    assert steps[0] == 0
    assert epochs[-1] == 2
    assert len(list((folder / "moments").glob("*.tflite"))) == len(steps) == len(right) == len(weights)
    assert right[0] < 0.3 < 0.75 < right[-1]
    assert right[-1] == pytest.approx(card(trained)["test_accuracy"], abs=0.002)


def test_the_same_seed_gives_the_same_model(trained: Path, tmp_path: Path) -> None:
    subprocess.run(command("linear", "--epochs", "2", "--limit", "3000", "--out", tmp_path), check=True)
    for key in ("test_accuracy", "validation_accuracy", "temperature"):
        assert card(tmp_path)[key] == pytest.approx(card(trained)[key], abs=1e-3)


def test_killed_and_resumed_it_ends_as_if_unbroken(tmp_path: Path, mnist_test: data.Dataset) -> None:
    """With a CNN, whose dropout and optimiser have a state of their own."""
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    asked = ("tiny_cnn", "--epochs", "4", "--limit", "2000", "--seed", "7", "--optimizer", "rmsprop")
    subprocess.run(command(*asked, "--out", tmp_path / "unbroken"), check=True)
    process = subprocess.Popen(
        command(*asked, "--out", tmp_path / "broken"), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Epoch 3/"):
            break
    process.kill()
    process.communicate(timeout=60)
    assert not list((tmp_path / "broken").glob("*/card.json"))
    resumed = subprocess.run(
        command(*asked, "--resume", "--out", tmp_path / "broken"), check=True, capture_output=True, text=True
    )
    assert "Epoch 1/" not in resumed.stdout
    histories = [
        json.loads((tmp_path / which / "tiny_cnn" / "history.json").read_text("utf-8"))
        for which in ("unbroken", "broken")
    ]
    for key, values in histories[0].items():
        assert histories[1][key] == pytest.approx(values, abs=2e-3), key
    weights = [
        inference.read(tmp_path / w / "tiny_cnn").predict(mnist_test.images[:200] / np.float32(255))
        for w in ("unbroken", "broken")
    ]
    assert np.abs(weights[0] - weights[1]).max() < 0.02


def test_a_better_model_is_not_overwritten_unasked(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "linear", tmp_path / "linear")
    before = content(tmp_path / "linear")
    worse = command("linear", "--epochs", "1", "--limit", "200", "--out", tmp_path)
    refused = subprocess.run(worse, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert "The old one stays" in refused.stderr
    assert content(tmp_path / "linear") == before
    replaced = subprocess.run([*worse, "--resume", "--replace"], capture_output=True, text=True, check=True)
    assert "Epoch" not in replaced.stdout, "it was trained already"
    assert card(tmp_path)["validation_accuracy"] < card(trained)["validation_accuracy"]


def test_without_pen_strokes_it_says_what_that_costs(tmp_path: Path, mnist_test: data.Dataset) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    bare = {key: value for key, value in os.environ.items() if key not in ("PEN_DIGITS", "PEN_OTHER")}
    asked = command("tiny_cnn", "--epochs", "1", "--limit", "500", "--out", tmp_path)
    result = subprocess.run(asked, env=bare, capture_output=True, text=True, check=True)
    assert "PEN_DIGITS" in result.stderr
    assert "drawn_test_accuracy" not in card(tmp_path, "tiny_cnn")


def test_shuffled_labels_teach_nothing_and_progress_is_told(tmp_path: Path, mnist_test: data.Dataset) -> None:
    """As the page "Train one yourself" asks for it."""
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    told = tmp_path / "progress.json"
    options = ["--epochs", "3", "--limit", "640", "--batch-size", "64", "--optimizer", "momentum"]
    options += ["--learning-rate", "0.01", "--quick", "--shuffle-labels"]
    subprocess.run(command("linear", *options, "--progress", told, "--out", tmp_path), check=True)
    recipe = card(tmp_path)["recipe"]
    assert (recipe["optimizer"], recipe["learning_rate"], recipe["batch_size"]) == ("momentum", 0.01, 64)
    assert not recipe["internals"]
    assert card(tmp_path)["test_accuracy"] < 0.35
    assert {path.name for path in (tmp_path / "linear").iterdir()} == FILES - {"neighbours.npy"}
    now = json.loads(told.read_text("utf-8"))
    assert now["step"] == now["steps"] == 3 * now["steps_per_epoch"] == 3 * 10
    assert now["seconds"] > 0
    assert now["curve"]["step"] == list(range(1, 31))
    assert len(now["curve"]["loss"]) == len(now["curve"]["accuracy"]) == 30
    assert len(now["history"]["val_accuracy"]) == 3


def test_waiting_it_trains_what_the_line_says_and_ends_without_one(
    tmp_path: Path, mnist_test: data.Dataset
) -> None:
    """As the queue of the page "Train one yourself" uses it."""
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    options = ["linear", "--epochs", "1", "--limit", "500", "--quick", "--out", str(tmp_path)]
    with subprocess.Popen(command("--wait"), stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin
        process.stdin.write(json.dumps(options) + "\n")
        process.stdin.flush()
        assert process.wait(120) == 0
    assert card(tmp_path)["recipe"]["epochs"] == 1
    result = subprocess.run(command("--wait"), input="", text=True, capture_output=True, check=True)
    assert not result.stdout


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_stopped_half_way_the_old_model_stays(trained: Path, stop: signal.Signals) -> None:
    before = content(trained / "linear")
    process = subprocess.Popen(
        command("linear", "--epochs", "5000", "--limit", "3000", "--seed", "1", "--out", trained),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that starts the tests in the background makes them, and so the training, deaf to Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Epoch 3/"):
            break
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if stop == signal.SIGINT else -signal.SIGKILL)
    if stop == signal.SIGINT:
        assert "What was there before is untouched" in errors
        assert "Traceback" not in errors
    assert content(trained / "linear") == before
    assert {path.name for path in trained.iterdir()} == {"linear", ".runs"}, "the checkpoint, to resume from"
    shutil.rmtree(trained / ".runs")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which MODEL"),
        (["resnet"], "invalid choice"),
        (["cnn", "--epochs", "0"], "must be at least 1"),
        (["cnn", "--limit", "-5"], "must be at least 1"),
        (["cnn", "--learning-rate", "0"], "must be above 0"),
        (["cnn", "--learning-rate", "nan"], "must be above 0"),
        (["cnn", "--optimizer", "magic"], "invalid choice"),
    ],
)
def test_nonsense_is_refused_in_a_line(arguments: list[str], sentence: str) -> None:
    result = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
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
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(EVERYTHING)


@pytest.mark.parametrize("name", [name for name in EVERYTHING if name != "committee"])
def test_definitions_are_what_was_trained(name: str) -> None:
    pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    build: Callable = definition(name).build
    card = json.loads((inference.ARTIFACTS / name / "card.json").read_text("utf-8"))
    assert build().count_params() == card["parameters"]
    recipe = definition(name).RECIPE
    assert (recipe.epochs, recipe.batch_size) == (card["recipe"]["epochs"], card["recipe"]["batch_size"])
