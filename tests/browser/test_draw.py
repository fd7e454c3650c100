"""Drawing digits on the real pad, and reading the answer."""

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from benchmarks.server import RunningApp
from digitlab import inference
from digitlab.preprocess import to_mnist
from tests.browser.pad import Pad, digit

DIGITS = range(10)
SCRIBBLE = [(40, 200), (60, 40), (90, 230), (120, 50), (150, 230), (180, 40), (210, 230), (240, 60)]


def choose(pad: Pad, name: str) -> None:
    """Another model, by its title."""
    pad.page.get_by_role("button", name="Change").click()
    pad.page.get_by_role("radio", name=name, exact=True).check(force=True)
    pad.page.keyboard.press("Escape")
    expect(pad.page.get_by_text(f"{name} reads it.")).to_be_visible()


@pytest.mark.parametrize("number", DIGITS)
def test_a_digit_in_the_middle_small_in_a_corner_and_with_the_thinnest_pen(pad: Pad, number: int) -> None:
    """One after the other on one page: to open it takes longer than to draw."""
    pad.draw(digit(number))
    pad.expect_digit(number)
    pad.clear.click()
    pad.expect_text("Draw a digit")
    corner = [(55, 55), (225, 55), (55, 225), (225, 225)][number % 4]
    pad.draw(digit(number), scale=0.4, at=corner)
    pad.expect_digit(number)
    pad.clear.click()
    pad.expect_text("Draw a digit")
    pad.page.get_by_role("slider", name="Pen width in pixels").press("Home")
    pad.page.wait_for_timeout(600)  # the canvas hears of its new pen from the server
    pad.draw(digit(number))
    pad.expect_digit(number)
    ink = np.mean(pad.picture()[:, :, 0] < 128)
    assert ink < 0.06, "the thinnest pen must draw a thin line"


def test_nothing_is_said_of_an_empty_pad(pad: Pad) -> None:
    pad.expect_text("Draw a digit")
    pad.expect_no_digit()
    pad.undo.click()
    pad.clear.click()
    pad.expect_text("Draw a digit")


@pytest.mark.parametrize("points", [SCRIBBLE, [(140, 140), (142, 141)]], ids=["scribble", "dot"])
def test_what_is_no_digit_gets_no_digit(pad: Pad, points: list[tuple[float, float]]) -> None:
    pad.stroke(points)
    pad.expect_text("Not sure")
    pad.expect_no_digit()


@pytest.mark.parametrize("end", [(140, 310), (140, -25), (300, 200), (-20, 200)])
def test_a_stroke_may_leave_the_pad(pad: Pad, end: tuple[float, float]) -> None:
    pad.stroke([(140, 140), ((140 + end[0]) / 2, (140 + end[1]) / 2), end])
    expect(pad.answer).not_to_contain_text("Draw a digit", timeout=10_000)


def test_the_model_sees_what_is_drawn(pad: Pad) -> None:
    """The app never gets pixels; it renders the strokes as the canvas did."""
    pad.draw(digit(3))
    pad.expect_digit(3)
    expected = to_mnist(pad.picture())
    assert expected is not None
    assert np.abs(pad.seen() / 255 - expected).mean() < 0.01


def test_clear_and_undo(pad: Pad) -> None:
    first, second = digit(4)
    pad.stroke(first.points)
    expect(pad.answer).not_to_contain_text("Draw a digit", timeout=10_000)
    seen = pad.page.get_by_alt_text("The digit as the model sees it")
    before = seen.get_attribute("src") or ""
    pad.stroke(second.points)
    pad.expect_digit(4)
    pad.undo.click()
    expect(pad.answer).not_to_contain_text("4", timeout=10_000)
    expect(seen).to_have_attribute("src", before)
    pad.stroke(second.points)  # the pad is still alive, and knows the first stroke
    pad.expect_digit(4)
    pad.clear.click()
    pad.expect_text("Draw a digit")
    pad.expect_no_digit()
    pad.draw(digit(3))
    pad.expect_digit(3)


def test_other_page_and_back(pad: Pad) -> None:
    pad.draw(digit(6))
    pad.expect_digit(6)
    drawn = pad.picture()
    pad.page.get_by_role("link", name="What the model sees").click()
    expect(pad.page.get_by_text("This is your drawing")).to_be_visible(timeout=20_000)
    pad.page.get_by_role("link", name="Draw", exact=True).first.click()
    pad.expect_digit(6)
    expect(pad.canvas).to_be_visible()
    pad.page.wait_for_timeout(500)  # the canvas shows the strokes a moment after it is there
    assert np.abs(pad.picture().astype(int) - drawn).mean() < 2
    pad.undo.click()
    pad.expect_text("Draw a digit")


@pytest.mark.parametrize("name", ["Linear", "Dense", "CNN", "Committee", "Autoencoder"])
def test_another_model_answers_the_same_drawing(pad: Pad, name: str) -> None:
    pad.draw(digit(3))
    pad.expect_digit(3)
    choose(pad, name)
    redrawn = pad.page.get_by_alt_text("The digit as the autoencoder redraws it")
    expect(redrawn).to_have_count(1 if name == "Autoencoder" else 0, timeout=10_000)
    pad.expect_digit(3)


def test_all_models_side_by_side(pad: Pad) -> None:
    pad.draw(digit(3))
    pad.expect_digit(3)
    pad.page.get_by_text("Compare all").click()
    expect(pad.page.get_by_text("All models read it.")).to_be_visible()
    for name in inference.names():
        pad.expect_text(inference.load(name).card["title"])
    assert pad.answer.inner_text().count("3") == len(inference.names())


def test_the_model_stands_in_the_link(pad: Pad) -> None:
    choose(pad, "Dense")
    pad.page.wait_for_url("**/?model=Dense")
    pad.page.reload()
    pad.wait_until_ready()
    expect(pad.page.get_by_text("Dense reads it.")).to_be_visible()


def test_examples_are_drawn_and_answered(pad: Pad) -> None:
    for number in (7, 0):
        pad.page.get_by_role("button", name=f"Example {number}").click()
        pad.expect_digit(number)
    pad.page.get_by_role("button", name="Example 5").press("Enter")
    pad.expect_digit(5)
    assert np.mean(pad.picture()[:, :, 0] < 128) > 0.02, "the example must stand on the pad"


@pytest.mark.parametrize("number", DIGITS)
def test_a_link_opens_with_an_example(context: BrowserContext, app: RunningApp, number: int) -> None:
    page = context.new_page()
    page.goto(f"{app.base_url}/?example={number}")
    Pad(page).expect_digit(number)


@pytest.mark.parametrize("value", ["10", "-1", "x", "", "7.0", "٣", "1" * 5000])
def test_a_bad_link_opens_an_empty_pad(context: BrowserContext, app: RunningApp, value: str) -> None:
    page = context.new_page()
    page.goto(f"{app.base_url}/?example={value}&model=nonsense")
    Pad(page).expect_text("Draw a digit")


def test_pad_and_answer_fit_on_a_screen(pad: Pad) -> None:
    pad.draw(digit(9))
    pad.expect_digit(9)
    for element in (
        pad.canvas,
        pad.answer,
        pad.page.get_by_text("Runner-up"),
        pad.page.get_by_text("28 × 28"),
    ):
        box = element.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 800


def test_a_finger_draws_and_the_page_stays(phone: Page) -> None:
    pad = Pad(phone)
    for stroke in digit(4):
        pad.touch(stroke.points)
    pad.expect_digit(4)
    assert phone.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    for element in (pad.canvas, pad.answer):
        box = element.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 844
        assert box["x"] + box["width"] <= 390
    pad.undo.tap()
    expect(pad.answer).not_to_contain_text("4", timeout=10_000)
    pad.clear.tap()
    pad.expect_text("Draw a digit")
