"""The latent space, in the real browser."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import RunningApp
from digitlab import latent
from tests.browser.pages import WAIT_MS, opened


def shown(page: Page) -> np.ndarray:
    """What stands on the canvas: float (28, 28) in [0, 1]."""
    script = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)"
    pixels = page.get_by_role("img", name="What the decoder draws here").evaluate(script)
    return np.array(pixels, float).reshape(28, 28, 4)[..., 0] / 255


def decoded_here(page: Page) -> np.ndarray:
    """What the real decoder draws where the pointer is."""
    here = np.array(json.loads(page.locator(".map").get_attribute("data-here") or ""))
    across, down = (here * latent.SIDE - 0.5) / (latent.SIDE - 1) * 2 - 1
    return latent.vae().decode(np.array([[across, -down]]) * latent.SPAN)[0]


def go(page: Page, across: float, down: float) -> None:
    field = page.locator(".map")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def test_the_digit_under_the_pointer_is_the_decoder_s(tab: Page, app: RunningApp) -> None:
    page = opened(tab, app, "latent?sample=digits-17")
    words = page.get_by_text("This is your digit’s place.")
    expect(words).to_be_visible(timeout=WAIT_MS)
    seen = [shown(page)]
    for place in ((0.1, 0.7), (0.85, 0.45), (0.5, 0.8)):
        go(page, *place)
        picture = shown(page)
        assert np.abs(picture - decoded_here(page)).mean() < 0.03
        assert all(np.abs(picture - before).mean() > 0.03 for before in seen)
        seen.append(picture)
    expect(words).to_have_count(0)
    page.locator(".map").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert np.abs(shown(page) - seen[-1]).max() > 0.1
    assert np.abs(shown(page) - decoded_here(page)).mean() < 0.03


def test_the_map_can_show_the_pictures_themselves(tab: Page, app: RunningApp) -> None:
    page = opened(tab, app, "latent?sample=digits-17")
    legend = page.locator(".legend")
    expect(legend).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("radio", name="What is drawn where").click()
    page.wait_for_url(re.compile("map="))
    expect(legend).to_be_hidden(timeout=WAIT_MS)


@pytest.mark.parametrize("path", ["latent?map=none&sample=mnist-99999999"])
def test_bad_links_fall_back(tab: Page, app: RunningApp, path: str) -> None:
    page = opened(tab, app, path)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".map")).to_be_visible()
