"""What strangers may send over the real protocol; afterwards the same session still answers a drawing."""

import asyncio
import base64
import json
import struct
import zlib
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.exceptions import WebSocketException

from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import User
from digitlab.strokes import examples

ROOT = Path(__file__).parents[2]
CORPUS = json.loads((ROOT / "tests" / "corpus" / "component_values.json").read_text("utf-8"))
SEVEN = tuple(tuple(stroke.points) for stroke in examples()[7])


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    with running_app(ROOT / "app.py", cwd=ROOT) as app:
        yield app


def png_bomb() -> str:
    """A PNG whose header promises 13,000 x 13,000 pixels, in a data URL."""
    header = struct.pack(">IIBBBBB", 13_000, 13_000, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b"")]
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunks).decode()
    return json.dumps({"drawing": {"raw": {"objects": []}, "data": f"data:image/png;base64,{png}"}})


def drawing(raw: object) -> str:
    return json.dumps({"drawing": {"raw": raw, "data": None}})


HOSTILE = {
    "null": "null",
    "a list": "[]",
    "a number": "7",
    "no drawing": "{}",
    "drawing is text": json.dumps({"drawing": "x"}),
    "no objects": drawing({}),
    "objects are text": drawing({"objects": "xxxx"}),
    "object is text": drawing({"objects": ["x"]}),
    "no path": drawing({"objects": [{"type": "Path"}]}),
    "path of nulls": drawing({"objects": [{"path": [None], "strokeWidth": 5}]}),
    "NaN": drawing({"objects": [{"path": [["M", float("nan"), 0]], "strokeWidth": 5}]}),
    "infinite": drawing({"objects": [{"path": [["M", 1e999, 0]], "strokeWidth": 5}]}),
    "huge pen": drawing({"objects": [{"path": [["M", 1, 1]], "strokeWidth": 1e300}]}),
    "many strokes": drawing({"objects": [{"path": [["M", 1, 1]], "strokeWidth": 5}] * 10_000}),
    "long stroke": drawing({"objects": [{"path": [["M", 1, 1]] + [["L", 9, 9]] * 60_000, "strokeWidth": 5}]}),
    "image bomb": png_bomb(),
    "truncated image": png_bomb().replace("AAAA", "", 20),
}
# Streamlit itself fails on these before our code runs: ui/server/values.py takes them out.
UNREADABLE = {
    "nothing": "",
    "no json": "{",
    "cut short": png_bomb()[:-40],
    "deep": '{"drawing":{"raw":' + "[" * 20_000 + "]" * 20_000 + "}}",
    "huge integer": '{"drawing":{"raw":{"objects":[{"path":[["M",' + "9" * 5000 + ",1]]}]}}}",
}


def run(scene: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result()


async def answer_after(app: RunningApp, *values: str) -> str:
    async with asyncio.timeout(60), aclosing(User(app.base_url)) as user:
        await user.open()
        for value in values:
            with suppress(TimeoutError, WebSocketException):
                async with asyncio.timeout(5):
                    await user.send(value)
        return (await user.draw(SEVEN)).text("answer")


def lines(app: RunningApp) -> int:
    return len(app.output().splitlines())


@pytest.mark.slow
def test_all_in_one_session(app: RunningApp) -> None:
    """No value brings an error box, or more than one short line in the log; afterwards the pad works."""
    sent = {**HOSTILE, **UNREADABLE} | {json.dumps(value): json.dumps(value) for value in CORPUS["drawings"]}

    async def scene() -> tuple[dict[str, object], str]:
        found: dict[str, object] = {}
        async with asyncio.timeout(180), aclosing(User(app.base_url)) as user:
            await user.open()
            for name, value in sent.items():
                before = lines(app)
                reply = await user.send(value)
                if reply.error or lines(app) > before + 1:
                    found[name] = reply.error or app.output()[-2000:]
            return found, (await user.draw(SEVEN)).text("answer")

    found, answer = run(scene())
    assert not found
    assert ">7<" in answer
    assert max(map(len, app.output().splitlines())) < 300


def test_nobody_else_notices(app: RunningApp) -> None:
    async def scene() -> str:
        async with asyncio.timeout(60), aclosing(User(app.base_url)) as other:
            await other.open()
            await answer_after(app, *UNREADABLE.values())
            return (await other.draw(SEVEN)).text("answer")

    assert ">7<" in run(scene())


def test_the_server_stays_small(app: RunningApp) -> None:
    run(answer_after(app))
    server = psutil.Process(app.process.pid)
    before = server.memory_info().rss
    run(answer_after(app, *[png_bomb()] * 10))
    assert server.memory_info().rss - before < 100e6


def test_a_frame_of_three_megabytes_is_refused_and_harms_nobody(app: RunningApp) -> None:
    async def scene() -> str:
        async with asyncio.timeout(60), aclosing(User(app.base_url)) as other:
            await other.open()
            async with aclosing(User(app.base_url)) as sender:
                await sender.open()
                with suppress(TimeoutError, WebSocketException):
                    async with asyncio.timeout(5):
                        reply = await sender.send(drawing({"objects": [], "filling": "x" * 3_000_000}))
                        assert "Draw a digit" in reply.text("answer") or not reply.text("answer")
            return (await other.draw(SEVEN)).text("answer")

    assert ">7<" in run(scene())
    assert ">7<" in run(answer_after(app))


def test_tensorflow_is_not_in_the_server(app: RunningApp) -> None:
    run(answer_after(app))
    loaded = [mapped.path for mapped in psutil.Process(app.process.pid).memory_maps()]
    assert any("ai_edge_litert" in path for path in loaded), "the models must have been run"
    assert not [path for path in loaded if "/tensorflow/" in path or "/keras/" in path]
