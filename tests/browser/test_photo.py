"""Bringing a picture instead of drawing: files good and bad, and the camera."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from digitlab.strokes import render
from tests.browser.pad import Pad, digit


@pytest.fixture
def upload(page: Page) -> Page:
    page.get_by_role("radio", name="Upload").click()
    expect(page.get_by_text("A photo or scan of one digit")).to_be_visible()
    return page


def choose(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)


def photo(folder: Path, number: int) -> Path:
    """A photo of a digit on unevenly lit paper."""
    y, x = np.mgrid[:700, :700] / 700
    light = (0.5 + 0.3 * x + 0.15 * y)[:, :, None]
    paper = (
        cv2.resize(render(digit(number)), (700, 700))[:, :, None] / 255 * np.array([0.7, 0.75, 0.8]) + 0.15
    )
    file = folder / "photo.jpg"
    cv2.imwrite(str(file), np.clip(paper * light * 255, 0, 255).astype(np.uint8))
    return file


def test_a_photo_is_read(upload: Page, tmp_path: Path) -> None:
    pad = Pad(upload)
    pad.expect_text("Draw a digit")
    choose(upload, photo(tmp_path, 5))
    pad.expect_digit(5)
    expect(upload.get_by_alt_text("The picture that you brought")).to_be_visible()
    upload.get_by_role("link", name="What the model sees").click()
    expect(upload.get_by_text("This is our example")).to_have_count(0)
    upload.get_by_role("link", name="Draw", exact=True).first.click()
    pad.expect_digit(5)


def test_a_photo_that_may_be_misread_gets_no_digit_but_a_reason(upload: Page, tmp_path: Path) -> None:
    file = photo(tmp_path, 5)
    picture = cv2.imread(str(file))
    cv2.imwrite(str(file), picture[:, : picture.shape[1] // 2])
    choose(upload, file)
    pad = Pad(upload)
    pad.expect_text("Not sure")
    pad.expect_text("The digit touches the picture’s edge.")
    pad.expect_no_digit()


def test_the_drawing_waits_while_a_photo_is_read(pad: Pad, tmp_path: Path) -> None:
    pad.draw(digit(2))
    pad.expect_digit(2)
    pad.page.get_by_role("radio", name="Upload").click()
    choose(pad.page, photo(tmp_path, 5))
    pad.expect_digit(5)
    pad.page.get_by_role("radio", name="Draw").first.click()
    pad.expect_digit(2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.png", b"This is no picture."),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
        ("empty.jpg", b""),
    ],
)
def test_a_bad_file_gets_a_sentence_and_nothing_is_lost(
    upload: Page, tmp_path: Path, name: str, content: bytes
) -> None:
    pad = Pad(upload)
    choose(upload, photo(tmp_path, 3))
    pad.expect_digit(3)
    bad = tmp_path / name
    bad.write_bytes(content)
    choose(upload, bad)
    expect(upload.get_by_text("This file is not a picture that can be read")).to_be_visible(timeout=10_000)
    pad.expect_digit(3)
    choose(upload, photo(tmp_path, 7))
    pad.expect_digit(7)


def test_a_file_that_is_too_large_is_refused(upload: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(bytes(7_000_000))
    choose(upload, large)
    expect(upload.get_by_text("6.0MB").or_(upload.get_by_text("6MB")).last).to_be_visible()
    Pad(upload).expect_no_digit()


def test_the_camera_takes_a_picture(page: Page) -> None:
    page.context.grant_permissions(["camera"])
    page.get_by_role("radio", name="Camera").click()
    shutter = page.get_by_role("button", name="Take Photo")
    expect(shutter).to_be_enabled(timeout=20_000)
    expect(page.locator("video")).not_to_have_js_property("videoWidth", 0)
    shutter.click()
    expect(page.get_by_role("button", name="Clear photo")).to_be_visible(timeout=10_000)
    Pad(page).expect_no_digit()  # Chromium's false camera shows a green field and a clock, no digit of ours
