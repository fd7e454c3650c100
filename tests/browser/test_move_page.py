"""Moving a digit, as a student does it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.server import RunningApp
from digitlab import data, inference, moving
from digitlab.moving import Move

WAIT_MS = 20_000


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_a_digit_is_shifted_until_models_fail_and_put_back(
    browser: Browser, app: RunningApp, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{app.base_url}/move?sample=digits-18&right=8&down=x&angle=7")
    status = page.get_by_role("status").first
    picture = data.load("digits", "test").images[18] / 255
    shown = moving.moved(picture.astype("float32"), Move(right=8))
    for title, name in (("Linear", "linear"), ("CNN", "cnn")):
        guess = inference.load(name).predict(shown[None]).argmax()
        expect(status).to_contain_text(re.compile(rf"{title}\s*{guess}"), timeout=WAIT_MS)
    before = page.get_by_role("img", name="The moved digit").get_attribute("src")
    slider = page.get_by_role("slider", name=re.compile("Turned against the clock"))
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("angle=5"), timeout=WAIT_MS)
    expect(page.get_by_role("img", name="The moved digit")).not_to_have_attribute("src", before or "")
    page.get_by_role("button", name="Put it back").click()
    guess = inference.load("linear").predict(picture[None]).argmax()
    expect(status).to_contain_text(re.compile(rf"Linear\s*{guess}"), timeout=WAIT_MS)
    expect(page).not_to_have_url(re.compile("right="))
    page.close()
