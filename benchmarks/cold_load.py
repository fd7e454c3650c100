"""Thirty phones open the draw page at once, over a school's slow line: with the proxy and without it.

    python -m benchmarks.cold_load [--phones 30] [--megabits 10] [--write]

A relay on this machine stands for the line: so many megabits a second for all together, and 40 ms there
and back. First a real browser opens the page alone (headless Chromium, empty cache): what it loads, and
when the page's script has run. Then the phones ask for the same files all at once, each a curl with an
empty cache: six connections with HTTP/1.1, as browsers open, or one with HTTP/2. They ask for everything
at the same time; a browser learns of some files only from others, so for it these figures are the least.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from benchmarks import markdown, proxy
from benchmarks.browser import launched
from benchmarks.class_load import percentile
from benchmarks.first_visit import Visit, visit
from benchmarks.server import HOST, free_port, running_app

ROOT = Path(__file__).parents[1]
THERE_S = 0.02  # to the server, and as long back
CHUNK = 8192  # bytes
CURL_S = 600


class Line:
    """A slow line in front of a local port. All that comes back shares its rate."""

    def __init__(self, to: int, bytes_per_second: float) -> None:
        self.port = free_port()
        self._to, self._rate = to, bytes_per_second
        self._free = 0.0  # when the line is free again
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True, name="line").start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._accept, HOST, self.port))
        self._loop.run_forever()

    async def _accept(self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * THERE_S)  # the handshake
        with suppress(OSError):
            server, to_server = await asyncio.open_connection(HOST, self._to)
            await asyncio.gather(
                self._carry(phone, to_server, shared=False), self._carry(server, to_phone, shared=True)
            )

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, shared: bool) -> None:
        """Everything, late by the way and, where it is shared, by the others."""
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(4)

        async def deliver() -> None:
            while True:
                due, data = await late.get()
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                if not data:
                    return
                writer.write(data)
                await writer.drain()

        delivering = asyncio.create_task(deliver())
        try:
            while data := await reader.read(CHUNK):
                now = time.perf_counter()
                if shared:
                    self._free = max(now, self._free) + len(data) / self._rate
                    await asyncio.sleep(self._free - now)
                await late.put((time.perf_counter() + THERE_S, data))
            await late.put((0.0, b""))
            await delivering
        except OSError:
            delivering.cancel()
        finally:
            writer.close()


class Way(NamedTuple):
    """How phones come to the app."""

    name: str
    url: str  # through the line
    http2: bool


@contextmanager
def ways(megabits: float) -> Iterator[list[Way]]:
    """The app alone, and behind the proxy, each at the end of a line of its own."""
    rate = megabits * 1e6 / 8
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(ROOT / "app.py", cwd=ROOT) as app,
        proxy.running([_port(app.base_url)], proxy.certificate(Path(folder))) as secure,
        proxy.running([_port(app.base_url)]) as plain,
    ):
        if secure is None or plain is None:
            raise SystemExit("This needs HAProxy (Debian: apt install haproxy).")
        time.sleep(3)  # until it knows that the replica is there
        yield [
            Way("no proxy, HTTP/1.1", f"http://{HOST}:{Line(_port(app.base_url), rate).port}", False),
            Way("proxy, HTTP/1.1", f"http://{HOST}:{Line(_port(plain.base_url), rate).port}", False),
            Way(
                "proxy, HTTPS with HTTP/2",
                f"https://{HOST}:{Line(_port(secure.secure_url), rate).port}",
                True,
            ),
        ]


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


def phones(way: Way, paths: list[str], number: int) -> list[float]:
    """Seconds until each of them has all files. Raises RuntimeError where one could not get them."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "files")
        wanted.write_text("".join(f'url = "{way.url}{path}"\noutput = "/dev/null"\n' for path in paths))
        how = ["--http2", "--parallel-max", "100"] if way.http2 else ["--http1.1", "--parallel-max", "6"]
        command = ["curl", "--silent", "--show-error", "--fail", "--insecure", "--compressed", "--parallel"]
        started = time.perf_counter()
        running = [
            subprocess.Popen([*command, *how, "--noproxy", "*", "--config", wanted], stderr=subprocess.PIPE)
            for _ in range(number)
        ]
        seconds: list[float] = []
        waiting = list(running)
        while waiting and time.perf_counter() < started + CURL_S:
            for phone in list(waiting):
                if phone.poll() is not None:
                    seconds.append(time.perf_counter() - started)
                    waiting.remove(phone)
            time.sleep(0.02)
        for phone in running:
            phone.kill()
            _, said = phone.communicate()
            if phone.returncode:
                raise RuntimeError(f"curl: {said.decode()}")
        return seconds


def measure(way: Way, number: int) -> tuple[Visit, list[float]]:
    print(way.name, file=sys.stderr, flush=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        seen = visit(browser, way.url)
        browser.close()
    paths = [url.removeprefix(way.url) for url, _ in seen.files if url.startswith(way.url)]
    return seen, phones(way, paths, number)


def tables(number: int = 30, megabits: float = 10) -> Iterator[tuple[str, str]]:
    if shutil.which("curl") is None:
        raise SystemExit("This needs curl.")
    rows = []
    with ways(megabits) as all_ways:
        for way in all_ways:
            seen, seconds = measure(way, number)
            rows.append(
                (
                    way.name,
                    f"{seen.http / 1000:,.0f}",
                    str(seen.requests),
                    f"{seen.seconds:.1f} s",
                    f"{percentile(seconds, 0.5):.0f} s",
                    f"{percentile(seconds, 1):.0f} s",
                )
            )
    header = [
        f"{megabits:g} Mbit/s, 40 ms", "KB", "requests", "one browser alone",
        f"{number} phones at once, median", "the last",
    ]  # fmt: skip
    yield "cold load", markdown.table(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--phones", type=int, default=30)
    parser.add_argument(
        "--megabits", type=float, default=10.0, help="a second, for all together (default: 10)"
    )
    options = markdown.options(__doc__ or "", parser)
    markdown.show(tables(options.phones, options.megabits), options.write)


if __name__ == "__main__":
    main()
