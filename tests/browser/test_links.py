"""Deep links: what a visitor gets who doesn't come through the front door."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.server import RunningApp, running_app
from tests.browser.pad import Pad

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("first", ["steps", "draw?example=3", "home?example=3"])
def test_the_first_visitor_after_a_start_may_come_by_a_deep_link(browser: Browser, first: str) -> None:
    with running_app(ROOT / "app.py", cwd=ROOT) as app:
        page = browser.new_page()
        page.goto(f"{app.base_url}/{first}")
        expect(page.get_by_role("navigation").get_by_role("link", name="What the model sees")).to_be_visible()
        expect(page.get_by_role("navigation").get_by_role("link", name="steps", exact=True)).to_have_count(0)
        if "example" in first:
            Pad(page).expect_digit(3)
        else:
            expect(page.get_by_role("columnheader", name="Centre")).to_be_visible()
        page.close()


@pytest.mark.parametrize("path", ["", "draw", "home", "steps"])
def test_each_page_has_its_address(browser: Browser, app: RunningApp, path: str) -> None:
    page = browser.new_page()
    page.goto(f"{app.base_url}/{path}")
    expect(
        page.get_by_role("columnheader", name="Shrunk") if path == "steps" else Pad(page).canvas
    ).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    page.close()


def test_an_unknown_page_leads_to_the_pad(browser: Browser, app: RunningApp) -> None:
    page = browser.new_page()
    page.goto(f"{app.base_url}/no-such-page")
    expect(page.get_by_text("Page not found")).to_be_visible()
    page.keyboard.press("Escape")
    Pad(page).expect_text("Draw a digit")
    page.close()


def test_steps_show_an_example_until_something_is_drawn(browser: Browser, app: RunningApp) -> None:
    page = browser.new_page()
    page.goto(f"{app.base_url}/steps")
    expect(page.get_by_text("This is our example.")).to_be_visible()
    expect(page.get_by_role("img", name="The digit after step")).to_have_count(5)
    page.get_by_role("link", name="Draw another").click()
    Pad(page).expect_text("Draw a digit")
    page.close()
