"""Two replicas behind the proxy, with a certificate: what a pupil sees when one of them dies."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks import proxy
from benchmarks.proxy import Proxy
from benchmarks.server import RunningApp, free_port, running_app
from tests.browser.conftest import ROOT
from tests.browser.opened import finished
from tests.browser.pad import Pad, digit
from tests.browser.test_desk import button, figure
from tests.browser.test_join import PHONE, expect_said, join, send
from tests.browser.test_pad import expect_strokes
from tests.browser.test_photo import choose, photo
from tests.classroom.class_work import ClassWork, work
from tests.deploy import certificate
from ui import links

__all__ = ["work"]


class School:
    """The proxy, and the replicas that it knows by number; they use one database, the tests' own."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._ports = {1: free_port(), 2: free_port()}
        self._running: dict[int, RunningApp] = {}
        for number in self._ports:
            self.start(number)
        front = stack.enter_context(proxy.running(list(self._ports.values()), certificate.made_in(folder)))
        if front is None:
            pytest.skip("There is no HAProxy on this machine (Debian: apt install haproxy).")
        self.front: Proxy = front
        self.app = RunningApp(front.secure_url, front.process, 0, folder)

    def start(self, number: int) -> None:
        """Unless it runs."""
        found = self._running.get(number)
        if found is None or found.process.poll() is not None:
            server = running_app(ROOT / "app.py", cwd=ROOT, env=os.environ, port=self._ports[number])
            self._running[number] = self._stack.enter_context(server)

    def kill(self, number: int) -> None:
        self._running[number].process.kill()
        self._running[number].process.wait()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with ExitStack() as stack:
        yield School(stack, tmp_path_factory.mktemp("school"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, ignore_https_errors=True)
    yield context
    context.close()


def replica_of(context: BrowserContext) -> int:
    """The number in the proxy's cookie."""
    (cookie,) = (cookie for cookie in context.cookies() if cookie.get("name") == "digitlab")
    assert cookie.get("secure")
    assert cookie.get("httpOnly")
    return int(cookie.get("value", ""))


def test_photos_go_up_and_files_come_down_over_https(
    phone: BrowserContext, school: School, work: ClassWork, tmp_path: Path
) -> None:
    page = phone.new_page()
    page.goto(school.app.base_url)
    page.get_by_role("radio", name="Upload").click()
    expect(page.get_by_text("A photo or scan of one digit")).to_be_visible()
    choose(page, photo(tmp_path, 5))
    Pad(page).expect_digit(5)
    picture = page.get_by_alt_text("The picture that you brought")
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 100
    work.draw(7)
    page.goto(school.app.base_url + links.url("desk", work.link))
    with page.expect_download() as download:
        button(page, "Table (CSV)").click()
    assert Path(download.value.path()).stat().st_size > 100


def test_a_replica_dies_and_nothing_on_the_pages_is_lost(
    phone: BrowserContext, school: School, work: ClassWork
) -> None:
    base = school.app.base_url
    draw = phone.new_page()  # one by one: in a tab behind another one, each move of the finger takes a second
    draw.goto(base)
    Pad(draw).wait_until_ready()
    Pad(draw).draw(digit(7))
    Pad(draw).expect_digit(7)
    wall, desk, pupil = (phone.new_page() for _ in range(3))
    wall.goto(base + links.url("wall", {"class": work.found.code}))
    desk.goto(base + links.url("desk", work.link))
    pad = join(pupil, school.app, work.found.code)
    name = pupil.locator(".join-name").inner_text()
    for stroke in digit(4):
        pad.touch(stroke.points)
    expect_strokes(pupil, len(digit(4)))
    expect(figure(desk, "on the wall")).to_have_text("0")
    session = draw.locator("[data-session]")
    before = session.get_attribute("data-session") or ""
    died = replica_of(phone)

    school.kill(died)
    try:
        expect(session).not_to_have_attribute("data-session", before)
        assert replica_of(phone) != died
        Pad(draw).expect_digit(7)
        assert Pad(draw).ink() > 1000
        expect(pupil.locator(".join-name")).to_have_text(name)
        expect_strokes(pupil, len(digit(4)))
        finished(pupil)
        send(pupil)
        expect_said(pupil, "The model read a 4")
        expect(wall.locator(".st-key-wall-count")).to_contain_text(re.compile(r"\b1\b"))
        expect(figure(desk, "on the wall")).to_have_text("1")
        assert len(work.shown()) == 1
        new_visitor(phone.browser, base)
    finally:
        school.start(died)


def new_visitor(browser: Browser | None, base: str) -> None:
    """Who comes now sees the page, whoever was next in turn."""
    assert browser
    for _ in range(2):
        context = browser.new_context(ignore_https_errors=True)
        page: Page = context.new_page()
        page.goto(base)
        Pad(page).wait_until_ready()
        context.close()
