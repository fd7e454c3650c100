"""The whole way of a class, from "Start a class" to "Delete everything": two phones, a projector and a desk,
on each kind of database."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp, running_app
from digitlab.classroom import database
from tests.browser.conftest import ROOT
from tests.browser.opened import finished
from tests.browser.pad import digit
from tests.browser.test_desk import button, figure
from tests.browser.test_join import BETWEEN_MS, PHONE, expect_said, join, send
from tests.classroom.conftest import postgres
from tests.classroom.postgres import Postgres

__all__ = ["postgres"]

PROJECTOR = {"width": 1920, "height": 1080}


class Server:
    """The app, and what its database holds."""

    def __init__(self, app: RunningApp, url: str, postgres: Postgres | None) -> None:
        self.app, self.base_url = app, app.base_url
        self._url, self._postgres = url, postgres

    def dump(self) -> bytes:
        """All bytes of it."""
        if self._postgres:
            return self._postgres.dump(self._url).encode()
        file = Path(self._url.removeprefix("sqlite:///"))
        return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    own = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = own.new() if own else f"sqlite:///{tmp_path / 'classes.sqlite3'}"
    env = os.environ | {database.VARIABLE: url}
    with running_app(ROOT / "app.py", cwd=ROOT, env=env, args=["--server.fileWatcherType", "none"]) as app:
        yield Server(app, url, own)


def phone(browser: Browser) -> Page:
    return browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()


def asked(page: Page) -> int:
    """The digit that this pupil is to draw."""
    task = page.locator(".st-key-task")
    expect(task).to_have_text(re.compile(r"^\s*Draw an? \d\s*$"))
    return int(task.inner_text().split()[-1])


def expect_drawings(page: Page, number: int) -> None:
    expect(page.locator(".st-key-wall-count")).to_contain_text(re.compile(rf"^\s*{number} drawing"))


def test_from_start_a_class_to_delete_everything(browser: Browser, server: Server) -> None:
    teacher = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    teacher.goto(f"{server.base_url}/class")
    teacher.get_by_role("button", name="Start a class").click()
    place = teacher.locator(".st-key-class-code")
    expect(place).to_have_text(re.compile(r"^\s*[A-Z]{5}\s*$"))
    code = place.inner_text().strip()
    teacher.get_by_role("button", name="Your private link").click()
    link = teacher.get_by_role("link", name="Open the desk").get_attribute("href") or ""

    wall = browser.new_context(viewport=PROJECTOR).new_page()
    wall.goto(f"{server.base_url}/wall?class={code}")
    expect(wall.get_by_text("Nobody has drawn yet.")).to_be_visible()
    desk = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    desk.goto(f"{server.base_url}{link}")
    expect(figure(desk, "joined")).to_have_text("0")

    phones = [phone(browser), phone(browser)]
    pads = [join(page, server.app, code) for page in phones]
    names = [page.locator(".join-name").inner_text() for page in phones]
    assert names[0] != names[1]
    expect(figure(desk, "joined")).to_have_text("2")
    drawn = []
    for number, (page, pad) in enumerate(zip(phones, pads, strict=True), 1):
        wanted = asked(page)
        drawn.append(wanted)
        for stroke in digit(wanted):
            pad.touch(stroke.points)
        send(page)
        expect_said(page, f"The model read {'an' if wanted == 8 else 'a'} {wanted}")
        expect_drawings(wall, number)
    kept = pads[0]
    phones[0].reload()  # as the same pupil
    expect(phones[0].locator(".join-name")).to_have_text(names[0])
    expect(figure(desk, "joined")).to_have_text("2")

    button(desk, "Hide drawing 1").click()
    expect_drawings(wall, 1)
    button(desk, "Show drawing 1").click()
    expect_drawings(wall, 2)

    desk.get_by_role("radio", name="Paused").click()
    expect(wall.get_by_text("Paused")).to_be_visible()
    expect(kept.canvas).to_be_visible()
    finished(phones[0])
    phones[0].wait_for_timeout(BETWEEN_MS)
    wanted = asked(phones[0])
    # another one than was asked for; and than was sent before: the same strokes again are the same drawing
    other = next(number for number in range(10) if number not in (wanted, drawn[0]))
    for stroke in digit(other):
        kept.touch(stroke.points)
    send(phones[0])
    expect_said(phones[0], "paused")
    assert kept.ink() > 1000, "it stays on the pad"
    expect_drawings(wall, 2)
    desk.get_by_role("radio", name="Open", exact=True).click()
    expect(wall.get_by_text("Paused")).to_have_count(0)
    send(phones[0])
    expect_said(phones[0], "and not")
    expect_drawings(wall, 3)
    expect(wall.get_by_text("Misread: 1 of 3.")).to_be_visible()
    phones[0].get_by_role("button", name="That’s not what I drew").tap()
    phones[0].locator(".st-key-shows").get_by_text(str(other), exact=True).tap()
    expect(wall.get_by_text("Nothing has been misread so far.")).to_be_visible()
    for holder in (*names, *(name.removeprefix("You are the ") for name in names)):
        assert holder not in wall.content(), "who drew what"

    mistakes = wall.context.new_page()
    mistakes.goto(f"{server.base_url}/mistakes?digits=class:{code}")
    finished(mistakes)
    expect(mistakes.get_by_role("combobox", name="Digits")).to_have_value(f"Class {code}")

    assert code.encode() in server.dump()
    desk.get_by_role("button", name="Delete everything now").click()
    desk.get_by_role("dialog").get_by_role("button", name=re.compile("Delete")).click()
    expect(desk.get_by_role("heading", name="All of it is deleted")).to_be_visible()
    expect(wall.get_by_text("Everything that it drew is deleted.")).to_be_visible()
    for stroke in digit(1):
        pads[1].touch(stroke.points)
    send(phones[1])
    expect(phones[1].get_by_text(re.compile("ended|no class"))).to_be_visible()
    phones[1].goto(f"{server.base_url}/join?class={code}")
    expect(phones[1].get_by_text("There is no class with this code.")).to_be_visible()
    dump = server.dump()
    assert code.encode() not in dump
    assert len(dump) > 1000, "it is a dump of something"
    for page in (teacher, wall, desk, *phones):
        page.context.close()
