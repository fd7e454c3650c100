"""What a stroke costs the server: processor time of the draw page against that of the smallest fragment.

    python -m benchmarks.stroke_cost [--write]

Both servers get the same strokes over the real protocol, in turns, from one user who never waits: both see
the same machine. The smallest app (benchmarks/reference_fragment.py) has a canvas and one st.html in a
fragment, under the same settings; whatever lies above it is the draw page’s own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, aclosing

import numpy as np

from benchmarks import markdown
from benchmarks.class_load import ROOT
from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import User
from digitlab.strokes import examples

STROKES, ROUNDS, WARM_UP = 10, 100, 20
DRAWINGS = [tuple(tuple(stroke.points) for stroke in drawing) for drawing in examples()]
APPS = {"draw page": ROOT / "app.py", "smallest fragment": ROOT / "benchmarks" / "reference_fragment.py"}


async def strokes(user: User, count: int) -> None:
    for number in range(count):
        async with asyncio.timeout(30):
            reply = await user.draw(DRAWINGS[number % len(DRAWINGS)])
        assert reply.text("answer"), reply.error


def seconds(app: RunningApp) -> float:
    """Processor time of a server so far, to the nanosecond: the clock that Linux has for any process."""
    return time.clock_gettime((~app.process.pid << 3) | 2)


async def measure() -> dict[str, list[float]]:
    """Milliseconds of processor time for a stroke, one number a round."""
    found: dict[str, list[float]] = {name: [] for name in APPS}
    with ExitStack() as servers:
        apps = {name: servers.enter_context(running_app(script, cwd=ROOT)) for name, script in APPS.items()}
        async with AsyncExitStack() as tabs:
            users = {
                name: await tabs.enter_async_context(aclosing(User(app.base_url)))
                for name, app in apps.items()
            }
            for user in users.values():
                await user.open()
                await strokes(user, WARM_UP)
            for _ in range(ROUNDS):
                for name, user in users.items():
                    before = seconds(apps[name])
                    await strokes(user, STROKES)
                    found[name].append((seconds(apps[name]) - before) / STROKES * 1000)
    return found


def table(found: dict[str, list[float]]) -> str:
    least = np.median(found["smallest fragment"])
    rows = [
        (
            name,
            f"{np.median(ms):.1f}",
            "{:.1f} to {:.1f}".format(*np.quantile(ms, (0.25, 0.75))),
            f"{np.median(ms) / least:.2f}",
        )
        for name, ms in found.items()
    ]
    return markdown.table(
        ["", "processor time of a stroke, ms", "middle half of the rounds", "times the smallest"], rows
    )


def tables() -> Iterator[tuple[str, str]]:
    yield "stroke cost", table(asyncio.run(measure()))


if __name__ == "__main__":
    markdown.show(tables(), markdown.options(__doc__).write)
