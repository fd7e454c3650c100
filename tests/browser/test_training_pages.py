"""Curves and replay in the real browser."""

import re

from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import inference, strokes
from digitlab.numbers import percent
from digitlab.preprocess import to_mnist
from digitlab.training import histories
from tests.browser.opened import WAIT_MS, finished, fits, opened, visit
from ui import confusion_cells


def expect_moment(page: Page, name: str, moment: int) -> None:
    """Matrix, sentence and answer are those of this moment."""
    kept = histories.snapshots(name)
    sentence = page.get_by_text(f"It reads {percent(kept.accuracy[moment], 1)} of MNIST’s")
    expect(sentence).to_be_visible(timeout=WAIT_MS)
    count = int(kept.matrix(moment)[7, 7])
    cell = page.get_by_title(confusion_cells.sentence(7, 7, count), exact=True)
    expect(cell).to_be_visible(timeout=WAIT_MS)
    seen = to_mnist(strokes.render(strokes.examples()[3]))
    assert seen is not None
    guess = inference.at_moment(name, moment).predict(seen[None])[0].argmax()
    expect(page.get_by_role("status").filter(has_text="read by the model of this moment")).to_have_text(
        re.compile(f"^{guess}with")
    )


def test_all_models_are_readable_at_once_and_the_legend_hides_one(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "curves")
    plots = page.get_by_test_id("stPlotlyChart")
    expect(plots).to_have_count(3, timeout=WAIT_MS)
    accuracy = plots.first
    lines = accuracy.locator(".scatterlayer .trace")
    expect(lines).to_have_count(len(histories.histories()), timeout=WAIT_MS)
    for history in histories.histories().values():
        expect(accuracy.locator(".legendtext").get_by_text(history.title, exact=True)).to_be_visible()
    assert accuracy.locator(".nsewdrag").bounding_box()["height"] >= 280
    accuracy.locator(".legendtoggle").first.click()
    expect(lines).to_have_count(len(histories.histories()) - 1, timeout=WAIT_MS)
    page.close()


def test_two_models_are_compared(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "curves?models=Textbook+net&models=Textbook+net%2C+SGD&training=true")
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(3, timeout=WAIT_MS)
    for name in ("dense_classic", "dense_classic_sgd"):
        history = histories.histories()[name]
        expect(page.get_by_text(percent(history.validation_accuracy[-1], 2))).to_be_visible()
    expect(page.get_by_text("generalisation gap").first).to_be_visible()
    bent = next(
        h for h in histories.histories().values() if h.card["recipe"]["augmentation"] and h.gap < -0.005
    )
    visit(page, app, f"curves?models={bent.title.replace(' ', '+')}")
    expect(page.get_by_text(percent(bent.validation_accuracy[-1], 2))).to_be_visible(timeout=WAIT_MS)
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
    last = len(histories.snapshots("linear").steps) - 1
    page = opened(browser, app, f"replay?model=Linear&moment={last - 2}")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=WAIT_MS)
    expect_moment(page, "linear", last)
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_bad_links_fall_back_and_phones_need_no_sideways_scrolling(browser: Browser, app: RunningApp) -> None:
    for path in ("replay?model=x&moment=999", "curves?models=nobody", "train_one?train-model=x"):
        page = opened(browser, app, path, phone=True)
        finished(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_role("heading").first).to_be_visible()
        assert fits(page)
        page.close()
