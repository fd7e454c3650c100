"""One digit against the rest, and the game against the machine, in the real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import evaluation
from digitlab.evaluation import guess
from digitlab.evaluation.one_digit import one_vs_rest
from tests.browser.opened import fits, opened

WAIT_MS = 10_000  # a slow machine; an answer takes about 300


def expect_counts(page: Page, model: str, digit: int, threshold: float) -> None:
    """The table and the formulas show what the library counts."""
    counts = one_vs_rest(model, "mnist", digit).counts(threshold)
    cells = page.locator("td", has_text=re.compile("positives|negatives"))
    expect(cells).to_have_text(
        [re.compile(rf"^{count:,}(True|False)") for count in (counts.tp, counts.fn, counts.fp, counts.tn)],
        timeout=WAIT_MS,
    )
    formulas = page.locator(".katex annotation")
    expect(formulas.nth(1)).to_contain_text(rf"{{{counts.tp} + {counts.fp}}}")
    expect(formulas.nth(7)).to_contain_text(rf"{{{counts.tn} + {counts.fp}}}")


# --- one digit ---------------------------------------------------------------------------------------


def test_a_link_opens_and_the_threshold_and_the_digit_change_everything(
    browser: Browser, app: RunningApp
) -> None:
    page = opened(browser, app, "one_digit?model=Linear&digit=7")
    expect_counts(page, "linear", 7, 0.5)
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=2 * WAIT_MS)

    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("0.3")
    expect_counts(page, "linear", 7, 0.3)
    page.wait_for_url(re.compile("threshold=0.3"))

    page.get_by_role("radio", name="3", exact=True).click()
    expect_counts(page, "linear", 3, 0.3)
    expect(page.get_by_text("is a 3, read as a 3")).to_be_visible()
    page.wait_for_url(re.compile("digit=3"))
    page.close()


def test_the_threshold_stays_in_sight_with_its_effect_and_stands_under_the_pointer(
    browser: Browser, app: RunningApp
) -> None:
    page = opened(browser, app, "one_digit?model=Linear&digit=8", phone=True)
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=2 * WAIT_MS)
    page.get_by_text("True negatives").last.scroll_into_view_if_needed()
    expect(page.locator("[class*='st-key-sticky-']").first).to_be_in_viewport()
    expect(page.get_by_text("others taken for an 8").first).to_be_in_viewport()
    expect(page.get_by_role("radio", name="9", exact=True)).to_have_count(1)
    assert fits(page)
    page.close()

    page = opened(browser, app, "one_digit?model=Linear&digit=8")
    plot = page.locator(".st-key-roc .nsewdrag").first
    expect(plot).to_be_visible(timeout=2 * WAIT_MS)
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    expect(page.locator(".st-key-roc .hoverlayer")).to_contain_text(
        re.compile(r"threshold 0\.\d\dfound \d+"), timeout=WAIT_MS
    )
    page.close()


@pytest.mark.parametrize("parameters", ["digit=11&threshold=7&model=nonsense", "digit=<b>&threshold=nan"])
def test_nonsense_in_a_link_is_as_good_as_nothing(browser: Browser, app: RunningApp, parameters: str) -> None:
    page = opened(browser, app, f"one_digit?{parameters}")
    expect_counts(page, "cnn", 4, 0.5)
    page.close()


# --- the game ----------------------------------------------------------------------------------------


def test_the_whole_game(browser: Browser, app: RunningApp) -> None:
    """With buttons, keys, and a visit to another page; the first ten right, then always 0."""
    dataset = "digits" if evaluation.pictures("mnist") is None else "mnist"
    asked = guess.questions(dataset, 2)
    answers = [question.label for question in asked[:10]] + [0] * 10
    page = opened(browser, app, "guess?round=2")
    turn = page.locator(".st-key-turn")
    for number, (question, answer) in enumerate(zip(asked, answers, strict=True), 1):
        expect(page.get_by_text(f"Digit {number} of 20")).to_be_visible(timeout=WAIT_MS)
        expect(turn).to_contain_text("Which digit is this?", timeout=WAIT_MS)
        if number == 2:
            page.keyboard.press(str(answer))
        else:
            turn.get_by_role("button", name=str(answer), exact=True).click()
        expect(turn.get_by_role("status").first).to_have_text(
            re.compile(rf"You{answer}\D+{question.machine}.*sureOfficial label{question.label}$"),
            timeout=WAIT_MS,
        )
        expect(turn.get_by_text("Is the label right?")).to_have_count(1 if question.doubt else 0)
        if number == 5:  # who reloads plays on
            page.wait_for_url(re.compile("answers="))
            page.reload()
            expect(turn).to_contain_text(f"Official label{question.label}", timeout=2 * WAIT_MS)
        if number == 3:
            page.get_by_role("link", name="What the model sees").first.click()
            expect(page.get_by_role("heading", name="What the model sees")).to_be_visible(timeout=WAIT_MS)
            page.get_by_role("navigation").get_by_role("button", name="Evaluation").click()
            page.get_by_role("menuitem", name="You against the machine").click()
            expect(turn).to_contain_text(f"Official label{question.label}", timeout=WAIT_MS)
        page.locator(".st-key-next button").click()
    machine = sum(question.machine == question.label for question in asked)
    you = 10 + sum(question.label == 0 for question in asked[10:])
    expect(page.get_by_role("heading", name=f"You: {you} of 20 · CNN: {machine} of 20")).to_be_visible(
        timeout=WAIT_MS
    )
    expect(page.get_by_alt_text("Question")).to_have_count(20)
    expect(page.get_by_role("table")).to_have_count(2)
    page.locator(".st-key-again button").click()
    expect(page.get_by_text("Digit 1 of 20 · you 0, machine 0 right")).to_be_visible(timeout=WAIT_MS)
    page.close()


@pytest.mark.parametrize("number", ["-3", "abc", "9" * 40])
def test_a_round_that_there_is_not_is_the_first(browser: Browser, app: RunningApp, number: str) -> None:
    page = opened(browser, app, f"guess?round={number}")
    expect(page.get_by_text("Digit 1 of 20")).to_be_visible(timeout=WAIT_MS)
    page.close()
