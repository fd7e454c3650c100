"""Trainings that visitors start: each in a process of its own, one after the other, bounded, never orphaned.

    queue = TrainingQueue(present=lambda owner: ...)
    run = queue.submit(owner, Settings("linear", "adam", 0.002, 128, 5, 10_000))
    run.state, run.progress()

What it starts is `train.py --wait`: TensorFlow lives in that process and never in this one. One such process
waits with TensorFlow loaded while somebody may soon start a training (`expect`), so that the first numbers
come within seconds. Everything here may be called from many threads at once.
"""

import atexit
import contextlib
import importlib.util
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from digitlab import inference
from digitlab.errors import TooManyRuns
from digitlab.numbers import count

ROOT = Path(__file__).parents[2]
TRAINER = (sys.executable, str(ROOT / "train.py"), "--wait")
AT_ONCE = 1  # trainings; two would only take turns on two cores
WAITING_AT_MOST = 20  # trainings of all visitors; the last one would wait for an hour or longer
LONGEST_S = 600
MOST_MEMORY = 3 << 30  # bytes, resident, of a training and the processes that it starts
GONE_S = 20  # after so long without its owner, a run is stopped: a lost connection comes back sooner
KEPT = 5  # finished runs of an owner
FORGOTTEN_S = 3_600  # after so long without its owner, its finished runs go
EXPECTED_S = 600  # so long a trainer waits for somebody who doesn't start
RETRY_S = 30  # between two trainers that died while they waited
FOLDERS = "digitlab-run-"
_DATA = "class.npz"  # in a run's folder
_TICK_S, _IDLE_S = 0.2, 2.0

_log = logging.getLogger(__name__)

WAITING, TRAINING, DONE, STOPPED, FAILED = "waiting", "training", "done", "stopped", "failed"

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop"}


class Settings(NamedTuple):
    """What to train, and how, as train.py's options say it."""

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


@dataclass(frozen=True, eq=False)
class _Trainer:
    """A process of train.py that has loaded TensorFlow, or soon will have, and its folder."""

    folder: Path
    process: subprocess.Popen

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def begin(self, settings: Settings | FineTuning) -> None:
        """Tell it what to train."""
        assert self.process.stdin
        with contextlib.suppress(OSError):  # it will say what is missing
            for name, content in settings.files.items():
                (self.folder / name).write_bytes(content)
        try:
            with self.process.stdin as stdin:
                stdin.write(json.dumps(settings.options(self.folder)).encode() + b"\n")
        except OSError:
            pass  # it is dead; its exit status says why

    def drop(self, files: Iterable[str]) -> None:
        """Remove what it was given."""
        for name in files:
            (self.folder / name).unlink(missing_ok=True)

    def kill(self) -> None:
        """End it and whatever it started."""
        if self.alive:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(eq=False)
class Run:
    """One training. `state` is WAITING, TRAINING, DONE, STOPPED or FAILED; `problem` says why it stopped or
    failed."""

    owner: str
    number: int  # of this owner's runs, from 1
    settings: Any  # Settings or FineTuning
    state: str = WAITING
    problem: str = ""
    started: float = 0.0
    trainer: _Trainer | None = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        return self.state in (DONE, STOPPED, FAILED)

    @property
    def title(self) -> str:
        return f"{self.number}. {self.settings.title}"

    def progress(self) -> dict[str, Any]:
        """Empty before the first step. Then: `step` of `steps`; `seconds` since the end of the first step;
        `loss` and `accuracy` in this epoch so far; `history`, a number for each whole epoch; `curve`, the
        means of loss and accuracy over a few steps each, with `step`, the last one of them."""
        try:
            return json.loads((self.folder / "progress.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}

    def history(self) -> dict[str, list[float]]:
        """A number for each whole epoch: loss and accuracy on the training images, val_loss and val_accuracy
        on the validation images."""
        return self.progress().get("history", {})

    @cached_property
    def model(self) -> inference.Model:
        """What was trained, once it is DONE."""
        return inference.Model(self.result, json.loads((self.result / "card.json").read_text("utf-8")))

    @property
    def folder(self) -> Path:
        return self.trainer.folder if self.trainer else Path(os.devnull)

    @property
    def result(self) -> Path:
        """The folder that train.py filled."""
        return self.folder / self.settings.model


def seconds_left(progress: dict[str, Any]) -> float | None:
    """How long the remaining steps take, if they take as long as those so far. The first step doesn't count:
    TensorFlow compiles in it. None while there is nothing to go by."""
    if progress.get("step", 0) < 2:
        return None
    return progress["seconds"] / (progress["step"] - 1) * (progress["steps"] - progress["step"])


class TrainingQueue:
    """The queue, and the thread that looks after it. `present` tells whether an owner is still connected;
    `trainer` is the command that waits for a line with options."""

    def __init__(
        self,
        trainer: Sequence[str] = TRAINER,
        *,
        present: Callable[[str], bool] = lambda owner: False,
        at_once: int = AT_ONCE,
        waiting_at_most: int = WAITING_AT_MOST,
        longest_s: float = LONGEST_S,
        most_memory: int = MOST_MEMORY,
        gone_s: float = GONE_S,
    ) -> None:
        self._command, self._present = tuple(trainer), present
        self._at_once, self._waiting_at_most, self._longest_s = at_once, waiting_at_most, longest_s
        self._most_memory, self._gone_s = most_memory, gone_s
        self._lock = threading.RLock()
        self._runs: list[Run] = []
        self._seen: dict[str, float] = {}
        self._expected: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._spare: _Trainer | None = None
        self._spare_died = -RETRY_S
        self._open = True
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True, name="trainings")
        self._thread.start()
        atexit.register(self.close)

    def submit(self, owner: str, settings: Settings | FineTuning) -> Run:
        """Raises TooManyRuns if the owner has one that isn't over, or if too many wait."""
        with self._lock:
            mine = self.of(owner)
            if any(not run.over for run in mine):
                raise TooManyRuns("One training at a time: stop the one that runs, or wait for it.")
            waiting = sum(run.state == WAITING for run in self._runs)
            if waiting >= self._waiting_at_most:
                raise TooManyRuns(
                    f"Many people train here at the moment: {count(waiting, 'training')} in the queue. "
                    "Please try again in a few minutes."
                )
            self._seen[owner] = time.monotonic()
            for run in mine[: max(0, len(mine) - KEPT + 1)]:
                self._forget(run)
            self._counts[owner] = self._counts.get(owner, 0) + 1
            run = Run(owner, self._counts[owner], settings)
            self._runs.append(run)
        self._wake.set()
        return run

    def expect(self, owner: str) -> None:
        """This owner may soon start a training: have TensorFlow loaded by then."""
        with self._lock:
            self._expected[owner] = self._seen[owner] = time.monotonic()
        self._wake.set()

    def of(self, owner: str) -> list[Run]:
        """The owner's runs, the oldest first."""
        with self._lock:
            return [run for run in self._runs if run.owner == owner]

    def place(self, run: Run) -> int:
        """How many trainings end before this one begins: 0 for the next one."""
        with self._lock:
            ahead = self._runs[: self._runs.index(run)] if run in self._runs else []
            return sum(not other.over for other in ahead)

    def stop(self, run: Run) -> None:
        """What is trained so far is lost."""
        self._end(run, STOPPED, "You stopped it.")

    def forget(self, run: Run) -> None:
        """Its page has kept what it made, or nobody wants it: remove all of it."""
        self.stop(run)
        with self._lock:
            if run in self._runs:
                self._forget(run)

    def close(self) -> None:
        """Stop everything, and remove it."""
        self._open = False
        self._wake.set()
        with self._lock:
            for run in list(self._runs):
                self._end(run, STOPPED, "The server ended.")
                self._forget(run)
            self._drop_spare()

    def _look_after(self) -> None:
        remove_leftovers()
        while self._open:
            busy = False
            with self._lock:
                try:
                    busy = self._open and self._tick()
                except Exception:  # the queue goes on for all the others
                    _log.exception("The queue of trainings met an error.")
            self._wake.wait(_TICK_S if busy else _IDLE_S)
            self._wake.clear()

    def _tick(self) -> bool:
        """Do what is due; returns whether something is going on."""
        now = time.monotonic()
        for owner in self._seen:
            if self._present(owner):
                self._seen[owner] = now
        for run in list(self._runs):
            self._check(run)
        training = sum(run.state == TRAINING for run in self._runs)
        for run in [run for run in self._runs if run.state == WAITING][: self._at_once - training]:
            run.trainer, self._spare = self._spare or self._spawn(), None
            run.trainer.begin(run.settings)
            run.started, run.state = now, TRAINING
            training += 1
        self._keep_spare(bool(training), now)
        known = {run.owner for run in self._runs} | set(self._expected)
        self._seen = {owner: seen for owner, seen in self._seen.items() if owner in known}
        return any(not run.over for run in self._runs)

    def _keep_spare(self, training: bool, now: float) -> None:
        """A trainer waits while somebody is expected; but it doesn't load TensorFlow beside a training."""
        self._expected = {
            owner: since
            for owner, since in self._expected.items()
            if now - since < EXPECTED_S and now - self._seen[owner] < self._gone_s
        }
        if self._spare and not self._spare.alive:
            self._drop_spare()
            self._spare_died = now
        if not self._expected:
            self._drop_spare()
        elif not (self._spare or training) and now - self._spare_died >= RETRY_S:
            self._spare = self._spawn()

    def _drop_spare(self) -> None:
        if self._spare:
            self._spare.remove()
            self._spare = None

    def _spawn(self) -> _Trainer:
        folder = Path(tempfile.mkdtemp(prefix=FOLDERS))
        me = psutil.Process()
        (folder / "server").write_text(f"{me.pid} {me.create_time()}", "utf-8")
        # pen strokes would take minutes to prepare
        env = {key: value for key, value in os.environ.items() if not key.startswith("PEN_")}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*(["nice", "-n", "10"] if shutil.which("nice") else []), *self._command],
                cwd=ROOT,
                env=env | {"TF_CPP_MIN_LOG_LEVEL": "3"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that it can be killed with whatever it starts
            )
        return _Trainer(folder, process)

    def _check(self, run: Run) -> None:
        away = time.monotonic() - self._seen.get(run.owner, 0)
        if not run.over and away > self._gone_s:
            self._end(run, STOPPED, "Its page was closed, or lost the connection for too long.")
        if run.over:
            if away > FORGOTTEN_S:
                self._forget(run)
            return
        if run.state != TRAINING:
            return
        assert run.trainer
        status = run.trainer.process.poll()
        if status == 0:
            run.state = DONE
            run.trainer.drop(run.settings.files)
        elif status is not None:
            self._end(run, FAILED, _reason(run, status))
        elif time.monotonic() - run.started > self._longest_s:
            minutes = count(round(self._longest_s / 60), "minute")
            self._end(run, FAILED, f"It took longer than {minutes}, the most there is.")
        elif memory(run.trainer.process.pid) > self._most_memory:
            self._end(run, FAILED, "It needed more memory than there is for it. A smaller batch needs less.")

    def _end(self, run: Run, state: str, problem: str) -> None:
        with self._lock:
            if run.over:
                return
            if run.trainer:
                run.trainer.kill()
                run.trainer.drop(run.settings.files)
            run.problem, run.state = problem, state

    def _forget(self, run: Run) -> None:
        self._runs.remove(run)
        if run.trainer:
            run.trainer.remove()


def possible() -> bool:
    """Whether TensorFlow is installed; it isn't imported."""
    return importlib.util.find_spec("tensorflow") is not None


def remove_leftovers(parent: Path | None = None) -> None:
    """Remove the folders of servers that were killed; those of servers that run stay."""
    for folder in (parent or Path(tempfile.gettempdir())).glob(f"{FOLDERS}*"):
        try:
            number, born = (folder / "server").read_text("utf-8").split()
            gone = (
                abs(psutil.Process(int(number)).create_time() - float(born)) > 1
            )  # the number is another's now
        except psutil.NoSuchProcess:
            gone = True
        except (OSError, ValueError, psutil.Error):  # it is being made this moment, or somebody else's
            gone = _age(folder) > FORGOTTEN_S
        if gone:
            shutil.rmtree(folder, ignore_errors=True)


def memory(number: int) -> int:
    """Resident bytes of a process and of all that it started; 0 when it is gone."""
    try:
        process = psutil.Process(number)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.Error:  # it ended meanwhile
            continue
    return total


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def _reason(run: Run, status: int) -> str:
    """Why it died, in a sentence: what train.py said last, if it said so."""
    lines = (run.folder / "log").read_text("utf-8", "replace").splitlines()
    said = [line.removeprefix("train.py: ") for line in lines if line.startswith("train.py: ")]
    if said:
        return said[-1][:300]
    if status < 0:
        return f"It was killed ({signal.Signals(-status).name}): perhaps the machine ran out of memory."
    return "It ended with an error; the learning rate or the batch size may be out of range."
