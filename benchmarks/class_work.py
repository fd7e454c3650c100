"""A class that draws together: pupils who join and send, with the wall and the desk open.

    python -m benchmarks.class_work [--pupils 200] [--minutes 5] [--drawings 20] [--database postgresql]
                                    [--kill] [--write]

Everybody joins by the class's link, over the real protocol: the tab keeps the pupil's secret. Each draws,
sends, and does so again at an even pace. Wall and desk are tabs that ask for news as often as their pages
say. With --kill the server is killed in the middle (SIGKILL) and started again; the pupils reconnect with
their secrets, and send again what nobody had confirmed. At the end the drawings in the database are compared
with those whose page said "Sent": the last line says how many were lost, and how many are there twice.

The reference, in the same run: as many people on the smallest fragment (benchmarks/reference_fragment.py),
which stores nothing, with as many runs a second. All traffic is local.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import math
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from benchmarks import markdown, postgres
from benchmarks.class_load import FAILURES, PEN_TRACES, ROOT, percentile, traced
from benchmarks.server import RunningApp, free_port, running_app
from benchmarks.streamlit_client import Drawing, Reply, User, canvas_value
from digitlab.classroom import classes, database, drawings
from digitlab.draw import link
from ui.pad import strokes_json

ANSWER_S = 30.0  # a page that takes longer has not answered
JOINS_PER_SECOND = 20
RUNS = 3  # of a drawing: the pen is up, Send, the canvas is empty again
TOO_EARLY_S = 2.1
MEMORY_SAMPLE_S = 0.5
REFERENCE_S = 60.0  # at most
LATER = "Not sent yet"  # what the page says while the database is gone
SECRET = "kept-digitlab-pupil"  # the component that says what the tab keeps


@dataclass
class Measured:
    """What happened; seconds, bytes, and CPU in cores."""

    pen_up: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    joined: list[float] = field(default_factory=list)
    confirmed: dict[str, float] = field(
        default_factory=dict
    )  # when Send was pressed, by the drawing's digest
    on_wall: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)  # runs of the wall
    stored: int = 0
    lost: int = 0
    twice: int = 0
    told: int = 0  # pupils who read that a drawing isn't sent yet
    others: int = 0  # pupils who came back as somebody else
    pupils: int = 0  # that the class has
    errors: list[str] = field(default_factory=list)
    memory: float = 0.0
    cpu: float = 0.0
    client_cpu: float = 0.0


class Site(Protocol):
    """Where a class meets: one server, or several behind a proxy."""

    base_url: str
    up: asyncio.Event  # whether it takes connections
    trouble: bool  # something has been broken on purpose: a lost connection is no error

    def cpu(self) -> float:
        """Seconds of processor time, of all that have run."""
        ...

    def memory(self) -> int:
        """Bytes, resident."""
        ...


class Server:
    """The app, which may be ended and started again on the same port: a Site."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env, self._port = env, free_port()
        self._stack = ExitStack()
        self._cpu_before = 0.0
        self.up = asyncio.Event()
        self.trouble = False
        self.app = self._start()
        self.base_url = self.app.base_url

    def _start(self) -> RunningApp:
        app = self._stack.enter_context(
            running_app(ROOT / "app.py", cwd=ROOT, env=self._env, port=self._port)
        )
        self.up.set()
        return app

    def cpu(self) -> float:
        """Seconds of processor time, of all that have run."""
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.app.process.pid).cpu_times()
            return self._cpu_before + times.user + times.system
        return self._cpu_before

    def memory(self) -> int:
        with contextlib.suppress(psutil.Error):
            return psutil.Process(self.app.process.pid).memory_info().rss
        return 0

    @property
    def port(self) -> int:
        return self._port

    async def restart(self, how: signal.Signals, pause: float = 1.0) -> None:
        """End it by this signal, and start it again after so many seconds."""
        self.up.clear()
        self._cpu_before = self.cpu()
        self.app.process.send_signal(how)
        await asyncio.to_thread(self.app.process.wait)
        await asyncio.sleep(pause)
        self.app = await asyncio.to_thread(self._start)

    def close(self) -> None:
        self._stack.close()


class Lesson:
    """One class."""

    def __init__(self, server: Site, options: argparse.Namespace) -> None:
        self.server, self.options = server, options
        self.found, self.key = classes.start()
        self.seconds = 60.0 * options.minutes
        self.pause = self.seconds / options.drawings
        self.measured = Measured()
        self.drawn: set[str] = set()  # digests
        self._counts: list[tuple[float, int]] = []  # on the wall: when, how many

    async def hold(self) -> Measured:
        rngs = [random.Random(f"{self.options.seed}/{number}") for number in range(self.options.pupils)]
        joined = asyncio.Barrier(len(rngs) + 1)
        tasks = [asyncio.create_task(self._watch_memory())]
        tasks += [
            asyncio.create_task(self._screen(page, query, look))
            for page, query, look in (
                ("wall", f"class={self.found.code}", self._look),
                ("desk", f"class={self.found.code}&key={self.key}", None),
            )
        ]
        pupils = [
            asyncio.create_task(Pupil(self, number, rng).live(joined)) for number, rng in enumerate(rngs)
        ]
        try:
            await joined.wait()
            began, cpu, client = time.perf_counter(), self.server.cpu(), time.process_time()
            if self.options.kill:
                tasks.append(asyncio.create_task(self._kill(self.server)))
            await asyncio.gather(*pupils)
            elapsed = time.perf_counter() - began
            self.measured.cpu = (self.server.cpu() - cpu) / elapsed
            self.measured.client_cpu = (time.process_time() - client) / elapsed
            await asyncio.sleep(3)  # until the wall has shown the last one
        finally:
            for task in [*tasks, *pupils]:
                task.cancel()
            await asyncio.gather(*tasks, *pupils, return_exceptions=True)
        self._compare()
        return self.measured

    def failed(self, error: str) -> None:
        self.measured.errors.append(error)
        print(error, file=sys.stderr, flush=True)

    async def _kill(self, server: Site) -> None:
        assert isinstance(server, Server)
        await asyncio.sleep(self.seconds / 2)
        print("kill -9", file=sys.stderr, flush=True)
        server.trouble = True
        await server.restart(signal.SIGKILL)

    async def _watch_memory(self) -> None:
        while True:
            self.measured.memory = max(self.measured.memory, self.server.memory())
            await asyncio.sleep(MEMORY_SAMPLE_S)

    async def _screen(self, page: str, query: str, look: Callable[[Reply], None] | None) -> None:
        """A page that asks for news by itself; it reconnects as a browser does."""
        jar: dict[str, str] = {}
        while True:
            await self.server.up.wait()
            with contextlib.suppress(*FAILURES):
                async with aclosing(User(self.server.base_url, page=page, query=query, cookies=jar)) as tab:
                    reply = await tab.open()
                    if not tab.reruns:
                        self.failed(f"/{page} doesn't ask for news: {reply.error or reply.text()[:200]}")
                        return
                    await asyncio.gather(
                        *(self._look_again(tab, page, look, *each) for each in tab.reruns.items())
                    )
            await asyncio.sleep(1)

    async def _look_again(
        self, tab: User, page: str, look: Callable[[Reply], None] | None, fragment: str, pause: float
    ) -> None:
        while True:
            await asyncio.sleep(pause)
            async with asyncio.timeout(ANSWER_S):
                reply = await tab.look_again(fragment)
            if reply.error:
                self.failed(f"/{page}: {reply.error}")
            if look:
                look(reply)

    def _look(self, reply: Reply) -> None:
        self.measured.looks.append(reply.seconds)
        words = re.sub(r"<[^>]*>", " ", reply.text("wall-count")).replace(",", "")
        if found := re.search(r"\d+", words):
            self._counts.append((time.time(), int(found.group())))

    def _compare(self) -> None:
        """What is in the database, and what the pupils' pages said."""
        measured, seen = self.measured, drawings.snapshot(self.found.id)
        stored = [_digest(row.strokes) for row in seen.rows]
        measured.stored = len(stored)
        measured.pupils = classes.by_id(self.found.id).pupils
        measured.lost = len(set(measured.confirmed) - set(stored))
        measured.twice = len(stored) - len(set(stored))
        shown = [digest for digest, public in zip(stored, seen.shown, strict=True) if public]
        looks = iter(self._counts)
        when, count = next(looks, (math.inf, 0))
        for place, digest in enumerate(shown, 1):
            while count < place:
                if (look := next(looks, None)) is None:
                    return
                when, count = look
            if digest in measured.confirmed:
                measured.on_wall.append(when - measured.confirmed[digest])


class Pupil:
    """Draws as many digits as everybody, at an even pace, and sends again what nobody has confirmed."""

    def __init__(self, lesson: Lesson, number: int, rng: random.Random) -> None:
        self._lesson, self._rng = lesson, rng
        self._late = number / JOINS_PER_SECOND
        self._sent = 0
        self._secret = self._name = ""
        self._cookies: dict[str, str] = {}
        self._drawing: tuple[Drawing, str] | None = None  # that isn't confirmed, with its value and digest
        self._due = 0.0

    async def live(self, joined: asyncio.Barrier) -> None:
        lesson = self._lesson
        await asyncio.sleep(self._late)
        began = False
        while self._sent < lesson.options.drawings:
            await lesson.server.up.wait()
            try:
                async with aclosing(self._tab()) as tab:
                    await self._enter(tab)
                    if not began:
                        began = True
                        await joined.wait()
                        self._due = time.perf_counter() + self._rng.uniform(0, lesson.pause)
                    while self._sent < lesson.options.drawings:
                        await asyncio.sleep(max(0.0, self._due - time.perf_counter()))
                        await self._draw_and_send(tab)
                        self._due += lesson.pause
            except FAILURES as error:
                if not lesson.server.trouble:
                    lesson.failed(f"Connection: {type(error).__name__} {error}")
                await asyncio.sleep(self._rng.uniform(0.5, 1.5))

    def _tab(self) -> User:
        query = f"class={self._lesson.found.code}"
        return User(self._lesson.server.base_url, page="join", query=query, cookies=self._cookies)

    async def _enter(self, tab: User) -> None:
        """Open the page; the tab says which secret it keeps, and is told which one to keep."""
        started = time.perf_counter()
        async with asyncio.timeout(ANSWER_S):
            await tab.open()
            reply = await tab.change(tab.widgets[SECRET], text=self._secret)
            while tab.canvas is None and tab.reruns:  # the database is gone, and the page says so
                ((fragment, pause),) = tab.reruns.items()
                await asyncio.sleep(pause)
                reply = await tab.look_again(fragment)
            put = tab.widgets[SECRET].data["put"]
            if put not in (None, self._secret):
                self._secret = put
                reply = await tab.change(tab.widgets[SECRET], text=put)
        self._check(reply)
        if tab.canvas is None:
            raise OSError(f"There is no pad: {reply.text()[-300:]!r}")
        if not self._name:
            self._lesson.measured.joined.append(time.perf_counter() - started)
        name = _words(reply, "join-head").partition("You are the ")[2]
        if self._name not in ("", name):
            self._lesson.measured.others += 1
            self._lesson.failed(f"The {self._name} came back as the {name!r}.")
        self._name = name

    async def _draw_and_send(self, tab: User) -> None:
        measured = self._lesson.measured
        assert tab.canvas
        while self._drawing is None:
            drawing = (traced(self._rng.choice(PEN_TRACES), self._rng),)
            raw = json.loads(canvas_value(drawing, tab.canvas))["drawing"]["raw"]
            digest = _digest(link.pack(strokes_json.to_strokes(raw)))
            if digest not in self._lesson.drawn:  # each is another one, so that none can hide behind its twin
                self._lesson.drawn.add(digest)
                self._drawing = drawing, digest
        drawing, digest = self._drawing
        reply = await self._timed(tab.draw(drawing))
        measured.pen_up.append(reply.seconds)
        while True:
            pressed = time.time()
            reply = await self._timed(tab.press(tab.widgets["send"]))
            said = _words(reply, "result")
            if "quick" not in said:
                break
            await asyncio.sleep(TOO_EARLY_S)  # after a restart, the pace is another one
        if LATER in reply.text():
            said = await self._wait(tab)
        if "Sent." in said:
            measured.sent.append(reply.seconds)
            measured.confirmed[digest] = pressed
            self._sent += 1
        else:
            self._lesson.failed(f"Not sent: {said!r}")
            await asyncio.sleep(1)
            return
        self._drawing = None
        await self._timed(tab.draw(()))  # the canvas tells that it is empty again

    async def _wait(self, tab: User) -> str:
        """While the database is gone: the page keeps the drawing, says so, and tries again by itself."""
        self._lesson.measured.told += 1
        while True:
            ((fragment, pause),) = tab.reruns.items()
            await asyncio.sleep(pause)
            reply = await self._timed(tab.look_again(fragment))
            if said := _words(reply, "result"):  # the whole page has run
                return said

    async def _timed(self, asked: Awaitable[Reply]) -> Reply:
        async with asyncio.timeout(ANSWER_S):
            reply = await asked
        self._check(reply)
        return reply

    def _check(self, reply: Reply) -> None:
        if reply.error:
            self._lesson.failed(reply.error)


def _digest(strokes: str) -> str:
    return hashlib.sha256(strokes.encode()).hexdigest()


def _words(reply: Reply, container: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", reply.text(container)).split())


# --- the reference -----------------------------------------------------------------------------------


async def smallest(options: argparse.Namespace) -> list[float]:
    """Seconds from a stroke to the answer of the smallest fragment."""
    found: list[float] = []
    pause = 60.0 * options.minutes / options.drawings / RUNS
    seconds = min(REFERENCE_S, 60.0 * options.minutes)

    async def draw(tab: User, rng: random.Random) -> None:
        await asyncio.sleep(rng.uniform(0, pause))
        due = time.perf_counter()
        while time.perf_counter() < end:
            found.append((await tab.draw((traced(rng.choice(PEN_TRACES), rng),))).seconds)
            due += pause
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    script = ROOT / "benchmarks" / "reference_fragment.py"
    with running_app(script, cwd=ROOT) as app:
        async with AsyncExitStack() as stack:
            tabs = [
                await stack.enter_async_context(aclosing(User(app.base_url))) for _ in range(options.pupils)
            ]
            for tab in tabs:
                await tab.open()
            end = time.perf_counter() + seconds
            await asyncio.gather(
                *(draw(tab, random.Random(f"{options.seed}/{at}")) for at, tab in enumerate(tabs))
            )
    return found


# --- tables ------------------------------------------------------------------------------------------


def _ms(seconds: list[float], share: float) -> str:
    return f"{percentile(seconds, share) * 1000:.0f} ms" if seconds else "-"


def _seconds(seconds: list[float], share: float) -> str:
    return f"{percentile(seconds, share):.1f} s" if seconds else "-"


def table(measured: Measured, reference: list[float], options: argparse.Namespace) -> str:
    what = f"{options.pupils} pupils × {options.drawings} drawings in {options.minutes:g} min"
    rows = [
        ("pupils who joined", str(measured.pupils), "-"),
        ("drawings confirmed as sent / stored", f"{len(measured.confirmed)} / {measured.stored}", "-"),
        ("lost / there twice / came back as somebody else",
         f"{measured.lost} / {measured.twice} / {measured.others}", "-"),
        ("errors", str(len(measured.errors)), "-"),
        ("to join, median / 95 %", f"{_ms(measured.joined, 0.5)} / {_ms(measured.joined, 0.95)}", "-"),
        ("pen up to answer, median", _ms(measured.pen_up, 0.5), _ms(reference, 0.5)),
        ("pen up to answer, 95 %", _ms(measured.pen_up, 0.95), _ms(reference, 0.95)),
        ("Send to “Sent”, median", _ms(measured.sent, 0.5), "-"),
        ("Send to “Sent”, 95 %", _ms(measured.sent, 0.95), "-"),
        ("Send to the wall, median / 95 %",
         f"{_seconds(measured.on_wall, 0.5)} / {_seconds(measured.on_wall, 0.95)}", "-"),
        ("a run of the wall, median / 95 %",
         f"{_ms(measured.looks, 0.5)} / {_ms(measured.looks, 0.95)}", "-"),
        ("server’s CPU, of one core", f"{measured.cpu:.0%}", "-"),
        ("server’s memory at its peak", f"{measured.memory / 1e6:.0f} MB", "-"),
        ("benchmark’s own CPU, of one core", f"{measured.client_cpu:.0%}", "-"),
    ]  # fmt: skip
    return markdown.table([what, "class work", "smallest fragment"], rows)


@contextmanager
def _stored_in(kind: str) -> Iterator[str]:
    """A database for one run; its address."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{Path(folder) / 'classes.sqlite3'}"
            return
        with postgres.running(safe=True) as server:
            if server is None:
                raise SystemExit("There is no PostgreSQL on this machine (Debian: apt install postgresql).")
            yield server.new()


def measure(options: argparse.Namespace) -> Measured:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))  # stops the servers, too

    async def lesson() -> Measured:
        server = Server(env)
        try:
            return await Lesson(server, options).hold()
        finally:
            server.close()

    with _stored_in(options.database) as url:
        env = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
        env[database.VARIABLE] = os.environ[database.VARIABLE] = url
        try:
            return asyncio.run(lesson())
        finally:
            database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pupils", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=5.0, help="of drawing (default: 5)")
    parser.add_argument("--drawings", type=int, default=20, help="of each pupil (default: 20)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill", action="store_true", help="the server in the middle, and start it again")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def name(options: argparse.Namespace) -> str:
    """Of its place in docs/BENCHMARKS.md."""
    database_ = "" if options.database == "sqlite" else f" on {options.database}"
    return f"class work{database_}{' with a kill' if options.kill else ''}"


def tables() -> Iterator[tuple[str, str]]:
    options = _parser().parse_args([])
    yield name(options), table(measure(options), asyncio.run(smallest(options)), options)


def main() -> None:
    options = markdown.options(__doc__ or "", _parser())
    measured = measure(options)
    markdown.show([(name(options), table(measured, asyncio.run(smallest(options)), options))], options.write)
    print(f"lost {measured.lost}, twice {measured.twice}")
    sys.exit(measured.lost + measured.twice + measured.others > 0)


if __name__ == "__main__":
    main()
