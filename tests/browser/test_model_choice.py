"""The model chosen on one page is the model of the next, and the link says so."""

import re

from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from tests.browser.opened import finished, opened, visit


def chosen(page: Page, title: str) -> None:
    expect(page.get_by_role("combobox", name=re.compile("Model"))).to_have_value(title)
    expect(page).to_have_url(re.compile(rf"model={title.replace(' ', '(%20|[+])')}"))


def test_a_choice_made_on_draw_is_found_on_mistakes_and_one_digit(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "?model=dense")
    expect(page.get_by_text("Dense reads it.")).to_be_visible()
    for heading, name in (("Evaluation", "Mistakes"), ("Evaluation", "One digit against the rest")):
        page.get_by_role("navigation").get_by_role("button", name=heading).click()
        page.get_by_role("menuitem", name=name).click()
        finished(page)
        chosen(page, "Dense")
    visit(page, app, page.url.removeprefix(app.base_url + "/"))
    chosen(page, "Dense")
