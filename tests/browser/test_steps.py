"""The preprocessing ladder, in the real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import inference, strokes
from digitlab.draw import steps
from tests.browser.opened import WAIT_MS, finished, fits, opened
from tests.browser.pad import Pad

ALL = {step.name for step in steps.STEPS}


def answers(page: Page, model: str) -> list[int]:
    row = page.get_by_role("row", name=re.compile(f"^{model} "))
    return [int(text.split()[0]) for text in row.get_by_role("cell").all_inner_texts()]


def expected(model: str, taken: set[str]) -> list[int]:
    rungs = steps.climb(steps.on_larger_paper(strokes.render(strokes.examples()[3])), taken)
    return inference.load(model).predict(rungs).argmax(axis=1).tolist()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_step_switched_off_changes_the_answers_and_the_link(
    browser: Browser, app: RunningApp, phone: bool
) -> None:
    page = opened(browser, app, "steps", phone=phone)
    expect(page.get_by_role("img", name="The digit after step")).to_have_count(5, timeout=WAIT_MS)
    assert answers(page, "Textbook net") == expected("dense_classic", ALL)
    assert fits(page)
    page.get_by_text("2. Box").click()
    expect(page.get_by_role("img", name="The digit after step 2: Box, left out")).to_be_visible()
    page.wait_for_url(re.compile("box=false"))
    without_box = expected("dense_classic", ALL - {"box"})
    assert without_box != expected("dense_classic", ALL)
    assert answers(page, "Textbook net") == without_box
    page.reload()
    expect(page.get_by_role("img", name="The digit after step 2: Box, left out")).to_be_visible(
        timeout=WAIT_MS
    )
    page.close()


def test_without_the_crop_the_other_steps_wait(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "steps?crop=false")
    expect(page.get_by_role("img", name=re.compile("left out$"))).to_have_count(4, timeout=WAIT_MS)
    for step in steps.STEPS[1:]:
        expect(page.get_by_role("switch", name=step.title)).to_be_disabled()
    assert answers(page, "Linear") == expected("linear", set())
    page.close()


def test_blue_is_the_answer_after_all_steps(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "steps")
    expect(page.get_by_role("img", name="The digit after step")).to_have_count(5, timeout=WAIT_MS)
    row = page.get_by_role("row", name=re.compile("^Textbook net ")).get_by_role("cell")
    blue = [
        "59, 130, 246" in color
        for color in row.evaluate_all("all => all.map(cell => getComputedStyle(cell).backgroundColor)")
    ]
    shown = np.array(expected("dense_classic", ALL))
    assert blue == (shown == shown[-1]).tolist()
    assert len(set(blue)) == 2
    page.close()


def test_my_drawing_takes_the_steps(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "draw?example=7")
    Pad(page).expect_digit(7)
    page.get_by_role("navigation").get_by_role("link", name="What the model sees").click()
    expect(page.get_by_text("This is your drawing.")).to_be_visible(timeout=WAIT_MS)
    finished(page)
    assert answers(page, "CNN")[-1] == 7
    page.close()


@pytest.mark.parametrize(
    "path", ["steps?crop=maybe&box=&sample=mnist-x", "steps?sample=scribbles-0&pen_width=7"]
)
def test_bad_links_fall_back(browser: Browser, app: RunningApp, path: str) -> None:
    page = opened(browser, app, path)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Shrunk")).to_be_visible(timeout=WAIT_MS)
    page.close()
