"""Answering only when sure, and two models compared, in the real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import evaluation, metrics
from digitlab.evaluation import confidence
from tests.browser.opened import fits, opened

WAIT_MS = 10_000  # a slow machine; an answer takes about 300


# --- confidence --------------------------------------------------------------------------------------


def expect_selection(page: Page, model: str, dataset: str, threshold: float, refuse: bool = False) -> None:
    """The page shows what the library counts."""
    here = confidence.selection(model, dataset, threshold, refuse)
    avoided, lost = f"{here.avoided_errors:,}", f"{here.lost_correct:,}"
    expect(page.get_by_test_id("stMetricValue")).to_have_text(
        [re.compile(f"^{here.coverage * 100:.1f}"), re.compile(r" %$"), avoided, lost], timeout=WAIT_MS
    )


def test_a_link_opens_and_the_slider_trades_coverage_for_accuracy(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "confidence?model=Linear&sure=80")
    expect_selection(page, "linear", "mnist", 0.8)
    expect(page.locator(".js-plotly-plot")).to_have_count(3, timeout=2 * WAIT_MS)

    page.get_by_role("slider").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect_selection(page, "linear", "mnist", 0.95)
    page.wait_for_url(re.compile("sure=95"))

    page.get_by_text("Refuse what is no digit").click()
    expect_selection(page, "linear", "mnist", 0.95, refuse=True)
    page.wait_for_url(re.compile("detector=true"))

    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Dense").click()
    expect_selection(page, "dense", "mnist", 0.95, refuse=True)
    page.close()


def test_what_is_no_digit_gets_no_share_of_right_answers(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "confidence?digits=Scribbles&sure=0")
    expect(page.get_by_text("answers 2,000 of 2,000")).to_be_visible(timeout=3 * WAIT_MS)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(["100.0 %", "0"])
    expect(page.locator(".js-plotly-plot")).to_have_count(1, timeout=2 * WAIT_MS)
    page.close()


def test_under_the_pointer_stands_what_is_answered(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "confidence?model=Linear")
    plot = page.locator(".st-key-coverage .nsewdrag").first
    expect(plot).to_be_visible(timeout=2 * WAIT_MS)
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.25)
    expect(page.locator(".st-key-coverage .hoverlayer")).to_contain_text(
        re.compile(r"answered \d+\.\d %mistakes \d+"), timeout=WAIT_MS
    )
    page.close()


def test_on_a_phone_the_slider_stays_in_sight(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "confidence", phone=True)
    expect(page.locator(".js-plotly-plot")).to_have_count(3, timeout=2 * WAIT_MS)
    page.locator(".st-key-reliability").evaluate("chart => chart.scrollIntoView({block: 'center'})")
    expect(page.locator("[class*='st-key-sticky-']").first).to_be_in_viewport()
    expect(page.get_by_test_id("stMetricValue").first).to_be_in_viewport()
    assert fits(page)
    page.close()


@pytest.mark.parametrize("parameters", ["model=x&digits=y&sure=17&detector=z", "sure=nan&model=%3Cb%3E"])
def test_nonsense_about_confidence_is_as_good_as_nothing(
    browser: Browser, app: RunningApp, parameters: str
) -> None:
    page = opened(browser, app, f"confidence?{parameters}")
    expect_selection(page, "cnn", "mnist", 0.9)
    page.close()


# --- two models --------------------------------------------------------------------------------------


def test_two_models_compared_and_their_pictures(browser: Browser, app: RunningApp) -> None:
    results = [evaluation.evaluate(model, "digits") for model in ("cnn", "linear")]
    compared = metrics.compare(results[0].labels, *(result.probabilities for result in results))
    page = opened(browser, app, "compare?a=CNN&b=Linear&digits=Other+people&group=Only+A+right")
    expect(page.get_by_text(f"{len(compared.only_a)} only by A (CNN)")).to_be_visible(timeout=2 * WAIT_MS)
    expect(
        page.get_by_text(re.compile(r"Chance alone hardly explains the difference: p\s<\s0\.001"))
    ).to_be_visible()
    pictures = page.get_by_role("button", name=re.compile(r"^Number \d+: "))
    expect(pictures).to_have_count(24)
    expect(pictures.first).to_have_accessible_name(re.compile(f"^Number {compared.only_a[0]}: "))

    page.get_by_role("button", name=re.compile(r"^(Page )?2$")).click()
    expect(pictures.first).to_have_accessible_name(
        re.compile(f"^Number {compared.only_a[24]}: "), timeout=WAIT_MS
    )
    page.wait_for_url(re.compile("page=2"))
    page.goto(page.url)  # the link opens the very page
    expect(pictures.first).to_have_accessible_name(
        re.compile(f"^Number {compared.only_a[24]}: "), timeout=2 * WAIT_MS
    )

    page.get_by_role("radio", name="Both wrong").click()
    expect(page.get_by_text(f"Both are wrong: {len(compared.neither)} digits")).to_be_visible(timeout=WAIT_MS)
    expect(pictures.first).to_have_accessible_name(
        re.compile(f"^Number {compared.neither[0]}: "), timeout=WAIT_MS
    )
    pictures.first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"Official label: {results[0].labels[compared.neither[0]]}")).to_be_visible(
        timeout=WAIT_MS
    )
    page.close()


def test_a_cell_of_the_differences_shows_its_digits(browser: Browser, app: RunningApp) -> None:
    results = [evaluation.evaluate(model, "digits") for model in ("cnn", "dense")]
    compared = metrics.compare(results[0].labels, *(result.probabilities for result in results))
    mistakes = compared.more * (1 - np.eye(10, dtype=int))
    label, answer = divmod(int(mistakes.argmax()), 10)
    assert mistakes[label, answer] > 0, "B makes a mistake more often than A"
    page = opened(browser, app, "compare?digits=Other+people")
    of_a, of_b = (result.matrix[label, answer] for result in results)
    page.get_by_role(
        "button", name=re.compile(f"{label} read as {answer}: A {of_a}, B {of_b}. B is worse")
    ).click(timeout=2 * WAIT_MS)
    answers = [result.answers for result in results]
    where = metrics.in_cell(compared.only_a, results[0].labels, answers, label, answer)
    times = "once" if len(where) == 1 else f"{len(where)} times"
    sentence = f"CNN is right, Dense is wrong. {label} read as {answer}: {times}."
    expect(page.get_by_text(sentence)).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name=re.compile(r"^Number \d+: "))).to_have_count(len(where))
    page.goto(page.url)  # the link opens the very cell
    expect(page.get_by_text(sentence)).to_be_visible(timeout=2 * WAIT_MS)
    page.locator(".st-key-all button").click()
    expect(page.get_by_text(f"Dense is wrong: {len(compared.only_a)} digits")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_nonsense_about_models_is_as_good_as_nothing_and_a_model_equals_itself(
    browser: Browser, app: RunningApp
) -> None:
    page = opened(browser, app, "compare?a=x&b=%00&digits=9&group=z&cell=4-99")
    expect(page.get_by_text("only by A (CNN)")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("only by B (Dense)")).to_be_visible()
    page.goto(f"{app.base_url}/compare?a=Dense&b=Dense")
    expect(page.get_by_text("A and B are the same model")).to_be_visible(timeout=WAIT_MS)
    page.close()
