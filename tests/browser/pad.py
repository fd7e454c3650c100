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
        self.undo = page.get_by_role("button", name="Undo")
        self.clear = page.get_by_role("button", name="Clear")
        self.live = page.get_by_test_id("live-answer")

    def wait_until_ready(self) -> None:
        expect(self.canvas).to_be_visible(timeout=30_000)
        expect(self.answer).to_be_visible()
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def draw(self, drawing: Drawing, scale: float = 1, at: tuple[float, float] | None = None) -> None:
        """Draw with mouse moves, scaled about the middle of the pad, which moves to `at`."""
        for stroke in drawing:
            self.stroke(_moved(stroke.points, scale, at))

    def stroke(self, points: Sequence[tuple[float, float]]) -> None:
        self.begin(points)
        self.page.mouse.up()

    def begin(self, points: Sequence[tuple[float, float]]) -> None:
        """A stroke whose end is still to come: the mouse button stays down."""
        first, *rest = self.on_screen(points)
        mouse = self.page.mouse
        mouse.move(*first)
        mouse.down()
        for point in [first, *rest]:
            mouse.move(*point)

    def touch(self, points: Sequence[tuple[float, float]]) -> None:
        """One stroke of a finger."""
        device = self.page.context.new_cdp_session(self.page)
        for number, (x, y) in enumerate(self.on_screen(points)):
            device.send(
                "Input.dispatchTouchEvent",
                {"type": "touchMove" if number else "touchStart", "touchPoints": [{"x": x, "y": y}]},
            )
        device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        device.detach()

    def on_screen(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Where points of the pad, 280 pixels wide, lie in the window."""
        box = self.canvas.bounding_box()
        assert box, "the canvas is not on the page"
        scale = box["width"] / PAD_SIZE
        return [(box["x"] + x * scale, box["y"] + y * scale) for x, y in points]

    def ink(self) -> int:
        """How many pixels of the canvas are dark."""
        return int((self.picture()[:, :, :3].min(axis=2) < 128).sum())

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
