"""Trainings in processes of this machine: one after the other, bounded, never orphaned.

    queue = LocalQueue(present=lambda owner: ...)
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
from pathlib import Path
from typing import Any

import psutil

from digitlab.errors import TooManyRuns
from digitlab.numbers import count
from digitlab.training import runs
from digitlab.training.runs import (
    DONE,
    FAILED,
    FORGOTTEN_S,
    GONE_S,
    KEPT,
    OWNER_GONE,
    STOPPED,
    TRAINING,
    WAITING,
    WAITING_AT_MOST,
    YOU_STOPPED_IT,
    Result,
    Run,
)
from digitlab.training.settings import AnySettings

ROOT = Path(__file__).parents[2]
TRAINER = (sys.executable, str(ROOT / "train.py"), "--wait")
AT_ONCE = 1  # trainings; two would only take turns on two cores
LONGEST_S = 600
MOST_MEMORY = 3 << 30  # bytes, resident, of a training and the processes that it starts
EXPECTED_S = 600  # so long a trainer waits for somebody who doesn't start
RETRY_S = 30  # between two trainers that died while they waited
FOLDERS = "digitlab-run-"
_TICK_S, _IDLE_S = 0.2, 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Trainer:
    """A process of train.py that has loaded TensorFlow, or soon will have, and its folder."""

    folder: Path
    process: subprocess.Popen

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def begin(self, settings: AnySettings) -> None:
        """Tell it what to train."""
        assert self.process.stdin
        with contextlib.suppress(OSError):  # it will say what is missing
            for name, content in settings.files.items():
                (self.folder / name).write_bytes(content)
        with contextlib.suppress(OSError):  # it is dead; its exit status says why
            # and it stays open: when it closes, this process has gone, and so does the training
            self.process.stdin.write(json.dumps(settings.options(self.folder)).encode() + b"\n")
            self.process.stdin.flush()

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
            with contextlib.suppress(OSError):  # what it has not read goes nowhere
                self.process.stdin.close()

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(eq=False)
class LocalRun(Run):
    """One training of this process."""

    owner: str
    number: int
    settings: Any
    state: str = WAITING
    problem: str = ""
    attempts: int = 0
    started: float = 0.0
    trainer: _Trainer | None = field(default=None, repr=False)

    def progress(self) -> dict[str, Any]:
        try:
            return json.loads(self.said())
        except ValueError:
            return {}

    def said(self) -> str:
        """The progress as train.py writes it; empty before the first step."""
        try:
            return (self.folder / "progress.json").read_text("utf-8")
        except (OSError, ValueError):
            return ""

    def file(self, name: str) -> bytes:
        return (self.result / name).read_bytes()

    @property
    def folder(self) -> Path:
        return self.trainer.folder if self.trainer else Path(os.devnull)

    @property
    def result(self) -> Path:
        """The folder that train.py filled."""
        return self.folder / self.settings.model


class LocalQueue:
    """The queue, and the thread that looks after it. `present` tells whether an owner is still connected;
    `trainer` is the command that waits for a line with options. A `runs.TrainingQueue`."""

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
        self._lock, self._handing_over = threading.RLock(), threading.Lock()
        self._runs: list[LocalRun] = []
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

    def possible(self) -> bool:
        """Whether TensorFlow is installed."""
        return possible()

    def attended(self) -> bool:
        return True

    def submit(self, owner: str, settings: AnySettings) -> LocalRun:
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
            run = LocalRun(owner, self._counts[owner], settings)
            self._runs.append(run)
        self._wake.set()
        return run

    def expect(self, owner: str) -> None:
        """This owner may soon start a training: have TensorFlow loaded by then."""
        with self._lock:
            self._expected[owner] = self._seen[owner] = time.monotonic()
        self._wake.set()

    def of(self, owner: str) -> list[LocalRun]:
        """The owner's runs, the oldest first."""
        with self._lock:
            return [run for run in self._runs if run.owner == owner]

    def place(self, run: LocalRun) -> int:
        """How many trainings end before this one begins: 0 for the next one."""
        with self._lock:
            ahead = self._runs[: self._runs.index(run)] if run in self._runs else []
            return sum(not other.over for other in ahead)

    def stop(self, run: LocalRun) -> None:
        """What is trained so far is lost."""
        self._end(run, STOPPED, YOU_STOPPED_IT)

    def forget(self, run: LocalRun) -> None:
        """Its page has kept what it made, or nobody wants it: remove all of it."""
        self.stop(run)
        with self._lock:
            if run in self._runs:
                self._forget(run)

    def hand_over(self, run: LocalRun, keep: Callable[[dict[str, bytes], Any], Result]) -> Result | None:
        with self._handing_over:
            if run.state != DONE or run not in self.of(run.owner):
                return None
            kept = keep(runs.results(run.result), None)
            self.forget(run)
            return kept

    def length(self) -> dict[str, int]:
        with self._lock:
            states = [run.state for run in self._runs]
        return {state: states.count(state) for state in (WAITING, TRAINING)}

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
            run.started, run.state, run.attempts = now, TRAINING, 1
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

    def _check(self, run: LocalRun) -> None:
        away = time.monotonic() - self._seen.get(run.owner, 0)
        if not run.over and away > self._gone_s:
            self._end(run, STOPPED, OWNER_GONE)
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

    def _end(self, run: LocalRun, state: str, problem: str) -> None:
        with self._lock:
            if run.over:
                return
            if run.trainer:
                run.trainer.kill()
                run.trainer.drop(run.settings.files)
            run.problem, run.state = problem, state

    def _forget(self, run: LocalRun) -> None:
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


def _reason(run: LocalRun, status: int) -> str:
    """Why it died, in a sentence: what train.py said last, if it said so."""
    lines = (run.folder / "log").read_text("utf-8", "replace").splitlines()
    said = [line.removeprefix("train.py: ") for line in lines if line.startswith("train.py: ")]
    if said:
        return said[-1][:300]
    if status < 0:
        return f"It was killed ({signal.Signals(-status).name}): perhaps the machine ran out of memory."
    return "It ended with an error; the learning rate or the batch size may be out of range."
