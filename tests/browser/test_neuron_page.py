"""The page about a neuron, as a student uses it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.server import RunningApp
from digitlab import data, inference
from digitlab.inside import neuron
from digitlab.inside.neuron import Forward
from digitlab.numbers import decimal, percent
from tests.browser.opened import WAIT_MS, finished, fits, opened

PICTURE = data.load("digits", "test").images[18] / np.float32(255)
LABEL = int(data.load("digits", "test").labels[18])


def passed() -> Forward:
    return neuron.forward(inference.load(neuron.NETWORK).weights, PICTURE)


def at(browser: Browser, app: RunningApp, query: str = "", *, phone: bool = False) -> Page:
    page = opened(browser, app, f"neuron?sample=digits-18{query}", phone=phone)
    expect(page.get_by_text("And all the others?")).to_be_visible(timeout=WAIT_MS)
    finished(page)
    return page


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_neuron_and_a_digit_are_pressed_in_the_picture_itself(
    browser: Browser, app: RunningApp, phone: bool
) -> None:
    page = at(browser, app, phone=phone)
    assert fits(page)
    third = neuron.most_active(passed(), 10)[2]
    button = page.get_by_role("button", name=re.compile(f"^Neuron {third}, output "))
    assert button.bounding_box()["height"] >= 44, "a finger hits it"
    (button.tap if phone else button.click)()
    expect(page.get_by_role("heading", name=f"neuron {third}")).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile(f"neuron={third}"))
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(f"= {decimal(passed().sums[third])}").first).to_be_visible()
    digit = page.get_by_role("button", name=re.compile("^Digit 2, probability "))
    (digit.tap if phone else digit.click)()
    expect(page.get_by_role("row", name=re.compile("^logit of the 2 "))).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("digit=2"))
    page.close()


def test_the_neurons_are_one_tab_stop_with_arrow_keys(browser: Browser, app: RunningApp) -> None:
    page = at(browser, app)
    buttons = page.get_by_role("group", name="Neurons with their outputs").get_by_role("button")
    expect(buttons).to_have_count(10, timeout=WAIT_MS)
    assert [buttons.nth(n).get_attribute("tabindex") for n in range(10)].count("0") == 1
    buttons.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(buttons.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    second = neuron.most_active(passed(), 10)[1]
    expect(page.get_by_role("heading", name=f"neuron {second}")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_the_activation_function_and_the_temperature_can_be_swapped(
    browser: Browser, app: RunningApp
) -> None:
    page = at(browser, app, "&neuron=7&temperature=4")
    page.get_by_role("radio", name="sigmoid").click()
    output = decimal(float(neuron.ACTIVATIONS["sigmoid"](passed().sums[7])))
    expect(page.get_by_text(f"sigmoid({decimal(passed().sums[7])}) = {output}")).to_be_visible(
        timeout=WAIT_MS
    )
    expect(page).to_have_url(re.compile("f=sigmoid"))
    best = float(neuron.softmax(passed().logs, 4).probabilities.max())
    expect(page.get_by_role("cell", name=percent(best, 2)).first).to_be_visible()
    page.close()


def test_ten_more_steps_and_a_long_one(browser: Browser, app: RunningApp) -> None:
    page = at(browser, app, "&label=5&rate=0.001")
    weights = inference.load(neuron.NETWORK).weights
    page.get_by_role("button", name="Ten more steps").click()
    expect(page).to_have_url(re.compile("steps=11"), timeout=WAIT_MS)
    trained = neuron.train(weights, PICTURE, 5, 0.001, 11)
    cells = (
        page.get_by_role("table", name="Before and after").get_by_role("row", name="Loss").get_by_role("cell")
    )
    expect(cells.last).to_have_text(decimal(trained.losses[-1], 3), timeout=WAIT_MS)
    others = percent(neuron.accuracy(trained.weights, data.load("digits", "test")), 1)
    expect(page.get_by_text(f"now {others}")).to_be_visible()
    page.reload()
    expect(cells.last).to_have_text(decimal(trained.losses[-1], 3), timeout=WAIT_MS)
    page.get_by_role("button", name="Back to the first step").click()
    expect(cells.last).to_have_text(decimal(trained.losses[1], 3), timeout=WAIT_MS)
    page.close()


def test_the_label_that_i_tell_stands_in_the_link(browser: Browser, app: RunningApp) -> None:
    page = at(browser, app)
    told = page.get_by_test_id("stButtonGroup").filter(has_text="What the net is told")
    told.get_by_role("radio", name="5", exact=True).click()
    expect(page.get_by_text("The loss is −ln(probability of the 5)")).to_be_visible(timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("label=5"))
    page.reload()
    expect(page.get_by_text("The loss is −ln(probability of the 5)")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_another_digit_takes_the_place_of_this_one_and_follows(browser: Browser, app: RunningApp) -> None:
    page = at(browser, app)
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
