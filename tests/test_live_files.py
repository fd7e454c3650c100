"""What the browser loads to answer by itself: its addresses, and the server's answers to them."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st
from starlette.routing import Router
from starlette.types import Message

from benchmarks.server import RunningApp, running_app
from digitlab.inference import ARTIFACTS
from tests.asking import ask
from ui.pad import live_files
from ui.server import live

ROOT = Path(__file__).parents[1]
BROWSER = ROOT / "ui" / "pad" / "browser"
LIVE = {"linear", "dense_classic", "tiny_cnn", "cnn", "detector", "strokes"}


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    with running_app(ROOT / "app.py", cwd=ROOT) as app:
        yield app


def answered(path: str) -> int:
    """The status of our routes' answer. In a thread of its own: the browser tests leave an event loop."""
    statuses: list[int] = []

    async def receive() -> Message:
        return await asyncio.Event().wait()

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, Router(live.ROUTES)(scope, receive, send)).result()
    return statuses[0]


def test_every_model_that_answers_live_has_its_file() -> None:
    networks = {name.removesuffix(".bin") for name in live_files.files() if name.endswith(".bin")}
    assert networks == LIVE
    assert all(live_files.has(name) for name in LIVE)
    assert not live_files.has("committee")
    assert not live_files.has("../cnn")


def test_scripts_import_only_what_is_served_beside_them() -> None:
    """Their addresses are relative, so that the digest in the path stays."""
    imports = re.compile(r"""(?:\bfrom|\bimport\()\s*["'](.+?)["']""")
    scripts = {name: text.decode() for name, text in live_files.files().items() if name.endswith(".js")}
    assert {"worker.js", "to_mnist.js", "network.js", "raster.js"} <= scripts.keys()
    wanted = [address for text in scripts.values() for address in imports.findall(text)]
    assert len(wanted) > 5
    for address in wanted:
        assert address.removeprefix("./") in scripts, address


def test_an_address_changes_with_any_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = live_files.url("worker.js")
    changed = live_files.files() | {"cnn.bin": b"another network"}
    monkeypatch.setattr(live_files, "files", lambda: changed)
    live_files.digest.cache_clear()
    try:
        assert live_files.url("worker.js") != before
    finally:
        monkeypatch.undo()
        live_files.digest.cache_clear()
    assert live_files.url("worker.js") == before


@pytest.mark.parametrize("base", ["lab", "/lab/", "schools/lab"])
def test_an_address_begins_with_the_servers_own_path(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = live_files.url("worker.js")
    assert plain.startswith("/api/live/")
    get = st.get_option
    monkeypatch.setattr(st, "get_option", lambda key: base if key == "server.baseUrlPath" else get(key))
    assert live_files.url("worker.js") == f"/{base.strip('/')}{plain}"
    # a proxy may take its path away or leave it
    assert [answered(path) for path in (plain, live_files.url("worker.js"), f"/else{plain}")] == [
        200,
        200,
        404,
    ]


def test_there_is_no_address_of_what_is_not_there() -> None:
    with pytest.raises(KeyError):
        live_files.url("secrets.js")


def test_nothing_is_read_from_disk_for_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    live_files.files()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"reads {path}"))
    assert [answered(live_files.url(name)) for name in ("worker.js", "cnn.bin")] == [200, 200]


# --- the server --------------------------------------------------------------------------------------


def test_a_script_may_be_kept_for_ever(app: RunningApp) -> None:
    plain = ask(app, live_files.url("worker.js"))
    assert plain.body == (BROWSER / "worker.js").read_bytes()
    assert plain.headers["Content-Type"].startswith("text/javascript")
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    packed = ask(app, live_files.url("worker.js"), Accept_Encoding="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    for answer in (plain, packed):
        assert answer.headers["Vary"] == "Accept-Encoding", "caches keep both apart"


def test_a_network_comes_whole(app: RunningApp) -> None:
    plain, packed = (ask(app, live_files.url("cnn.bin"), Accept_Encoding=way) for way in ("identity", "gzip"))
    assert plain.headers["Content-Type"] == "application/octet-stream"
    assert plain.headers["Cache-Control"] == packed.headers["Cache-Control"] == live.FOR_EVER
    assert plain.body == gzip.decompress(packed.body) == (ARTIFACTS / "cnn" / "live.bin").read_bytes()
    assert int(plain.headers["Content-Length"]) == len(plain.body)


@pytest.mark.parametrize(
    "name", ["nothing.js", "card.json", "..%2Fapp.py", "..%2F..%2Fapp.py", "worker.js%00", "%ff"]
)
def test_other_files_are_not_there(app: RunningApp, name: str) -> None:
    address = f"/api/live/{live_files.digest()}/{name}"
    assert ask(app, address).status in (400, 404)
    assert "immutable" not in ask(app, address).headers.get("Cache-Control", "")


def test_another_versions_files_are_not_there(app: RunningApp) -> None:
    answer = ask(app, live_files.url("worker.js").replace(live_files.digest(), "0" * 16))
    assert answer.status == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")
