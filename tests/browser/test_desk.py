"""The desk in the real browser: one press each, by mouse, finger and keyboard, while drawings arrive."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.server import RunningApp
from digitlab.classroom import classes, example
from digitlab.errors import NoSuchClass
from digitlab.evaluation import own_data
from tests.browser.opened import finished, fits, opened
from tests.classroom.class_work import ClassWork, work
from ui import links

__all__ = ["work"]


def desk(browser: Browser, app: RunningApp, work: ClassWork, *, phone: bool = False) -> Page:
    page = opened(browser, app, links.url("desk", work.link)[1:], phone=phone)
    expect(page.get_by_role("heading", name=f"Class {work.found.code}")).to_be_visible()
    return page


def button(page: Page, name: str) -> Locator:
    """The button whose name begins so, in everything that was sent, or on the page."""
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).last


def figure(page: Page, name: str) -> Locator:
    return page.locator(".desk-figures > div").filter(has_text=name).locator("dd")


def pictures(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile("^Everything sent;"))


@pytest.mark.parametrize("phone", [False, True])
def test_each_is_one_press(browser: Browser, app: RunningApp, work: ClassWork, phone: bool) -> None:
    work.draw(4, asked=9)
    work.draw(7, pupil=2)
    work.scrawl()
    page = desk(browser, app, work, phone=phone)

    def press(name: str) -> None:
        button(page, name).tap() if phone else button(page, name).click()

    press("Hide drawing 1: a 9 read as 4")
    expect(button(page, "Show drawing 1:")).to_be_visible()
    assert work.shown() == [2]
    press("Show drawing 1:")
    expect(button(page, "Hide drawing 1:")).to_be_visible()
    press("Hold the green owl, who made drawing 2")
    expect(figure(page, "on the wall")).to_have_text("1")
    assert work.shown() == [1]
    press("Release the green owl, who made drawing 2")
    expect(figure(page, "on the wall")).to_have_text("2")
    waiting = page.get_by_role("group", name=re.compile("^Drawings that wait;"))
    show = waiting.get_by_role("button", name=re.compile("^Show drawing 3:"))
    show.tap() if phone else show.click()
    expect(page.get_by_text("What doesn’t look like a digit comes here first")).to_be_visible()
    assert work.shown() == [1, 2, 3]
    page.get_by_role("radio", name="Labels to check").click()
    press("Other: what drawing 1 shows")
    press("6 is what drawing 1")
    expect(button(page, "Other: what drawing 1 shows")).to_have_count(0)
    assert work.snapshot.labels[0] == 6
    assert fits(page)
    page.close()


def test_drawings_arrive_and_wait_while_somebody_is_about_to_press(
    browser: Browser, app: RunningApp, work: ClassWork
) -> None:
    work.draw(1)
    page = desk(browser, app, work)
    work.draw(2)
    expect(figure(page, "drawings")).to_have_text("2")
    first = pictures(page).get_by_role("button").first
    expect(first).to_have_accessible_name(re.compile("drawing 2:"))
    first.hover()
    work.draw(3)
    expect(page.get_by_text("1 newer: they come when you leave")).to_be_visible()
    expect(first).to_have_accessible_name(re.compile("drawing 2:"))
    first.click()
    expect(first).to_have_accessible_name(re.compile("^Show drawing 2:"))
    assert work.shown() == [1, 3]
    page.mouse.move(5, 5)
    expect(first).to_have_accessible_name(re.compile("drawing 3:"))
    page.close()


def test_the_keyboard_alone(browser: Browser, app: RunningApp, work: ClassWork) -> None:
    for digit in (1, 2, 3):
        work.draw(digit)
    page = desk(browser, app, work)
    page.get_by_role("radio", name="Everything sent").focus()
    page.keyboard.press("Tab")
    expect(button(page, "Hide drawing 3:")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(button(page, "Hold the blue fox, who made drawing 3:")).to_be_focused()
    page.keyboard.press("ArrowRight")
    work.draw(4)  # arrives while the keyboard is there
    expect(page.get_by_text("1 newer:")).to_be_visible()
    expect(button(page, "Hide drawing 2:")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button(page, "Show drawing 2:")).to_be_focused()
    assert work.shown() == [1, 3, 4]
    page.keyboard.press("Home")
    expect(button(page, "Hide drawing 3:")).to_be_focused()
    page.close()


def test_the_files_can_be_read(browser: Browser, app: RunningApp, work: ClassWork) -> None:
    for digit in (7, 1, 3):
        work.draw(digit)
    work.scrawl()
    page = desk(browser, app, work)
    for label, ending in (("Pictures (ZIP)", "zip"), ("Table (CSV)", "csv"), ("NumPy (npz)", "npz")):
        with page.expect_download() as download:
            button(page, label).click()
        assert download.value.suggested_filename == f"class-{work.found.code}-pictures.{ending}"
        read = own_data.read(download.value.suggested_filename, Path(download.value.path()).read_bytes())
        assert sorted(read.labels.tolist()) == [1, 3, 7]
    page.get_by_text("Also what waits, is hidden or held").click()
    finished(page)
    with page.expect_download() as download:
        button(page, "Strokes (JSON)").click()
    assert len(json.loads(Path(download.value.path()).read_text())["drawings"]) == 4
    page.close()


def test_from_an_example_to_the_end(browser: Browser, app: RunningApp, work: ClassWork) -> None:
    classes.empty(work.made.id)
    page = desk(browser, app, work)
    button(page, "Fill it with an example class").click()
    expect(page.get_by_text("Example class: made-up pupils.")).to_be_visible()
    expect(figure(page, "drawings")).to_have_text(str(example.PUPILS * example.EACH))
    page.get_by_test_id("stPagination").get_by_role("button", name="Page 2", exact=True).click()
    expect(button(page, "Hold the")).to_have_accessible_name(re.compile("drawing 541:"))
    button(page, "Empty it").click()
    expect(page.get_by_text("Nothing is drawn yet.")).to_be_visible()
    old = work.found.code
    button(page, "Renew the code").click()
    expect(page.get_by_text("The new code is")).to_be_visible()
    assert work.found.code != old
    expect(page).to_have_url(f"{app.base_url}{links.url('desk', work.link)}")
    page.reload()
    expect(page.get_by_role("heading", name=f"Class {work.found.code}")).to_be_visible()
    for link in page.get_by_role("link").all():
        if work.key in (link.get_attribute("href") or ""):
            expect(link).to_have_text(re.compile("Train it on us"))
    with page.context.expect_page() as wall:
        page.get_by_role("link", name="Wall").click()
    assert work.key not in wall.value.evaluate("[location.href, document.referrer].join()")
    wall.value.close()
    button(page, "Delete everything now").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    button(page, "Delete everything now").click()
    code = work.found.code
    dialog.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text(f"The class {code} is gone")).to_be_visible()
    expect(page).to_have_url(f"{app.base_url}/desk")
    with pytest.raises(NoSuchClass):
        classes.by_id(work.made.id)
    page.close()
