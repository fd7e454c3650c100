"""A school on several replicas behind a proxy: people draw and send while things break on purpose.

    python -m benchmarks.replicas [--users 400] [--pupils 200] [--seconds 60] [--replicas 2] [--write]
    python -m benchmarks.replicas --grow [--write]

On this machine: HAProxy with deploy/haproxy/haproxy.cfg, the replicas, PostgreSQL. `users` people draw every
2 to 4 seconds, the pupils of two classes draw and send, wall and desk of both are open, and ten visitors
bring photos, again and again. All speak the real protocol, through the proxy. In the same run, all of them
meet one replica first. Then there are two, and after a calm time

  a replica is killed (SIGKILL) and started again five seconds later,
  PostgreSQL is stopped for 20 seconds,
  each replica is restarted (SIGTERM) as an upgrade does it, one after the other.

Whoever loses the connection comes back with the cookies that the browser has, as it would. An error is what
a user would see: no answer in 30 seconds, an error on the page, a wrong picture or answer to a photo. At the
end the drawings in the database are compared with those whose page said "Sent": the last line says how many
were lost, and how many are there twice.

--grow: people who draw, on one to four replicas. All traffic is local, and all that is measured, the people
included, shares this machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from operator import attrgetter

import cv2
import numpy as np

from benchmarks import markdown, postgres, proxy
from benchmarks.class_load import (
    ANSWER_SECONDS,
    FAILURES,
    JOINS_PER_SECOND,
    OPEN_SECONDS,
    PAUSE_SECONDS,
    digits,
    duration,
    first_digit,
    percentile,
)
from benchmarks.class_work import Lesson, Measured, Server
from benchmarks.postgres import Postgres
from benchmarks.proxy import Proxy
from benchmarks.streamlit_client import Drawing, User
from digitlab.classroom import database

USERS = 400
CLASSES = 2
WRONG = [attrgetter(name) for name in ("lost", "twice", "others")]  # of what was measured
VISITORS = 10  # who bring photos
PHOTO_PAUSE = (3.0, 6.0)
BACK_S = (0.2, 1.0)  # until a browser tries to connect again
DEAD_S = 5.0  # a killed replica
GONE_S = 20.0  # the database
DRAWINGS_PER_MINUTE = 4  # of each pupil
GROW = (1, 2, 3, 4)
UPLOAD = ":material/upload: Upload"  # as the page writes it


@dataclass
class Phase:
    """A part of the run, and what happened in it; times of `time.perf_counter`."""

    name: str
    began: float
    answers: list[float] = field(default_factory=list)  # seconds to each
    photos: int = 0
    errors: list[str] = field(default_factory=list)
    away: list[float] = field(default_factory=list)  # seconds without a connection, of each who lost it


class School:
    """Proxy, replicas and database: where the classes meet. A `Site`."""

    def __init__(self, replicas: list[Server], front: Proxy, store: Postgres) -> None:
        self.replicas, self.front, self.store = replicas, front, store
        self.base_url = front.base_url
        self.up = asyncio.Event()  # a proxy always is
        self.up.set()
        self.trouble = False

    def cpu(self) -> float:
        return sum(replica.cpu() for replica in self.replicas)

    def memory(self) -> int:
        return sum(replica.memory() for replica in self.replicas)


@contextmanager
def school(number: int) -> Iterator[School]:
    """With so many replicas, and a new database."""
    if proxy.program() is None or postgres.programs() is None:
        raise SystemExit("This needs HAProxy and PostgreSQL (Debian: apt install haproxy postgresql).")
    with ExitStack() as stack:
        store = stack.enter_context(postgres.running(safe=True))
        assert store
        url = store.new()
        env = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
        env[database.VARIABLE] = os.environ[database.VARIABLE] = url
        stack.callback(database.close)
        replicas = []
        for _ in range(number):
            replicas.append(Server(env))
            stack.callback(replicas[-1].close)
        front = stack.enter_context(proxy.running([replica.port for replica in replicas]))
        assert front
        while asyncio.run(User(front.base_url).fetch("/api/health/models"))[0] != HTTPStatus.OK:
            time.sleep(0.2)
        yield School(replicas, front, store)


class Day:
    """All people in one school, through the phases of a run."""

    def __init__(self, where: School, options: argparse.Namespace) -> None:
        self.where, self.options = where, options
        self.phases: list[Phase] = []
        self.measured: list[Measured] = []
        self.cpu = self.front_cpu = self.own_cpu = 0.0  # of one core
        self._there = 0  # who draw

    @property
    def phase(self) -> Phase:
        return self.phases[-1]

    def failed(self, error: str) -> None:
        self.phase.errors.append(error)
        print(f"{self.phase.name}: {error}", file=sys.stderr, flush=True)

    async def live(self, breakages: list[tuple[str, Callable[[], Awaitable[None]]]]) -> None:
        """A calm time of `seconds`, and one for each of the breakages, with everybody there."""
        seconds = self.options.seconds
        self.phases = [Phase("arriving", time.perf_counter())]
        drawers = [
            asyncio.create_task(self._draws(random.Random(f"{self.options.seed}/{number}"), number))
            for number in range(self.options.users)
        ]
        visitors = [
            asyncio.create_task(self._brings_photos(random.Random(f"photo/{number}")))
            for number in range(VISITORS if self.options.pupils else 0)
        ]
        while self._there < self.options.users:
            await asyncio.sleep(0.2)
        lessons = asyncio.create_task(self._lessons(seconds * (1 + len(breakages))))
        try:
            if self.options.pupils:
                joining = self.options.pupils / CLASSES / JOINS_PER_SECOND
                await asyncio.sleep(joining + 2)
            began, cpu, front = time.perf_counter(), self.where.cpu(), self.where.front.cpu()
            own = time.process_time()
            await self._phase("calm")
            for name, breakage in breakages:
                await self._phase(name, breakage)
            elapsed = time.perf_counter() - began
            self.cpu = (self.where.cpu() - cpu) / elapsed
            self.front_cpu = (self.where.front.cpu() - front) / elapsed
            self.own_cpu = (time.process_time() - own) / elapsed
            await lessons
        finally:
            tasks = [*drawers, *visitors, lessons]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _phase(self, name: str, breakage: Callable[[], Awaitable[None]] | None = None) -> None:
        print(f"{name} ...", file=sys.stderr, flush=True)
        self.phases.append(Phase(name, time.perf_counter()))
        end = self.phase.began + self.options.seconds
        if breakage:
            self.where.trouble = True
            await breakage()
        await asyncio.sleep(max(0.0, end - time.perf_counter()))

    async def _lessons(self, seconds: float) -> None:
        if not self.options.pupils:
            return
        lesson = argparse.Namespace(
            pupils=self.options.pupils // CLASSES,
            minutes=seconds / 60,
            drawings=max(1, round(seconds / 60 * DRAWINGS_PER_MINUTE)),
            seed=self.options.seed,
            kill=False,
        )
        both = (Lesson(self.where, lesson).hold() for _ in range(CLASSES))
        self.measured = list(await asyncio.gather(*both))

    # --- people ----------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _tab(self, cookies: dict[str, str]) -> AsyncIterator[User]:
        async with aclosing(User(self.where.base_url, cookies=cookies)) as tab:
            async with asyncio.timeout(OPEN_SECONDS):
                reply = await tab.open()
            if reply.error:
                self.failed(reply.error)
            yield tab

    async def _draws(self, rng: random.Random, number: int) -> None:
        """Digit after digit, for ever; after a lost connection again."""
        cookies: dict[str, str] = {}
        drawn = digits(random.Random(self.options.seed))
        await asyncio.sleep(number / JOINS_PER_SECOND)
        lost, new = 0.0, True
        while True:
            try:
                async with self._tab(cookies) as tab:
                    if lost:
                        self.phase.away.append(time.perf_counter() - lost)
                    self._there += new
                    new = False
                    await asyncio.sleep(rng.uniform(0, PAUSE_SECONDS[1]))
                    while True:
                        pause = asyncio.sleep(rng.uniform(*PAUSE_SECONDS))
                        await asyncio.gather(self._stroke(tab, *rng.choice(drawn)), pause)
            except FAILURES as error:
                lost = time.perf_counter()
                if not self.where.trouble:
                    self.failed(f"Connection: {type(error).__name__} {error}")
                await asyncio.sleep(rng.uniform(*BACK_S))

    async def _stroke(self, tab: User, digit: int, drawing: Drawing) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = await tab.draw(drawing)
        except TimeoutError:
            self.failed(f"No answer in {ANSWER_SECONDS:.0f} s.")
            return
        self.phase.answers.append(reply.seconds)
        if reply.error:
            self.failed(reply.error)
        elif first_digit(reply.text("answer")) is None:
            self.failed(f"No digit in the answer to a {digit}.")

    async def _brings_photos(self, rng: random.Random) -> None:
        cookies: dict[str, str] = {}
        while True:
            try:
                async with self._tab(cookies) as tab:
                    await tab.choose(tab.widgets["source"], UPLOAD)
                    while True:
                        await self._photo(tab, rng)
                        await asyncio.sleep(rng.uniform(*PHOTO_PAUSE))
            except FAILURES as error:
                if not self.where.trouble:
                    self.failed(f"A photo: {type(error).__name__} {error}")
                await asyncio.sleep(rng.uniform(*BACK_S))

    async def _photo(self, tab: User, rng: random.Random) -> None:
        """Bring one; the answer names its digit, and the page's picture is the one that was brought."""
        digit, side = rng.choice("2357"), rng.randrange(280, 400)
        photo = np.full((side, side), 255, np.uint8)
        cv2.putText(photo, digit, (90, 230), cv2.FONT_HERSHEY_SIMPLEX, 7, 0, 18)
        async with asyncio.timeout(ANSWER_SECONDS):
            reply = await tab.upload(
                tab.widgets["upload"], "digit.png", cv2.imencode(".png", photo)[1].tobytes()
            )
        read = first_digit(reply.text("answer"))
        shown = [_decoded(tab.pictures[path]) for path in reply.pictures]
        if read != int(digit):
            self.failed(f"A photo of a {digit} was read as {read}.")
        elif not any(_alike(picture, photo) for picture in shown):
            self.failed("The page showed another picture than the photo.")
        self.phase.photos += 1


def _decoded(picture: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)


def _alike(shown: np.ndarray, photo: np.ndarray) -> bool:
    """The page shows it smaller, as JPEG."""
    wanted = cv2.resize(photo, shown.shape[::-1], interpolation=cv2.INTER_AREA)
    return float(np.abs(shown.astype(float) - wanted).mean()) < 5


# --- what breaks -------------------------------------------------------------------------------------


def breakages(where: School) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    async def kill() -> None:
        await where.replicas[0].restart(signal.SIGKILL, DEAD_S)

    async def database_gone() -> None:
        await asyncio.to_thread(where.store.stop)
        await asyncio.sleep(GONE_S)
        await asyncio.to_thread(where.store.start)

    async def rolling() -> None:
        for replica in where.replicas:
            await replica.restart(signal.SIGTERM, 0)
            await _ready(replica)

    return [("replica killed", kill), ("database gone", database_gone), ("rolling restart", rolling)]


async def _ready(replica: Server) -> None:
    """Wait until the proxy would send visitors there, and a little longer, for it asks once a second."""
    probe = User(replica.base_url)
    while (await probe.fetch("/api/health/models"))[0] != HTTPStatus.OK:
        await asyncio.sleep(0.2)
    await asyncio.sleep(3)


# --- tables ------------------------------------------------------------------------------------------


def _time(seconds: list[float], share: float) -> str:
    if not seconds:
        return "-"
    return duration(percentile(seconds, share))


def phases_table(days: list[tuple[str, Day]]) -> str:
    """Each phase of each run in a line."""
    rows = []
    for name, day in days:
        for phase in day.phases[1:]:
            seconds = phase.answers
            away = (
                f"{len(phase.away)}, {_time(phase.away, 0.5)} / {_time(phase.away, 1)}" if phase.away else "0"
            )
            rows.append(
                (
                    f"{name}, {phase.name}",
                    str(len(seconds)),
                    _time(seconds, 0.5),
                    _time(seconds, 0.95),
                    str(phase.photos),
                    away,
                    str(len(phase.errors)),
                )
            )
    header = [
        "",
        "strokes",
        "answer, median",
        "95 %",
        "photos",
        "lost their connection; back, median / last",
        "errors",
    ]
    return markdown.table(header, rows)


def class_table(days: list[tuple[str, Day]]) -> str:
    """What became of the classes' drawings, and what all that took."""

    def both(day: Day, pick: Callable[[Measured], list[float]]) -> list[float]:
        return [second for measured in day.measured for second in pick(measured)]

    def total(day: Day, pick: Callable[[Measured], int]) -> int:
        return sum(map(pick, day.measured))

    rows: list[tuple[str, Callable[[Day], str]]] = [
        ("pupils who joined", lambda d: str(total(d, lambda m: m.pupils))),
        (
            "drawings confirmed as sent / stored",
            lambda d: f"{total(d, lambda m: len(m.confirmed))} / {total(d, lambda m: m.stored)}",
        ),
        (
            "lost / there twice / came back as somebody else",
            lambda d: " / ".join(str(total(d, pick)) for pick in WRONG),
        ),
        ("“Not sent yet” was read, and it was sent later", lambda d: str(total(d, lambda m: m.told))),
        ("errors that a pupil or a teacher saw", lambda d: str(total(d, lambda m: len(m.errors)))),
        (
            "Send to “Sent”, median / 95 %",
            lambda d: f"{_time(both(d, lambda m: m.sent), 0.5)} / {_time(both(d, lambda m: m.sent), 0.95)}",
        ),
        (
            "replicas’ memory at their peak, together",
            lambda d: f"{max((m.memory for m in d.measured), default=0) / 1e6:.0f} MB",
        ),
        ("replicas’ CPU, of one core", lambda d: f"{d.cpu:.0%}"),
        ("proxy’s CPU, of one core", lambda d: f"{d.front_cpu:.0%}"),
        ("benchmark’s own CPU, of one core", lambda d: f"{d.own_cpu:.0%}"),
    ]
    return markdown.table(
        ["", *(name for name, _ in days)], [(label, *(show(day) for _, day in days)) for label, show in rows]
    )


# --- runs --------------------------------------------------------------------------------------------


def measure(number: int, options: argparse.Namespace, broken: bool) -> Day:
    print(f"{number} replicas, {options.users} users, {options.pupils} pupils", file=sys.stderr, flush=True)

    async def day(where: School) -> Day:
        run = Day(where, options)
        await run.live(breakages(where) if broken else [])
        return run

    with school(number) as where:
        return asyncio.run(day(where))


def growth(options: argparse.Namespace) -> str:
    """People who only draw, on more and more replicas."""
    options = argparse.Namespace(**vars(options) | {"pupils": 0})
    rows = []
    for number in GROW:
        day = measure(number, options, broken=False)
        calm = day.phase
        seconds = calm.answers
        rows.append(
            (
                str(number),
                str(len(seconds)),
                _time(seconds, 0.5),
                _time(seconds, 0.95),
                str(len(calm.errors)),
                f"{day.cpu:.0%}",
                f"{day.front_cpu:.0%}",
                f"{day.own_cpu:.0%}",
            )
        )
    header = [f"replicas, {options.users} users", "strokes", "answer, median", "95 %", "errors"]
    return markdown.table([*header, "replicas’ CPU, of one core", "proxy’s", "benchmark’s"], rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=USERS, help=f"who draw (default: {USERS})")
    parser.add_argument("--pupils", type=int, default=200, help="of two classes together (default: 200)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each phase (default: 60)")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--grow", action="store_true", help="one to four replicas, and nothing breaks")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main() -> None:
    options = markdown.options(__doc__ or "", _parser())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))  # stops what was started, too
    if options.grow:
        markdown.show([("growth", growth(options))], options.write)
        return
    days = [("one replica", measure(1, options, broken=False))]
    days.append((f"{options.replicas} replicas", measure(options.replicas, options, broken=True)))
    of = "" if options.users == USERS else f", {options.users} people"
    tables = [(f"replicas{of}", phases_table(days)), (f"classes on replicas{of}", class_table(days))]
    markdown.show(tables, options.write)
    measured = [each for _, day in days for each in day.measured]
    lost, twice, others = (sum(map(pick, measured)) for pick in WRONG)
    print(f"lost {lost}, twice {twice}")
    sys.exit(lost + twice + others > 0)


if __name__ == "__main__":
    main()
