"""The page about a neuron, as a student uses it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import data, inference
from digitlab.inside import neuron
from ui import style

WAIT_MS = 20_000


def opened(browser: Browser, app: RunningApp, query: str = "", width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{app.base_url}/neuron?sample=digits-18{query}")
    expect(page.get_by_text("instead of")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
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


def test_a_neuron_is_chosen_by_its_picture_and_marked_in_the_drawing(
    browser: Browser, app: RunningApp
) -> None:
    page = opened(browser, app)
    picture = data.load("digits", "test").images[18] / 255
    passed = neuron.forward(inference.load("dense_classic").weights, picture)
    third = neuron.most_active(passed, 10)[2]
    drawing = page.get_by_role("img", name=re.compile("^The network from the digit"))
    before = drawing.get_attribute("src")
    page.get_by_role("button", name=f"Neuron {third}", exact=True).click()
    expect(page.get_by_label("Neuron, 0 to 99")).to_have_value(str(third), timeout=WAIT_MS)
    expect(page).to_have_url(re.compile(f"neuron={third}"))
    total = f"{passed.sums[third]:.2f}"
    expect(page.locator(".katex-mathml", has_text=total).first).to_be_attached(timeout=WAIT_MS)
    expect(drawing).not_to_have_attribute("src", before or "")
    page.close()


@pytest.mark.parametrize("network", neuron.LEARN)
@pytest.mark.parametrize("rate", [0.001, 1.0])
def test_a_step_of_learning_helps_this_digit_and_a_long_one_harms_the_others(
    browser: Browser, app: RunningApp, network: str, rate: float
) -> None:
    dataset, model = data.load("digits", "test"), inference.load(network)
    title = model.card["title"].replace(" ", "+")
    page = opened(browser, app, f"&network={title}&rate={rate:g}")
    picture = dataset.images[18] / np.float32(255)
    step = neuron.LEARN[network](model.weights, picture, int(dataset.labels[18]), rate)
    expect(page.get_by_text(f"to {step.loss_after:.4f}")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text(f"Now it reads {neuron.accuracy(step.moved, dataset):.1%}")).to_be_visible()
    page.close()


def test_the_label_that_i_tell_stands_in_the_link(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app)
    box = page.get_by_role("combobox", name="It is a", exact=True)
    box.scroll_into_view_if_needed()  # a list that opens while the page scrolls closes at once
    box.click()
    page.get_by_role("option", name="5", exact=True).click()
    expect(page.get_by_text("Weights of the 5, before")).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("label=5"))
    page.reload()
    expect(page.get_by_text("Weights of the 5, before")).to_be_visible(timeout=WAIT_MS)
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
    page = opened(browser, app, "&neuron=4000&f=x&network=9&rate=7&label=x")
    expect(page.get_by_role("heading", name="One step of learning")).to_be_visible()
    page.close()
