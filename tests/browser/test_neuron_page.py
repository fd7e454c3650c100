"""The page about a neuron, as a student uses it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import data, inference, neuron
from ui import style

WAIT_MS = 20_000


def opened(browser: Browser, app: RunningApp, query: str = "", width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{app.base_url}/neuron?sample=digits-18{query}")
    expect(page.get_by_text("instead of")).to_be_visible(timeout=WAIT_MS)
    return page


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_a_neurons_sum_is_shown_and_the_function_can_be_swapped(
    browser: Browser, app: RunningApp, width: int
) -> None:
    page = opened(browser, app, "&neuron=7", width)
    picture = data.load("digits", "test").images[18] / 255
    passed = neuron.forward(inference.load("dense_classic").weights, picture)
    total = f"{passed.sums[7]:.2f}"
    expect(page.locator(".katex-mathml", has_text=total).first).to_be_attached(timeout=WAIT_MS)
    page.get_by_role("radio", name="sigmoid").click()
    output = f"{neuron.ACTIVATIONS['sigmoid'](passed.sums[7]):.2f}"
    expect(page.locator(".katex-mathml", has_text=output).first).to_be_attached(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("f=sigmoid"))
    expect(page.get_by_role("img", name=re.compile("^The network from the digit"))).to_be_visible()
    answer = inference.load("linear").predict(picture[None]).max()
    expect(page.get_by_role("cell", name=style.percent(float(answer))).first).to_be_visible()
    page.close()


def test_a_step_of_learning_helps_and_too_long_a_step_harms(browser: Browser, app: RunningApp) -> None:
    picture = data.load("digits", "test").images[18] / 255
    for network, title in (("linear", "Linear"), ("dense_classic", "Textbook+net")):
        weights = inference.load(network).weights
        page = opened(browser, app, f"&network={title}&rate=0.001")
        label = data.load("digits", "test").labels[18]
        step = neuron.LEARN[network](weights, picture, int(label), 0.001)
        expect(page.get_by_text(f"to {step.loss_after:.4f}")).to_be_visible(timeout=WAIT_MS)
        page.close()


def test_another_digit_takes_the_place_of_this_one_and_follows(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app)
    expect(page.get_by_text("number 18 of UCI’s digits")).to_be_visible()
    page.get_by_role("navigation").get_by_role("button", name="Inside the network").click()
    page.get_by_role("menuitem", name="Convolution").click()
    expect(page.get_by_role("heading", name="One kernel")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("number 18 of UCI’s digits")).to_be_visible()
    page.get_by_role("button", name="My drawing").click()
    expect(page.get_by_text("This is our example")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="A test digit").click()
    expect(page).to_have_url(re.compile(r"sample=\w+-\d+"), timeout=WAIT_MS)
    page.close()


def test_nonsense_in_the_link_is_as_good_as_nothing(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "&neuron=4000&f=x&network=9&rate=7")
    expect(page.get_by_role("heading", name="One step of learning")).to_be_visible()
    page.close()
