"""HAProxy with deploy/haproxy/haproxy.cfg, before servers that say who they are and what they were asked."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks import proxy
from benchmarks.proxy import SETTINGS, Proxy
from benchmarks.server import HOST, running_app
from benchmarks.streamlit_client import User
from tests import asking
from tests.deploy import certificate
from ui.server.addresses import as_written

ROOT = Path(__file__).parents[2]
SECOND_ADDRESS = "127.0.0.2"  # another one of this machine
pytestmark = pytest.mark.skipif(
    proxy.program() is None, reason="There is no HAProxy on this machine (Debian: apt install haproxy)."
)


class Replica(ThreadingHTTPServer):
    """Answers with its name, and with what it was asked."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__((HOST, 0), _Handler)
        self.name, self.ready = name, True
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """The proxy may hang up, as it does after a question about health."""

    def die(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Replica

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        well = self.server.ready or self.path != "/api/health/models"
        body = json.dumps(
            {"by": self.server.name, "path": self.path, "headers": self.headers.items()}
        ).encode()
        self.send_response(200 if well else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass


class Answer(asking.Answer):
    """A replica's, which says what it was asked."""

    @property
    def by(self) -> str:
        return json.loads(self.body)["by"]

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The headers that the replica saw; names in lower case."""
        return [(name.lower(), value) for name, value in json.loads(self.body)["headers"]]

    @property
    def cookie(self) -> str:
        return (self.headers["Set-Cookie"] or "").partition(";")[0]


def ask(front: Proxy, path: str = "/", method: str = "GET", body: Any = None, **headers: str) -> Answer:
    return Answer(*asking.ask(front, path, method, body, **headers))


def until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def before(*replicas: Replica, **settings: Any) -> Iterator[Proxy]:
    with proxy.running([replica.port for replica in replicas], **settings) as front:
        assert front
        yield front


@pytest.fixture
def replicas() -> Iterator[tuple[Replica, Replica]]:
    one, two = Replica("one"), Replica("two")
    yield one, two
    one.die()
    two.die()


@pytest.fixture
def front(replicas: tuple[Replica, Replica]) -> Iterator[Proxy]:
    with before(*replicas, LOG_ALL="1") as front:
        yield front


# --- settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 8])
@pytest.mark.parametrize("secure", [False, True])
def test_the_settings_are_valid_and_nothing_is_warned_of(number: int, secure: bool, tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "RESOLVE": "1", "STATS_SOCKET": str(tmp_path / "socket")}
    env |= {f"REPLICA_{one}": f"{HOST}:{8500 + one}" for one in range(1, number + 1)}
    if secure:
        env["CERTIFICATE"] = str(certificate.made_in(tmp_path))
    command = [proxy.program() or "", "-c", "-f", str(SETTINGS)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    assert "valid" in done.stdout


def test_up_to_eight_replicas_are_known() -> None:
    with proxy.running(range(1, 9)) as front:
        assert front
        known = front.tell("show servers conn app")
    assert [line.split()[0] for line in known.splitlines()[1:] if line] == [
        f"app/{one}" for one in range(1, 9)
    ]


# --- who is sent where ---------------------------------------------------------------------------------


def test_a_visitor_stays_where_he_came_first(front: Proxy) -> None:
    first = ask(front)
    flags = {part.strip().lower() for part in first.headers["Set-Cookie"].split(";")[1:]}
    assert {"path=/", "httponly", "samesite=lax"} <= flags
    assert first.cookie in ("digitlab=1", "digitlab=2"), "no address"
    assert {ask(front, Cookie=first.cookie).by for _ in range(6)} == {first.by}
    assert {ask(front).by for _ in range(6)} == {"one", "two"}, "others come to the other one, too"


def test_who_asks_a_replica_that_has_just_died_is_answered_by_the_other(
    front: Proxy, replicas: tuple[Replica, Replica]
) -> None:
    replicas[0].die()
    answers = [ask(front, Cookie="digitlab=1") for _ in range(3)]
    assert {(answer.status, answer.by, answer.cookie) for answer in answers} == {(200, "two", "digitlab=2")}
    assert ask(front, "/", "POST", b"x", Cookie="digitlab=1").by == "two", "nothing of it had been sent yet"


def test_a_replica_that_is_not_ready_gets_no_visitors(
    front: Proxy, replicas: tuple[Replica, Replica]
) -> None:
    replicas[0].ready = False
    until(lambda: {ask(front).by for _ in range(4)} == {"two"})
    replicas[0].ready = True
    until(lambda: {ask(front).by for _ in range(4)} == {"one", "two"})


def test_a_drained_replica_keeps_its_visitors_and_gets_no_new_ones(front: Proxy) -> None:
    front.tell("set server app/1 state drain")
    assert {ask(front).by for _ in range(4)} == {"two"}
    assert ask(front, Cookie="digitlab=1").by == "one"
    front.tell("set server app/1 state ready")
    assert {ask(front).by for _ in range(4)} == {"one", "two"}


def test_where_no_replica_is_left_the_page_says_so_calmly(
    front: Proxy, replicas: tuple[Replica, Replica]
) -> None:
    for replica in replicas:
        replica.ready = False
    until(lambda: ask(front).status == 503)
    answer = ask(front)
    assert answer.headers["Retry-After"] == "5"
    assert b"One moment" in answer.body
    assert b"HAProxy" not in answer.body


# --- limits --------------------------------------------------------------------------------------------


UPLOAD = "/_stcore/upload_file/session/file"


def test_what_is_too_large_is_refused(front: Proxy) -> None:
    assert ask(front, UPLOAD, "PUT", b"x" * 6_400_000).status == 200
    assert declared(front, UPLOAD, 6_500_001) == 413
    assert ask(front, "/api/x", "POST", b"x" * 1_000_000).status == 200
    assert declared(front, "/api/x", 1_000_001) == 413
    assert ask(front, UPLOAD, "PUT", None, Transfer_Encoding="chunked").status == 411, "how much is it?"


def declared(front: Proxy, path: str, size: int) -> int:
    """The status for something that is said to be so large, before it is sent."""
    return ask(front, path, "PUT", None, Content_Length=str(size)).status


def test_one_address_asks_so_often_and_others_are_not_concerned(replicas: tuple[Replica, Replica]) -> None:
    with before(*replicas, ADDRESS_REQUESTS="5") as front:
        asked = [ask(front).status for _ in range(8)]
        assert (asked[0], asked[-1]) == (200, 429)
        other = http.client.HTTPConnection(
            HOST, urlsplit(front.base_url).port, timeout=10, source_address=(SECOND_ADDRESS, 0)
        )
        other.request("GET", "/")
        assert other.getresponse().status == 200
        other.close()


def test_one_address_brings_so_many_files(replicas: tuple[Replica, Replica]) -> None:
    with before(*replicas, ADDRESS_UPLOADS="2") as front:
        assert [ask(front, UPLOAD, "PUT", b"x").status for _ in range(3)] == [200, 200, 429]
        assert ask(front).status == 200


def test_one_address_has_so_many_connections(replicas: tuple[Replica, Replica]) -> None:
    with before(*replicas, ADDRESS_CONNECTIONS="2") as front, ExitStack() as stack:
        for _ in range(2):  # kept open
            connection = http.client.HTTPConnection(HOST, urlsplit(front.base_url).port, timeout=10)
            stack.callback(connection.close)
            connection.request("GET", "/")
            connection.getresponse().read()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(front)


# --- what is closed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/api/metrics",
        "/api/metrics/?x=1",
        "/lab/api/metrics",
        "//api//metrics",
        "/api%2Fmetrics",
        "/%61pi/m%65trics",
        "/_STCORE/metrics",
    ],
)
def test_figures_are_not_for_the_world(front: Proxy, path: str) -> None:
    assert ask(front, path).status == 404
    assert ask(front, "/api/health").status == 200


def test_what_a_browser_says_about_its_address_is_not_believed(front: Proxy) -> None:
    answer = ask(
        front,
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="elsewhere.example",
        X_Real_IP="203.0.113.9",
        Forwarded="for=203.0.113.9",
    )
    told = sorted((name, value) for name, value in answer.asked if "forwarded" in name or "real" in name)
    assert told == [("x-forwarded-for", HOST), ("x-forwarded-proto", "http")]
    assert "Server" not in answer.headers


def test_the_log_names_no_visitor(front: Proxy) -> None:
    ask(front, "/desk?class=BCDFG&key=secret")
    ask(front, '/_stcore/upload_file/session-of-somebody/file"', "PUT", b"x")
    log = front.talks_on.with_name("log")
    until(lambda: log.read_text().count('"path"') == 2)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert [line["path"] for line in lines] == ["/desk", "/_stcore/upload_file"]
    assert {line["status"] for line in lines} == {200}
    for word in (HOST, "secret", "BCDFG", "somebody"):
        assert word not in log.read_text()


# --- a certificate -------------------------------------------------------------------------------------


def test_with_a_certificate_there_is_http_2_and_nothing_goes_unencrypted(
    replicas: tuple[Replica, Replica], tmp_path: Path
) -> None:
    with before(*replicas, certificate=certificate.made_in(tmp_path)) as front:
        moved = ask(front, "/desk?class=BCDFG", Host="school.example:80")
        assert moved.status == 308
        port = urlsplit(front.secure_url).port
        assert moved.headers["Location"] == f"https://school.example:{port}/desk?class=BCDFG"
        trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        trusting.set_alpn_protocols(["h2", "http/1.1"])
        with (
            socket.create_connection((HOST, port or 0)) as plain,
            trusting.wrap_socket(plain, server_hostname=HOST) as secure,
        ):
            assert secure.selected_alpn_protocol() == "h2"
            assert secure.version() == "TLSv1.3"
        trusting.set_alpn_protocols(["http/1.1"])
        web = http.client.HTTPSConnection(HOST, port, context=trusting, timeout=10)
        web.request("GET", "/")
        answer = web.getresponse()
        assert "secure" in answer.headers["Set-Cookie"].lower()
        assert answer.headers["Strict-Transport-Security"]
        assert ["X-Forwarded-Proto", "https"] in [
            [name.title(), value] for name, value in json.loads(answer.read())["headers"]
        ]
        web.close()


# --- the visitor's address in the app ------------------------------------------------------------------


def test_an_ipv4_address_is_written_as_one() -> None:
    assert as_written("::ffff:192.0.2.1") == "192.0.2.1"
    for address in ("192.0.2.1", "2001:db8::1", "testclient", ""):
        assert as_written(address) == address


def test_the_app_knows_visitors_apart_behind_the_proxy(tmp_path: Path) -> None:
    """Also where Streamlit listens on IPv6 and IPv4, as it does unless told otherwise."""
    (tmp_path / "page.py").write_text("import streamlit as st\nst.text(f'from {st.context.ip_address}')\n")
    script = tmp_path / "app.py"
    script.write_text(
        f"import sys\nsys.path.append({str(ROOT)!r})\n"
        "import streamlit as st\nfrom starlette.middleware import Middleware\n"
        "from ui.server.addresses import VisitorsAddress\n"
        f"app = st.App({str(tmp_path / 'page.py')!r}, middleware=[Middleware(VisitorsAddress)])\n"
    )
    with running_app(script, cwd=ROOT, args=["--server.address", "::"]) as app, ExitStack() as stack:
        port = urlsplit(app.base_url).port or 0
        front = stack.enter_context(proxy.running([port]))
        assert front
        # it has no /api/health/models
        front.tell("set server app/1 health up")
        front.tell("disable health app/1")
        web = stack.enter_context(
            connect(
                front.base_url.replace("http", "ws", 1) + "/_stcore/stream",
                origin=front.base_url,  # type: ignore[arg-type]
                subprotocols=["streamlit", "x"],  # type: ignore[list-item]
                additional_headers={"X-Forwarded-For": "203.0.113.9"},
                source_address=(SECOND_ADDRESS, 0),
                proxy=None,
            )
        )
        web.send(User(front.base_url)._request().SerializeToString())
        text = ""
        while not text:
            text = ForwardMsg.FromString(web.recv(timeout=30)).delta.new_element.text.body  # type: ignore[arg-type]
    assert text == f"from {SECOND_ADDRESS}"
