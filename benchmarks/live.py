"""From a move of the pen to the new answer, worked out in the browser (ui/pad/browser/).

    python -m benchmarks.live [--moves N] [--write]

Headless Chromium, the CNN and the detector. The mouse moves on the pad as a hand does, one move in 50 ms,
with its button down; timed from the move (event.timeStamp) to the new answer in the page, and to the frame
that shows it. For a phone, all threads of the tab's process run a fourth of the time only: DevTools' own
brake leaves workers alone. Answers a second: with the layers shown, and a move in every frame. The reference
is the server's answer to a stroke, from the pen's lift to the answer in the page.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks import markdown
from benchmarks.browser import launched
from benchmarks.server import RunningApp, running_app
from digitlab.strokes import PAD_SIZE, examples

ROOT = Path(__file__).parents[1]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PAUSE_MS = 50
SLICE_S = 0.001  # of running, then three of standing still

# Times in milliseconds between a move and its answer: [in the page, in a frame].
WATCH = """() => {
    window.found = []
    let moved = null
    window.addEventListener("mousemove", (event) => { moved ??= event.timeStamp }, true)
    new MutationObserver(() => {
        if (moved === null) return
        const [since, now] = [moved, performance.now()]
        moved = null
        requestAnimationFrame((frame) => window.found.push([now - since, Math.max(frame, now) - since]))
    }).observe(document.querySelector("[data-testid=live-answer]"), { attributes: true })
}"""
# Answers in a second, while the pen moves in every frame.
FRAMES = """async (seconds) => {
    const canvas = [...document.querySelectorAll(".st-key-pad *")].find((element) => element.shadowRoot)
        .shadowRoot.querySelector("canvas.upper-canvas")
    const { left, top, width } = canvas.getBoundingClientRect()
    const tell = (type, x, y) => canvas.dispatchEvent(new MouseEvent(type, {
        bubbles: true, composed: true, clientX: left + x * width, clientY: top + y * width }))
    let answers = 0
    const counter = new MutationObserver(() => { answers += 1 })
    counter.observe(document.querySelector("[data-testid=live-answer]"), { attributes: true })
    tell("mousedown", 0.3, 0.2)
    const start = performance.now()
    for (let turn = 0; performance.now() - start < seconds * 1000; turn += 0.1) {
        await new Promise(requestAnimationFrame)
        tell("mousemove", 0.5 - 0.2 * Math.cos(turn), 0.5 - 0.3 * Math.sin(turn / 2))
    }
    tell("mouseup", 0.5, 0.5)
    counter.disconnect()
    return answers / seconds
}"""


@contextmanager
def slowed(browser: Browser) -> Iterator[None]:
    """All renderers of the browser get a fourth of their processor time."""
    command = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    tabs = [psutil.Process(process["id"]) for process in command if process["type"] == "renderer"]
    over = threading.Event()

    def brake() -> None:
        while not over.is_set():
            for tab in tabs:
                tab.send_signal(signal.SIGSTOP)
            time.sleep(3 * SLICE_S)
            for tab in tabs:
                tab.send_signal(signal.SIGCONT)
            time.sleep(SLICE_S)

    thread = threading.Thread(target=brake)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def opened(browser: Browser, app: RunningApp, size: dict[str, int], query: str = "") -> Page:
    page = browser.new_context(viewport=size).new_page()
    page.goto(app.base_url + query)
    expect(page.get_by_test_id("live-answer")).to_have_attribute("data-digit", "3", timeout=60_000)
    page.wait_for_timeout(1000)
    return page


def strokes_on(page: Page) -> Iterator[list[tuple[float, float]]]:
    """Where the mouse goes for our examples, one stroke after the other, for ever."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box
    scale = box["width"] / PAD_SIZE
    while True:
        for drawing in examples():
            for stroke in drawing:
                yield [(box["x"] + x * scale, box["y"] + y * scale) for x, y in stroke.points]
            page.get_by_role("button", name="Clear").click()


def moves(page: Page, count: int) -> np.ndarray:
    """Milliseconds from a move to its answer, float64 (N, 2): in the page, and in a frame."""
    page.evaluate(WATCH)
    sent = 0
    for points in strokes_on(page):
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
            page.wait_for_timeout(PAUSE_MS)
            sent += 1
        page.mouse.up()
        if sent >= count:
            return np.array(page.evaluate("() => window.found"))
    raise AssertionError("strokes never end")


def lifts(page: Page, count: int) -> np.ndarray:
    """Milliseconds from the pen's lift to the server's answer in the page, float64 (N,)."""
    page.evaluate("""() => {
        window.lifts = []
        let lifted = null
        window.addEventListener("mouseup", (event) => { lifted ??= event.timeStamp }, true)
        new MutationObserver(() => {
            if (lifted !== null) window.lifts.push(performance.now() - lifted)
            lifted = null
        }).observe(document.querySelector(".st-key-answer"), { childList: true, subtree: true })
    }""")
    for points, _ in zip(strokes_on(page), range(count), strict=False):
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1::4]:
            page.mouse.move(*point)
        page.mouse.up()
        page.wait_for_timeout(500)
    return np.array(page.evaluate("() => window.lifts"))


def server_ms(app: RunningApp) -> float:
    """Processor time of the server so far."""
    return time.clock_gettime((~app.process.pid << 3) | 2) * 1000


def tables(count: int = 300) -> Iterator[tuple[str, str]]:
    rows = []
    with running_app(ROOT / "app.py", cwd=ROOT) as app, sync_playwright() as playwright:
        browser = launched(playwright)
        desktop, phone = opened(browser, app, DESKTOP), opened(browser, app, PHONE)
        rows.append(row("desktop", moves(desktop, count)))
        with slowed(browser):
            rows.append(row("phone: a fourth of the processor", moves(phone, count)))
        rows.append(("the server's answer, after the pen is up", *quantiles(lifts(desktop, 40)), "", ""))
        yield (
            "live answers",
            markdown.table(
                ["from a move to the answer", "median, ms", "95 %, ms", "in a frame", "95 %"], rows
            ),
        )
        desktop.close()
        phone.close()
        inside = opened(browser, app, DESKTOP, "/?inside=true")
        inside.evaluate(FRAMES, 1)
        before = server_ms(app)
        full = inside.evaluate(FRAMES, 4)
        server = (server_ms(app) - before) / 4
        with slowed(browser):
            slow = inside.evaluate(FRAMES, 4)
        browser.close()
    yield (
        "live frames",
        markdown.table(
            ["answers a second, with the layers shown", "", "server, ms a second"],
            [("desktop", f"{full:.0f}", f"{server:.0f}"), ("a fourth of the processor", f"{slow:.0f}", "")],
        ),
    )


def quantiles(times: np.ndarray) -> tuple[str, str]:
    return f"{np.median(times):.0f}", f"{np.quantile(times, 0.95):.0f}"


def row(name: str, times: np.ndarray) -> tuple[str, ...]:
    return (name, *quantiles(times[:, 0]), *quantiles(times[:, 1]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--moves", type=int, default=300)
    options = markdown.options(__doc__, parser)
    markdown.show(tables(options.moves), options.write)


if __name__ == "__main__":
    main()
