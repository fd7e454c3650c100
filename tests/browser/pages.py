"""Opening a page as a visitor does, and waiting until it stands."""

from playwright.sync_api import Page, expect

from benchmarks.server import RunningApp

WAIT_MS = 20_000


def opened(page: Page, app: RunningApp, path: str) -> Page:
    page.goto(f"{app.base_url}/{path}")
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT_MS * 2
    )
    return page
