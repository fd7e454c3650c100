"""From a click on a cell of the confusion matrix to its digits, in the browser.

    python -m benchmarks.click [--clicks N] [--write]

The reference (benchmarks/reference_matrix.py) recomputes the predictions with Keras at every click. Timed in
headless Chromium on a warm server, from the click to the cell's first digit on the page. Needs MNIST.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks import markdown
from benchmarks.browser import launched
from benchmarks.server import running_app
from digitlab import evaluation

ROOT = Path(__file__).parents[1]
MODEL = "cnn"

Click = Callable[[Page, int, int], None]


def tables(clicks: int = 20, seed: int = 0) -> Iterator[tuple[str, str]]:
    """Ends the program without MNIST_NPZ."""
    if "MNIST_NPZ" not in os.environ:
        sys.exit("The reference page reads MNIST from the file that MNIST_NPZ names.")
    cells = np.argwhere(evaluation.evaluate(MODEL, "mnist").matrix)
    chosen = cells[np.random.default_rng(seed).choice(len(cells), clicks + 2, replace=False)]
    ours = _times(ROOT / "app.py", "mistakes?model=CNN", chosen, _click_ours)
    theirs = _times(ROOT / "benchmarks" / "reference_matrix.py", "", chosen, _click_reference)
    rows = []
    for name, share in (("median", 0.5), ("95 % within", 0.95), ("slowest", 1)):
        a, b = np.quantile(ours, share), np.quantile(theirs, share)
        rows.append((name, f"{a * 1000:.0f} ms", f"{b * 1000:.0f} ms", f"{b / a:.0f}"))
    yield (
        "click",
        markdown.table(["a click on a cell to its digits", "Digit Lab", "reference", "ratio"], rows),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = markdown.options(__doc__, parser)
    markdown.show(tables(options.clicks, options.seed), options.write)


def _times(script: Path, path: str, cells: np.ndarray, click: Click) -> list[float]:
    """Seconds of each click, the first two left out: they warm caches up."""
    with running_app(script, cwd=ROOT) as app, sync_playwright() as playwright:
        browser = launched(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{app.base_url}/{path}")
        expect(page.get_by_text(" read as ").first).to_be_visible(timeout=120_000)
        finished = page.locator('[data-testid=stApp][data-test-script-state="notRunning"]')
        finished.wait_for(timeout=120_000)
        times = []
        for label, answer in cells.tolist():
            started = time.perf_counter()
            click(page, label, answer)
            times.append(time.perf_counter() - started)
            finished.wait_for(timeout=60_000)
        browser.close()
        return times[2:]


def _click_ours(page: Page, label: int, answer: int) -> None:
    how = "read correctly" if label == answer else f"read as {answer}"
    page.get_by_role("button", name=re.compile(rf"(^|: ){label} {how}: ")).click()
    page.get_by_role("button", name=re.compile(rf"^Number \d+: {label}, read as {answer}, ")).first.wait_for()


def _click_reference(page: Page, label: int, answer: int) -> None:
    page.locator(f".st-key-cell-{label}-{answer} button").click()
    page.get_by_text(f"{label} read as {answer}", exact=True).wait_for(timeout=60_000)
    # the pictures come last
    page.locator('[data-testid=stApp][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.get_by_text(re.compile(r"^Number \d+")).first.wait_for(timeout=60_000)


if __name__ == "__main__":
    main()
