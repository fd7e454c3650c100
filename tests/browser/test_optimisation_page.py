"""The page about optimisation, as a student uses it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab.inside import optimisation

WAIT_MS = 20_000


def opened(browser: Browser, app: RunningApp, query: str = "", width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 1000})
    page.goto(f"{app.base_url}/optimisation{query}")
    expect(page.locator(".map")).to_have_attribute("data-step", re.compile(r"\d+"), timeout=WAIT_MS)
    return page


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_step_play_and_start_somewhere_else(browser: Browser, app: RunningApp, width: int) -> None:
    page = opened(browser, app, "?surface=Narrow+valley", width)
    surface = optimisation.surfaces()["Narrow valley"]
    page.get_by_role("slider", name="Step", exact=True).fill("3")
    page.get_by_role("button", name="One step").click()
    way = optimisation.paths(surface.title, surface.start, surface.rate)["Gradient descent"]
    x, y = way.gradients[4]
    written = f"Step 4 of {optimisation.STEPS}. Gradient descent’s gradient is ({x:.2f}, {y:.2f})".replace(
        "-", "−"
    )
    expect(page.get_by_text(written)).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text(re.compile(r"^Step (9|1\d) of"))).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    page.locator(".map").scroll_into_view_if_needed()
    box = page.locator(".map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    expect(page).to_have_url(
        re.compile(r"start=-1\.0\d?%2C1\.0|start=-1\.0\d?,1\.0|start=-0\.99"), timeout=WAIT_MS
    )
    page.close()


def test_another_optimisers_gradient_and_a_start_by_keys(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "?surface=Four+valleys&start=1,2")
    surface = optimisation.surfaces()["Four valleys"]
    page.get_by_role("slider", name="Step", exact=True).fill("7")
    page.get_by_role("button", name=re.compile("^Adam")).click()
    x, y = optimisation.paths(surface.title, (1.0, 2.0), surface.rate)["Adam"].gradients[7]
    written = f"Adam’s gradient is ({x:.2f}, {y:.2f})".replace("-", "−")
    expect(page.get_by_text(written)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Random walk")).click()
    expect(page.get_by_text("Random walk needs no gradient.")).to_be_visible()
    page.locator(".map").press("Shift+ArrowUp")
    expect(page).to_have_url(re.compile(r"start=1\.00(,|%2C)2\.25"), timeout=WAIT_MS)
    page.close()


def test_a_rate_that_is_too_high_is_said_to_be(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "?surface=Narrow+valley&rate=1")
    expect(page.get_by_text("the rate is too high").first).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_the_batch_of_sgd_is_chosen_and_the_surface_turned(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "?batch=4")
    surface = optimisation.loss_of_linear()
    x, y = optimisation.paths(surface.title, surface.start, surface.rate, batch=4)["SGD"].gradients[15]
    written = f"The gradient of SGD’s batch is ({x:.2f}, {y:.2f})".replace("-", "−")
    expect(page.get_by_text(written)).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("radio", name="In 3-D").click()
    expect(page.get_by_text("Drag to turn it")).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("view=In"))
    page.close()


def test_numpy_is_faster_and_right(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "?surface=x&rate=y&start=9999,a")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text("Both gave the same sums")).to_be_visible(timeout=WAIT_MS)
    times = page.locator(".st-key-timing").get_by_text(re.compile(r"^[\d,]+ times$")).inner_text()
    assert int(times.split()[0].replace(",", "")) > 1
    page.close()
