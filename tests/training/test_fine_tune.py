"""The command line that goes on with a model on a class's own digits."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitlab import data, inference
from digitlab.classroom import drawings, fine_tuning, simulated
from digitlab.evaluation import own_data
from digitlab.evaluation.own_data import OwnData
from digitlab.training.settings import FineTuning

ROOT = Path(__file__).parents[2]
NOWHERE = {"MNIST_NPZ": str(ROOT / "tests" / "nowhere")}
TENSORFLOW = "TensorFlow isn't installed: requirements.txt has it"


def train(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "train.py"), *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def written(file: Path, pupils: Sequence[simulated.Pupil], each: int = 20) -> Path:
    """A file as a class's download gives it."""
    seen = [(drawings.see(p.draw(n % 10, n // 10)), n % 10, p.number) for p in pupils for n in range(each)]
    images, labels, who = (np.array(column) for column in zip(*seen, strict=True))
    file.write_bytes(fine_tuning.packed(images, labels.astype(np.uint8), who))
    return file


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve made-up hands that lean far to the right, all of them: there is something to learn."""
    leaning = [replace(pupil, slant=0.8) for pupil in simulated.pupils(12)]
    return written(tmp_path_factory.mktemp("class") / "class.npz", leaning)


@pytest.fixture
def brought(file: Path) -> OwnData:
    return own_data.read(file.name, file.read_bytes())


def accuracy(model: inference.Model, brought: OwnData, which: np.ndarray) -> float:
    read = model.predict(brought.images[which] / np.float32(255)).argmax(axis=1)
    return float(np.mean(read == brought.labels[which]))


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, file: Path, mnist_test: data.Dataset) -> Path:
    """As the page asks for it, compared with the other ways."""
    pytest.importorskip("tensorflow", reason=TENSORFLOW)
    out = tmp_path_factory.mktemp("tuned")
    asked = FineTuning("linear", "Linear of class KFRTW", file.read_bytes())
    (out / "class.npz").write_bytes(asked.data)
    done = train(*asked.options(out))
    assert done.returncode == 0, done.stderr
    return out


def test_the_folder_holds_what_the_app_runs(tuned: Path, brought: OwnData) -> None:
    folder = tuned / "linear"
    assert {path.name for path in folder.iterdir()} == {
        "model.tflite",
        "live.bin",
        "card.json",
        "history.json",
    }
    model = inference.read(folder)
    card = model.card
    assert card["title"] == "Linear of class KFRTW"
    record = card["fine_tuning"]
    parts = fine_tuning.split(brought.labels, brought.pupils)
    assert brought.pupils is not None
    assert record["test_pupils"] == sorted(set(brought.pupils[parts.test].tolist()))
    main = fine_tuning.arms(card)[0]
    assert main.drawings == {name: len(part) for name, part in parts._asdict().items()}
    assert sum(main.pupils.values()) == 12
    assert main.before.value == pytest.approx(
        accuracy(inference.load("linear"), brought, parts.test), abs=1e-4
    )
    assert main.after.value == pytest.approx(accuracy(model, brought, parts.test), abs=1e-4)
    assert main.gain.value == pytest.approx(main.after.value - main.before.value, abs=1e-4)


def test_it_learns_from_a_class_and_forgets_less_with_mnist_mixed_in(tuned: Path) -> None:
    mixed, alone, fooled = fine_tuning.arms(inference.read(tuned / "linear").card)
    assert (mixed.replay, alone.replay) == (4, 0)
    assert (mixed.split_by, fooled.split_by) == ("pupil", "drawing")
    assert mixed.gain.low > 0
    assert mixed.mnist_after is not None
    assert alone.mnist_after is not None
    assert mixed.mnist_after > alone.mnist_after + 0.01
    assert set(fooled.pupils.values()) == {12}, "everybody is in all parts"


def test_whoever_watches_is_told_through_all_ways(tuned: Path) -> None:
    now = json.loads((tuned / "progress.json").read_text("utf-8"))
    assert (now["way"], now["ways"]) == (3, 3)
    assert fine_tuning.progress(now) == pytest.approx(1, abs=1e-3)


def test_what_helps_nobody_changes_nothing_and_without_mnist_it_says_what_is_missing(
    tmp_path: Path, file: Path, brought: OwnData
) -> None:
    """A learning rate that ruins it: the epoch that is chosen is the one before the first."""
    pytest.importorskip("tensorflow", reason=TENSORFLOW)
    asked = ("--from", "linear", "--data", file, "--replay", "0", "--learning-rate", "10", "--epochs", "1")
    done = train(*asked, "--out", tmp_path, **NOWHERE)
    assert done.returncode == 0, done.stderr
    assert "Without MNIST" in done.stderr
    model = inference.read(tmp_path / "linear_tuned")
    (arm,) = fine_tuning.arms(model.card)
    assert (arm.epoch, arm.gain.value, arm.mnist_after) == (0, 0, None)
    assert "test_accuracy" not in model.card
    pictures = brought.images / np.float32(255)
    assert np.abs(model.predict(pictures) - inference.load("linear").predict(pictures)).max() < 1e-4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--from", "committee"), "These can: linear"),
        (("--from", "../cnn"), "These can: linear"),
        (("--from", "linear", "--name", "../out"), "letters, digits"),
        (("--from", "linear", "--replay", "99"), "must be 0 to 20"),
        (("--from", "linear", "linear"), "belong together"),
        (("--from", "linear", "--name", "cnn", "--out", inference.ARTIFACTS), "model of the zoo"),
        (("--from", "linear", "--split-by", "name"), "invalid choice"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_a_line(
    file: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = train(*arguments, "--data", file)
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr


def test_what_can_not_be_used_is_refused_in_a_line(tmp_path: Path, file: Path) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"no archive")
    few = written(tmp_path / "few.npz", simulated.pupils(5))
    for data_file, sentence in (
        (tmp_path / "none.npz", "can’t be read"),
        (bad, "damaged"),
        (few, "5 pupils have drawn"),
        (file, "--replay 0"),  # it needs MNIST
    ):
        refused = train("--from", "linear", "--data", data_file, "--out", tmp_path, **NOWHERE)
        assert refused.returncode == 2
        assert sentence in refused.stderr
        assert "Traceback" not in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.npz", "few.npz"]
