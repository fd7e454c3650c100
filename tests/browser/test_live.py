"""Answers while one draws, in the real browser; and what is said where they can't come."""

import json
import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from benchmarks.server import RunningApp
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pad import Pad, digit

LIVE_MODELS = ["Linear", "Textbook net", "Tiny CNN", "CNN"]


def opened(context: BrowserContext, app: RunningApp, path: str = "") -> Pad:
    page = context.new_page()
    page.goto(f"{app.base_url}/{path}")
    pad = Pad(page)
    pad.wait_until_ready()
    return pad


def ready(pad: Pad) -> None:
    """The networks are there: the example on the first screen has been read."""
    expect(pad.live).to_have_attribute("data-digit", "3")


def test_the_answer_follows_the_pen(pad: Pad) -> None:
    ready(pad)
    points = digit(3)[0].points
    pad.begin(points[: len(points) // 2])
    expect(pad.live).to_have_attribute("data-digit", re.compile(r"^(\d|\?)$"))
    assert pad.live.get_attribute("data-digit") != "3"
    for point in pad.on_screen(points[len(points) // 2 :]):
        pad.page.mouse.move(*point)
    expect(pad.live).to_have_attribute("data-digit", "3")
    expect(pad.live.locator(".big")).to_have_text("3")
    expect(pad.page.locator("[data-strokes]")).to_have_attribute(
        "data-strokes", "0"
    )  # the server knows nothing
    pad.page.mouse.up()
    pad.expect_digit(3)
    expect(pad.page.locator(".st-key-reading[data-live]")).to_have_count(0)


def test_picture_and_movement_are_read_alike_while_drawing_and_after(
    browser: Browser, app: RunningApp
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 664})
    pad = opened(context, app)
    ready(pad)
    details = pad.page.locator(".st-key-details")
    empty = details.bounding_box()

    def says(place: Locator, picture: int, movement: re.Pattern) -> list[str]:
        """What is said, and which of both is not the answer."""
        each = place.locator(".opinions > span")
        expect(each).to_have_text([re.compile(f"Its picture: {picture}, "), movement])
        return [*each.evaluate_all("all => all.map(one => one.className)"), *each.all_inner_texts()]

    seven = re.compile("The pen’s movement: 7, ")
    pad.begin(digit(7)[0].points)
    assert says(pad.live, 7, seven)[:2] == ["", ""]
    pad.page.mouse.up()
    pad.expect_digit(7)
    assert says(details, 7, seven)[:2] == ["", ""]
    full, line = details.bounding_box(), details.locator(".opinions").bounding_box()
    assert full == empty, "nothing moves"
    assert line
    assert line["y"] + line["height"] <= 664, "in sight with the pad"
    pad.clear.click()
    pad.expect_text("Draw a digit")
    pad.begin(digit(3)[0].points[::-1])  # from the bottom up
    another = re.compile("The pen’s movement: [^3], ")
    live = says(pad.live, 3, another)
    assert sorted(live[:2]) == ["", "other"], "one of both is the answer"
    pad.page.mouse.up()
    expect(pad.page.locator("[data-strokes='1']")).to_have_count(1)
    server = says(details, 3, another)
    assert [text.split(",")[0] for text in server] == [text.split(",")[0] for text in live]
    colours = details.locator(".opinions > span").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor)"
    )
    assert sorted(colours) == ["rgba(234, 138, 30, 0.3)", "rgba(59, 130, 246, 0.3)"]
    context.close()


def test_half_a_digit_is_no_digit(pad: Pad) -> None:
    ready(pad)
    pad.begin([(140, 140), (143, 141), (145, 144)])
    expect(pad.live).to_have_attribute("data-digit", "?")
    expect(pad.live.locator(".big")).to_have_text("Not sure")
    pad.page.mouse.up()


@pytest.mark.parametrize("name", LIVE_MODELS)
def test_these_models_answer_live(context: BrowserContext, app: RunningApp, name: str) -> None:
    pad = opened(context, app, f"?model={name}")
    ready(pad)
    first = digit(7)[0]
    pad.begin(first.points)
    expect(pad.live).to_have_attribute("data-digit", re.compile(r"^(\d|\?)$"))
    live = pad.live.locator(".bars > div").evaluate_all("bars => bars.map(bar => bar.style.cssText)")
    pad.page.mouse.up()
    expect(pad.page.locator("[data-strokes]")).to_have_attribute("data-strokes", "1")
    server = pad.page.locator(".st-key-details .bars > div").evaluate_all(
        "bars => bars.map(bar => bar.style.cssText)"
    )
    for one, other in zip(live, server, strict=True):
        a, b = (float(re.findall(r"[\d.]+(?=%)", text)[0]) for text in (one, other))
        assert a == pytest.approx(b, abs=2)


def test_a_large_model_answers_after_the_stroke(context: BrowserContext, app: RunningApp) -> None:
    pad = opened(context, app, "?model=Committee")
    pad.draw(digit(7))
    pad.expect_digit(7)
    expect(pad.page.locator(".st-key-reading[data-live]")).to_have_count(0)


def fails(route: Route) -> None:
    route.fulfill(status=404, body="Not found")


def truncated(route: Route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.body()[:5000])


@pytest.mark.parametrize("trouble", [fails, truncated], ids=["missing", "truncated"])
@pytest.mark.parametrize("file", ["cnn.bin", "strokes.bin", "worker.js"])
def test_without_its_files_the_server_answers(
    context: BrowserContext, app: RunningApp, file: str, trouble: object
) -> None:
    context.route(f"**/{file}", trouble)
    pad = opened(context, app)
    pad.draw(digit(4))
    pad.expect_digit(4)
    pad.clear.click()
    pad.expect_text("Draw a digit")
    expect(pad.page.get_by_role("alert")).to_have_count(0)
    expect(pad.page.locator(".st-key-reading[data-live]")).to_have_count(0)


def test_in_an_old_browser_the_server_answers(context: BrowserContext, app: RunningApp) -> None:
    context.add_init_script("delete window.Worker; delete window.OffscreenCanvas")
    pad = opened(context, app)
    pad.draw(digit(4))
    pad.expect_digit(4)
    expect(pad.page.get_by_role("alert")).to_have_count(0)


def test_the_first_screen_draws_an_example_and_the_first_touch_clears_it(phone: Page) -> None:
    pad = Pad(phone)
    ready(pad)
    expect(phone.locator(".pad-sheet")).to_be_visible()
    pad.expect_text("Draw a digit")  # of an empty pad the server says no digit
    pad.touch(digit(7)[0].points)
    expect(phone.locator(".pad-sheet")).to_have_count(0)
    pad.expect_digit(7)


def test_who_wants_no_motion_sees_the_example_at_once(browser: Browser, app: RunningApp) -> None:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    pad = opened(context, app)
    ready(pad)
    context.close()


def test_look_inside_lights_up_while_drawing_and_leads_to_a_map(
    context: BrowserContext, app: RunningApp
) -> None:
    pad = opened(context, app, "?inside=true")
    page = pad.page
    layer = page.locator('[data-layer="maps_2"] canvas')
    light = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
        .data.reduce((sum, value, n) => sum + (n % 4 === 2 ? value : 0), 0)"""
    first, second = digit(4)
    pad.begin(first.points)
    expect(layer).to_have_js_property("width", 12 * 15 - 1)
    half = layer.evaluate(light)
    page.mouse.up()
    pad.stroke(second.points)
    pad.expect_digit(4)
    expect(page.locator(".outputs span").nth(4)).to_have_attribute("style", re.compile("--share: (1|0.9)"))
    assert layer.evaluate(light) != half
    box = layer.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 2.5 / 12, box["y"] + box["height"] * 1.5 / 3)
    page.wait_for_url(re.compile("/convolution.*map=14"))
    expect(page.get_by_text("a drawing from a link")).to_be_visible()


def test_replay_reads_again_from_the_first_stroke_on(pad: Pad) -> None:
    pad.draw(digit(4))
    pad.expect_digit(4)
    pad.page.get_by_role("button", name="Replay").click()
    expect(pad.live).not_to_have_attribute("data-digit", "4")
    expect(pad.live).to_have_attribute("data-digit", "4")
    expect(pad.page.locator(".pad-sheet")).to_have_count(0)
    pad.expect_digit(4)


def test_a_drawing_is_shared_as_a_link_a_picture_and_strokes(
    context: BrowserContext, app: RunningApp
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    pad = opened(context, app)
    page = pad.page
    share = page.get_by_role("button", name="Share")
    share.click()
    page.get_by_role("menuitem", name="Copy a link").click()
    expect(page.get_by_text("Draw something first.")).to_be_visible()
    pad.draw(digit(5))
    pad.expect_digit(5)
    share.click()
    page.get_by_role("menuitem", name="Copy a link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    link = page.evaluate("() => navigator.clipboard.readText()")
    files = {}
    for kind in ("PNG", "JSON"):
        share.click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=kind).click()
        files[kind] = download.value.path().read_bytes()
    assert files["PNG"].startswith(b"\x89PNG")
    assert len(json.loads(files["JSON"])["strokes"]) == len(digit(5))
    other = Pad(context.new_page())
    other.page.goto(link)
    other.expect_digit(5)
    other.stroke([(20, 20), (20, 60)])  # it is no longer what the link says
    other.page.wait_for_url(lambda url: "drawing=" not in url)
    strokes = other.page.locator("[data-strokes]")
    expect(strokes).to_have_attribute("data-strokes", str(len(digit(5)) + 1))
    other.page.reload()
    expect(strokes).to_have_attribute("data-strokes", str(len(digit(5)) + 1))


def test_a_number_is_read_digit_by_digit(pad: Pad) -> None:
    pad.draw(digit(1), scale=0.45, at=(90, 140))
    pad.draw(digit(2), scale=0.45, at=(190, 140))
    pad.expect_text("This looks like 1 2")
    expect(pad.page.locator(".several-digits img")).to_have_count(2)


@pytest.mark.parametrize(
    "size",
    [PHONE, {"width": 390, "height": 664}, {"width": 844, "height": 390}, {"width": 820, "height": 1180}],
    ids=["phone", "phone with bars", "landscape", "tablet"],
)
def test_pad_tools_answer_and_bars_are_in_sight_together(
    browser: Browser, app: RunningApp, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, has_touch=True, is_mobile=True)
    pad = opened(context, app, "?example=8")
    pad.expect_digit(8)
    details = pad.page.locator(".st-key-details")
    for part in (pad.canvas, pad.undo, pad.clear, pad.answer.locator(".big"), details.locator(".bars")):
        box = part.bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size["height"]
        assert box["x"] + box["width"] <= size["width"]
    canvas = pad.canvas.bounding_box()
    assert canvas
    assert canvas["width"] >= 0.9 * size["width"] or size["width"] > 400
    assert canvas["width"] >= 0.7 * min(size.values()) or size["height"] > 1000
    context.close()


def test_on_a_projector_the_pad_is_a_third_of_the_width(browser: Browser, app: RunningApp) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    pad = opened(context, app)
    box = pad.canvas.bounding_box()
    assert box
    assert box["width"] >= 0.3 * 1920
    pad.draw(digit(9))
    pad.expect_digit(9)
    context.close()


def test_an_example_pressed_at_once_after_a_stroke_is_what_is_shown(pad: Pad) -> None:
    ready(pad)
    for number in (4, 8):
        pad.stroke([(140, 60), (140, 220)])
        pad.page.get_by_role("button", name=f"Example {number}").click()
        pad.expect_digit(number)
        expect(pad.page.locator(".st-key-reading[data-live]")).to_have_count(0)
