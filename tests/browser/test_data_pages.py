"""Samples, the data in numbers and the slicing lab, in the real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.server import RunningApp
from digitlab import data
from digitlab.data import data_set, samples, slicing
from digitlab.data.slicing import Rectangle
from digitlab.numbers import a_digit
from tests.browser.opened import WAIT_MS, fits, opened
from tests.browser.pad import Pad


def pictures(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Number \d+: \d$"))


def choose(page: Page, box: str, option: str) -> None:
    page.get_by_role("combobox", name=box, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_samples_open_with_a_row_of_each_digit(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "samples?digits=Other+people")
    expect(pictures(page)).to_have_count(120, timeout=WAIT_MS)
    labels = [name[-1] for name in pictures(page).evaluate_all("all => all.map(b => b.title)")]
    assert labels == [str(digit) for digit in range(10) for _ in range(12)]
    page.close()


def test_filter_sort_and_pages(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "samples?digits=Other+people")
    choose(page, "Digit", "7")
    choose(page, "Order", "oddest")
    wanted = samples.ordered("digits", "test", 7, samples.ODD, 0)
    first = pictures(page).first
    expect(first).to_have_accessible_name(f"Number {wanted[0]}: 7", timeout=WAIT_MS)
    page.wait_for_url(re.compile("is=7.*order=oddest"))
    page.get_by_role("button", name="Page 2").click()
    expect(first).to_have_accessible_name(f"Number {wanted[120]}: 7", timeout=WAIT_MS)
    page.wait_for_url(re.compile("page=2"))
    page.reload()
    expect(first).to_have_accessible_name(f"Number {wanted[120]}: 7", timeout=WAIT_MS * 2)
    choose(page, "Digit", "8")
    wanted = samples.ordered("digits", "test", 8, samples.ODD, 0)
    expect(first).to_have_accessible_name(f"Number {wanted[0]}: 8", timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Page 1")).to_have_attribute("aria-current", "page")
    assert "page=" not in page.url
    page.close()


def test_no_press_on_shuffle_is_lost_and_the_number_stands_in_the_link(
    browser: Browser, app: RunningApp
) -> None:
    page = opened(browser, app, "samples?digits=Other+people&is=3")
    expect(pictures(page)).to_have_count(120, timeout=WAIT_MS)
    again = page.get_by_test_id("stNumberInputStepUp")
    for _ in range(5):
        again.click(delay=0)
    page.wait_for_url(re.compile("seed=5"))
    wanted = samples.ordered("digits", "test", 3, samples.SHUFFLED, 5)
    expect(pictures(page).first).to_have_accessible_name(f"Number {wanted[0]}: 3", timeout=WAIT_MS)
    page.close()


def test_the_pictures_are_one_stop_of_the_tab_key(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "samples?digits=Other+people")
    expect(pictures(page)).to_have_count(120, timeout=WAIT_MS)
    pictures(page).first.focus()
    for keys, place in (("ArrowRight", 1), ("ArrowDown", 13), ("ArrowLeft", 12), ("End", 119), ("Home", 0)):
        page.keyboard.press(keys)
        expect(pictures(page).nth(place)).to_be_focused()
    stops = pictures(page).evaluate_all("all => all.filter(b => b.tabIndex === 0).length")
    assert stops == 1
    page.close()


def test_a_sample_goes_to_the_pad(browser: Browser, app: RunningApp, mnist_test: data.Dataset) -> None:
    page = opened(browser, app, "samples?is=1&order=most+typical")
    pictures(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Official label: 1")).to_be_visible(timeout=WAIT_MS)
    expect(dialog.get_by_role("img", name="The 784 pixel values")).to_contain_text("25", timeout=WAIT_MS)
    dialog.get_by_role("link", name="Read it on the Draw page").click()
    Pad(page).expect_digit(1)
    page.close()


def test_the_map_shows_the_digit_under_the_pointer(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "data_set?digits=Other+people")
    field = page.locator(".map")
    expect(field).to_have_attribute("data-chosen", re.compile(r"\d+"), timeout=WAIT_MS * 2)
    field.scroll_into_view_if_needed()
    labels = data.load("digits", "test").labels
    seen = set()
    box = field.bounding_box()
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
        number = field.get_attribute("data-chosen")
        expect(page.get_by_text(f"This is {a_digit(labels[int(number)])}.")).to_be_visible()
        seen.add(number)
    assert len(seen) > 1
    field.focus()
    page.keyboard.press("ArrowLeft")
    assert field.get_attribute("data-chosen") != number
    page.get_by_role("button", name="Only the 4s").click()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    assert labels[int(field.get_attribute("data-chosen"))] == 4
    page.close()


def test_map_and_picture_are_seen_together(browser: Browser, app: RunningApp) -> None:
    for phone in (False, True):
        page = opened(browser, app, "data_set?digits=Other+people", phone=phone)
        field, digit = page.locator(".map"), page.get_by_role("img", name="The chosen digit")
        expect(field).to_have_attribute("data-chosen", re.compile(r"\d+"), timeout=WAIT_MS * 2)
        around = page.locator(".whole").bounding_box()
        map_box, digit_box = field.bounding_box(), digit.bounding_box()
        top, bottom = (
            map_box["y"],
            max(map_box["y"] + map_box["height"], digit_box["y"] + digit_box["height"]),
        )
        assert bottom - top < page.viewport_size["height"] - 100
        assert digit_box["x"] + digit_box["width"] <= around["x"] + around["width"]
        if not phone:
            assert digit_box["x"] >= map_box["x"] + map_box["width"]
        assert fits(page)
        page.close()


def test_a_neighbour_that_is_pressed_shows_its_own(browser: Browser, app: RunningApp) -> None:
    dataset = data.load("digits", "test")
    second = int(data_set.nearest(dataset, dataset.images[100], 2)[1])
    page = opened(browser, app, "data_set?digits=Other+people&picture=100")
    page.get_by_role("button", name=f"Number {second}: ").click()
    expect(page.get_by_label("Picture number")).to_have_value(str(second), timeout=WAIT_MS)
    expect(page.get_by_role("button", name=f"Number {second}: ")).to_have_accessible_name(
        re.compile("the picture itself")
    )
    page.wait_for_url(re.compile(f"picture={second}"))
    page.close()


def test_a_rectangle_by_pointer_and_by_keys(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "slicing?digits=Other+people&i=17")
    digit = page.locator(".digit")
    expect(page.get_by_role("heading", name="x[17, 5:16, 8:20]")).to_be_visible(timeout=WAIT_MS)
    digit.scroll_into_view_if_needed()
    box = digit.bounding_box()
    pixel = box["width"] / 28
    page.mouse.move(box["x"] + 3.5 * pixel, box["y"] + 10.5 * pixel)
    page.mouse.down()
    page.mouse.move(box["x"] + 13.5 * pixel, box["y"] + 20.5 * pixel, steps=4)
    page.mouse.up()
    expect(page.get_by_role("heading", name="x[17, 10:21, 3:14]")).to_be_visible(timeout=WAIT_MS)
    numbers = page.get_by_role("region", name="The numbers of the part").get_by_role("cell").all_inner_texts()
    image = data.load("digits", "test").images[17]
    assert np.array_equal(np.array(numbers, int), slicing.part(image, Rectangle(10, 21, 3, 14)).ravel())
    digit.focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("heading", name="x[17, 9:20, 3:14]")).to_be_visible(timeout=WAIT_MS)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("heading", name="x[17, 9:20, 3:15]")).to_be_visible(timeout=WAIT_MS)
    page.reload()
    expect(page.get_by_role("heading", name="x[17, 9:20, 3:15]")).to_be_visible(timeout=WAIT_MS * 2)
    page.get_by_role("button", name="Show the code", exact=True).click()
    expect(page.get_by_text("part = x[17, 9:20, 3:15]")).to_be_visible(timeout=WAIT_MS)
    page.close()


@pytest.mark.parametrize(
    "path",
    [
        "samples?is=x&order=worst&seed=-4&digits=none",
        "samples?is=7&page=99999999999999999999&seed=1e300",
        "data_set?scale=none&picture=x",
        "slicing?i=99999999&top=x&bottom=99&left=-1&right=&take=none&place=9999",
    ],
)
def test_bad_links_fall_back(browser: Browser, app: RunningApp, path: str) -> None:
    page = opened(browser, app, path)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("heading").first).to_be_visible()
    page.close()
