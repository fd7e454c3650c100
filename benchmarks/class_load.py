"""A class of people drawing at once: Digit Lab against the digit app of the tutorials.

    python -m benchmarks.class_load [--users 30 100 200 400] [--seconds 30] [--write]

The smallest of these classes meets both apps, the larger ones Digit Lab alone. Each gets a fresh server:
Digit Lab with its own settings, the reference with Streamlit's defaults. One user alone waits for the first
answer; then the class joins, and everybody draws a digit every 2 to 4 seconds, though never before the last
one has been answered. A stroke without an answer counts as one that took 30 seconds. All traffic is local.

"Stroke to answer" runs from the sending of the stroke until the server's run that answers it has
arrived complete. A browser adds to both apps the 200 ms for which the canvas waits before it sends.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
from websockets.exceptions import WebSocketException

from benchmarks import markdown
from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import Drawing, Reply, Stroke, User

ROOT = Path(__file__).parents[1]

ANSWER_SECONDS = 30.0
OPEN_SECONDS = 120.0
PAUSE_SECONDS = (2.0, 4.0)
JOINS_PER_SECOND = 20
MEMORY_SAMPLE_SECONDS = 0.5

# What an overloaded or broken server does to a user: no answer in time, or no connection.
FAILURES = (TimeoutError, OSError, WebSocketException)

DRAWINGS_PER_DIGIT = 10
PEN_STEP_PIXELS = 6.0

# How a pen writes each digit without being lifted, in a box of 100 by 100, y downwards.
PEN_TRACES = (
    "50,0 25,10 10,35 10,65 25,90 50,100 75,90 90,65 90,35 75,10 50,0",
    "50,0 50,100",
    "10,25 25,5 50,0 75,5 88,25 80,45 50,72 10,100 90,100",
    "15,10 45,0 75,8 85,25 70,42 40,48 70,53 88,72 75,93 45,100 10,90",
    "70,100 70,0 10,65 95,65",
    "85,0 25,0 20,45 50,40 80,50 88,72 75,93 45,100 12,90",
    "70,0 40,20 20,50 15,75 30,97 60,100 82,85 80,62 55,52 25,65",
    "10,0 90,0 60,50 40,100",
    "80,15 50,0 20,12 22,32 50,48 80,70 78,90 50,100 22,90 20,70 50,48 78,30 80,15",
    "80,25 60,2 30,5 15,25 30,47 60,45 80,25 78,60 65,100",
)


@dataclass(frozen=True)
class App:
    """One of the two apps: how to serve it, and where it shows its answer."""

    script: Path
    cwd: Path
    answer_container: str | None = None


@dataclass
class Measured:
    """What `users` people met with on one server; memory in bytes, CPU in cores."""

    users: int
    first_answer_seconds: float = math.nan
    first_answer_memory: float = math.nan
    open_seconds: list[float] = field(default_factory=list)
    answer_seconds: list[float] = field(default_factory=list)
    unanswered: int = 0
    right: int = 0
    peak_memory: float = 0.0
    server_cpu: float = math.nan
    client_cpu: float = math.nan

    @property
    def right_share(self) -> float:
        """Return how many of the answers name the digit that was drawn, as a fraction."""
        answered = len(self.answer_seconds) - self.unanswered
        return self.right / answered if answered else math.nan


def percentile(seconds: list[float], share: float) -> float:
    """Return the smallest of `seconds` that at least a fraction `share` of them do not exceed."""
    ranked = sorted(seconds) or [math.nan]
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


USERS = (30, 100, 200, 400)


def tables(users: Sequence[int] = USERS, seconds: float = 30.0, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Digit Lab against the reference with the smallest class, and Digit Lab with each of them."""
    # A terminated benchmark must leave by the same door as a finished one, which stops the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))
    with tempfile.TemporaryDirectory() as elsewhere:
        digit_lab = App(ROOT / "app.py", ROOT, answer_container="answer")
        # Streamlit's defaults: served from outside the repository, whose settings it would read.
        reference = App(ROOT / "benchmarks" / "reference_app.py", Path(elsewhere))
        ours = [measure(digit_lab, count, seconds, seed) for count in sorted(users)]
        yield "class sizes", sizes(ours)
        yield "class", comparison(ours[0], measure(reference, ours[0].users, seconds, seed))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, nargs="+", default=USERS)
    parser.add_argument("--seconds", type=float, default=30.0, help="of drawing (default: 30)")
    parser.add_argument("--seed", type=int, default=0)
    options = markdown.options(__doc__, parser)
    markdown.show(tables(options.users, options.seconds, options.seed), options.write)


def measure(app: App, users: int, seconds: float, seed: int) -> Measured:
    """Serve `app` and let `users` people draw on it for `seconds`."""
    print(f"{app.script.name}, {users} users ...", file=sys.stderr, flush=True)
    # Both apps get their settings from their folder, not from the shell that runs this.
    env = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    with running_app(app.script, cwd=app.cwd, env=env) as server:
        return asyncio.run(Lesson(app, server, users, seconds, seed).hold())


class Lesson:
    """One class of users on one server."""

    def __init__(self, app: App, server: RunningApp, users: int, seconds: float, seed: int) -> None:
        self._app = app
        self._server = server
        self._process = psutil.Process(server.process.pid)
        self._seconds = seconds
        self._rngs = [random.Random(f"{seed}/{i}") for i in range(users)]
        self._drawings = digits(random.Random(seed))
        self._measured = Measured(users)

    async def hold(self) -> Measured:
        """Wait for the first answer, let everybody in, let everybody draw; return what happened."""
        measured = self._measured
        await self._first_answer()
        measured.first_answer_seconds = time.perf_counter() - self._server.started
        measured.first_answer_memory = self._memory()

        memory_watch = asyncio.create_task(self._watch_memory())
        tabs = [self._tab() for _ in range(measured.users)]
        try:
            joins = (self._join(tab, i / JOINS_PER_SECOND) for i, tab in enumerate(tabs))
            await asyncio.gather(*joins)
            began, server_cpu, client_cpu = time.perf_counter(), self._cpu(), time.process_time()
            await asyncio.gather(*map(self._practise, tabs, self._rngs))
            elapsed = time.perf_counter() - began
            measured.server_cpu = (self._cpu() - server_cpu) / elapsed
            measured.client_cpu = (time.process_time() - client_cpu) / elapsed
        finally:
            memory_watch.cancel()
            await asyncio.gather(*(tab.aclose() for tab in tabs))
        return measured

    async def _first_answer(self) -> None:
        async with aclosing(self._tab()) as tab, asyncio.timeout(OPEN_SECONDS):
            await tab.open()
            reply = await tab.draw(self._drawings[0][1])
        if self._answer(reply) is None:
            raise RuntimeError(f"The first stroke had no answer: {reply}\n{self._server.output()}")

    async def _join(self, tab: User, delay: float) -> None:
        """Open the page after `delay` seconds and note how long it took, if it came."""
        await asyncio.sleep(delay)
        with suppress(*FAILURES):
            async with asyncio.timeout(OPEN_SECONDS):
                reply = await tab.open()
            if reply.error is None:
                self._measured.open_seconds.append(reply.seconds)

    async def _practise(self, tab: User, rng: random.Random) -> None:
        """Draw digit after digit, where the page has come, and note how each was answered."""
        end = time.perf_counter() + self._seconds
        await asyncio.sleep(rng.uniform(0.0, PAUSE_SECONDS[1]))
        while tab.canvas is not None and time.perf_counter() < end:
            digit, drawing = rng.choice(self._drawings)
            pause = asyncio.sleep(rng.uniform(*PAUSE_SECONDS))
            await asyncio.gather(self._stroke(tab, digit, drawing), pause)

    async def _stroke(self, tab: User, digit: int, drawing: Drawing) -> None:
        seconds, answer = ANSWER_SECONDS, None
        with suppress(*FAILURES):
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = await tab.draw(drawing)
            answer = self._answer(reply)
            if answer is not None:
                seconds = reply.seconds
        self._measured.answer_seconds.append(seconds)
        self._measured.unanswered += answer is None
        self._measured.right += answer == digit

    def _tab(self) -> User:
        return User(self._server.base_url)

    def _answer(self, reply: Reply) -> int | None:
        """Return the digit that the app names; None where it names none or fails."""
        return None if reply.error else first_digit(reply.text(self._app.answer_container))

    async def _watch_memory(self) -> None:
        while True:
            self._measured.peak_memory = max(self._measured.peak_memory, self._memory())
            await asyncio.sleep(MEMORY_SAMPLE_SECONDS)

    def _memory(self) -> int:
        """Return the bytes of memory that the server holds."""
        return self._process.memory_info().rss

    def _cpu(self) -> float:
        """Return the CPU seconds that the server has used."""
        times = self._process.cpu_times()
        return times.user + times.system


def first_digit(text: str) -> int | None:
    """Return the first digit that a reader of `text`, HTML or Markdown, would see."""
    found = re.search(r"\d", re.sub(r"<[^>]*>", " ", text))
    return int(found.group()) if found else None


def digits(rng: random.Random) -> list[tuple[int, Drawing]]:
    """Return digits with their one pen stroke, each of its own size, place and slant."""
    return [
        (digit, (traced(trace, rng),))
        for digit, trace in enumerate(PEN_TRACES)
        for _ in range(DRAWINGS_PER_DIGIT)
    ]


def traced(trace: str, rng: random.Random) -> Stroke:
    """Write on a canvas of 280 by 280 pixels, with points about as dense as a mouse reports."""
    corners = np.array([pair.split(",") for pair in trace.split()], dtype=float) / 100
    corners[:, 0] += rng.uniform(-0.1, 0.2) * (1 - corners[:, 1])
    corners *= rng.uniform(90, 120), rng.uniform(140, 180)
    corners += rng.uniform(40, 110), rng.uniform(30, 70)
    along = np.cumsum([0.0, *np.hypot(*np.diff(corners, axis=0).T)])
    stops = np.append(np.arange(0.0, along[-1], PEN_STEP_PIXELS), along[-1])
    points = np.column_stack([np.interp(stops, along, axis) for axis in corners.T])
    return tuple((x, y) for x, y in np.rint(points).tolist())


class Row(NamedTuple):
    """One line of the table: what is measured, how it is written, whether a ratio makes sense."""

    label: str
    value: Callable[[Measured], float]
    show: Callable[[float], str]
    has_ratio: bool = True


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _answer_time(seconds: float) -> str:
    return duration(seconds) if seconds < ANSWER_SECONDS else f"> {ANSWER_SECONDS:.0f} s"


def _memory(size: float) -> str:
    return f"{size / 1e6:.0f} MB"


_percent = "{:.0%}".format

ROWS = (
    Row("server start to first answer", lambda m: m.first_answer_seconds, duration),
    Row("memory after the first answer", lambda m: m.first_answer_memory, _memory),
    Row("peak memory with the class", lambda m: m.peak_memory, _memory),
    Row("users whose page opened", lambda m: len(m.open_seconds), str, has_ratio=False),
    Row("page to open, median", lambda m: percentile(m.open_seconds, 0.5), duration),
    Row("strokes", lambda m: len(m.answer_seconds), str, has_ratio=False),
    Row("strokes without an answer", lambda m: m.unanswered, str, has_ratio=False),
    Row("answers that name the drawn digit", lambda m: m.right_share, _percent, has_ratio=False),
    Row("stroke to answer, median", lambda m: percentile(m.answer_seconds, 0.5), _answer_time),
    Row("stroke to answer, p95", lambda m: percentile(m.answer_seconds, 0.95), _answer_time),
    Row("server's CPU, of one core", lambda m: m.server_cpu, _percent),
    Row("benchmark's own CPU, of one core", lambda m: m.client_cpu, _percent, has_ratio=False),
)


def comparison(ours: Measured, theirs: Measured) -> str:
    """Both apps; a ratio is the reference's number over Digit Lab's."""
    header = [f"{ours.users} users", "Digit Lab", "reference", "ratio"]
    return markdown.table(header, [(row.label, *_numbers(row, ours, theirs)) for row in ROWS])


def sizes(classes: Sequence[Measured]) -> str:
    """Digit Lab's numbers with classes of several sizes."""
    rows = [(row.label, *(_shown(row.value(measured), row.show) for measured in classes)) for row in ROWS]
    return markdown.table(["", *(f"{measured.users} users" for measured in classes)], rows)


def _numbers(row: Row, ours: Measured, theirs: Measured) -> list[str]:
    mine, other = row.value(ours), row.value(theirs)
    shown = [_shown(mine, row.show), _shown(other, row.show)]
    ratio = _shown(other / mine if row.has_ratio and mine else math.nan, "{:.1f}".format)
    at_least = "> " if shown[1].startswith(">") else ""
    return [*shown, at_least + ratio]


def _shown(value: float, show: Callable[[float], str]) -> str:
    return "-" if math.isnan(value) else show(value)


if __name__ == "__main__":
    main()
