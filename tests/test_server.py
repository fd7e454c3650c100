"""What app.py adds to Streamlit's server, asked over HTTP as browsers and strangers do."""

import asyncio
import ctypes
import gzip
import http.client
import json
import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import sqlalchemy as sa
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse
from starlette.types import ASGIApp, Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest
from websockets.asyncio.client import connect as asyncio_connect
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import User
from digitlab.classroom import classes, database, tables
from tests.asking import Answer, ask
from ui import links, menu
from ui.server import classes as ui_classes
from ui.server import guards, headers, health, sockets, static, warm_up

ROOT = Path(__file__).parents[1]
STATIC = headers.SHELL.parent / "static"
LARGE = max((STATIC / "js").glob("index.*.js"), key=lambda file: file.stat().st_size)
FONT = next((STATIC / "media").glob("*.woff2"))


def run(scene: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result()


async def body_of(app: ASGIApp, path: str) -> bytes:
    """What an ASGI app sends to a browser that takes gzip."""
    body: list[bytes] = []

    async def receive() -> Message:
        return await asyncio.Event().wait()

    async def send(message: Message) -> None:
        body.append(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-encoding", b"gzip")]}
    await app(scope, receive, send)
    return b"".join(body)


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    with running_app(ROOT / "app.py", cwd=ROOT) as app:
        yield app


# --- compression -------------------------------------------------------------------------------------

SCRIPT = f"/static/js/{LARGE.name}"


def test_a_script_comes_compressed_and_whole(app: RunningApp) -> None:
    answer = ask(app, SCRIPT, Accept_Encoding="gzip, br")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body) == LARGE.read_bytes()
    assert len(answer.body) == int(answer.headers["Content-Length"]) < 0.4 * LARGE.stat().st_size
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "", "x-gzip-not"])
def test_who_cannot_unpack_gets_it_as_it_is(app: RunningApp, accepted: str) -> None:
    answer = ask(app, SCRIPT, Accept_Encoding=accepted)
    assert "Content-Encoding" not in answer.headers
    assert answer.body == LARGE.read_bytes()
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_browser_that_has_it_gets_nothing(app: RunningApp) -> None:
    etag = ask(app, SCRIPT, Accept_Encoding="gzip").headers["ETag"]
    assert etag.startswith("W/"), "its bytes are others than those of the file itself"
    again = ask(app, SCRIPT, Accept_Encoding="gzip", If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")


def test_head_says_what_get_would(app: RunningApp) -> None:
    get, head = (ask(app, SCRIPT, method, Accept_Encoding="gzip") for method in ("GET", "HEAD"))
    assert head.body == b""
    for name in ("Content-Length", "Content-Encoding", "ETag", "Vary", "Content-Type"):
        assert head.headers[name] == get.headers[name]


def test_a_part_of_a_file_is_not_compressed(app: RunningApp) -> None:
    answer = ask(app, SCRIPT, Accept_Encoding="gzip", Range="bytes=0-9")
    assert answer.status == 206
    assert answer.body == LARGE.read_bytes()[:10]


def test_what_is_compressed_already_is_left_alone(app: RunningApp) -> None:
    answer = ask(app, f"/static/media/{FONT.name}", Accept_Encoding="gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.body == FONT.read_bytes()


def test_the_shell_of_the_page_is_compressed_too(app: RunningApp) -> None:
    answer = ask(app, "/", Accept_Encoding="gzip")
    assert gzip.decompress(answer.body) == headers.SHELL.read_bytes()


def test_a_class_has_each_file_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[int] = []

    def compress(plain: bytes, level: int, *, mtime: float) -> bytes:
        packed.append(len(plain))
        time.sleep(0.1)  # so that all ask meanwhile
        return zipped(plain, level, mtime=mtime)

    zipped = gzip.compress
    monkeypatch.setattr(static.gzip, "compress", compress)

    async def pupils(visit: ASGIApp) -> list[bytes]:
        first = await asyncio.gather(*(body_of(visit, SCRIPT) for _ in range(8)))
        return [*first, await body_of(visit, SCRIPT)]

    bodies = run(pupils(static.StaticCompression(FileResponse(LARGE))))
    assert [gzip.decompress(body) for body in bodies] == [LARGE.read_bytes()] * 9
    assert packed == [LARGE.stat().st_size]


# --- headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/mistakes", "/_stcore/health", "/_stcore/metrics", "/media/no", "/api/health", "/..%2f.."],
)
def test_whatever_could_be_a_page_carries_the_security_headers(app: RunningApp, path: str) -> None:
    found = ask(app, path).headers
    policy = dict(rule.split(" ", 1) for rule in found["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set(policy["script-src"].split())
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "no-referrer"  # the desk's link holds its key
    assert "camera=(self)" in found["Permissions-Policy"]


def test_a_script_is_only_told_not_to_be_taken_for_something_else(app: RunningApp) -> None:
    found = ask(app, SCRIPT).headers
    assert found["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" not in found


def test_a_school_may_embed_it() -> None:
    policy = headers.content_security_policy("'self' https://*.school.example:8443", "")
    assert policy.endswith("frame-ancestors 'self' https://*.school.example:8443")


@pytest.mark.parametrize("sources", ["", "'self'; script-src *", "a\r\nSet-Cookie: b=c", "a, b"])
def test_the_list_of_who_may_embed_it_can_say_nothing_else(sources: str) -> None:
    with pytest.raises(ValueError, match="DIGITLAB_FRAME_ANCESTORS"):
        headers.content_security_policy(sources, "")


# --- what is closed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics?families=x"])
def test_the_servers_figures_are_closed(app: RunningApp, path: str) -> None:
    answer = ask(app, path)
    assert answer.status == 404
    assert b"# TYPE" not in answer.body


# --- our own routes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Content-Length": "10"}, 200),
        ({"Content-Length": "10", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Content-Length": "10", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Length": "10", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Length": str(guards.MAX_BODY + 1)}, 413),
        ({"Content-Length": "-1"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_what_is_sent_to_our_routes_is_small_and_ours(sent: dict[str, str], status: int) -> None:
    statuses = []

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    async def receive() -> Message:
        return {"type": "http.request"}

    raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/anything", "headers": raw}
    run(guards.OwnRoutes(PlainTextResponse("taken"))(scope, receive, send))
    assert statuses[0] == status


# --- uploads -----------------------------------------------------------------------------------------


def upload(app: RunningApp, session: str, file: str, size: int) -> Answer:
    cookie = ask(app, "/_stcore/health").headers["Set-Cookie"].split(";")[0]
    form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.png"\r\n\r\n' + bytes(size)
    return ask(
        app,
        f"/_stcore/upload_file/{session}/{file}",
        "PUT",
        form + b"\r\n--x--\r\n",
        Content_Type="multipart/form-data; boundary=x",
        Cookie=cookie,
        X_Xsrftoken=cookie.split("=", 1)[1],
    )


@pytest.fixture
def session(app: RunningApp) -> Iterator[str]:
    """A connected browser's session id."""
    with connect(
        app.base_url.replace("http", "ws", 1) + "/_stcore/stream",
        origin=app.base_url,
        subprotocols=["streamlit", "x"],
        proxy=None,
        max_size=None,
    ) as web:
        web.send(User(app.base_url)._request().SerializeToString())
        while True:
            message = ForwardMsg.FromString(web.recv(timeout=30))
            if message.WhichOneof("type") == "new_session":
                break
        threading.Thread(target=lambda: list(web), daemon=True).start()
        yield message.new_session.initialize.session_id


def test_a_session_keeps_few_files(app: RunningApp, session: str) -> None:
    statuses = [upload(app, session, f"file-{number}", 1000).status for number in range(guards.MAX_FILES + 2)]
    assert statuses == [204] * guards.MAX_FILES + [429, 429]
    assert upload(app, session, "file-0", 2000).status == 204, "one may take another's place"


def test_a_session_keeps_few_bytes(app: RunningApp, session: str) -> None:
    size = 5_900_000
    statuses = [upload(app, session, f"file-{number}", size).status for number in range(guards.MAX_FILES)]
    assert statuses.count(204) * size <= guards.MAX_BYTES
    assert statuses[-1] == 413
    assert statuses[0] == 204


def test_who_has_no_session_uploads_nothing(app: RunningApp) -> None:
    assert upload(app, "nobody", "file", 1000).status == 400


# --- sockets -----------------------------------------------------------------------------------------


def nodelay(process: int, fd: int) -> int | None:
    """TCP_NODELAY of a socket of another process; None where it is no TCP socket."""
    handle = os.pidfd_open(process)
    try:
        copied = ctypes.CDLL(None, use_errno=True).syscall(438, handle, fd, 0)  # pidfd_getfd
    finally:
        os.close(handle)
    if copied < 0:
        pytest.skip(f"this machine lets nobody look: {os.strerror(ctypes.get_errno())}")
    with socket.socket(fileno=copied) as copy:
        return copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux only")
def test_small_answers_leave_at_once(app: RunningApp) -> None:
    server = urlsplit(app.base_url)
    connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=30)
    connection.request("GET", "/_stcore/health")
    connection.getresponse().read()  # kept open
    found = psutil.Process(app.process.pid).net_connections("tcp")
    states = {c.status: nodelay(app.process.pid, c.fd) for c in found}
    connection.close()
    assert states.get(psutil.CONN_ESTABLISHED) == 1, states


def test_only_sockets_that_listen_are_touched() -> None:
    with socket.socket() as listening, socket.socket() as other:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        sockets.send_at_once()
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- whose address it is --------------------------------------------------------------------------------


def test_behind_a_proxy_the_visitors_own_address_counts(tmp_path: Path) -> None:
    """digitlab.classroom.attempts counts by it. A proxy on this machine is believed: what it puts last."""
    script = tmp_path / "app.py"
    script.write_text("import streamlit as st\nst.text(f'from {st.context.ip_address}')\n")
    with (
        running_app(script, cwd=ROOT) as app,
        connect(
            app.base_url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=app.base_url,
            subprotocols=["streamlit", "x"],
            additional_headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"},
            proxy=None,
        ) as web,
    ):
        web.send(User(app.base_url)._request().SerializeToString())
        while (text := ForwardMsg.FromString(web.recv(timeout=30)).delta.new_element.text.body) == "":
            pass
    assert text == "from 198.51.100.7"


# --- the log -----------------------------------------------------------------------------------------


def test_the_log_holds_no_address_and_no_link(app: RunningApp) -> None:
    """Neither of those who came, nor of those who were sent away."""

    async def visits() -> None:
        for page, query in (("desk", "class=BCDFG&key=secret"), ("join", "class=BCDFG"), ("nowhere", "")):
            async with aclosing(User(app.base_url, page=page, query=query)) as tab:
                await tab.open()
        with suppress(InvalidHandshake):
            await (await asyncio_connect(app.base_url.replace("http", "ws", 1) + "/nowhere")).close()

    run(visits())
    ask(app, "/desk?class=BCDFG&key=secret")
    ask(app, "/api/health", "POST", b"x")
    lines = [line for line in app.output().splitlines() if "URL:" not in line]
    assert not [line for line in lines if re.search(r"127\.0\.0\.1|::1|secret|BCDFG", line)]


# --- health and warm-up ------------------------------------------------------------------------------


def test_health_is_well_once_the_models_are_loaded(app: RunningApp) -> None:
    until(lambda: ask(app, "/api/health").status == 200)
    answer = ask(app, "/api/health")
    assert json.loads(answer.body) == {"status": "ok", "models": True, "database": True}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("check", [lambda: False, lambda: 1 / 0], ids=["says no", "fails"])
def test_health_is_503_while_something_is_missing(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[], bool]
) -> None:
    monkeypatch.setitem(health.CHECKS, "models", check)
    answer = run(health.health(Request({"type": "http"})))
    assert answer.status_code == 503
    assert json.loads(answer.body) == {"status": "not ready", "models": False, "database": True}


def test_health_says_that_the_database_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, "postgresql://digitlab@127.0.0.1:1/nowhere")
    monkeypatch.setitem(health.CHECKS, "models", lambda: True)
    answer = run(health.health(Request({"type": "http"})))
    assert answer.status_code == 503
    assert json.loads(answer.body) == {"status": "not ready", "models": True, "database": False}
    # a proxy asks for the models alone, or it would close all servers at once
    answer = run(health.health(Request({"type": "http", "path_params": {"check": "models"}})))
    assert (answer.status_code, json.loads(answer.body)) == (200, {"status": "ok", "models": True})


def test_our_paths_may_stand_behind_the_servers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "models", lambda: True)
    get = st.get_option
    monkeypatch.setattr(st, "get_option", lambda key: "lab" if key == "server.baseUrlPath" else get(key))
    assert links.url("wall", {"class": "BCDFG"}) == "/lab/wall?class=BCDFG"
    assert links.url(menu.FRONT) == "/lab/"
    asked = [{"base": "lab"}, {"base": "else"}, {"check": "models", "base": "lab"}, {"check": "no"}]
    statuses = [
        run(health.health(Request({"type": "http", "path_params": some}))).status_code for some in asked
    ]
    assert statuses == [200, 404, 200, 404]


def test_health_waits_for_a_silent_database_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask: one thread does, and once the database answers, so does health."""
    back, asked = threading.Event(), []

    def silent() -> bool:
        asked.append(threading.get_ident())
        return back.wait(60)

    check = health.Bounded(silent)
    monkeypatch.setattr(health, "LONGEST_S", 0.05)
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: check(), range(8)))
    assert len(asked) == 1
    monkeypatch.setattr(health, "LONGEST_S", 60)
    back.set()
    assert check()
    assert check()


# --- classes -----------------------------------------------------------------------------------------


def ids_of_classes() -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(tables.classes.c.id)).scalars())


def test_ended_classes_go_by_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the database was gone for a while: that costs one line in the log."""
    monkeypatch.setattr(ui_classes, "FIRST_S", 0.01)
    monkeypatch.setattr(ui_classes, "EVERY_S", 0.01)
    monkeypatch.setattr(database, "_RETRY_S", 0)
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path}/away/classes.sqlite3")
    tmp_path.joinpath("away").write_text("a file where a folder should be")
    tries: list[None] = []

    def tidy() -> int:
        tries.append(None)
        return tidied()

    tidied = ui_classes.tidy
    monkeypatch.setattr(ui_classes, "tidy", tidy)
    with caplog.at_level(logging.WARNING):
        ui_classes.start()
        try:
            until(lambda: len(tries) > 3)
            tmp_path.joinpath("away").unlink()
            until(database.forget_deleted)
            ended, kept = classes.start()[0], classes.start()[0]
            classes.change(ended.id, ends=time.time() - 1)
            until(lambda: ids_of_classes() == [kept.id])
        finally:
            ui_classes.stop()
    assert len(caplog.records) == 1
    assert "can't be deleted now" in caplog.text
    database.close()


def test_what_fails_at_start_costs_one_line(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    tasks: Mapping[str, warm_up.Task] = {
        "the impossible": lambda: 1 / 0,
        "the possible": lambda: done.append("it"),
    }
    with caplog.at_level(logging.WARNING):
        thread = threading.Thread(target=warm_up._run, args=(tasks,))  # its priority goes with it
        thread.start()
        thread.join()
    assert done == ["it"]
    assert [record.getMessage() for record in caplog.records] == [
        "Warm-up of the impossible failed: division by zero"
    ]
    assert warm_up.models_are_loaded()


@pytest.mark.parametrize("mnist", ["as it is", "/nowhere.npz"])
def test_all_that_is_listed_can_be_warmed_up(mnist: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In AppTest, because components can be declared only where Streamlit runs."""
    if mnist != "as it is":
        monkeypatch.setenv("MNIST_NPZ", mnist)

    def script() -> None:
        from ui.server import warm_up

        warm_up.load_models()
        for task in warm_up.TASKS.values():
            task()

    app = AppTest.from_function(script, default_timeout=120).run()
    assert not app.exception, app.exception[0].stack_trace


@pytest.mark.slow
def test_a_server_that_warms_up_stops_at_once() -> None:
    with running_app(ROOT / "app.py", cwd=ROOT, env=os.environ | {warm_up.WHAT: "all"}) as app:
        until(lambda: ask(app, "/api/health").status == 200)  # now it does the rest
        app.process.send_signal(signal.SIGTERM)
        assert app.process.wait(10) in (0, -signal.SIGTERM)
        assert not re.search("Traceback|Error", app.output())
