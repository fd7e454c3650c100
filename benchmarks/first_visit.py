"""What a first visit weighs: everything that a browser with an empty cache loads for a page.

    python -m benchmarks.first_visit [ADDRESS ...] [--write]

Measured in headless Chromium as bytes on the wire, headers included (DevTools' Network.loadingFinished), and
what comes over the WebSocket besides. Without ADDRESS: every page.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Request, expect, sync_playwright

from benchmarks import markdown
from benchmarks.browser import launched
from benchmarks.server import running_app
from ui import menu

ROOT = Path(__file__).parents[1]
WAIT_MS = 60_000
QUIET_MS = 1500  # nothing new for so long: that was all


class Visit(NamedTuple):
    """What went over the wire, in bytes, and how long it took; `files` are URLs with their share, largest
    first."""

    http: int
    socket: int
    requests: int
    seconds: float
    files: list[tuple[str, int]]


def visit(browser: Browser, url: str) -> Visit:
    """Open a page in a new, empty browser context and wait until its script has run and the network rests."""
    # a proxy on this machine has a certificate that nobody knows
    context = browser.new_context(viewport={"width": 1280, "height": 800}, ignore_https_errors=True)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    urls: dict[str, str] = {}
    loaded: dict[str, int] = defaultdict(int)
    frames: list[int] = []
    requests: list[Request] = []

    def finished(event: dict[str, Any]) -> None:
        loaded[event["requestId"]] += int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", lambda e: urls.update({e["requestId"]: e["request"]["url"]}))
    devtools.on("Network.loadingFinished", finished)
    page.on("requestfinished", lambda request: requests.append(request))  # a worker's, too
    devtools.on("Network.webSocketFrameReceived", lambda e: frames.append(len(e["response"]["payloadData"])))
    devtools.send("Network.enable")
    started = time.perf_counter()
    page.goto(url)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT_MS
    )
    seconds = time.perf_counter() - started
    seen = -1
    while len(loaded) > seen:  # what runs loads more
        seen = len(loaded)
        page.wait_for_timeout(QUIET_MS)
    for request in requests:
        if request.url not in urls.values():
            sizes = request.sizes()
            urls[request.url] = request.url
            loaded[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
    context.close()
    files = sorted(((urls.get(key, key), size) for key, size in loaded.items()), key=lambda f: -f[1])
    # binary frames come as base64 text
    return Visit(sum(loaded.values()), sum(frames) * 3 // 4, len(loaded), seconds, files)


def tables(addresses: Sequence[str] = tuple(menu.ENTRIES), files: int = 0) -> Iterator[tuple[str, str]]:
    rows = []
    with running_app(ROOT / "app.py", cwd=ROOT) as app, sync_playwright() as playwright:
        browser = launched(playwright)
        for address in addresses:
            seen = visit(browser, f"{app.base_url}/{address}")
            title = menu.ENTRIES[address].title
            http, socket = (f"{size / 1000:,.0f}" for size in (seen.http, seen.socket))
            rows.append((title, http, socket, str(seen.requests), f"{seen.seconds:.1f}"))
            for name, size in seen.files[:files]:
                print(f"{size / 1000:8.1f}  {name.removeprefix(app.base_url)}")
        browser.close()
    header = ["page", "HTTP, KB", "WebSocket, KB", "requests", "seconds until its script has run"]
    yield "first visit", markdown.table(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("addresses", nargs="*", default=list(menu.ENTRIES), metavar="ADDRESS")
    parser.add_argument("--files", type=int, default=0, help="list that many of the largest files, too")
    options = markdown.options(__doc__, parser)
    markdown.show(tables(options.addresses, options.files), options.write)


if __name__ == "__main__":
    main()
