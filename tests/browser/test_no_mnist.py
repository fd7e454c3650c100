"""A server that can't have MNIST: what was measured on it still stands, and pictures come from elsewhere."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp, running_app
from digitlab import evaluation
from tests.browser.opened import PAGES
from tests.browser.pad import Pad

ROOT = Path(__file__).parents[2]
WAIT_MS = 20_000


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    nowhere = tmp_path_factory.mktemp("empty") / "none.npz"
    with running_app(ROOT / "app.py", cwd=ROOT, env={**os.environ, "MNIST_NPZ": str(nowhere)}) as app:
        yield app


def opened(browser: Browser, app: RunningApp, path: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{app.base_url}/{path}")
    return page


def test_the_matrix_is_mnists_and_the_pictures_are_other_peoples(
    browser: Browser, offline: RunningApp
) -> None:
    page = opened(browser, offline, "mistakes?model=Linear&is=9&read_as=4")
    count = int(evaluation.evaluate("linear", "mnist").matrix[9, 4])
    expect(page.get_by_role("button", name=f"9 read as 4: {count} times")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("MNIST’s pictures can’t be had here")).to_be_visible()
    others = len(evaluation.evaluate("linear", "digits").cell(9, 4))
    expect(page.get_by_role("button", name=re.compile(r"^Number \d+: 9, read as 4"))).to_have_count(others)
    page.close()


def test_the_data_pages_show_other_peoples_digits_and_say_so(browser: Browser, offline: RunningApp) -> None:
    page = opened(browser, offline, "samples")
    expect(page.get_by_text("MNIST’s pictures can’t be had here")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name=re.compile(r"^Number \d+: \d$"))).to_have_count(120)
    page.close()


def test_curves_and_figures_of_one_digit_are_there(browser: Browser, offline: RunningApp) -> None:
    page = opened(browser, offline, "one_digit")
    expect(page.get_by_text("Precision").first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=WAIT_MS)
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_breaks(browser: Browser, offline: RunningApp, path: str) -> None:
    page = opened(browser, offline, path)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT_MS
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("heading").first.or_(Pad(page).canvas).first).to_be_visible(timeout=WAIT_MS)
    page.close()
