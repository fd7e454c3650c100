"""How the models learned: the histories and snapshots that train.py kept."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitlab import inference
from digitlab.caches import once


@dataclass(frozen=True, eq=False)
class History:
    """A number for each epoch; accuracies are shares, losses the cross-entropy in nats."""

    name: str
    title: str
    card: dict[str, Any]
    accuracy: list[float]  # on the training images, while it learned from them
    validation_accuracy: list[float]
    loss: list[float]
    validation_loss: list[float]

    @property
    def epochs(self) -> int:
        return len(self.loss)

    @property
    def gap(self) -> float:
        """How much better it ended on training images than on others; negative where those were harder."""
        return self.accuracy[-1] - self.validation_accuracy[-1]

    @property
    def images(self) -> int:
        """About how many images an epoch had: at most a batch more than there were."""
        return self.card["iterations_per_epoch"] * self.card["recipe"]["batch_size"]


@once(maxsize=1)
def histories() -> dict[str, History]:
    """The histories of all models that learned to read pictures, by name, in the zoo's order."""
    found = []
    for file in inference.ARTIFACTS.glob("*/history.json"):
        content = json.loads(file.read_text("utf-8"))
        card = json.loads(file.with_name("card.json").read_text("utf-8"))
        # a model with several outputs has a figure for each
        prefix = "digit_" if "digit_accuracy" in content else ""
        # the reader of strokes was validated on other digits: beside the others its curve would mislead
        read = f"{prefix}accuracy" in content and "test_accuracy" in card
        if not read or "iterations_per_epoch" not in card:
            continue
        found.append(
            History(
                card["name"],
                card["title"],
                card,
                content[f"{prefix}accuracy"],
                content[f"val_{prefix}accuracy"],
                content[f"{prefix}loss"],
                content[f"val_{prefix}loss"],
            )
        )
    return {history.name: history for history in sorted(found, key=lambda h: h.card["order"])}


@dataclass(frozen=True, eq=False)
class Snapshots:
    """A model at M moments of its training."""

    steps: np.ndarray  # int (M,): batches seen so far
    epochs: np.ndarray  # float32 (M,): the same in epochs
    labels: np.ndarray  # uint8 (N,), of MNIST's test images
    answers: np.ndarray  # uint8 (M, N): the digit that it read in each
    filters: np.ndarray  # float16 (M, F, height, width): weights of the first layer's neurons or filters

    @property
    def accuracy(self) -> np.ndarray:
        """On MNIST's test images: float (M,)."""
        return (self.answers == self.labels).mean(axis=1)

    def matrix(self, moment: int) -> np.ndarray:
        """How often each label (row) got each answer (column): int (10, 10)."""
        from sklearn.metrics import confusion_matrix

        return confusion_matrix(self.labels, self.answers[moment], labels=range(10))


def with_snapshots() -> list[str]:
    """The names of the models that have snapshots, in the zoo's order."""
    return [name for name in inference.names() if (inference.ARTIFACTS / name / "moments.npz").exists()]


@once(maxsize=4)
def snapshots(name: str) -> Snapshots:
    """Of a model that `with_snapshots` names."""
    folder = inference.ARTIFACTS / name
    with np.load(folder / "predictions.npz", allow_pickle=False) as saved:
        labels = saved["labels"]
    with np.load(folder / "moments.npz", allow_pickle=False) as saved:
        layer = saved["first_layer"]
        side = 28 if layer.ndim == 3 else layer.shape[1]
        filters = np.moveaxis(layer, -1, 1).reshape(len(layer), layer.shape[-1], side, side)
        return Snapshots(saved["steps"], saved["epochs"], labels, saved["answers"], filters)


def changing(kept: Snapshots, count: int, seed: int = 0) -> np.ndarray:
    """Test images whose answer changes more than once after the first snapshot, as many of each digit, chosen
    at random: indices int (count,)."""
    changes = (np.diff(kept.answers[1:].astype(int), axis=0) != 0).sum(axis=0)
    rng = np.random.default_rng(seed)
    chosen = []
    for digit in range(10):
        where = np.flatnonzero((kept.labels == digit) & (changes > 1))
        where = where if len(where) >= count else np.flatnonzero(kept.labels == digit)
        chosen.append(rng.choice(where, -(-count // 10), replace=False))
    return np.stack(chosen, axis=1).ravel()[:count]
