"""Trainings that users start: each in a process of its own, one after the other, bounded, never orphaned.

    run = runs.submit(owner, Wish("linear", "adam", 0.002, 128, 5, 10_000))
    runs.seen(owner)            # from time to time, or its runs are stopped
    run.state, run.progress()

What it starts is `train.py --quick`: TensorFlow lives in that process and never in this one. Everything here
may be called from many threads at once.
"""

import atexit
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from digitlab import inference
from digitlab.errors import TooManyRuns

ROOT = Path(__file__).parents[2]
AT_ONCE = 1  # trainings; two would only take turns on two cores
LONGEST_S = 600
MOST_MEMORY = 3 << 30  # bytes, resident
GONE_S = 20  # after so long without a sign of its owner, a run is stopped
KEPT = 5  # finished runs of an owner
FORGOTTEN_S = 3_600  # after so long without a sign of its owner, its finished runs go
_TICK_S = 0.2

WAITING, TRAINING, DONE, STOPPED, FAILED = "waiting", "training", "done", "stopped", "failed"


class Wish(NamedTuple):
    """What to train, as train.py's options say it."""

    model: str
    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int
    images: int
    shuffled: bool = False

    def command(self, folder: Path) -> list[str]:
        options: list[Any] = ["--quick", "--replace", "--out", folder]
        options += ["--progress", folder / "progress.json"]
        for name in ("optimizer", "learning_rate", "batch_size", "epochs"):
            options += [f"--{name.replace('_', '-')}", getattr(self, name)]
        options += ["--limit", self.images] + ["--shuffle-labels"] * self.shuffled
        return [sys.executable, str(ROOT / "train.py"), self.model, *map(str, options)]


@dataclass(eq=False)
class Run:
    """One training. `state` is WAITING, TRAINING, DONE, STOPPED or FAILED; `problem` says why it failed."""

    owner: str
    number: int  # of this owner's runs, from 1
    wish: Wish
    state: str = WAITING
    problem: str = ""
    started: float = 0.0
    folder: Path | None = None
    process: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        return self.state in (DONE, STOPPED, FAILED)

    def progress(self) -> dict[str, Any]:
        """step, steps, loss, accuracy, and `history` of the epochs so far; empty before the first step."""
        try:
            return json.loads((self.folder / "progress.json").read_text("utf-8")) if self.folder else {}
        except (OSError, ValueError):
            return {}

    def seconds_left(self) -> float | None:
        """An estimate; None before the first step."""
        now = self.progress()
        if not now or self.state != TRAINING:
            return None
        share = now["step"] / now["steps"]
        return (time.monotonic() - self.started) * (1 - share) / max(share, 1e-6)

    def model(self) -> inference.Model:
        """What was trained, once it is DONE."""
        assert self.folder
        return inference.Model(self.result, json.loads((self.result / "card.json").read_text("utf-8")))

    @property
    def result(self) -> Path:
        """The folder that train.py filled."""
        assert self.folder
        return self.folder / self.wish.model


class Runs:
    """The queue, and the thread that looks after it. `command` makes the command line of a wish."""

    def __init__(
        self,
        command: Callable[[Wish, Path], Sequence[str]] = Wish.command,
        *,
        at_once: int = AT_ONCE,
        longest_s: float = LONGEST_S,
        most_memory: int = MOST_MEMORY,
        gone_s: float = GONE_S,
    ) -> None:
        self._command, self._at_once, self._longest_s = command, at_once, longest_s
        self._most_memory, self._gone_s = most_memory, gone_s
        self._lock = threading.RLock()
        self._runs: list[Run] = []
        self._seen: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._open = True
        self._thread = threading.Thread(target=self._look_after, daemon=True, name="trainings")
        self._thread.start()
        atexit.register(self.close)

    def submit(self, owner: str, wish: Wish) -> Run:
        """Raises TooManyRuns if the owner has one that isn't over."""
        with self._lock:
            self.seen(owner)
            mine = self.of(owner)
            if any(not run.over for run in mine):
                raise TooManyRuns("One training at a time: stop the one that runs, or wait for it.")
            for run in mine[: max(0, len(mine) - KEPT + 1)]:
                self._forget(run)
            self._counts[owner] = self._counts.get(owner, 0) + 1
            run = Run(owner, self._counts[owner], wish)
            self._runs.append(run)
            return run

    def of(self, owner: str) -> list[Run]:
        """The owner's runs, the oldest first."""
        with self._lock:
            return [run for run in self._runs if run.owner == owner]

    def place(self, run: Run) -> int:
        """How many trainings end before this one begins: 0 for the next one."""
        with self._lock:
            ahead = self._runs[: self._runs.index(run)]
            return sum(not other.over for other in ahead)

    def seen(self, owner: str) -> None:
        """The owner is still there."""
        with self._lock:
            self._seen[owner] = time.monotonic()

    def stop(self, run: Run) -> None:
        """What is trained so far is lost."""
        self._end(run, STOPPED)

    def close(self) -> None:
        """Stop everything, and remove it."""
        self._open = False
        with self._lock:
            for run in list(self._runs):
                self._end(run, STOPPED)
                self._forget(run)

    def _look_after(self) -> None:
        while self._open:
            with self._lock:
                for run in list(self._runs):
                    self._check(run)
                training = sum(run.state == TRAINING for run in self._runs)
                for run in [run for run in self._runs if run.state == WAITING][: self._at_once - training]:
                    self._start(run)
            time.sleep(_TICK_S)

    def _start(self, run: Run) -> None:
        run.folder = Path(tempfile.mkdtemp(prefix="digitlab-run-"))
        # its pen strokes would take minutes to prepare
        env = {key: value for key, value in os.environ.items() if not key.startswith("PEN_")}
        with (run.folder / "log").open("wb") as log:
            run.process = subprocess.Popen(
                [
                    *(["nice", "-n", "10"] if shutil.which("nice") else []),
                    *self._command(run.wish, run.folder),
                ],
                cwd=ROOT,
                env=env | {"TF_CPP_MIN_LOG_LEVEL": "3"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that it can be killed with whatever it starts
            )
        run.started, run.state = time.monotonic(), TRAINING

    def _check(self, run: Run) -> None:
        away = time.monotonic() - self._seen.get(run.owner, 0)
        if not run.over and away > self._gone_s:
            self._end(run, STOPPED)
        if run.over:
            if away > FORGOTTEN_S:
                self._forget(run)
            return
        if run.state != TRAINING:
            return
        assert run.process
        status = run.process.poll()
        if status == 0:
            run.state = DONE
        elif status is not None:
            self._end(run, FAILED, _reason(run, status))
        elif time.monotonic() - run.started > self._longest_s:
            self._end(
                run, FAILED, f"It took longer than {self._longest_s / 60:.0f} minutes, the most there is."
            )
        elif _memory(run.process.pid) > self._most_memory:
            self._end(run, FAILED, "It needed more memory than there is for it. A smaller batch needs less.")

    def _end(self, run: Run, state: str, problem: str = "") -> None:
        with self._lock:
            if run.over:
                return
            run.state, run.problem = state, problem
            if run.process and run.process.poll() is None:
                os.killpg(run.process.pid, signal.SIGKILL)
                run.process.wait()

    def _forget(self, run: Run) -> None:
        self._runs.remove(run)
        if run.folder:
            shutil.rmtree(run.folder, ignore_errors=True)


def possible() -> bool:
    """Whether TensorFlow is installed; it isn't imported."""
    return importlib.util.find_spec("tensorflow") is not None


def _reason(run: Run, status: int) -> str:
    """Why it died, in a sentence: what train.py said last, if it said so."""
    assert run.folder
    lines = (run.folder / "log").read_text("utf-8", "replace").splitlines()
    said = [line.removeprefix("train.py: ") for line in lines if line.startswith("train.py: ")]
    if said:
        return said[-1][:300]
    if status < 0:
        return f"It was killed ({signal.Signals(-status).name}): perhaps the machine ran out of memory."
    return "It ended with an error; the learning rate or the batch may be out of range."


def _memory(pid: int) -> int:
    """Resident bytes of a process; 0 where the system doesn't say (it does on Linux)."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0
