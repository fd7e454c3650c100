"""A class's digits and its model in the real browser: from a press in the matrix to the digit's number, and
answers while one draws."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from benchmarks.server import RunningApp
from digitlab import inference, strokes
from digitlab.classroom import classes, drawings, pupils, trainings
from digitlab.classroom.classes import Class
from digitlab.training.runs import results
from tests.browser.opened import fits, opened
from tests.browser.pad import Pad, digit


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[Class]:
    """A class in the database of the server: thirteen drawings and a model."""
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)
    made, _ = classes.start()
    for hand in range(2):
        pupil, _ = pupils.join(made)
        for shown in range(6):
            drawing = tuple(
                strokes.Stroke([(x + hand, y) for x, y in points], width)
                for points, width in strokes.examples()[shown]
            )
            drawings.send(made, pupil, drawing, asked=shown)
    pupil, _ = pupils.join(made)
    drawings.send(made, pupil, strokes.examples()[7], asked=1)  # number 13: a mistake
    trainings.save(made, "tiny_cnn", results(inference.ARTIFACTS / "tiny_cnn"))
    yield made
    classes.delete(made.id)


def test_a_mistake_of_a_class_is_known_by_its_number(browser: Browser, app: RunningApp, found: Class) -> None:
    page = opened(browser, app, f"mistakes?digits={found.dataset}", phone=True)
    assert fits(page)
    expect(page.get_by_text("1 read as 7: once")).to_be_visible()
    page.get_by_role("button", name=re.compile("Number 13: 1, read as 7")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Number 13 of class {found.code}’s digits")
    expect(dialog).to_contain_text("How the pen moved counts, too, for all but Linear and Textbook net.")
    dialog.get_by_role("link", name="Read it on the Draw page").click()
    page.wait_for_url(re.compile(rf"sample=class(:|%3A){found.code}-13"))
    expect(page.locator(".st-key-answer .big")).to_have_text("7")
    expect(page.locator(".st-key-details")).to_contain_text("The pen’s movement: 7, ")
    page.close()


def test_a_class_that_ends_while_somebody_looks_leaves_calm_words(
    browser: Browser, app: RunningApp, found: Class
) -> None:
    page = opened(browser, app, f"one_digit?digits={found.dataset}&digit=1")
    expect(page.get_by_text("What happened to 13 test digits")).to_be_visible()
    classes.delete(found.id)
    page.get_by_role("radio", name="3", exact=True).click()
    expect(page.get_by_text("There is no class with this code.")).to_be_visible()
    expect(page.get_by_text("What happened to 10,000 test digits")).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("Digits"))).to_have_value("MNIST, test")
    page.close()


def test_a_model_of_a_class_answers_while_one_draws(
    context: BrowserContext, app: RunningApp, found: Class
) -> None:
    page = context.new_page()
    with page.expect_response(re.compile(r"/api/live/class/[0-9a-f]{32}\.bin")) as response:
        page.goto(f"{app.base_url}/?model={found.dataset}:1")
    assert response.value.status == 200
    pad = Pad(page)
    pad.wait_until_ready()
    expect(page.get_by_text(f"Tiny CNN of class {found.code}, 1 reads it.")).to_be_visible()
    expect(pad.live).to_have_attribute("data-digit", "3")  # the example on the first screen
    points = digit(7)[0].points
    pad.begin(points)
    expect(pad.live).to_have_attribute("data-digit", "7")
    page.mouse.up()
    pad.expect_digit(7)
