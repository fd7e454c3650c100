"""?present: the app on the wall of a classroom, and the way back."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.server import RunningApp
from tests.browser.conftest import DESKTOP
from tests.browser.opened import finished, fits, opened, visit


def menu(page: Page) -> Locator:
    return page.get_by_test_id("stHeader")


@pytest.mark.parametrize("link", ["lessons?present", "lessons?present=1&lesson=x"])
def test_the_menu_is_away_also_behind_a_link_and_comes_back(
    browser: Browser, app: RunningApp, link: str
) -> None:
    page = opened(browser, app, link)
    expect(menu(page)).to_be_hidden()
    page.get_by_role("link", name="Samples, one row for each digit").click()
    expect(page.get_by_role("heading", name="Samples")).to_be_visible()
    finished(page)
    expect(menu(page)).to_be_hidden()
    expect(page.get_by_role("button", name="What do these words mean?")).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(menu(page)).to_be_visible()
    expect(page.get_by_role("button", name="What do these words mean?")).to_be_visible()
    assert "present" not in page.url
    page.close()


def test_a_link_can_take_it_back(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "lessons?present=0")
    expect(menu(page)).to_be_visible()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_have_count(0)
    page.close()


def test_a_slider_stays_at_the_top_where_no_menu_is(browser: Browser, app: RunningApp) -> None:
    page = visit(browser.new_page(viewport=DESKTOP), app, "confidence?present")
    page.get_by_text("How sure, when right and when wrong").scroll_into_view_if_needed()
    page.mouse.move(600, 600)
    page.mouse.wheel(0, 3000)
    slider = page.get_by_text("Answer only when at least this sure")
    expect(slider).to_be_in_viewport()
    assert fits(page)
    page.close()
