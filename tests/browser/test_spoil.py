"""Spoiling a digit, in the real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import inference, strokes
from digitlab.evaluation import spoil
from digitlab.evaluation.spoil import STRENGTHS
from digitlab.preprocess import to_mnist
from tests.browser.opened import WAIT_MS, fits, opened
from ui.pictures import grey

PICTURE = grey(to_mnist(strokes.render(strokes.examples()[3])))


def expect_answers(page: Page, name: str, strength: int) -> None:
    found = spoil.spoiled(PICTURE.tobytes(), name)
    rows = page.get_by_role("table", name="Who still reads it")
    for reader in inference.names():
        guess = found.answers[reader][STRENGTHS.index(strength)].argmax()
        row = rows.get_by_role("row", name=re.compile(f"^{inference.load(reader).card['title']} "))
        expect(row.get_by_role("cell").first).to_have_text(str(guess), timeout=WAIT_MS)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_pressed_picture_and_the_slider_spoil_the_digit(
    browser: Browser, app: RunningApp, phone: bool
) -> None:
    page = opened(browser, app, "spoil?strength=90", phone=phone)
    expect_answers(page, "fog", 90)
    assert fits(page)
    picture = page.get_by_role("button", name=re.compile("^Stripe: "))
    (picture.tap if phone else picture.click)()
    page.wait_for_url(re.compile("corruption=Stripe"))
    expect_answers(page, "stripe", 90)
    page.get_by_role("slider", name="How strongly").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "strength=" not in url)  # as published, which needs no word
    expect_answers(page, "stripe", 100)
    expect(page.get_by_role("table", name="Who still reads it")).to_be_in_viewport()
    page.close()
