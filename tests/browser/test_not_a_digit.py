"""Digit or not, in the real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import RunningApp
from digitlab import data
from digitlab.inside import not_a_digit
from tests.browser.opened import WAIT_MS, visit


def test_a_letter_is_refused_and_an_o_is_not(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "not_a_digit?letter=K")
    expect(page.get_by_text("The picture above is refused")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("radio", name="O", exact=True).click()
    page.wait_for_url(re.compile("letter=O"))
    expect(page.get_by_text("The picture above is accepted as a digit")).to_be_visible(timeout=WAIT_MS)


def test_the_price_follows_the_threshold(tab: Page, app: RunningApp, mnist_test: data.Dataset) -> None:
    page = visit(tab, app, "not_a_digit?score=0.5")
    slider = page.get_by_role("slider", name="Digit score at which a picture is refused")
    for threshold in (0.5, 0.51):
        price = not_a_digit.by_detector("mnist").price(threshold)
        words = f"This costs {price.refused:,} of 10,000 digits"
        expect(page.get_by_text(words)).to_be_visible(timeout=WAIT_MS)
        slider.focus()
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("score=0.52"))


def test_the_other_judge_and_its_worst_cases(tab: Page, app: RunningApp, mnist_test: data.Dataset) -> None:
    page = visit(tab, app, "not_a_digit")
    page.get_by_role("radio", name="Redrawing error").click()
    scores = not_a_digit.by_redrawing("mnist")
    price = scores.price(not_a_digit.PRESET)
    expect(page.get_by_text(f"{price.passed:,} of 2,000 scribbles")).to_be_visible(timeout=WAIT_MS)
    refused, passed = scores.worst(not_a_digit.PRESET)
    for index, of in ((refused[0], scores.digits), (passed[0], scores.scribbles)):
        picture = page.get_by_role("img", name=f"Number {index}, {of[index]:.3f}", exact=True)
        expect(picture.first).to_be_visible()


@pytest.mark.parametrize("path", ["not_a_digit?letter=ab&judge=me&score=9&error=x&sample=x"])
def test_bad_links_fall_back(tab: Page, app: RunningApp, path: str) -> None:
    page = visit(tab, app, path)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text(re.compile("This costs"))).to_be_visible(timeout=WAIT_MS)
