"""Opening a page as a visitor does, and waiting until it stands."""

from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from tests.browser.conftest import DESKTOP, PHONE
from ui import menu

WAIT_MS = 30_000
PAGES = sorted(menu.ENTRIES)  # every page by its address


def opened(browser: Browser, app: RunningApp, path: str, *, phone: bool = False) -> Page:
    size = PHONE if phone else DESKTOP
    return visit(browser.new_page(viewport=size, is_mobile=phone, has_touch=phone), app, path)


def visit(page: Page, app: RunningApp, path: str) -> Page:
    page.goto(f"{app.base_url}/{path}")
    finished(page)
    return page


def finished(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=2 * WAIT_MS
    )


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth + 1")
