"""Moving a digit, in the real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import inference, strokes
from digitlab.inside import move
from digitlab.inside.move import Move
from digitlab.numbers import percent
from digitlab.preprocess import to_mnist
from tests.browser.opened import WAIT_MS, finished, fits, opened

PICTURE = to_mnist(strokes.render(strokes.examples()[3]))
TITLES = {"linear": "Linear", "dense": "Dense", "cnn": "CNN"}


def expect_answers(page: Page, chosen: Move) -> None:
    for name, title in TITLES.items():
        answer = inference.load(name).predict(move.moved(PICTURE, chosen)[None])[0]
        row = page.get_by_role("table", name="The answers").get_by_role("row", name=re.compile(f"^{title} "))
        expect(row.get_by_role("cell").first).to_have_text(str(answer.argmax()), timeout=WAIT_MS)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_pressed_cell_moves_the_digit(browser: Browser, app: RunningApp, phone: bool) -> None:
    page = opened(browser, app, "move", phone=phone)
    shifts = page.locator(".field:not(.strip)")
    expect(shifts).to_have_count(3, timeout=WAIT_MS)
    expect_answers(page, Move())
    assert fits(page)
    assert shifts.nth(0).bounding_box()["y"] == shifts.nth(2).bounding_box()["y"], "side by side"
    box = shifts.nth(1).bounding_box()
    cell = {"x": 14.5 / 17 * box["width"], "y": 3.5 / 17 * box["height"]}
    (shifts.nth(1).tap if phone else shifts.nth(1).click)(position=cell)
    page.wait_for_url(re.compile("right=6"))
    page.wait_for_url(re.compile("down=-5"))
    expect_answers(page, Move(right=6, down=-5))
    page.get_by_role("button", name="Back to the middle").click()
    expect_answers(page, Move())
    assert "right=" not in page.url
    page.close()


def test_keys_on_a_strip_turn_the_digit(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "move?turn=60")
    expect_answers(page, Move(turn=60))
    strip = page.get_by_role("application", name=re.compile("^Linear, Turns")).first
    strip.focus()
    for turn in (65, 70):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile(f"turn={turn}"))
    expect_answers(page, Move(turn=70))
    page.close()


def test_the_share_is_counted(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "move")
    models = [inference.load(name) for name in TITLES]
    for title, found in zip(TITLES.values(), move.scores(models, PICTURE, 3), strict=True):
        share = percent(found[0].share)
        expect(page.get_by_text(f"{title} reads it right in {share}")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_text(f"Shifts: {share} right")).to_be_visible()
    page.close()


def test_a_label_says_which_digit_counts_as_right(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "move?sample=digits-7")
    expect(page.get_by_text("number 7 of UCI")).to_be_visible(timeout=WAIT_MS)
    finished(page)
    expect(page.get_by_text("how probable the 7 is there")).to_be_visible()
    page.close()


def test_bad_links_fall_back(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "move?right=99&down=x&turn=7&size=&pen=nan&sample=none")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".field")).to_have_count(12, timeout=WAIT_MS)
    page.close()


def test_every_map_has_a_name_of_its_own(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "move")
    fields = page.get_by_role("application")
    expect(fields).to_have_count(12, timeout=WAIT_MS)
    names = {fields.nth(n).get_attribute("aria-label") for n in range(12)}
    assert len(names) == 12
    assert any(name.startswith("CNN, Shifts: probability of the 3, here: ") for name in names)
    page.close()


def test_on_a_phone_maps_grow_and_the_answers_stay_in_sight(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "move", phone=True)
    shifts = page.locator(".field:not(.strip)")
    expect(shifts).to_have_count(3, timeout=WAIT_MS)
    page.get_by_role("button", name="Larger maps").tap()
    assert shifts.first.bounding_box()["width"] / 17 > 19, "a cell that a finger can hit"
    assert fits(page)
    page.get_by_text("Pen, in px").scroll_into_view_if_needed()
    page.get_by_test_id("stMain").evaluate("main => main.scrollBy(0, 200)")
    table = page.get_by_role("table", name="The answers")
    expect(table).to_be_in_viewport()
    assert table.bounding_box()["height"] < 160
    page.close()
