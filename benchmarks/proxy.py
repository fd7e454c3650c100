"""HAProxy before replicas on this machine, with the settings of deploy/haproxy/haproxy.cfg."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.server import HOST, free_port

SETTINGS = Path(__file__).parents[1] / "deploy" / "haproxy" / "haproxy.cfg"
START_S = 10.0


class Proxy(NamedTuple):
    """A running HAProxy. With a certificate, `secure_url` is where it speaks HTTPS and HTTP/2."""

    base_url: str
    secure_url: str
    process: subprocess.Popen[bytes]
    talks_on: Path

    def tell(self, command: str) -> str:
        """Say something on its socket: "set server app/1 state maint"."""
        with socket.socket(socket.AF_UNIX) as talk:
            talk.connect(str(self.talks_on))
            talk.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: talk.recv(65536), b"")).decode()

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system


def program() -> str | None:
    """HAProxy; None where there is none."""
    return shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def certificate(folder: Path) -> Path:
    """A PEM file with a certificate that nobody trusts, for this machine's address, and its key; the
    certificate alone is certificate.pem beside it. Raises FileNotFoundError where there is no openssl."""
    key, alone, both = (folder / name for name in ("key.pem", "certificate.pem", "both.pem"))
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}"),
            *("-keyout", str(key), "-out", str(alone)),
        ],
        check=True,
        capture_output=True,
    )
    both.write_text(alone.read_text() + key.read_text())
    both.chmod(0o600)
    return both


@contextmanager
def running(
    replicas: Sequence[int], certificate: Path | None = None, **settings: str
) -> Iterator[Proxy | None]:
    """Before the servers on these local ports; None where there is no HAProxy. `certificate` is a PEM file
    with a certificate and its key; `settings` are further names that haproxy.cfg reads. Raises RuntimeError
    where it doesn't start."""
    found = program()
    if found is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="digitlab-proxy-") as folder:
        port, secure_port, talk = free_port(), free_port(), Path(folder, "socket")
        env = {
            **os.environ,
            **{f"REPLICA_{number}": f"{HOST}:{replica}" for number, replica in enumerate(replicas, 1)},
            "HTTP_BIND": f"{HOST}:{port}",
            "STATS_SOCKET": str(talk),
            **settings,
        }
        if certificate:
            env |= {
                "CERTIFICATE": str(certificate),
                "HTTPS_BIND": f"{HOST}:{secure_port}",
                "HTTPS_PORT": f":{secure_port}",
            }
        log = Path(folder, "log")
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [found, "-db", "-f", str(SETTINGS)], env=env, stdout=sink, stderr=subprocess.STDOUT
            )
        try:
            _wait(process, port, log)
            yield Proxy(f"http://{HOST}:{port}", f"https://{HOST}:{secure_port}", process, talk)
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"HAProxy doesn't start:\n{log.read_text(errors='replace')}")
