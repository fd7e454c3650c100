"""axe-core on every page, in both themes: nothing serious or moderate, Streamlit's own elements included."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from benchmarks.server import RunningApp
from tests.browser.conftest import DESKTOP
from tests.browser.opened import PAGES, visit

OPTIONS = {"resultTypes": ["violations"]}
GRAVE = ("critical", "serious", "moderate")


@pytest.fixture(scope="module", params=["light", "dark"])
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, color_scheme=request.param)
    yield context.new_page()
    context.close()


def findings(page: Page) -> list[str]:
    """Rule, impact, element and what is wrong with it."""
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:300]} | {node['failureSummary'][:400]}"
        for found in Axe().run(page, options=OPTIONS).response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_grave(tab: Page, app: RunningApp, address: str) -> None:
    visit(tab, app, address)
    tab.wait_for_load_state("networkidle")  # charts load their code late
    assert not findings(tab)


def test_axe_would_find_something(tab: Page) -> None:
    tab.set_content("<main><h1>One</h1><img src='x.png'></main>")
    assert any("image-alt" in found for found in findings(tab))
