"""Run a Streamlit app in a process of its own, for benchmarks and browser tests."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class RunningApp:
    """A server that answers on `base_url`; `started` is its `time.perf_counter()`, in seconds."""

    base_url: str
    process: subprocess.Popen[bytes]
    started: float
    log: Path

    def output(self) -> str:
        """Return what the server has printed so far, tracebacks included."""
        return self.log.read_text(errors="replace")


@contextmanager
def running_app(
    script: Path | str,
    *,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    args: Sequence[str] = (),
    port: int | None = None,
    timeout: float = 60.0,
) -> Iterator[RunningApp]:
    """Serve `script` on this local port, or a free one, until the `with` block ends, however it ends.

    `cwd` and `env` mean what they mean to `subprocess`; Streamlit reads `.streamlit/` from `cwd`.
    `args` are further options of `streamlit run`, such as `--server.fileWatcherType none`. Digit Lab's server
    warms up nothing but its models, unless `env` says DIGITLAB_WARM_UP=all: it would keep a core busy. Its
    classes are gone with it, unless `env` names a database.
    Raises RuntimeError when the server is not healthy within `timeout` seconds.
    """
    port = port or free_port()
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(Path(script).absolute())),
        *("--server.address", HOST, "--server.port", str(port), "--server.headless", "true"),
        *("--browser.gatherUsageStats", "false"),
        *args,
    ]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        started = time.perf_counter()
        process = _start(command, cwd, env, log)
        app = RunningApp(f"http://{HOST}:{port}", process, started, log)
        try:
            _wait_until_healthy(app, port, started + timeout)
            yield app
        finally:
            _stop(process)


def free_port() -> int:
    """Return a TCP port on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _start(
    command: list[str], cwd: Path | str | None, env: Mapping[str, str] | None, log: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as sink:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env={
                "DIGITLAB_WARM_UP": "models",
                "DIGITLAB_DATABASE": f"sqlite:///{log.with_name('classes.sqlite3')}",
                **(os.environ if env is None else env),
            },
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )


def _wait_until_healthy(app: RunningApp, port: int, deadline: float) -> None:
    while time.perf_counter() < deadline:
        if app.process.poll() is not None:
            raise RuntimeError(f"The server stopped while starting:\n{app.output()}")
        if _is_healthy(port):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not become healthy in time:\n{app.output()}")


def _is_healthy(port: int) -> bool:
    # http.client, because urllib would send even this through a configured proxy.
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
