"""The page about convolution, as a student uses it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.server import RunningApp
from digitlab import data
from digitlab.inside import convolution

WAIT_MS = 20_000
PICTURE = "digits-18"


def opened(browser: Browser, app: RunningApp, query: str = "", width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{app.base_url}/convolution?sample={PICTURE}{query}")
    expect(page.locator("canvas.output")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("img", name="What a covered square costs")).to_be_visible(timeout=WAIT_MS)
    return page


def sum_of(page: Page) -> float:
    text = page.locator("p.sum").inner_text()
    return float(text.split("=")[1].replace("−", "-"))


def products_of(page: Page) -> list[float]:
    """The nine that are written out."""
    written = page.locator("p.sum").inner_text().split("=")[0]
    return [float(number.replace(" ", "")) for number in re.findall(r"-? ?[\d.]+", written.replace("−", "-"))]


def expect_exact(page: Page) -> None:
    """What is written out adds up, to the last digit."""
    assert round(sum(products_of(page)), 6) == sum_of(page)


def place_of(output: Locator) -> tuple[int, int]:
    return int(output.get_attribute("data-row") or -1), int(output.get_attribute("data-column") or -1)


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_the_kernel_slides_by_hand_by_keys_and_by_itself(
    browser: Browser, app: RunningApp, width: int
) -> None:
    page = opened(browser, app, "&kernel=0,0,0,0,1,0,0,0,0", width)
    picture = data.load("digits", "test").images[18] / 255
    output, digit = page.locator("canvas.output"), page.locator("canvas.input")
    digit.scroll_into_view_if_needed()
    for share in (0.35, 0.5, 0.6):
        box = digit.bounding_box()
        assert box
        page.mouse.click(box["x"] + share * box["width"], box["y"] + share * box["height"])
        assert sum_of(page) == round(picture[place_of(output)], 2), "with this kernel, the pixel itself"
    row, column = place_of(output)
    digit.press("ArrowRight")
    digit.press("ArrowDown")
    assert place_of(output) == (row + 1, column + 1)
    page.get_by_role("button", name="Play").click()
    expect(output).not_to_have_attribute("data-column", str(column + 1))
    page.get_by_role("button", name="Pause").click()
    expect_exact(page)
    page.close()


@pytest.mark.parametrize("name", ["Vertical edges", "Blur", "Sharpen"])
def test_the_products_add_up_to_the_sum_wherever_the_kernel_is(
    browser: Browser, app: RunningApp, name: str
) -> None:
    kernel = np.array(convolution.KERNELS[name])
    page = opened(browser, app, f"&kernel={','.join(f'{weight:g}' for weight in kernel)}")
    picture = np.round(data.load("digits", "test").images[18] / 255, 2)
    sums = convolution.convolve(picture, kernel.reshape(3, 3))
    digit = page.locator("canvas.input")
    for key in ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowRight"] * 2:
        digit.press(key)
        expect_exact(page)
        assert abs(sum_of(page) - sums[place_of(page.locator("canvas.output"))]) < 1e-9
    page.close()


def test_another_kernel_another_stride_and_a_weight_of_my_own(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app)
    picture = data.load("digits", "test").images[18] / 255
    page.get_by_text("Blur", exact=True).click()
    expect(page).to_have_url(re.compile("kernel=0.0625"), timeout=WAIT_MS)
    page.get_by_role("radio", name="2", exact=True).first.click()
    expect(page.get_by_text("14 × 14 numbers")).to_be_visible(timeout=WAIT_MS)
    page.get_by_label("Weight in row 2, column 2").fill("3")
    page.get_by_label("Weight in row 2, column 2").press("Enter")
    expect(page).to_have_url(re.compile(r"0\.125%2C3%2C0\.125|0\.125,3,0\.125"), timeout=WAIT_MS)
    kernel = np.array(convolution.KERNELS["Blur"]).reshape(3, 3)
    kernel[1, 1] = 3
    output = page.locator("canvas.output")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_label("Weight in row 2, column 2")).to_be_focused()
    row, column = place_of(output)
    around = np.pad(picture.round(2), (0, 1))[2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
    assert np.allclose(products_of(page), (around * kernel).ravel(), atol=1e-9)
    expect_exact(page)
    expect(page.locator("p.place")).to_have_text(f"It lands in row {row}, column {column} of 14 × 14.")
    page.close()


def test_the_result_builds_up_as_it_plays(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "&kernel=0,0,0,0,0,0,0,0,0")
    colour_of_the_last = "c => [...c.getContext('2d').getImageData(c.width - 5, c.height - 5, 1, 1).data]"
    output = page.locator("canvas.output")
    there = output.evaluate(colour_of_the_last)
    page.get_by_role("button", name="Play").click()
    assert output.evaluate(colour_of_the_last) != there, "yet to come"
    page.get_by_role("button", name="Pause").click()
    assert output.evaluate(colour_of_the_last) == there
    page.close()


def test_a_finger_slides_the_kernel_with_both_pictures_in_sight(browser: Browser, app: RunningApp) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(f"{app.base_url}/convolution?sample={PICTURE}&kernel=0,0,0,0,1,0,0,0,0")
    digit, output = page.locator("canvas.input"), page.locator("canvas.output")
    expect(output).to_be_visible(timeout=WAIT_MS)
    digit.scroll_into_view_if_needed()
    left, right = digit.bounding_box(), output.bounding_box()
    assert left
    assert right
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    assert right["x"] + right["width"] <= 390
    picture = data.load("digits", "test").images[18] / 255
    row, column = convolution.strongest(picture)
    x, y = (column + 1.5) / 30, (row + 1.5) / 30  # a frame of one pixel is around it
    page.touchscreen.tap(left["x"] + x * left["width"], left["y"] + y * left["height"])
    assert place_of(output) == (row, column)
    assert abs(sum_of(page) - picture[row, column]) < 0.01
    for canvas in (digit, output):
        assert canvas.evaluate("c => getComputedStyle(c).touchAction") == "pan-y", "the page still scrolls"
    context.close()


def test_the_maps_are_one_tab_stop_with_arrow_keys(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app)
    maps = page.get_by_role("button", name=re.compile("^Map [0-9]+ of layer 1$"))
    expect(maps).to_have_count(24)
    assert [maps.nth(n).get_attribute("tabindex") for n in range(24)].count("0") == 1
    maps.nth(4).focus()
    page.keyboard.press("ArrowRight")
    expect(maps.nth(5)).to_be_focused()
    page.keyboard.press("ArrowDown")
    there = maps.nth(5).bounding_box()
    row = [n for n in range(24) if maps.nth(n).bounding_box()["y"] > there["y"]]
    below = next(n for n in row if maps.nth(n).bounding_box()["x"] == there["x"])
    expect(maps.nth(below)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-one-map")).to_contain_text("Map 5 of layer 1", timeout=WAIT_MS)
    expect(page.locator(".st-key-one-map")).to_contain_text("5 × 5 of 28 × 28 pixels")
    expect(maps.nth(5)).to_have_attribute("aria-pressed", "true")
    page.close()


def test_a_map_says_where_it_comes_from_and_pixels_matter(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app)
    page.get_by_role("radio", name="3", exact=True).first.click()
    expect(page.get_by_text("36 maps of 14 × 14 numbers")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="Map 7 of layer 3", exact=True).click()
    expect(page.locator(".st-key-one-map")).to_contain_text("Map 7 of layer 3", timeout=WAIT_MS)
    expect(page).to_have_url(re.compile("map=7"))
    before = page.get_by_role("img", name="The gradient").get_attribute("src")
    page.get_by_role("radio", name="9", exact=True).click()
    expect(page.get_by_text("CNN gives the 9 a probability")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("img", name="The gradient")).not_to_have_attribute("src", before or "")
    expect(page).to_have_url(re.compile("for=9"))
    page.reload()
    expect(page.get_by_text("CNN gives the 9 a probability")).to_be_visible(timeout=WAIT_MS)
    page.close()


def test_nonsense_in_the_link_is_as_good_as_nothing(browser: Browser, app: RunningApp) -> None:
    page = opened(browser, app, "&kernel=1,2,x&layer=9&map=999&stride=7&padding=a&for=x&asked=y")
    expect(page.get_by_text("24 maps of 28 × 28 numbers")).to_be_visible()
    expect(page.get_by_text("becomes 0. 28 × 28 numbers.")).to_be_visible()
    page.close()
