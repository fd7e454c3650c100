"""What a browser gets besides the page's content: its weight, and the rules of what it may load."""

from playwright.sync_api import Browser, Page

from benchmarks.first_visit import visit
from benchmarks.server import RunningApp
from tests.browser.opened import opened


def test_the_first_visit_to_the_draw_page_is_light(browser: Browser, app: RunningApp) -> None:
    seen = visit(browser, app.base_url)
    assert any("drawable-canvas" in name for name, _ in seen.files), "the pad is not there yet"
    networks = sum(size for name, size in seen.files if name.endswith(".bin"))
    assert 0 < networks <= 450e3, "they come with the first visit, and a browser keeps them"
    assert seen.http - networks <= 1350e3, seen.files[:10]


def complaints(page: Page) -> list[str]:
    """What the browser says about the Content-Security-Policy, from now on."""
    found: list[str] = []
    page.on(
        "console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None
    )
    return found


def test_a_script_from_elsewhere_is_not_run(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "glossary")
    found = complaints(page)
    page.evaluate(
        "const script = document.createElement('script'); script.textContent = 'window.stolen = 1';"
        "document.body.append(script)"
    )
    assert page.evaluate("window.stolen") is None
    assert found
    page.close()


def test_another_site_cannot_show_it_in_a_frame(browser: Browser, app: RunningApp) -> None:
    page = browser.new_page()
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.set_content(f'<iframe src="{app.base_url}"></iframe>')
    page.close()
