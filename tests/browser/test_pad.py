"""Every stroke counts, wherever and whenever it begins, by mouse and by finger."""

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp, running_app
from tests.browser.conftest import DESKTOP, ROOT
from tests.browser.pad import Pad, digit
from ui.pad import live_files

# begins of strokes, as shares of the pad: its corners, along its edges, and where the canvas has its toolbar
BEGINS = [
    *((x, y) for x in (0.02, 0.98) for y in (0.02, 0.98)),
    *((x, 0.03) for x in (0.3, 0.5, 0.6, 0.84, 0.92)),
    *((x, 0.5) for x in (0.02, 0.98)),
    (0.92, 0.09),
]
LEFT, MIDDLE, RIGHT = ([(x, 60.0), (x, 140.0), (x, 220.0)] for x in (40.0, 140.0, 240.0))
WHILE_DRAWING = ["before it moves", "in the middle", "at its end"]


def inwards(begin: tuple[float, float]) -> list[tuple[float, float]]:
    """A line of 60 pixels to the middle of the pad."""
    x, y = begin[0] * 280, begin[1] * 280
    length = ((140 - x) ** 2 + (140 - y) ** 2) ** 0.5
    return [(x + (140 - x) * n * 6 / length, y + (140 - y) * n * 6 / length) for n in range(11)]


def expect_strokes(page: Page, number: int) -> None:
    """The server has answered a drawing of so many strokes."""
    expect(page.locator("[data-strokes]")).to_have_attribute("data-strokes", str(number))


@pytest.mark.parametrize("finger", [False, True], ids=["mouse", "finger"])
def test_a_stroke_from_everywhere_leaves_ink(request: pytest.FixtureRequest, finger: bool) -> None:
    page: Page = request.getfixturevalue("phone" if finger else "page")
    pad, before = Pad(page), 0
    for begin in BEGINS:
        (pad.touch if finger else pad.stroke)(inwards(begin))
        page.wait_for_timeout(100)
        now = pad.ink()
        assert now > before + 100, f"the stroke from {begin} is lost"
        before = now
    expect_strokes(page, len(BEGINS))


def test_a_tap_in_the_upper_right_is_a_dot(phone: Page) -> None:
    pad = Pad(phone)
    pad.touch([(60, 140), (60, 200)])
    phone.wait_for_timeout(100)
    before = pad.ink()
    for x in (0.55, 0.65, 0.75, 0.85, 0.97):
        pad.touch([(x * 280, 10), (x * 280, 10)])
        phone.wait_for_timeout(100)
    assert pad.ink() > before + 400


@pytest.mark.parametrize("finger", [False, True], ids=["mouse", "finger"])
def test_two_hundred_fast_strokes(request: pytest.FixtureRequest, finger: bool) -> None:
    page: Page = request.getfixturevalue("phone" if finger else "page")
    pad = Pad(page)
    for n in range(200):
        x, y = 8 + n % 20 * 13.5, 8 + n // 20 * 27.0
        (pad.touch if finger else pad.stroke)([(x, y), (x + 4, y + 8)])
    expect_strokes(page, 200)


@pytest.mark.parametrize("press", ["undo", "clear"])
def test_a_press_while_a_stroke_is_drawn_waits_for_its_end(pad: Pad, press: str) -> None:
    """As a second finger does it, or the keyboard."""
    for moment in WHILE_DRAWING:
        pad.stroke(LEFT)
        expect_strokes(pad.page, 1)
        before = pad.ink()
        pad.begin(MIDDLE[: 1 + WHILE_DRAWING.index(moment)])
        getattr(pad, press).dispatch_event("click")
        pad.page.mouse.move(*pad.on_screen([(150.0, 230.0)])[0])
        pad.page.mouse.up()
        pad.stroke(RIGHT)
        expect_strokes(pad.page, 2 if press == "undo" else 1)
        assert before - 200 < pad.ink() / (2 if press == "undo" else 1) < before + 200, moment
        pad.clear.click()
        expect_strokes(pad.page, 0)


@pytest.mark.parametrize("wait", [0, 40, 80, 160, 240])
def test_a_stroke_right_after_a_press_survives(pad: Pad, wait: int) -> None:
    """The canvas takes back what was drawn on it by itself, and what it was given with the server's help."""
    pad.page.get_by_role("button", name="Example 4").click()  # two strokes
    pad.expect_digit(4)
    pad.stroke(RIGHT)
    pad.undo.click()
    pad.page.wait_for_timeout(wait)
    pad.stroke(LEFT)
    expect_strokes(pad.page, 3)
    pad.undo.click()
    pad.undo.click()
    pad.page.wait_for_timeout(wait)
    pad.stroke(LEFT)
    expect_strokes(pad.page, 2)
    pad.clear.click()
    pad.page.wait_for_timeout(wait)
    pad.stroke(MIDDLE)
    expect_strokes(pad.page, 1)
    pad.expect_digit(1)


def test_a_finger_that_comes_at_once_after_clear_is_kept(phone: Page) -> None:
    pad = Pad(phone)
    for _ in range(3):
        phone.get_by_role("button", name="Example 5").tap()
        pad.expect_digit(5)
        pad.clear.tap()
        pad.touch(MIDDLE)
        expect_strokes(phone, 1)
        pad.expect_digit(1)


def test_two_quick_presses_count_twice(pad: Pad) -> None:
    for stroke in (LEFT, MIDDLE, RIGHT):
        pad.stroke(stroke)
    expect_strokes(pad.page, 3)
    pad.undo.dblclick()
    expect_strokes(pad.page, 1)
    pad.page.get_by_role("button", name="Example 4").click()
    pad.expect_digit(4)
    pad.undo.dblclick()
    expect_strokes(pad.page, 0)
    pad.expect_text("Draw a digit")


def test_a_reload_keeps_the_drawing(pad: Pad) -> None:
    pad.draw(digit(6))
    pad.expect_digit(6)
    drawn = pad.ink()
    pad.page.reload()
    pad.expect_digit(6)
    assert abs(pad.ink() - drawn) < 0.05 * drawn
    pad.stroke(LEFT)  # it can go on
    expect_strokes(pad.page, len(digit(6)) + 1)
    pad.clear.click()
    expect_strokes(pad.page, 0)
    pad.page.reload()
    pad.wait_until_ready()
    pad.expect_text("Draw a digit")


def test_a_links_example_gives_way_to_what_was_drawn_since(page: Page, app: RunningApp) -> None:
    page.goto(f"{app.base_url}/?example=7")
    pad = Pad(page)
    pad.expect_digit(7)
    pad.clear.click()
    pad.stroke(MIDDLE)
    pad.expect_digit(1)
    page.reload()
    pad.expect_digit(1)
    page.goto(f"{app.base_url}/?example=4")  # another link is another wish
    pad.expect_digit(4)


def test_another_server_gets_the_drawing_from_the_tab(browser: Browser) -> None:
    """A replica that dies, a tablet that slept longer than the server remembers."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    pad = Pad(page)
    with running_app(ROOT / "app.py", cwd=ROOT) as app:
        port = int(app.base_url.rpartition(":")[2])
        page.goto(app.base_url)
        pad.wait_until_ready()
        page.get_by_role("button", name="Example 4").click()
        pad.expect_digit(4)
        pad.stroke(RIGHT)
        expect_strokes(page, 3)
        drawn = pad.ink()
    with running_app(ROOT / "app.py", cwd=ROOT, port=port):
        pad.clear.wait_for()
        page.wait_for_timeout(1000)
        pad.stroke(LEFT)
        expect_strokes(page, 4)
        assert pad.ink() > drawn
    context.close()


def test_a_canvas_that_is_built_anew_gets_its_strokes_back(pad: Pad) -> None:
    """Streamlit does so now and then. Here the page is only told that it happened."""
    for stroke in (LEFT, MIDDLE):
        pad.stroke(stroke)
    expect_strokes(pad.page, 2)
    drawn, address = pad.ink(), live_files.url("canvas.js")
    tell = "async (address) => (await import(address)).canvases.dispatchEvent(new Event('rebuilt'))"
    pad.page.evaluate(tell, address)
    pad.stroke(RIGHT)
    expect_strokes(pad.page, 3)
    assert pad.ink() > drawn
    for left in (2, 1, 0):  # two of them are the server's to take back
        pad.undo.click()
        expect_strokes(pad.page, left)


def test_the_pad_comes_back_as_large_as_it_was(pad: Pad) -> None:
    pad.draw(digit(6))
    pad.expect_digit(6)
    before = pad.canvas.bounding_box()
    for source in ("Upload", "Camera", "Draw"):
        pad.page.get_by_role("radio", name=source).click()
        expect(pad.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(pad.canvas).to_be_visible()
    pad.expect_digit(6)
    assert pad.canvas.bounding_box() == before


def test_quick_keys_on_the_pens_slider_keep_the_drawing(pad: Pad) -> None:
    pad.draw(digit(5))
    pad.expect_digit(5)
    pad.stroke([(20, 20), (20, 60)])
    pad.undo.click()
    expect_strokes(pad.page, len(digit(5)))
    drawn = pad.ink()
    slider = pad.page.get_by_role("slider", name="Pen width in pixels")
    for _ in range(5):
        slider.press("ArrowLeft")
    pad.page.wait_for_timeout(1500)
    assert pad.ink() == drawn
