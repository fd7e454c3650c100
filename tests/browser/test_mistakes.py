"""The mistakes page in the real browser: cells, history, filters, the digit dialog, files good and bad, the
keyboard, a phone."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.server import RunningApp
from digitlab import data, evaluation, inference
from tests.browser.opened import finished
from tests.browser.opened import opened as opened_at
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


def grid(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Number \d+:"))


def cell(page: Page, label: int, answer: int) -> Locator:
    return page.get_by_role("button", name=f"{label} read as {answer}: ")


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
    expect(grid(page).first).to_have_accessible_name(re.compile(f": {label}, read as {answer}, "))


def test_it_opens_with_the_most_frequent_mistake(matrix: Page) -> None:
    errors = LINEAR * (1 - np.eye(10, dtype=int))
    label, answer = divmod(int(errors.argmax()), 10)
    expect_cell(matrix, label, answer)
    matrix.close()


def test_a_click_on_a_cell_opens_its_digits_and_stands_in_the_link(matrix: Page) -> None:
    cell(matrix, 9, 4).click()
    expect_cell(matrix, 9, 4)
    matrix.wait_for_url(re.compile("is=9.*read_as=4"))
    matrix.reload()
    expect_cell(matrix, 9, 4)
    matrix.close()


def test_the_keyboard_alone_reaches_a_cell(matrix: Page) -> None:
    cell(matrix, 4, 9).focus()
    matrix.keyboard.press("ArrowUp")
    matrix.keyboard.press("ArrowLeft")
    expect(cell(matrix, 3, 8)).to_be_focused()
    matrix.keyboard.press("Enter")
    expect_cell(matrix, 3, 8)
    matrix.close()


def test_another_model_and_view(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> None:
    page = opened(browser, app, "mistakes?model=Linear&is=9&read_as=4&cells=Pictures")
    expect_cell(page, 9, 4)
    expect(cell(page, 9, 4).locator("img")).to_be_visible()
    page.get_by_role("radio", name="Counts").click()
    expect(cell(page, 9, 4)).to_have_text(str(LINEAR[9, 4]), timeout=WAIT_MS)
    page.close()


def test_a_digit_large_and_on_to_the_draw_page(matrix: Page) -> None:
    cell(matrix, 9, 4).click()
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
    cell(matrix, 9, 4).click()
    expect_cell(matrix, 9, 4)
    expect_first(matrix, surest(9, 4))
    choose(matrix, "First", "position in the data set")
    expect_first(matrix, int(result.cell(9, 4)[0]))
    choose(matrix, "First", "largest loss")
    where = result.cell(9, 4)
    expect_first(matrix, int(where[result.loss[where].argmax()]))
    choose(matrix, "Read as", "any")
    expect(matrix.get_by_text(f"{int((result.labels == 9).sum()):,} pictures", exact=True)).to_be_visible()
    matrix.get_by_role("button", name="Filters").click()
    matrix.get_by_role("radio", name="wrong").click()
    wrong = int(((result.labels == 9) & ~result.right).sum())
    expect(matrix.get_by_text(f"{wrong:,} pictures", exact=True)).to_be_visible(timeout=WAIT_MS)
    slider = matrix.get_by_role("slider", name="Slant (°)").first
    slider.focus()
    slider.press("End")  # nothing is slanted so far
    expect(matrix.get_by_text("No picture passes.")).to_be_visible(timeout=WAIT_MS)
    matrix.reload()
    expect(matrix.get_by_text("No picture passes.")).to_be_visible(timeout=WAIT_MS)
    matrix.get_by_role("button", name="Slant 60 to 60 °").click()
    expect(matrix.get_by_text(f"{wrong:,} pictures", exact=True)).to_be_visible(timeout=WAIT_MS)
    matrix.get_by_role("button", name="Wrong answers").click()
    expect(matrix.get_by_text(f"{int((result.labels == 9).sum()):,} pictures", exact=True)).to_be_visible()
    matrix.close()


def test_another_model_has_other_mistakes(matrix: Page) -> None:
    cell(matrix, 9, 4).click()
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
    expect(page.get_by_role("button", name=re.compile("0 read correctly"))).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Row 1 has 3 values")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("parameters", ["is=12&read_as=x&model=none", "is=<b>&digits=nonsense&cells=7"])
def test_bad_links_fall_back(browser: Browser, app: RunningApp, parameters: str) -> None:
    page = opened(browser, app, f"mistakes?{parameters}")
    expect(page.get_by_role("button", name=re.compile("9 read as 4:"))).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("This app has encountered an error")).to_have_count(0)
    page.close()


def test_downloads(matrix: Page) -> None:
    matrix.get_by_role("button", name="Download").click()
    with matrix.expect_download() as download:
        matrix.get_by_role("button", name="Mistakes (CSV)").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 1 + int(LINEAR.sum() - np.trace(LINEAR))
    matrix.close()


def test_one_press_is_one_step_back(matrix: Page) -> None:
    """A press made two entries, and Back between them showed 5 / any under a matrix that framed 5, 3."""
    before = matrix.evaluate("history.length")
    cell(matrix, 9, 4).click()
    expect_cell(matrix, 9, 4)
    cell(matrix, 5, 3).click()
    expect_cell(matrix, 5, 3)
    assert matrix.evaluate("history.length") == before + 2
    matrix.go_back()
    expect_cell(matrix, 9, 4)
    expect(cell(matrix, 9, 4)).to_have_attribute("aria-pressed", "true", timeout=WAIT_MS)
    expect(cell(matrix, 5, 3)).to_have_attribute("aria-pressed", "false")
    matrix.go_forward()
    expect_cell(matrix, 5, 3)
    expect(cell(matrix, 5, 3)).to_have_attribute("aria-pressed", "true", timeout=WAIT_MS)
    matrix.close()


def test_the_page_number_is_in_the_link(matrix: Page) -> None:
    cell(matrix, 2, 8).click()
    expect_cell(matrix, 2, 8)
    matrix.get_by_test_id("stPagination").get_by_role("button", name="2", exact=False).last.click()
    matrix.wait_for_url(re.compile("page=2"))
    expect(grid(matrix)).to_have_count(int(LINEAR[2, 8]) - 24, timeout=WAIT_MS)
    matrix.reload()
    expect(grid(matrix)).to_have_count(int(LINEAR[2, 8]) - 24, timeout=WAIT_MS)
    matrix.close()


def test_next_and_previous_in_the_dialog(matrix: Page) -> None:
    result = evaluation.evaluate("linear", "mnist")
    where = result.cell(9, 4)
    order = where[np.argsort(-result.confidence[where], kind="stable")]
    cell(matrix, 9, 4).click()
    expect_cell(matrix, 9, 4)
    grid(matrix).first.click()
    dialog = matrix.get_by_role("dialog")
    expect(dialog.get_by_text(f"Number {order[0]} of")).to_be_visible(timeout=WAIT_MS)
    expect(dialog.get_by_role("button", name="Previous")).to_be_disabled()
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text(f"Number {order[1]} of")).to_be_visible(timeout=WAIT_MS)
    expect(dialog.get_by_text(f"2 of {len(order)}")).to_be_visible()
    matrix.keyboard.press("ArrowRight")
    expect(dialog.get_by_text(f"Number {order[2]} of")).to_be_visible(timeout=WAIT_MS)
    matrix.keyboard.press("ArrowLeft")
    expect(dialog.get_by_text(f"Number {order[1]} of")).to_be_visible(timeout=WAIT_MS)
    expect(dialog.get_by_text("Framed: 9, the label.")).to_be_visible()
    matrix.close()


@pytest.mark.parametrize("view", ["Counts", "Share of row"])
def test_what_is_seen_is_what_is_heard_first(browser: Browser, app: RunningApp, view: str) -> None:
    """WCAG 2.5.3: a name that begins with another text can't be said to a voice control."""
    page = opened(browser, app, f"mistakes?digits=Other+people&cells={view.replace(' ', '+')}")
    expect(cell(page, 9, 4)).to_be_visible(timeout=WAIT_MS)
    for button in page.locator("button[data-cell]").all():
        assert (button.get_attribute("aria-label") or "").startswith(button.inner_text())
    for button in grid(page).all():
        plain = re.sub(r"[^\w ]", "", button.get_attribute("aria-label") or "")
        assert re.sub(r"[^\w ]", "", button.inner_text().replace("\n", " ")) in plain
    expect(page.locator("th:empty")).to_have_count(0)
    page.close()


def test_a_tap_on_a_phone_brings_the_pictures_into_view(browser: Browser, app: RunningApp) -> None:
    page = opened_at(browser, app, "mistakes?model=Linear&digits=Other+people", phone=True)
    page.set_viewport_size({"width": 390, "height": 664})  # with the browser's own bars
    box = cell(page, 9, 4).bounding_box()
    assert box is not None
    assert box["width"] >= 31
    assert box["height"] >= 44
    cell(page, 9, 4).tap()
    page.wait_for_url(re.compile("is=9.*read_as=4"))
    expect(grid(page).first).to_have_accessible_name(re.compile(": 9, read as 4, "), timeout=WAIT_MS)
    finished(page)
    expect(grid(page).first).to_be_in_viewport()
    page.close()


def own_files(folder: Path) -> dict[str, Path]:
    """Good files, and bad ones."""
    images, labels = (array[:100] for array in data.load("digits", "test"))
    np.savez_compressed(folder / "good.npz", x=images, y=labels)
    np.savez_compressed(folder / "float.npz", x=images / 255, y=labels)
    np.savez_compressed(folder / "paper.npz", x=255 - images, y=labels)
    rows = (",".join(map(str, [y, *x.ravel()])) for x, y in zip(images, labels, strict=True))
    (folder / "good.csv").write_text("\n".join(rows))
    (folder / "short.csv").write_text("3,1,2\n")
    (folder / "text.zip").write_text("text")
    return {file.name: file for file in folder.iterdir()}


@pytest.mark.parametrize("gap_ms", [1000, 1500, 2000])
def test_many_files_one_after_another(browser: Browser, app: RunningApp, tmp_path: Path, gap_ms: int) -> None:
    """The page went white after four to eight: the browser lost its way in the page's tree."""
    files = own_files(tmp_path)
    page = opened(browser, app, "mistakes?digits=Your+file")
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    turns = ["good.csv", "good.npz", "short.csv", "paper.npz", "float.npz", "text.zip"]
    for name in [*turns, *reversed(turns)]:
        page.locator("input[type=file]").set_input_files(files[name])
        page.wait_for_timeout(gap_ms)  # as a person does it
    finished(page)
    expect(page.get_by_text("You see: good.csv, 100 digits.")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name=re.compile("0 read correctly"))).to_be_visible()
    assert not [text for text in errors if "delta" in text]
    page.close()


def test_a_refused_file_and_another_page_leave_the_file_before(
    browser: Browser, app: RunningApp, tmp_path: Path
) -> None:
    files = own_files(tmp_path)
    page = opened(browser, app, "mistakes?digits=Your+file")
    page.locator("input[type=file]").set_input_files(files["paper.npz"])
    expect(page.get_by_text("You see: paper.npz, 100 digits. 100 of them were dark on white")).to_be_visible(
        timeout=WAIT_MS
    )
    page.locator("input[type=file]").set_input_files(files["text.zip"])
    expect(page.get_by_text("text.zip can’t be used.")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("You still see your earlier file: paper.npz")).to_be_visible()
    page.get_by_role("button", name="Learn").click()
    page.get_by_role("menuitem", name="Glossary").click()
    expect(page.get_by_role("heading", name="Glossary").first).to_be_visible(timeout=WAIT_MS)
    # When a page is left by the menu, Streamlit leaves an entry of it without its query behind.
    page.go_back()
    expect(page).to_have_url(f"{app.base_url}/mistakes")
    page.go_back()
    expect(page.get_by_text("paper.npz, 100 digits.")).to_be_visible(timeout=WAIT_MS)
    page.close()
