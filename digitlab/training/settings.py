"""What to train, and how: as train.py's options say it, and as JSON."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from digitlab import inference

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop"}
_DATA = "class.npz"  # in a run's folder


class Settings(NamedTuple):
    """One of the zoo's models, on MNIST."""

    model: str
    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int
    images: int
    shuffled: bool = False

    def options(self, folder: Path) -> list[str]:
        """For train.py; what it makes goes into the folder."""
        options: list[Any] = [self.model, "--quick", "--replace", "--out", folder]
        options += ["--progress", folder / "progress.json"]
        for name in ("optimizer", "learning_rate", "batch_size", "epochs"):
            options += [f"--{name.replace('_', '-')}", getattr(self, name)]
        options += ["--limit", self.images] + ["--shuffle-labels"] * self.shuffled
        return [str(option) for option in options]

    @property
    def files(self) -> dict[str, bytes]:
        """What must stand in the folder before: nothing."""
        return {}

    @property
    def title(self) -> str:
        """In a legend: "Dense, Adam 0.003, 500 images"."""
        title = inference.load(self.model).card["title"]
        shuffled = ", shuffled labels" if self.shuffled else ""
        return (
            f"{title}, {OPTIMIZERS[self.optimizer]} {self.learning_rate:g}, {self.images:,} images{shuffled}"
        )


class FineTuning(NamedTuple):
    """Which model to train on with a class's own digits, as train.py's options of these names say it."""

    model: str
    title: str  # of what comes out
    data: bytes  # an .npz with images, labels and pupils
    replay: int = 4
    split_by: str = "pupil"
    compare: bool = True

    def options(self, folder: Path) -> list[str]:
        """For train.py; what it makes goes into the folder, where `files` are."""
        options: list[Any] = ["--from", self.model, f"--name={self.model}", "--out", folder]
        options += ["--data", folder / _DATA, "--progress", folder / "progress.json"]
        options += ["--replay", self.replay, "--split-by", self.split_by, f"--title={self.title}"]
        return [str(option) for option in options] + ["--compare"] * self.compare

    @property
    def files(self) -> dict[str, bytes]:
        """What must stand in the folder before, by name. It goes when the run is over."""
        return {_DATA: self.data}


AnySettings = Settings | FineTuning


def packed(settings: AnySettings) -> str:
    """As JSON, without the class's data."""
    kept = settings._asdict()
    kept.pop("data", None)
    return json.dumps(kept)


def unpacked(text: str, data: bytes = b"") -> AnySettings:
    """What `packed` made; a FineTuning gets the data."""
    kept = json.loads(text)
    return Settings(**kept) if "optimizer" in kept else FineTuning(**kept, data=data)
