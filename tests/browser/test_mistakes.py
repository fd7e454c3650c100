"""The confusion matrix in the real browser: cells, a digit large, files good and bad, the keyboard."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import data, evaluation, inference
from tests.browser.pad import Pad

WAIT_MS = 10_000
LINEAR = evaluation.evaluate("linear", "mnist").matrix


@pytest.fixture
def matrix(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> Page:
    """The page with the linear model, which makes many mistakes, and MNIST's pictures."""
    return opened(browser, app, "mistakes?model=Linear")


def opened(browser: Browser, app: RunningApp, path: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{app.base_url}/{path}")
    expect(page.get_by_role("heading", name="Mistakes")).to_be_visible(timeout=30_000)
    return page


def grid(page: Page) -> object:
    return page.get_by_role("button", name=re.compile(r"^Number \d+:"))


def surest(label: int, answer: int) -> int:
    """The linear model's most confident mistake of a kind."""
    result = evaluation.evaluate("linear", "mnist")
    where = result.cell(label, answer)
    return int(where[result.confidence[where].argmax()])


def expect_first(page: Page, index: int) -> None:
    expect(grid(page).first).to_have_accessible_name(re.compile(f"^Number {index}:"), timeout=WAIT_MS)


def choose(page: Page, box: str, option: str) -> None:
    page.get_by_role("combobox", name=box, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def expect_cell(page: Page, label: int, answer: int) -> None:
    count = int(LINEAR[label, answer])
    expect(page.get_by_text(f"{label} read as {answer}: {count} times", exact=True)).to_be_visible(
        timeout=WAIT_MS
    )
    expect(grid(page)).to_have_count(min(count, 24), timeout=WAIT_MS)
    expect(grid(page).first).to_have_accessible_name(re.compile(f": {label}, read as {answer} with"))


def test_it_opens_with_the_most_frequent_mistake(matrix: Page) -> None:
    errors = LINEAR * (1 - np.eye(10, dtype=int))
    label, answer = divmod(int(errors.argmax()), 10)
    expect_cell(matrix, label, answer)
    matrix.close()


def test_a_click_on_a_cell_opens_its_digits_and_stands_in_the_link(matrix: Page) -> None:
    matrix.get_by_role("button", name="9 read as 4: ").click()
    expect_cell(matrix, 9, 4)
    matrix.wait_for_url(re.compile("is=9.*read_as=4"))
    matrix.reload()
    expect_cell(matrix, 9, 4)
    matrix.close()


def test_the_keyboard_alone_reaches_a_cell(matrix: Page) -> None:
    matrix.get_by_role("button", name="4 read as 9: ").focus()
    matrix.keyboard.press("ArrowUp")
    matrix.keyboard.press("ArrowLeft")
    expect(matrix.get_by_role("button", name="3 read as 8: ")).to_be_focused()
    matrix.keyboard.press("Enter")
    expect_cell(matrix, 3, 8)
    matrix.close()


def test_another_model_and_view(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> None:
    page = opened(browser, app, "mistakes?model=Linear&is=9&read_as=4&cells=Pictures")
    expect_cell(page, 9, 4)
    expect(page.get_by_role("button", name="9 read as 4: ").locator("img")).to_be_visible()
    page.get_by_role("radio", name="Counts").click()
    expect(page.get_by_role("button", name="9 read as 4: ")).to_have_text(str(LINEAR[9, 4]), timeout=WAIT_MS)
    page.close()


def test_a_digit_large_and_on_to_the_draw_page(matrix: Page) -> None:
    matrix.get_by_role("button", name="9 read as 4: ").click()
    expect_cell(matrix, 9, 4)
    grid(matrix).first.click()
    dialog = matrix.get_by_role("dialog")
    expect(dialog.get_by_text("Official label: 9")).to_be_visible(timeout=WAIT_MS)
    for name in inference.names():
        title = inference.load(name).card["title"]
        row = dialog.get_by_role("row").filter(has=matrix.get_by_role("rowheader", name=title, exact=True))
        expect(row.get_by_role("cell")).to_have_count(10)
    alike = dialog.get_by_alt_text(re.compile("^Training digit "))
    expect(alike).to_have_count(6)
    nearest = evaluation.neighbours("linear")[surest(9, 4)]
    expect(alike.first).to_have_attribute("alt", re.compile(f"^Training digit {nearest[0]},"))
    dialog.get_by_role("combobox", name="Model").click()
    matrix.get_by_role("option", name="CNN", exact=True).click()
    nearest = evaluation.neighbours("cnn")[surest(9, 4)]
    expect(alike.first).to_have_attribute(
        "alt", re.compile(f"^Training digit {nearest[0]},"), timeout=WAIT_MS
    )
    dialog.get_by_role("link", name="Read it on the Draw page").click()
    expect(matrix.get_by_alt_text("The picture that you brought")).to_be_visible(timeout=WAIT_MS)
    expect(Pad(matrix).answer).to_be_visible()
    matrix.close()


def test_sorting_and_filtering(matrix: Page) -> None:
    result = evaluation.evaluate("linear", "mnist")
    matrix.get_by_role("button", name="9 read as 4: ").click()
    expect_cell(matrix, 9, 4)
    expect_first(matrix, surest(9, 4))
    choose(matrix, "First", "position in the data set")
    expect_first(matrix, int(result.cell(9, 4)[0]))
    choose(matrix, "First", "largest loss")
    where = result.cell(9, 4)
    expect_first(matrix, int(where[result.loss[where].argmax()]))
    choose(matrix, "Read as", "any")
    expect(matrix.get_by_text(f"{int((result.labels == 9).sum()):,} digits", exact=True)).to_be_visible()
    matrix.get_by_role("button", name="More").click()
    matrix.get_by_role("radio", name="wrong").click()
    wrong = int(((result.labels == 9) & ~result.right).sum())
    expect(matrix.get_by_text(f"{wrong:,} digits", exact=True)).to_be_visible(timeout=WAIT_MS)
    slider = matrix.get_by_role("slider", name="Slant, degrees to the right").first
    slider.focus()
    slider.press("End")  # nothing is slanted so far
    expect(matrix.get_by_text("No digit passes.")).to_be_visible(timeout=WAIT_MS)
    matrix.close()


def test_another_model_has_other_mistakes(matrix: Page) -> None:
    matrix.get_by_role("button", name="9 read as 4: ").click()
    expect_cell(matrix, 9, 4)
    choose(matrix, "Model", "CNN")
    count = int(evaluation.evaluate("cnn", "mnist").matrix[9, 4])
    expect(matrix.get_by_text(f"9 read as 4: {count} time")).to_be_visible(timeout=WAIT_MS)
    matrix.close()


def test_files_good_and_bad(browser: Browser, app: RunningApp, tmp_path: Path) -> None:
    page = opened(browser, app, "mistakes?digits=Your+file")
    bad = tmp_path / "bad.csv"
    bad.write_text("3,1,2\n")
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_text("Row 1 has 3 values")).to_be_visible(timeout=WAIT_MS)
    images, labels = data.load("digits", "test")
    content = io.BytesIO()
    np.savez_compressed(content, x=images[:200], y=labels[:200])
    good = tmp_path / "good.npz"
    good.write_bytes(content.getvalue())
    page.locator("input[type=file]").set_input_files(good)
    expect(page.get_by_role("button", name=re.compile("^0 read rightly"))).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Row 1 has 3 values")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("parameters", ["is=12&read_as=x&model=none", "is=<b>&digits=nonsense&cells=7"])
def test_bad_links_fall_back(browser: Browser, app: RunningApp, parameters: str) -> None:
    page = opened(browser, app, f"mistakes?{parameters}")
    expect(page.get_by_role("button", name=re.compile("^9 read as 4:"))).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("This app has encountered an error")).to_have_count(0)
    page.close()


def test_take_it_away(matrix: Page) -> None:
    matrix.get_by_role("button", name="Take it away").click()
    with matrix.expect_download() as download:
        matrix.get_by_role("button", name="Mistakes (CSV)").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 1 + int(LINEAR.sum() - np.trace(LINEAR))
    matrix.close()
