"""A network trained in the browser: started, watched, left, stopped, drawn against, downloaded."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import data
from digitlab.training import local_queue, runs
from tests.browser.opened import finished

pytestmark = pytest.mark.skipif(
    not local_queue.possible(), reason="TensorFlow isn't installed: requirements.txt has it"
)
WAIT_MS = 20_000
TRAINED_MS = 180_000
RESULT = re.compile(r"^It reads .* of MNIST")


def to(page: Page, chapter: str, title: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=chapter).click()
    page.get_by_role("menuitem", name=title).click()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=re.compile(label)).click()
    page.get_by_role("option", name=option, exact=True).click()
    finished(page)


def opened(browser: Browser, app: RunningApp, example: int = 7) -> Page:
    """The page, with an example on the pad; a small share of the images is chosen."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{app.base_url}/draw?example={example}")
    expect(page.locator(".st-key-answer")).to_contain_text(str(example), timeout=WAIT_MS)
    to(page, "Training", "Train one yourself")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=WAIT_MS)
    choose(page, "Training images", "1,000")
    return page


def test_start_watch_stop_again_draw_download(
    browser: Browser, app: RunningApp, mnist_test: data.Dataset, tmp_path: Path
) -> None:
    page = opened(browser, app)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_disabled(timeout=WAIT_MS)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. You stopped it.")).to_be_visible(timeout=WAIT_MS)
    start = page.get_by_role("button", name="Start", exact=True)
    expect(start).to_be_enabled(timeout=WAIT_MS)
    start.click()
    expect(page.get_by_text(re.compile(r"^2\. Textbook net, Adam 0\.003, 1,000 images")).first).to_be_visible(
        timeout=WAIT_MS
    )
    expect(page.get_by_text(re.compile(r"^It reads [5-9]\d\.\d\d % of MNIST"))).to_be_visible(
        timeout=TRAINED_MS
    )
    plot = page.get_by_test_id("stPlotlyChart").locator(".nsewdrag").bounding_box()
    assert plot
    assert plot["height"] >= 280
    answer = page.locator(".st-key-trained-answer")
    expect(answer).to_contain_text(re.compile(r"^(\d|Not sure)"), timeout=WAIT_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="History (CSV)").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("epoch,accuracy,loss")
    assert len(lines) == 1 + 5
    with page.expect_download() as download:
        page.get_by_role("button", name="TFLite").click()
    file = tmp_path / "model.tflite"
    file.write_bytes(Path(download.value.path()).read_bytes())
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(str(file)).get_signature_runner("serving_default")
    answers = runner(pictures=mnist_test.images[:200] / np.float32(255))["digit"].argmax(axis=1)
    assert (answers == mnist_test.labels[:200]).mean() > 0.5
    page.close()


def test_another_page_and_a_reload_lose_nothing(
    browser: Browser, app: RunningApp, mnist_test: data.Dataset
) -> None:
    page = opened(browser, app)
    choose(page, "Epochs", "20")
    page.wait_for_url(re.compile("train-epochs=20"))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=WAIT_MS)
    to(page, "Training", "Replay a training")
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=WAIT_MS)
    page.wait_for_timeout((runs.GONE_S + 3) * 1000)  # so long an absent owner is waited for
    to(page, "Training", "Train one yourself")
    epochs = page.get_by_role("combobox", name=re.compile("Epochs"))
    expect(epochs).to_have_value("20", timeout=WAIT_MS)
    expect(page.get_by_text("Stopped.")).to_have_count(0)
    expect(page.get_by_text(RESULT)).to_be_visible(timeout=TRAINED_MS)
    page.reload()
    expect(page.get_by_text(RESULT)).to_be_visible(timeout=WAIT_MS)
    expect(epochs).to_have_value("20")
    page.close()


def test_two_users_train_in_one_queue(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> None:
    one, other = opened(browser, app), opened(browser, app, example=3)
    one.get_by_role("button", name="Start", exact=True).click()
    expect(one.get_by_text(re.compile("Starting|Step"))).to_be_visible(timeout=WAIT_MS)
    other.get_by_role("button", name="Start", exact=True).click()
    expect(other.get_by_text("Waiting: 1 training before yours.")).to_be_visible(timeout=WAIT_MS)
    for page in (one, other):
        expect(page.get_by_text(RESULT)).to_be_visible(timeout=TRAINED_MS)
        page.close()


def test_a_preset_starts_with_one_press_and_a_closed_page_leaves_the_queue(
    browser: Browser, app: RunningApp, mnist_test: data.Dataset
) -> None:
    gone = opened(browser, app)
    gone.get_by_role("button", name="Shuffled labels").click()
    expect(gone.get_by_text("learns the wrong labels by heart")).to_be_visible(timeout=WAIT_MS)
    expect(gone.get_by_text(re.compile("shuffled labels$")).first).to_be_visible()
    gone.wait_for_url(re.compile("train-shuffled=true"))
    gone.close()
    other = opened(browser, app)
    other.get_by_role("button", name="Start", exact=True).click()
    expect(other.get_by_text(RESULT)).to_be_visible(timeout=TRAINED_MS)
    other.close()


def test_on_a_phone_the_start_is_seen(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page.goto(f"{app.base_url}/train_one?train-images=500&train-epochs=1")
    finished(page)
    page.get_by_role("button", name="Start", exact=True).tap()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_be_in_viewport(timeout=WAIT_MS)
    page.close()
