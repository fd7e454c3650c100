"""A training as pages see it, whichever queue it is in; and the bounds that every queue keeps.

    run = queue.submit(owner, Settings("linear", "adam", 0.002, 128, 5, 10_000))
    run.state, run.progress()

On one machine the queue is a `local_queue.LocalQueue`; servers that share a PostgreSQL have a
`shared_queue.SharedQueue` in it.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from digitlab import inference
from digitlab.caches import once
from digitlab.training.settings import AnySettings

WAITING_AT_MOST = 20  # trainings of all visitors; the last one would wait for an hour or longer
GONE_S = 20  # after so long without its owner, a run is stopped: a lost connection comes back sooner
KEPT = 5  # finished runs of an owner
FORGOTTEN_S = 3_600  # after so long without its owner, its finished runs go

WAITING, TRAINING, DONE, STOPPED, FAILED = "waiting", "training", "done", "stopped", "failed"
YOU_STOPPED_IT = "You stopped it."
OWNER_GONE = "Its page was closed, or lost the connection for too long."

CARD, NETWORK, LIVE, KERAS = "card.json", "model.tflite", "live.bin", "model.keras"
RESULTS = (CARD, NETWORK, LIVE, KERAS)  # what is kept of a run; not every model has all of them

Result = TypeVar("Result")
_CLASS = "class "


def owner_of_class(class_id: str) -> str:
    """Whose trainings those of a class are: whoever has its key."""
    return f"{_CLASS}{class_id}"


def class_of(owner: str) -> str | None:
    """The id of the class that an owner is; None for a visitor."""
    return owner.removeprefix(_CLASS) if owner.startswith(_CLASS) else None


class Run(ABC):
    """One training. `state` is WAITING, TRAINING, DONE, STOPPED or FAILED; `problem` says why it stopped or
    failed."""

    owner: str
    number: int  # of this owner's runs, from 1
    settings: Any  # Settings, or a FineTuning, which may have no data any more
    state: str
    problem: str
    attempts: int  # how often it was begun

    @property
    def over(self) -> bool:
        return self.state in (DONE, STOPPED, FAILED)

    @property
    def title(self) -> str:
        return f"{self.number}. {self.settings.title}"

    @abstractmethod
    def progress(self) -> dict[str, Any]:
        """Empty before the first step. Then: `step` of `steps`; `seconds` since the end of the first step;
        `loss` and `accuracy` in this epoch so far; `history`, a number for each whole epoch; `curve`, the
        means of loss and accuracy over a few steps each, with `step`, the last one of them."""

    @abstractmethod
    def file(self, name: str) -> bytes:
        """One of the RESULTS, once it is DONE. Raises FileNotFoundError, DatabaseGone."""

    def history(self) -> dict[str, list[float]]:
        """A number for each whole epoch: loss and accuracy on the training images, val_loss and val_accuracy
        on the validation images."""
        return self.progress().get("history", {})

    @property
    def model(self) -> inference.Model:
        """What was trained, once it is DONE. Raises as `file`."""
        return _model(self)


@once(maxsize=32)
def _model(run: Run) -> inference.Model:
    """Once for all reruns that show this run."""
    return inference.Model(Path(), json.loads(run.file(CARD)), run.file(NETWORK))


def results(folder: Path) -> dict[str, bytes]:
    """Those of the RESULTS that train.py left in a folder, by name."""
    return {name: (folder / name).read_bytes() for name in RESULTS if (folder / name).is_file()}


def seconds_left(progress: Mapping[str, Any]) -> float | None:
    """How long the remaining steps take, if they take as long as those so far. The first step doesn't count:
    TensorFlow compiles in it. None while there is nothing to go by."""
    if progress.get("step", 0) < 2:
        return None
    return progress["seconds"] / (progress["step"] - 1) * (progress["steps"] - progress["step"])


class TrainingQueue(Protocol):
    """What pages ask for; its runs are its own. Everything may be called from many threads at once, and
    raises DatabaseGone where the queue is in a database."""

    def possible(self) -> bool:
        """Whether anything can be trained at all."""
        ...

    def attended(self) -> bool:
        """Whether somebody is there who trains what is submitted."""
        ...

    def submit(self, owner: str, settings: AnySettings) -> Run:
        """Raises TooManyRuns if the owner has one that isn't over, or if too many wait; NoSuchClass."""
        ...

    def expect(self, owner: str) -> None:
        """This owner may soon start a training."""
        ...

    def of(self, owner: str) -> Sequence[Run]:
        """The owner's runs, the oldest first."""
        ...

    def place(self, run: Any) -> int:
        """How many trainings are before this one: 0 for the next one."""
        ...

    def stop(self, run: Any) -> None:
        """What is trained so far is lost."""
        ...

    def forget(self, run: Any) -> None:
        """Nobody wants it: remove all of it."""
        ...

    def hand_over(self, run: Any, keep: Callable[[dict[str, bytes], Any], Result]) -> Result | None:
        """Call `keep` with the results of a run that is DONE, by name, and with the transaction in which to
        keep them, if there is one; then forget the run. Once, whoever else asks: None for all others."""
        ...

    def length(self) -> dict[str, int]:
        """How many are WAITING and TRAINING, by these words."""
        ...

    def close(self) -> None:
        """Let go of what this process has of it."""
        ...
