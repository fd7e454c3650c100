"""The real app in a real browser: Debian's Chromium where it is, else Playwright's own."""

import os
import shutil
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

from benchmarks.server import RunningApp, running_app
from tests.browser.pad import Pad

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)  # a slow machine; what is there already costs nothing
# Tests that have not yet been seen passing since their pages were rebuilt: whole files, or single tests. They
# run where DIGITLAB_ALL is set. Whoever has seen one pass takes it off this list.
UNPROVEN = (
    "test_first_visit.py",
    "test_latent.py",
    "test_lessons.py",
    "test_model_choice.py",
    "test_no_mnist.py",
    "test_not_a_digit.py",
    "test_optimisation_page.py",
    "test_photo.py",
    "test_steps.py",
    "test_train_one.py",
    "test_training_pages.py",
    "test_a_refused_file_and_another_page_leave_the_file_before",
    "test_on_a_phone_the_slider_stays_in_sight",
    "test_the_neurons_are_one_tab_stop_with_arrow_keys",
    "test_the_threshold_stays_in_sight_with_its_effect_and_stands_under_the_pointer",
    "test_on_a_phone_maps_grow_and_the_answers_stay_in_sight",
)
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
FAKE_CAMERA = "--use-fake-device-for-media-stream --use-fake-ui-for-media-stream"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "DIGITLAB_ALL" in os.environ:
        return
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        if item.path.name in UNPROVEN or getattr(item, "originalname", "") in UNPROVEN:
            item.add_marker(pytest.mark.skip(reason="not yet seen passing on its new page: DIGITLAB_ALL=1"))


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
    system = shutil.which("chromium") or shutil.which("chromium-browser")
    arguments = f"{QUIET} {FAKE_CAMERA}".split()
    if not system and not Path(playwright.chromium.executable_path).exists():
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(install, check=False, timeout=300, capture_output=True)
    try:
        return playwright.chromium.launch(executable_path=system, args=arguments)
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
