"""A network trained in the browser: started, watched, stopped, started again, drawn against, taken away."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import data
from digitlab.training import runs

pytestmark = pytest.mark.skipif(
    not runs.possible(), reason="TensorFlow isn't installed: requirements.txt has it"
)
WAIT_MS = 20_000
TRAINED_MS = 120_000


def opened(browser: Browser, app: RunningApp, example: int = 7) -> Page:
    """The page, with an example on the pad; only the smallest share of the images is chosen."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{app.base_url}/draw?example={example}")
    expect(page.get_by_text("Runner-up")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("navigation").get_by_role("button", name="Training").click()
    page.get_by_role("menuitem", name="Train one yourself").click()
    expect(page.get_by_role("button", name="Start")).to_be_visible(timeout=WAIT_MS)
    images = page.get_by_role("slider", name="Training images")
    images.focus()
    for _ in range(3):
        images.press("ArrowLeft")
    expect(page.get_by_text("1,000", exact=True)).to_be_visible()
    return page


def test_start_watch_stop_again_draw_download(
    browser: Browser, app: RunningApp, mnist_test: data.Dataset, tmp_path: Path
) -> None:
    page = opened(browser, app)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("button", name="Start")).to_be_disabled(timeout=WAIT_MS)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=WAIT_MS)
    start = page.get_by_role("button", name="Start")
    expect(start).to_be_enabled(timeout=WAIT_MS)
    start.click()
    expect(page.get_by_text(re.compile(r"^2\. dense_classic"))).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text(re.compile(r"^It reads [5-9]\d\.\d\d% of MNIST"))).to_be_visible(
        timeout=TRAINED_MS
    )
    expect(page.locator(".st-key-trained-answer")).to_contain_text(re.compile(r"Your network reads \d"))
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


def test_two_users_train_in_one_queue(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> None:
    one, other = opened(browser, app), opened(browser, app, example=3)
    one.get_by_role("button", name="Start").click()
    expect(one.get_by_text(re.compile("Starting|Step"))).to_be_visible(timeout=WAIT_MS)
    other.get_by_role("button", name="Start").click()
    expect(other.get_by_text("Waiting: 1 before you.")).to_be_visible(timeout=WAIT_MS)
    for page in (one, other):
        expect(page.get_by_text(re.compile("^It reads .* of MNIST"))).to_be_visible(timeout=TRAINED_MS)
        page.close()


def test_a_preset_starts_with_one_press_and_a_closed_page_leaves_the_queue(
    browser: Browser, app: RunningApp, mnist_test: data.Dataset
) -> None:
    gone = opened(browser, app)
    gone.get_by_role("button", name="Labels shuffled").click()
    expect(gone.get_by_text("dealt out like cards")).to_be_visible(timeout=WAIT_MS)
    expect(gone.get_by_text(re.compile("labels shuffled$"))).to_be_visible()
    gone.close()
    other = opened(browser, app)
    other.get_by_role("button", name="Start").click()
    expect(other.get_by_text(re.compile("^It reads .* of MNIST"))).to_be_visible(timeout=TRAINED_MS)
    other.close()
