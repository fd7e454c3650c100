"""The latent space, in the real browser."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import RunningApp
from digitlab import data
from digitlab.inside import autoencoder, generated, latent
from tests.browser.opened import WAIT_MS, visit


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
    page = visit(tab, app, "latent?sample=digits-17")
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


def test_the_map_can_show_the_test_digits(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "latent?sample=digits-17")
    legend = page.locator(".legend")
    expect(page.locator(".map")).to_be_visible(timeout=WAIT_MS)
    expect(legend).to_be_hidden()
    page.get_by_role("radio", name="Test digits").click()
    page.wait_for_url(re.compile("map="))
    expect(legend).to_be_visible(timeout=WAIT_MS)


def picture_of(dataset: str, index: int) -> np.ndarray:
    return data.load(dataset, "test").images[index] / np.float32(255)


def test_the_walk_says_where_the_cnn_changes_its_mind(
    tab: Page, app: RunningApp, mnist_test: data.Dataset
) -> None:
    page = visit(tab, app, "latent?sample=digits-17&to=3&which=1")
    end = int(np.flatnonzero(mnist_test.labels == 3)[1])
    through, _ = autoencoder.between(picture_of("digits", 17), picture_of("mnist", end))
    steps = page.get_by_role("group", name="Through latent space").get_by_role("img")
    expect(steps).to_have_count(autoencoder.STEPS, timeout=WAIT_MS)
    wanted = [f"Step {number + 1}, read as {answer}" for number, answer in enumerate(through.answers)]
    assert steps.evaluate_all("all => all.map(img => img.alt)") == wanted
    page.get_by_role("radiogroup", name="To this digit").get_by_role("radio", name="5").click()
    expect(steps.last).to_have_attribute("alt", re.compile("^Step 9, read as 5"), timeout=WAIT_MS)


def test_the_film_plays_and_can_be_saved(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "latent?sample=digits-17&walk=4&step=0.5&speed=20")
    film = page.get_by_role("img", name="The film")
    slider = page.get_by_role("slider", name="Picture of the film")
    expect(page.get_by_text("1 of 60")).to_be_visible(timeout=WAIT_MS)
    slider.fill("30")
    expect(page.get_by_text("31 of 60")).to_be_visible()
    pixels = film.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data)")
    seen = np.array(pixels).reshape(28, 28, 4)[..., 0]
    assert np.array_equal(seen, generated.film(4, 0.5)[30])
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_text("60 of 60")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as GIF").click()
    assert download.value.suggested_filename == "walk-4.gif"
    assert download.value.path().read_bytes() == generated.gif(generated.film(4, 0.5), 20)
    page.get_by_role("button", name="Another walk").click()
    page.wait_for_url(re.compile("walk=5"))


def test_digits_of_a_class_on_demand(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "latent?sample=digits-17&draw=4&hands=2")
    for seed in (2, 3):
        count = autoencoder.read_all(generated.digits(4, seed)).read_as(4)
        made = page.get_by_role("group", name="Generated digits")
        expect(made.get_by_role("img", name="Read as 4")).to_have_count(count, timeout=WAIT_MS)
        expect(page.get_by_text(f"The CNN reads {count} of 24 as a 4.")).to_be_visible()
        page.get_by_role("button", name="Again", exact=True).click()
        page.wait_for_url(re.compile(f"hands={seed + 1}"))


def test_a_number_is_moved_and_set_back(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "latent?view=32+numbers&sample=digits-17")
    first = int(autoencoder.mattering(picture_of("digits", 17))[0]) + 1
    moved = page.get_by_role("img", name=re.compile("^Moved"))
    before = moved.get_attribute("src", timeout=WAIT_MS)
    slider = page.get_by_role("group", name=f"Number {first}", exact=True).get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    expect(moved).not_to_have_attribute("src", before or "", timeout=WAIT_MS)
    page.wait_for_url(re.compile(f"n{first}=3"))
    page.get_by_role("button", name="Reset").click()
    expect(moved).to_have_attribute("src", before or "", timeout=WAIT_MS)


def test_fewer_numbers_have_their_errors(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "latent?view=Fewer+numbers&sample=digits-17")
    picture = picture_of("digits", 17)
    for title, left in (
        ("Autoencoder", autoencoder.fewer_numbers(picture)),
        ("PCA", autoencoder.fewer_components(picture)),
    ):
        figure = page.get_by_role("figure").filter(
            has=page.get_by_role("img", name=f"{title}, 8 numbers", exact=True)
        )
        expect(figure).to_contain_text(f"{left.errors[autoencoder.KEPT.index(8)]:.4f}", timeout=WAIT_MS)


BAD = (
    "latent?map=none&sample=mnist-99999999",
    "latent?view=none&to=x&which=-1&speed=x&step=9&walk=-3&draw=11&hands=x&n1=99&n99=x",
)


@pytest.mark.parametrize("path", BAD)
def test_bad_links_fall_back(tab: Page, app: RunningApp, path: str) -> None:
    page = visit(tab, app, path)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".map")).to_be_visible(timeout=WAIT_MS)


def test_a_view_has_its_own_link(tab: Page, app: RunningApp) -> None:
    page = visit(tab, app, "latent")
    page.get_by_role("radio", name="Ask for a digit").click()
    page.wait_for_url(re.compile("view=Ask"))
    expect(page.get_by_text(re.compile("The CNN reads .* of 24"))).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("radio", name="In 3-D").click()
    page.wait_for_url(re.compile("view=In"))
    expect(page.get_by_text("Turn it: digits that overlap")).to_be_visible(timeout=WAIT_MS)
