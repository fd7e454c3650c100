"""What the server writes down with DIGITLAB_LOG=json: one object a line, whoever writes, and no names."""

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake

from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import User
from digitlab import logs
from digitlab.classroom import classes, database

ROOT = Path(__file__).parents[2]
JSON = {logs.VARIABLE: "json", "STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true"}
ADDRESS = re.compile(r"127\.0\.0\.1|::1\b|192\.0\.2\.7|2001:db8")
APP = """
import sys
import streamlit as st
sys.path.append({root!r})
from ui.server import logs
logs.start()
app = st.App("page.py")
"""
PAGE = """
import logging, os, threading, warnings
import streamlit as st
from streamlit.logger import get_logger

print("printed:", dict(st.query_params))
os.write(2, b"written in C for 192.0.2.7\\n")
warnings.warn("a warning about [2001:db8::5]:443", stacklevel=1)
logging.getLogger("ours").info("two\\nlines of %s", "postgresql://me:password@192.0.2.7/it")
logging.getLogger("uvicorn.error").info('192.0.2.7:1 - "WebSocket /_stcore/stream" [accepted]')
get_logger("streamlit.imported_later").warning("of %s", "class:BCDFG")
threading.Thread(target=lambda: 1 / 0, name="t").start()
raise KeyError("/desk?class=BCDFG&key=secret")
"""


def run(*scenes: Any) -> None:
    """In a thread of its own: the browser tests leave an event loop running in this one."""

    async def one_after_the_other() -> None:
        for scene in scenes:
            await scene

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, one_after_the_other()).result()


def lines(app: RunningApp, wanted: str = "") -> list[dict[str, str]]:
    """What it has written; once `wanted` is there."""
    end = time.monotonic() + 30
    while wanted not in app.output():
        assert time.monotonic() < end, app.output()
        time.sleep(0.05)
    return [json.loads(line) for line in app.output().splitlines()]


async def visit(app: RunningApp, page: str, query: str) -> None:
    async with asyncio.timeout(60), aclosing(User(app.base_url, page=page, query=query)) as tab:
        await tab.open()


async def be_a_stranger(app: RunningApp) -> None:
    """What is no message, and what leads nowhere."""
    address = app.base_url.replace("http", "ws", 1)
    async with connect(address + "/_stcore/stream", subprotocols=["streamlit"]) as tab:
        await tab.send(b"\xff no message")
        await tab.wait_closed()
    with suppress(InvalidHandshake):
        await (await connect(address + "/nowhere?class=BCDFG&key=secret")).close()


def test_whoever_writes_writes_json_and_names_nobody(tmp_path: Path) -> None:
    """Print, C, warnings, our loggers and others', Streamlit's late ones, threads, and a page that fails."""
    (tmp_path / "app.py").write_text(APP.format(root=str(ROOT)))
    (tmp_path / "page.py").write_text(PAGE)
    plain = {"STREAMLIT_LOGGER_ENABLE_RICH": "false"}  # as in .streamlit/config.toml
    with running_app(tmp_path / "app.py", cwd=tmp_path, env=os.environ | JSON | plain) as app:
        run(visit(app, "", "class=BCDFG&key=secret"))
        lines(app, "KeyError: ")
        found = lines(app, "ZeroDivisionError: ")
    said = {line["logger"]: line for line in found}
    for line in found:
        assert list(line)[:4] == ["time", "level", "logger", "message"], line
        assert abs(datetime.fromisoformat(line["time"]) - datetime.now().astimezone()) < timedelta(minutes=2)
        assert line["time"].endswith("Z")
    assert said["ours"]["message"] == "two\nlines of postgresql://…@…/it"
    assert said["py.warnings"]["message"].partition("a warning about ")[2].startswith("[…]:443")
    assert said["streamlit.imported_later"] | {"time": ""} == {
        "time": "",
        "level": "WARNING",
        "logger": "streamlit.imported_later",
        "message": "of class:…",
    }
    assert {"written in C for …"} <= {line["message"] for line in found if line["logger"] == logs.OUTPUT}
    exceptions = "".join(line.get("exception", "") for line in found)
    assert "ZeroDivisionError" in exceptions
    assert "KeyError: '/desk?class=…&key=…'" in exceptions
    text = json.dumps(found, ensure_ascii=False)
    assert not re.search("BCDFG|secret|password", text)
    assert not ADDRESS.search(text)
    assert "uvicorn.error" not in said


class Lesson(NamedTuple):
    app: RunningApp
    code: str
    key: str


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lesson]:
    """The real app, with a class in its database."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("logs")
        patch.setenv(database.VARIABLE, f"sqlite:///{folder / 'classes.sqlite3'}")
        found, key = classes.start()
        database.close()
        with running_app(ROOT / "app.py", cwd=ROOT, env=os.environ | JSON) as app:
            yield Lesson(app, found.code, key)


def test_the_app_writes_json_and_names_nobody(lesson: Lesson) -> None:
    app, code, key = lesson
    run(
        visit(app, "join", f"class={code}"),
        visit(app, "desk", f"class={code}&key={key}"),
        visit(app, "desk", f"class={code}&key=wrong"),
        visit(app, "join", "class=BCDFG"),
        be_a_stranger(app),
    )
    found = lines(app, "not Streamlit's")
    assert found
    text = json.dumps(found, ensure_ascii=False)
    assert not ADDRESS.search(text)
    assert code not in text
    assert key not in text
    assert not re.search("BCDFG|secret|wrong", text)


def test_the_last_words_are_json_too() -> None:
    code = "from digitlab import logs; logs.start(); print('last', end=' '); print('words'); 1 / 0"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | JSON, capture_output=True)
    assert done.returncode == 1
    assert done.stdout == b""
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["message"] for line in found} == {"last words", "Uncaught exception"}
    assert next(line for line in found if "exception" in line)["level"] == "ERROR"


def test_unasked_nothing_changes() -> None:
    code = "from digitlab import logs; logs.start(); print('plain'); 1 / 0"
    env = {name: value for name, value in os.environ.items() if name != logs.VARIABLE}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True)
    assert done.stdout == b"plain\n"
    assert b"\nZeroDivisionError: division by zero\n" in done.stderr


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            '10.1.2.3:4711 - "WebSocket /x?class=KFRTW&key=ab-c_d" 403',
            '…:4711 - "WebSocket /x?class=…&key=…" 403',
        ),
        ("from 10.1.2.3, 2001:db8::1 and ::ffff:10.0.0.1.", "from …, … and …."),
        ("at 12:30:45 Streamlit 1.67.0 took 0.25 s: 3.5 std::move", None),
        ("KeyError: 'class:KFRTW@17'", "KeyError: 'class:…'"),
        ("""{'class': 'KFRTW', "key":"x"}""", """{'class': '…', "key":"…"}"""),
        ("https://x/join?class=KFRTW&drawing=1.aGk#top", "https://x/join?class=…&drawing=…"),
        ("postgresql+psycopg://u:p@db.example:5432/n", "postgresql+psycopg://…@db.example:5432/n"),
        ("class KFRTW is a word like any other, key: too", None),
    ],
)
def test_addresses_and_what_is_in_links_are_taken_out(text: str, left: str | None) -> None:
    assert logs.without_visitors(text) == (text if left is None else left)


def test_a_line_is_one_line_and_bounded() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, "\ud800 %s", ("x\n" * logs.LONGEST,), None)
    line = logs.JsonLines().format(record).encode("utf-8", "backslashreplace")
    assert b"\n" not in line
    message = json.loads(line)["message"]
    assert len(message) == logs.LONGEST + 2
    assert message.endswith("x\n")
