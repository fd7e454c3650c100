"""A class is started, phones join it, and what they send is what was on their pads."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks.server import RunningApp, free_port, running_app
from digitlab.classroom import classes, database
from tests.browser.conftest import ROOT
from tests.browser.opened import finished
from tests.browser.pad import Pad, digit
from tests.browser.test_pad import LEFT, RIGHT, expect_strokes

PHONE = {"width": 390, "height": 664}  # with the browser's own bars
PROJECTORS = [(1280, 800), (1920, 1080)]
BETWEEN_MS = 2_000
WHOLE_IN_SIGHT = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    return main.scrollHeight <= main.clientHeight && main.scrollWidth <= main.clientWidth + 1
}"""


def start(page: Page, app: RunningApp) -> str:
    """A class on this page; its code."""
    page.goto(f"{app.base_url}/class")
    page.get_by_role("button", name="Start a class").dblclick()
    place = page.locator(".st-key-class-code")
    expect(place).to_have_text(re.compile(r"^\s*[A-Z]{5}\s*$"))
    return place.inner_text().strip()


def join(page: Page, app: RunningApp, code: str) -> Pad:
    page.goto(f"{app.base_url}/join?class={code}")
    pad = Pad(page)
    expect(pad.canvas).to_be_visible(timeout=30_000)
    finished(page)
    return pad


def send(page: Page) -> None:
    page.get_by_role("button", name="Send").tap()


def expect_said(page: Page, words: str) -> None:
    expect(page.locator(".st-key-result")).to_contain_text(words)


def expect_joined(page: Page, number: int) -> None:
    expect(page.locator(".st-key-class-count")).to_contain_text(re.compile(rf"^{number} ha"))


@pytest.fixture
def pupil(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def teacher(context: BrowserContext) -> Page:
    return context.new_page()


def test_the_projector_shows_the_way_in_and_not_the_key(teacher: Page, app: RunningApp) -> None:
    code = start(teacher, app)
    assert teacher.url == f"{app.base_url}/class?class={code}"
    for width, height in PROJECTORS:
        teacher.set_viewport_size({"width": width, "height": height})
        teacher.wait_for_function(WHOLE_IN_SIGHT)
        shot = cv2.imdecode(np.frombuffer(teacher.screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert cv2.QRCodeDetector().detectAndDecode(shot)[0] == f"{app.base_url}/join?class={code}"
        assert "key=" not in teacher.content()
    teacher.reload()  # the tab knows the key
    teacher.get_by_role("button", name="Your private link").click()
    desk = teacher.get_by_role("link", name="Open the desk").get_attribute("href") or ""
    assert parse_qs(urlsplit(desk).query).keys() == {"class", "key"}
    elsewhere = teacher.context.new_page()  # without it
    elsewhere.goto(f"{app.base_url}/class?class={code}")
    expect(elsewhere.locator(".st-key-class-code")).to_have_text(code)
    finished(elsewhere)
    expect(elsewhere.get_by_role("button", name="Your private link")).to_have_count(0)
    renewed = classes.renew_code(classes.find(code).id).code  # as the desk does it
    expect(teacher.locator(".st-key-class-code")).to_have_text(renewed)
    expect(teacher).to_have_url(f"{app.base_url}/class?class={renewed}")
    expect(elsewhere.get_by_text("There is no class with this code")).to_be_visible()
    assert renewed not in elsewhere.content()


def test_a_pupil_draws_sends_and_comes_back(teacher: Page, pupil: Page, app: RunningApp) -> None:
    code = start(teacher, app)
    expect_joined(teacher, 0)
    pad = join(pupil, app, code)
    pupil.wait_for_function(WHOLE_IN_SIGHT)
    expect_joined(teacher, 1)
    expect(pupil.locator(".st-key-task")).to_have_text(re.compile(r"^\s*Draw an? \d\s*$"))
    task = pupil.locator(".st-key-task").inner_text()
    for stroke in digit(4):
        pad.touch(stroke.points)
    send(pupil)  # at once: the last stroke counts, too
    expect_said(pupil, "The model read a 4")
    expect(pupil.locator(".st-key-task")).not_to_have_text(task)
    assert pad.ink() == 0
    pupil.get_by_role("button", name="That’s not what I drew").tap()
    pupil.locator(".st-key-shows").get_by_text("4", exact=True).tap()
    expect(pupil.locator(".st-key-shows")).to_have_count(0)
    expect(pupil.locator(".st-key-result")).not_to_contain_text("and not")
    pupil.wait_for_timeout(BETWEEN_MS)
    for stroke in digit(8):
        pad.touch(stroke.points)
    expect_strokes(pupil, len(digit(8)))
    kept = pupil.evaluate("() => sessionStorage.getItem('digitlab-drawing')")
    send(pupil)
    expect_said(pupil, "The model read an 8")
    expect_strokes(pupil, 0)
    # as if the server had died before it could say so
    pupil.evaluate("kept => sessionStorage.setItem('digitlab-drawing', kept)", kept)
    pupil.reload()
    expect_strokes(pupil, len(digit(8)))
    assert pad.ink() > 1000
    expect(pupil.locator(".join-name")).to_contain_text("blue fox")
    finished(pupil)
    send(pupil)
    expect_said(pupil, "The model read an 8")
    expect_strokes(pupil, 0)
    assert classes.find(code).drawings == 2, "the same drawing counts once"
    expect_joined(teacher, 1)


def test_a_stroke_right_after_send_is_the_next_drawings(teacher: Page, pupil: Page, app: RunningApp) -> None:
    pad = join(pupil, app, start(teacher, app))
    pad.touch(LEFT)
    with database.writing():  # so that the answer comes after the stroke
        send(pupil)
        pad.touch(RIGHT)
    expect_said(pupil, "Sent. ")
    expect_strokes(pupil, 1)
    x, y = np.nonzero(pad.picture()[:, :, :3].min(axis=2) < 128)[::-1]
    assert x.min() > 200, "only the new stroke is there"
    assert y.max() - y.min() > 100, "all of it"
    pad.undo.tap()
    expect_strokes(pupil, 0)


def test_a_locked_database_and_a_server_that_dies(teacher: Page, pupil: Page, tmp_path: Path) -> None:
    file, port = tmp_path / "classes.sqlite3", free_port()

    def served() -> AbstractContextManager[RunningApp]:
        env = os.environ | {database.VARIABLE: f"sqlite:///{file}"}
        return running_app(
            ROOT / "app.py", cwd=ROOT, env=env, port=port, args=["--server.fileWatcherType", "none"]
        )

    def stored() -> int:
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute("SELECT count(*) FROM drawing").fetchone()[0]

    with served() as app:
        code = start(teacher, app)
        pad = join(pupil, app, code)
        pad.touch(LEFT)
        with closing(sqlite3.connect(file)) as other:
            other.execute("BEGIN IMMEDIATE")
            send(pupil)
            expect(pupil.get_by_text("Not sent yet")).to_be_visible()
            assert pad.ink() > 1000
        expect_said(pupil, "Sent. ")
        expect_strokes(pupil, 0)
        assert stored() == 1
        pupil.wait_for_timeout(BETWEEN_MS)
        pad.touch(LEFT)
        pad.touch(RIGHT)
        expect_strokes(pupil, 2)
        answer = pupil.locator("[data-session]")
        session = answer.get_attribute("data-session") or ""
        app.process.kill()
        app.process.wait()
    with served():
        expect(answer).not_to_have_attribute("data-session", session)
        expect(pupil.locator(".join-name")).to_contain_text("blue fox")
        expect_strokes(pupil, 2)
        finished(pupil)
        send(pupil)
        expect_said(pupil, "Sent. ")
        expect_strokes(pupil, 0)
        assert stored() == 2
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT count(*) FROM pupil").fetchone()[0] == 1
