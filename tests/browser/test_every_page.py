"""Each page, on a desktop in the light and in the dark, and on a phone: it opens with something, nothing has
to be scrolled sideways, also on a tablet, a projector and a phone on its side, it loads nothing that the
Content-Security-Policy forbids, and axe-core finds nothing serious or moderate. One visit for all of that."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from benchmarks.server import RunningApp
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.opened import PAGES, WAIT_MS, finished, fits, visit
from tests.browser.pad import Pad

OPTIONS = {"resultTypes": ["violations"]}
# Streamlit's own menu on a phone has groups between a list and its items; all its other elements count
CONTEXT = {"exclude": [["[data-testid=stSidebar]"]]}
GRAVE = ("critical", "serious", "moderate")
# what the window of the open page is made, too: with a phone's own bars, on its side; tablets, a projector
PHONES = ((390, 664), (844, 390))
WIDER = ((820, 1180), (1180, 820), (1920, 1080), (3840, 2160))
# Streamlit makes the page as large as the window, and scrolls inside of it; charts follow a little later.
NOTHING_IS_CUT = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    const { right, bottom } = main.getBoundingClientRect()
    const inside = (element) => element.getBoundingClientRect().right <= innerWidth + 1
    return main.scrollWidth <= main.clientWidth + 1 && right <= innerWidth + 1 && bottom <= innerHeight + 1
        && [...main.querySelectorAll("[data-testid=stElementContainer], .js-plotly-plot")].every(inside)
}"""
SMALLEST_TEXT = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    const enlarged = main.getBoundingClientRect().width / main.offsetWidth
    const paragraphs = main.querySelectorAll("[data-testid=stMarkdown] [data-testid=stMarkdownContainer] > p")
    const sizes = [main, ...paragraphs].map((text) => Number.parseFloat(getComputedStyle(text).fontSize))
    return enlarged * Math.min(...sizes)
}"""


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
    phone = (tab.viewport_size or {})["width"] < 900
    tab.set_viewport_size(PHONE if phone else DESKTOP)
    visit(tab, app, address)
    expect(tab.get_by_role("heading").first.or_(Pad(tab).canvas).first).to_be_visible(timeout=WAIT_MS)
    tab.wait_for_load_state("networkidle")  # charts load their code late
    tab.remove_listener("console", hear)
    expect(tab.get_by_test_id("stException")).to_have_count(0)
    assert fits(tab), "it scrolls sideways"
    assert complaints == []
    assert findings(tab) == []
    for width, height in PHONES if phone else WIDER:
        tab.set_viewport_size({"width": width, "height": height})
        tab.wait_for_function(NOTHING_IS_CUT, timeout=WAIT_MS)
        if width == 1920:
            assert tab.evaluate(SMALLEST_TEXT) >= 20, "who sits in the last row can't read it"


def test_axe_would_find_something(tab: Page) -> None:
    tab.set_content("<main><h1>One</h1><img src='x.png'></main>")
    assert any("image-alt" in found for found in findings(tab))


def test_who_points_at_a_projected_page_hits_it(browser: Browser, app: RunningApp) -> None:
    """From 1600 px on all is enlarged (ui/style.css): presses, slides and hovers must land all the same."""
    page = visit(browser.new_page(viewport={"width": 1920, "height": 1080}), app, "one_digit")
    slider = page.get_by_role("group", name="Threshold").bounding_box()
    page.mouse.click(slider["x"] + 0.25 * slider["width"], slider["y"] + 0.7 * slider["height"])
    page.wait_for_url("**threshold=0.2*")
    finished(page)
    expect(page.locator(".st-key-roc .hovertext")).to_have_count(0)
    point = page.locator(".st-key-roc .scatterlayer .point").first
    for _ in range(20):  # Plotly draws the chart anew when it is ready, and forgets the pointer
        point.wait_for()
        if box := point.bounding_box():
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(250)
        if page.locator(".st-key-roc .hovertext").count():
            break
        page.mouse.move(0, 0)
    expect(page.locator(".st-key-roc .hovertext")).to_contain_text("threshold 0.2")
    page.get_by_role("combobox", name="Model").click()
    option = page.get_by_role("option", name="Linear", exact=True)
    expect(option).to_be_visible()
    box, text = page.get_by_role("combobox", name="Model").bounding_box(), option.bounding_box()
    assert 0 < text["y"] - box["y"] < 200, "the choices open below their box"
    assert option.evaluate("option => option.currentCSSZoom") > 1.25, "as large as the page"
    page.close()
