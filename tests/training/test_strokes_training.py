"""The reader of strokes learns from pen strokes, and is joined with a reader of pictures."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.errors import DataUnavailable
from digitlab.movement import direction_maps
from digitlab.strokes import examples
from model_zoo import STROKES, definition
from model_zoo.training import movement, training_data
from model_zoo.training.training_data import TEST_FOLD, VALIDATION_FOLD

ROOT = Path(__file__).parents[2]


@pytest.fixture
def pens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Our examples, each "written" by forty people."""
    entries = [
        {"label": str(digit), "writer": writer, "source": "somebody"}
        | {"strokes": [(np.asarray(stroke.points) + writer).tolist() for stroke in drawing]}
        for digit, drawing in enumerate(examples())
        for writer in range(40)
    ]
    file = tmp_path / "pen_digits.json.gz"
    file.write_bytes(gzip.compress(json.dumps(entries).encode()))
    monkeypatch.setenv("PEN_DIGITS", str(file))
    training_data.drawn.cache_clear()
    yield file
    training_data.drawn.cache_clear()


def test_it_learns_from_other_writers_than_it_is_judged_by(pens: Path) -> None:
    learned = movement.load(definition(STROKES).RECIPE, None)
    everybody = pen_strokes.load("digits")
    held_out = [drawing for drawing in everybody if drawing.fold == VALIDATION_FOLD]
    judged = [drawing for drawing in everybody if drawing.fold in (TEST_FOLD, VALIDATION_FOLD)]
    assert learned.variants.shape[1] == len(learned.labels) == len(everybody) - len(judged)
    assert len(learned.validation.labels) == len(held_out) > 0
    assert np.allclose(learned.validation.pictures()[0], direction_maps(held_out[0].strokes), atol=1e-2)
    one, other = learned.variants[:2, 0].astype(np.float32)
    assert np.abs(one - other).max() > 0.1, "each variant is written anew"


def test_without_pen_strokes_there_is_nothing_to_learn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    with pytest.raises(DataUnavailable, match="PEN_DIGITS names"):
        movement.drawn(TEST_FOLD)


def test_the_weight_goes_to_who_knows_more() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 400)
    knows = np.full((400, 10), 0.01, np.float32)
    knows[np.arange(400), labels] = 0.91
    knows[:20] = np.roll(knows[:20], 1, axis=1)  # not all
    guesses = rng.dirichlet(np.ones(10), 400).astype(np.float32)
    assert movement.fitted(knows, guesses, labels)["weight"] < 0.1
    assert movement.fitted(guesses, knows, labels)["weight"] > 0.9


def test_training_it_leaves_what_the_app_needs(pens: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    options = ["--epochs", "6", "--batch-size", "16", "--out", str(tmp_path)]
    command = [sys.executable, str(ROOT / "train.py"), STROKES, *options]
    env = os.environ | {"PEN_DIGITS": str(pens), "MNIST_NPZ": "/nowhere.npz"}
    subprocess.run(command, check=True, env=env)  # it needs no MNIST
    folder = tmp_path / STROKES
    assert {file.name for file in folder.iterdir()} == {
        "model.keras",
        "model.tflite",
        "live.bin",
        "history.json",
        "card.json",
    }
    model = inference.read(folder)
    maps = np.stack([direction_maps([np.asarray(s.points) for s in drawing]) for drawing in examples()])
    assert model.predict(maps).shape == (10, 10)
    history = json.loads((folder / "history.json").read_text("utf-8"))
    assert history["accuracy"][-1] > 0.9, "of what it learned from; batch normalisation needs longer"
    assert 0 <= model.card["weight"] <= 1
    assert not model.card["classifies"], "it can't be asked about a picture"
    assert "MNIST" not in model.card["data"]
