"""Curves and replay in the real browser."""

import re

from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import inference, strokes
from digitlab.preprocess import to_mnist
from digitlab.training import histories

WAIT_MS = 15_000


def opened(browser: Browser, app: RunningApp, path: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{app.base_url}/{path}")
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=WAIT_MS * 2
    )
    return page


def expect_moment(page: Page, name: str, moment: int) -> None:
    """Matrix, sentence and answer are those of this moment."""
    kept = histories.moments(name)
    sentence = page.get_by_text(f"It reads {kept.accuracy[moment]:.1%} of MNIST’s")
    expect(sentence).to_be_visible(timeout=WAIT_MS)
    count = int(kept.matrix(moment)[7, 7])
    cell = page.get_by_title(re.compile(f"^7 read as 7: {count}$"))
    expect(cell).to_be_visible(timeout=WAIT_MS)
    seen = to_mnist(strokes.render(strokes.examples()[3]))
    guess = inference.at_moment(name, moment).predict(seen[None])[0].argmax()
    expect(page.get_by_role("status").filter(has_text="as it was read then")).to_have_text(
        re.compile(f"^{guess}with")
    )


def test_two_models_are_compared(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "curves")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2, timeout=WAIT_MS)
    for name in ("dense_classic", "dense_classic_sgd"):
        history = histories.histories()[name]
        expect(page.get_by_text(f"{history.validation_accuracy[-1]:.2%}")).to_be_visible()
    expect(page.get_by_text("generalisation gap").first).to_be_visible()
    bent = next(
        h for h in histories.histories().values() if h.card["recipe"]["augmentation"] and h.gap < -0.005
    )
    page.goto(f"{app.base_url}/curves?models={bent.title.replace(' ', '+')}")
    expect(page.get_by_text(f"{bent.validation_accuracy[-1]:.2%}")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("bends and turns them anew")).to_be_visible()
    page.close()


def test_the_slider_moves_everything(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "replay?model=Textbook+net&moment=3")
    expect_moment(page, "dense_classic", 3)
    slider = page.get_by_role("slider")
    slider.focus()
    for moment in (4, 5):
        slider.press("ArrowRight")
        expect_moment(page, "dense_classic", moment)
    page.wait_for_url(re.compile("moment=5"))
    page.close()


def test_it_plays_to_the_end_and_stops(browser: Browser, app: RunningApp) -> None:
    last = len(histories.moments("linear").steps) - 1
    page = opened(browser, app, f"replay?model=Linear&moment={last - 2}")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=WAIT_MS)
    expect_moment(page, "linear", last)
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_bad_links_fall_back(browser: Browser, app: RunningApp) -> None:
    for path in ("replay?model=x&moment=999", "curves?models=nobody"):
        page = opened(browser, app, path)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_role("heading").first).to_be_visible()
        page.close()
