"""The wall of a class in the real browser: drawings come and go by themselves; a projector, a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from benchmarks.server import RunningApp
from digitlab.classroom import classes, drawings, example
from digitlab.classroom.classes import Class
from digitlab.classroom.drawings import HIDDEN
from tests.browser.conftest import DESKTOP
from tests.browser.opened import fits, opened, visit
from tests.browser.test_every_page import findings
from tests.classroom.class_work import ClassWork, work

__all__ = ["work"]  # a fixture
PROJECTOR = {"width": 1920, "height": 1080}
NOT_SCROLLED = "main => main.scrollHeight <= main.clientHeight + 1"


def tiles(page: Page, place: str = "wall-tiles") -> Locator:
    return page.locator(f".st-key-{place} .tile")


def expect_tiles(page: Page, *labels: str) -> None:
    expect(tiles(page)).to_have_count(len(labels))
    for place, label in enumerate(labels):
        expect(tiles(page).nth(place)).to_have_attribute("aria-label", label)


def count(page: Page) -> Locator:
    return page.locator(".st-key-wall-count")


def cell(page: Page, matrix: str, label: int, answer: int) -> Locator:
    return page.locator(f".st-key-{matrix}").get_by_role("button", name=f"{label} read as {answer}: ")


def test_drawings_come_and_go_by_themselves(browser: Browser, app: RunningApp, work: ClassWork) -> None:
    page = browser.new_page(viewport=PROJECTOR)
    received: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: received.append(data if isinstance(data, bytes) else b""))

    page.on("websocket", listen)
    visit(page, app, f"wall?class={work.made.code}")
    expect(page.get_by_text("Nobody has drawn yet.")).to_be_visible()
    work.draw(3)
    expect(count(page)).to_have_text("1 drawing by 1 person")
    expect_tiles(page, "3, read correctly")
    tiles(page).first.evaluate("tile => { tile.known = true }")
    work.scrawl()  # it waits for the teacher
    work.draw(7, asked=1, pupil=2)
    expect(count(page)).to_have_text("2 drawings by 2 people")
    expect_tiles(page, "1, read as 7", "3, read correctly")
    expect(tiles(page).first).to_have_text("7")  # seen without colours
    assert tiles(page).nth(1).evaluate("tile => tile.known"), "what was there is not made anew"
    drawings.set_state(work.made.id, work.snapshot.rows[0].id, HIDDEN)
    expect_tiles(page, "1, read as 7")
    expect(count(page)).to_have_text("1 drawing by 1 person")
    everything = b"".join(received)
    assert b"1 drawing by 1 person" in everything
    for row in work.snapshot.rows:
        assert row.id.encode() not in everything
    for pupil in work.pupils:
        assert pupil.id.encode() not in everything
        assert pupil.name.encode() not in everything
    page.close()


def test_a_cell_opens_its_drawings_and_stands_in_the_link(
    browser: Browser, app: RunningApp, work: ClassWork
) -> None:
    for digit, asked in ((7, 1), (1, 1), (3, 8)):
        work.draw(digit, asked)
    page = opened(browser, app, f"wall?class={work.made.code}")
    expect(tiles(page, "cell-tiles")).to_have_count(2)
    cell(page, "mnist-matrix", 1, 7).click()  # either matrix: the same question to both
    expect(page.get_by_text("50.0 % of this class’s 1s")).to_be_visible()
    expect(tiles(page, "cell-tiles")).to_have_count(1)
    expect(tiles(page, "cell-tiles")).to_have_attribute("aria-label", "1, read as 7")
    expect(cell(page, "class-matrix", 1, 7)).to_have_attribute("aria-pressed", "true")
    page.wait_for_url(re.compile("is=1.*read_as=7"))
    work.draw(7, asked=1)
    expect(tiles(page, "cell-tiles")).to_have_count(2)
    page.get_by_text("By digit").click()
    expect(page.locator(".st-key-wall-tiles .group").nth(1).locator(".tile")).to_have_count(3)
    page.wait_for_url(re.compile("by_digit=true"))
    page.reload()
    expect(page.locator(".st-key-wall-tiles .group")).to_have_count(10)
    expect(tiles(page, "cell-tiles")).to_have_count(2)
    page.close()


def test_it_follows_the_class_to_its_end(browser: Browser, app: RunningApp, work: ClassWork) -> None:
    work.draw(3)
    page = opened(browser, app, f"wall?class={work.made.code}")
    expect(tiles(page)).to_have_count(1)
    code = classes.renew_code(work.made.id).code
    page.wait_for_url(f"**class={code}**")
    expect(page.locator(".wall-join b")).to_have_text(code)
    classes.pause(work.made.id)
    expect(page.get_by_role("status")).to_contain_text("Paused")
    classes.delete(work.made.id)
    expect(page.get_by_text("Everything that it drew is deleted.")).to_be_visible()
    expect(tiles(page)).to_have_count(0)
    page.close()


@pytest.fixture
def example_class() -> Iterator[Class]:
    found = example.fill(classes.start()[0])
    yield found
    classes.delete(found.id)


def test_it_fits_and_is_for_all(browser: Browser, app: RunningApp, example_class: Class) -> None:
    path = f"wall?class={example_class.code}&is=7&read_as=1"
    page = visit(browser.new_page(viewport=PROJECTOR), app, path)
    expect(page.get_by_text("Example class: made-up pupils")).to_be_visible()
    expect(page.get_by_text(re.compile("and [0-9]+ more")).first).to_be_visible()
    assert tiles(page).count() > 150
    assert findings(page) == []
    for lines in (False, True):
        if lines:
            page.get_by_text("By digit").click()
            expect(page.locator(".st-key-wall-tiles .group")).to_have_count(10)
            assert findings(page) == []
        for size in (PROJECTOR, DESKTOP):
            page.set_viewport_size(size)
            expect(tiles(page).last).to_be_in_viewport(ratio=0.99)
            assert fits(page)
            assert page.get_by_test_id("stMain").evaluate(NOT_SCROLLED)
    page.close()
    phone = opened(browser, app, path + "&by_digit=true", phone=True)
    phone.set_viewport_size({"width": 390, "height": 664})  # its own bars take the rest
    line = phone.locator(".st-key-wall-tiles .group").last
    expect(line).to_be_visible()
    assert fits(phone)
    box, figure = line.bounding_box(), phone.locator(".wall-figure").first.bounding_box()
    assert box["y"] + box["height"] <= figure["y"], "no line is cut off"
    phone.close()
