"""The real app in a real browser: Debian's Chromium where it is, else Playwright's own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from benchmarks.browser import QUIET, system_chromium
from benchmarks.server import RunningApp, running_app
from tests.browser.pad import Pad

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)  # a slow machine; what is there already costs nothing
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="session")
def app() -> Iterator[RunningApp]:
    with running_app(ROOT / "app.py", cwd=ROOT, args=["--server.fileWatcherType", "none"]) as app:
        yield app


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = _chromium(playwright)
        yield browser
        browser.close()


def _chromium(playwright: Playwright) -> Browser:
    system = system_chromium()
    if not system and not Path(playwright.chromium.executable_path).exists():
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(install, check=False, timeout=300, capture_output=True)
    try:
        return playwright.chromium.launch(executable_path=system, args=[*QUIET, *FAKE_CAMERA])
    except Error as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"There is no Chromium, and none could be installed: {error.message.splitlines()[0]}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, app: RunningApp) -> Page:
    """The draw page, ready to be drawn on."""
    page = context.new_page()
    page.goto(app.base_url)
    Pad(page).wait_until_ready()
    return page


@pytest.fixture
def pad(page: Page) -> Pad:
    return Pad(page)


@pytest.fixture
def phone(browser: Browser, app: RunningApp) -> Iterator[Page]:
    """The draw page on a phone, to be touched."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(app.base_url)
    Pad(page).wait_until_ready()
    yield page
    context.close()


@pytest.fixture(params=["desktop", "phone"])
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty tab of each: tests that want it run twice."""
    phone = request.param == "phone"
    context = browser.new_context(viewport=PHONE if phone else DESKTOP, has_touch=phone, is_mobile=phone)
    yield context.new_page()
    context.close()
