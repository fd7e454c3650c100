"""Real pen strokes, drawn as the pad would show them: what each step of the preprocessing is worth.

    python -m benchmarks.pen_strokes path/to/pen_digits.json.gz [--count N] [--seed S]

The file is a list of {"label", "writer", "source", "strokes"}, a stroke being a list of [x, y]: UCI
"Pen-Based Recognition of Handwritten Digits" and UNIPEN train_r01_v07, section 1a. Each drawing is put on a
280 x 280 pad at a random place, 40 to 100 % of the pad in size, with a pen of 8 to 32 pixels. No model of the
zoo was trained on any of them.

A row leaves out one step, or all but some, and the models stay as they are.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from digitlab import inference
from digitlab.preprocess import FIELD, Settings, trace
from digitlab.strokes import PAD_SIZE, Stroke, render

PENS = (8, 32)  # pixels
SIZES = (0.4, 1.0)  # of the pad
MODELS = ("linear", "dense", "cnn", "autoencoder")


class Drawn(NamedTuple):
    picture: np.ndarray  # uint8 (280, 280), dark on light
    digit: int
    source: str
    pen: float  # its width as a share of the drawing's size


def drawings(file: Path, count: int | None, seed: int) -> Iterator[Drawn]:
    """The drawings in a random order, each at a random size and place with a random pen."""
    with gzip.open(file, "rt") as stream:
        entries = json.load(stream)
    rng = np.random.default_rng(seed)
    for index in rng.permutation(len(entries))[:count]:
        entry = entries[index]
        strokes = [np.asarray(stroke, float) for stroke in entry["strokes"]]
        points = np.concatenate(strokes)
        low, span = points.min(axis=0), np.ptp(points, axis=0)
        pen, size = rng.uniform(*PENS), rng.uniform(*SIZES) * PAD_SIZE
        scale = max(size - pen, 1) / max(span.max(), 1)
        corner = pen / 2 + rng.uniform(0, 1, 2) * (PAD_SIZE - span * scale - pen)
        picture = render([Stroke((stroke - low) * scale + corner, pen) for stroke in strokes])
        yield Drawn(picture, int(entry["label"]), entry["source"], pen / size)


def shrunk(picture: np.ndarray) -> np.ndarray:
    """The whole pad made small: what most demos do."""
    return cv2.resize(255 - picture, (FIELD, FIELD), interpolation=cv2.INTER_AREA) / np.float32(255)


def stepped(**left_out: bool) -> Callable[[np.ndarray], np.ndarray]:
    def see(picture: np.ndarray) -> np.ndarray:
        steps = trace(picture, Settings(**left_out))
        return np.zeros((FIELD, FIELD), np.float32) if steps is None else steps.centred

    return see


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the whole pad, shrunk": shrunk,
    "+ crop, 20-pixel box in the middle": stepped(despeck=False, pen_width=False, centre=False),
    "+ centre of mass": stepped(despeck=False, pen_width=False),
    "+ pen width": stepped(despeck=False),
    "+ stray dots dropped: everything": stepped(),
    "everything but the pen width": stepped(pen_width=False),
    "everything but the centre of mass": stepped(centre=False),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="pen_digits.json.gz")
    parser.add_argument("--count", type=int, help="so many drawings only")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    drawn = list(drawings(options.file, options.count, options.seed))
    digits = np.array([d.digit for d in drawn])
    models = {name: inference.load(name) for name in MODELS}

    print(f"\n{len(drawn):,} drawings, share read right, in %\n")
    print("| preprocessing | " + " | ".join(models) + " |")
    print("|---|" + "--:|" * len(models))
    for way, see in WAYS.items():
        seen = np.stack([see(d.picture) for d in drawn])
        right = {name: model.predict(seen).argmax(axis=1) == digits for name, model in models.items()}
        print(f"| {way} | " + " | ".join(f"{r.mean():.2%}".rstrip("%") for r in right.values()) + " |")
        if see is WAYS["+ stray dots dropped: everything"]:
            everything, cnn = seen, right["cnn"]

    detail(drawn, digits, everything, cnn)


def detail(drawn: list[Drawn], digits: np.ndarray, seen: np.ndarray, right: np.ndarray) -> None:
    """Where the CNN fails, and what it would rather not answer."""
    answers = [inference.load("cnn").answer(picture) for picture in seen]
    silent = np.array([answer.digit is None for answer in answers])
    sources = np.array([d.source for d in drawn])
    pens = np.array([d.pen for d in drawn])
    groups = {f"digit {digit}": digits == digit for digit in range(10)}
    groups |= {f"source {source}": sources == source for source in np.unique(sources)}
    bounds = (0, 0.07, 0.12, 0.2, 1)
    groups |= {
        f"pen {low:.0%} to {high:.0%} of the drawing": (pens >= low) & (pens < high)
        for low, high in pairwise(bounds)
    }
    groups["all"] = np.full(len(drawn), True)
    print("\nThe CNN with everything, in %. “Not sure” is what the app says instead of a digit.\n")
    print("| which | drawings | read right | “not sure” | wrong digit shown |")
    print("|---|--:|--:|--:|--:|")
    for name, of in groups.items():
        shown_wrong = (~right & ~silent)[of].mean()
        print(
            f"| {name} | {of.sum():,} | {right[of].mean() * 100:.2f} | {silent[of].mean() * 100:.2f} "
            f"| {shown_wrong * 100:.2f} |"
        )


if __name__ == "__main__":
    main()
