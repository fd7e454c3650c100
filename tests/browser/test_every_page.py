"""Each page, on a desktop in the light and in the dark, and on a phone: it opens with something, nothing has
to be scrolled sideways, it loads nothing that the Content-Security-Policy forbids, and axe-core finds nothing
serious or moderate. One visit for all of that."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from benchmarks.server import RunningApp
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.opened import PAGES, WAIT_MS, fits, visit
from tests.browser.pad import Pad

OPTIONS = {"resultTypes": ["violations"]}
# Streamlit's own menu on a phone has groups between a list and its items; all its other elements count
CONTEXT = {"exclude": [["[data-testid=stSidebar]"]]}
GRAVE = ("critical", "serious", "moderate")


@pytest.fixture(scope="module", params=["light", "dark", "phone"])
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    if request.param == "phone":
        context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    else:
        context = browser.new_context(viewport=DESKTOP, color_scheme=request.param)
    yield context.new_page()
    context.close()


def findings(page: Page) -> list[str]:
    """Rule, impact, element and what is wrong with it."""
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:300]} | {node['failureSummary'][:400]}"
        for found in Axe().run(page, context=CONTEXT, options=OPTIONS).response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_fits_and_is_for_all(tab: Page, app: RunningApp, address: str) -> None:
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            complaints.append(said.text)

    tab.on("console", hear)
    visit(tab, app, address)
    expect(tab.get_by_role("heading").first.or_(Pad(tab).canvas).first).to_be_visible(timeout=WAIT_MS)
    tab.wait_for_load_state("networkidle")  # charts load their code late
    tab.remove_listener("console", hear)
    expect(tab.get_by_test_id("stException")).to_have_count(0)
    assert fits(tab), "it scrolls sideways"
    assert complaints == []
    assert findings(tab) == []


def test_axe_would_find_something(tab: Page) -> None:
    tab.set_content("<main><h1>One</h1><img src='x.png'></main>")
    assert any("image-alt" in found for found in findings(tab))
