"""The hand that draws on the pad, and the eyes that read the answer."""

import base64
import re
from collections.abc import Sequence

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from digitlab.strokes import PAD_SIZE, Drawing, examples

ANSWER_MS = 20_000  # a slow machine; an answer takes about 300


class Pad:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas = page.locator("canvas.upper-canvas")
        self.answer = page.locator(".st-key-answer")
        self.undo = page.locator(".st-key-undo button")
        self.clear = page.locator(".st-key-clear button")

    def wait_until_ready(self) -> None:
        expect(self.canvas).to_be_visible(timeout=30_000)
        expect(self.answer).to_be_visible()
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def wait_for_a_new_canvas(self) -> None:
        """After Undo and Clear the canvas is built anew: a hand needs longer than that, a test doesn't."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        self.page.wait_for_timeout(600)

    def draw(self, drawing: Drawing, scale: float = 1, at: tuple[float, float] | None = None) -> None:
        """Draw with mouse moves, scaled about the middle of the pad, which moves to `at`."""
        for stroke in drawing:
            self.stroke(_moved(stroke.points, scale, at))

    def stroke(self, points: Sequence[tuple[float, float]]) -> None:
        left, top = self._corner()
        mouse = self.page.mouse
        mouse.move(left + points[0][0], top + points[0][1])
        mouse.down()
        for x, y in points:
            mouse.move(left + x, top + y)
        mouse.up()

    def touch(self, points: Sequence[tuple[float, float]]) -> None:
        """One stroke of a finger."""
        left, top = self._corner()
        device = self.page.context.new_cdp_session(self.page)
        for number, (x, y) in enumerate(points):
            device.send(
                "Input.dispatchTouchEvent",
                {
                    "type": "touchMove" if number else "touchStart",
                    "touchPoints": [{"x": left + x, "y": top + y}],
                },
            )
        device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        device.detach()

    def _corner(self) -> tuple[float, float]:
        box = self.canvas.bounding_box()
        assert box, "the canvas is not on the page"
        return box["x"], box["y"]

    def expect_digit(self, digit: int) -> None:
        """The answer shows this digit, and no other."""
        expect(self.answer).to_have_text(re.compile(rf"^\D*{digit}\D*$"), timeout=ANSWER_MS)

    def expect_no_digit(self) -> None:
        expect(self.answer).to_have_text(re.compile(r"^\D+$"), timeout=ANSWER_MS)

    def expect_text(self, text: str) -> None:
        expect(self.answer).to_contain_text(text, timeout=ANSWER_MS)

    def picture(self) -> np.ndarray:
        """What the canvas shows: uint8 (280, 280, 4) RGBA."""
        url = self.page.locator("canvas.dc-canvas.lower-canvas").evaluate(
            f"""canvas => {{
                const copy = document.createElement("canvas")
                copy.width = copy.height = {PAD_SIZE}
                copy.getContext("2d").drawImage(canvas, 0, 0, {PAD_SIZE}, {PAD_SIZE})
                return copy.toDataURL()
            }}"""
        )
        return cv2.cvtColor(_decoded(url), cv2.COLOR_BGRA2RGBA)

    def seen(self) -> np.ndarray:
        """The picture under the answer: what the model sees, uint8 (28, 28)."""
        image = self.page.get_by_alt_text("The digit as the model sees it")
        return _decoded(image.get_attribute("src", timeout=ANSWER_MS) or "")


def _decoded(data_url: str) -> np.ndarray:
    png = base64.b64decode(data_url.split(",", 1)[1])
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


def _moved(
    points: Sequence[tuple[float, float]], scale: float, at: tuple[float, float] | None
) -> list[tuple[float, float]]:
    middle = PAD_SIZE / 2
    to_x, to_y = at or (middle, middle)
    return [((x - middle) * scale + to_x, (y - middle) * scale + to_y) for x, y in points]


def digit(number: int) -> Drawing:
    return examples()[number]
