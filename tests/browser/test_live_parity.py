"""What is read while the pen is down, and what the server says when it is up, of the same drawings."""

import json
from typing import Any

import numpy as np
from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from digitlab import inference
from digitlab.inference import SURE, Answer
from digitlab.preprocess import to_mnist
from digitlab.strokes import render
from tests.browser.pad import Pad
from tests.draw.test_live_parity import CLOSE, hands, on_pad
from ui.pad import KEY, live_files, strokes_json
from ui.pad.live import joined_by

PENS = (8, 14, 18, 25, 32)
SAME = 0.998  # share of the drawings whose answer is the same; measured: all
# share of the drawings that have no probability further away; measured: 99.9 %. On another processor OpenCV
# rounds distances beyond 32 pixels in another way, so a thick blob's pen may come out half a pixel wider
ALIKE = 0.998
BATCH = 20  # drawings on one canvas, over each other: to send each by itself takes longer than to draw it
# Draws with a mouse's events on the real canvas, and reads as the page does before the last stroke is done.
DRAW = """async ({ drawings, address, join }) => {
    const load = (name) => import(address + name)
    const [{ strokes, takeAllBack }, { Reader }, { press }] = await Promise.all(
        ["strokes.js", "worker.js", "canvas.js"].map(load))
    const reader = new Reader()
    for (const name of ["cnn", "detector", "strokes"]) {
        reader.add(name, await (await fetch(`${address}${name}.bin`)).arrayBuffer())
    }
    const canvas = [...document.querySelectorAll(".st-key-pad *")].find((element) => element.shadowRoot)
        .shadowRoot.querySelector("canvas.upper-canvas")
    const { left, top, width } = canvas.getBoundingClientRect()
    const tell = (type, [x, y]) => canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true,
        cancelable: true, clientX: left + x * width / 280, clientY: top + y * width / 280 }))
    const found = []
    for (const drawing of drawings) {
        const before = strokes().length
        for (const line of drawing) {
            tell("mousedown", line[0])
            for (const point of line.slice(1)) tell("mousemove", point)
            if (line === drawing.at(-1)) {
                const { probabilities, score } = reader.read(strokes().slice(before), "cnn", { join })
                found.push({ score, probabilities: probabilities && [...probabilities] })
            }
            tell("mouseup", line.at(-1))
            await new Promise((done) => setTimeout(done))
        }
    }
    await new Promise((done) => setTimeout(done, 400)) // Streamlit sends what came last
    press("reset")
    takeAllBack()
    return found
}"""


class Sent:
    """The canvas's values as the tab sent them to the server."""

    def __init__(self, page: Page) -> None:
        self.values: list[dict[str, Any]] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._take)

    def _take(self, payload: bytes | str) -> None:
        request = BackMsg.FromString(payload if isinstance(payload, bytes) else payload.encode())
        for widget in request.rerun_script.widget_states.widgets:
            if widget.id.endswith(f"-{KEY}"):
                self.values.append(json.loads(widget.json_value)["drawing"]["raw"])

    def drawing(self, strokes: int) -> dict[str, Any]:
        """The last one with so many strokes."""
        return next(value for value in reversed(self.values) if len(value["objects"]) == strokes)


def answered(objects: list[dict[str, Any]]) -> Answer | None:
    """What the server says to these strokes."""
    drawing = strokes_json.to_strokes({"objects": objects})
    seen = to_mnist(render(drawing))
    return None if seen is None else inference.load("cnn").answer(seen, drawing)


def shown(said: dict[str, Any]) -> int | None:
    """As ui/pad/browser/answer.js says it: a digit, or None for "Not sure"."""
    probabilities = said["probabilities"]
    threshold = inference.load(inference.DETECTOR).card["threshold"]
    sure = said["score"] >= threshold and max(probabilities) >= SURE
    return int(np.argmax(probabilities)) if sure else None


def test_the_answer_while_drawing_is_the_servers(pad: Pad, page: Page) -> None:
    sent = Sent(page)
    page.reload()
    pad.wait_until_ready()
    expect(pad.live).to_have_attribute("data-digit", "3")
    join = joined_by(inference.load("cnn"))
    assert join
    rng = np.random.default_rng(0)
    drawings = [on_pad(strokes, rng, cut=n % 3 == 0) for n, strokes in enumerate(hands())]
    address = live_files.url("worker.js").removesuffix("worker.js")
    same, close = [], []
    for pen, chosen in zip(PENS, np.array_split(np.arange(len(drawings)), len(PENS)), strict=True):
        page.get_by_role("slider", name="Pen width in pixels").fill(str(pen))
        page.wait_for_timeout(1000)  # the canvas hears of it from the server
        for first in range(0, len(chosen), BATCH):
            batch = [drawings[n] for n in chosen[first : first + BATCH]]
            lines = [[np.round(stroke.points, 2).tolist() for stroke in drawing] for drawing in batch]
            found = page.evaluate(DRAW, {"drawings": lines, "address": address, "join": join})
            objects = sent.drawing(sum(map(len, batch)))["objects"]
            assert objects[0]["strokeWidth"] == pen
            for drawing, said in zip(batch, found, strict=True):
                own, objects = objects[: len(drawing)], objects[len(drawing) :]
                answer = answered(own)
                assert (answer is None) == (said["probabilities"] is None)
                if answer is None:
                    continue
                same.append(shown(said) == answer.digit)
                close.append(np.abs(said["probabilities"] - answer.probabilities).max() <= CLOSE)
    print(f"{len(same)} drawings: {np.mean(same):.2%} the same, {np.mean(close):.2%} close")
    assert len(same) >= 1_990
    assert np.mean(same) >= SAME
    assert np.mean(close) >= ALIKE
