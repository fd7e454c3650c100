"""Real pen strokes on the pad: what each step of the preprocessing is worth, and what is hard to read.

    python -m benchmarks.pen_strokes [--file pen_digits.json.gz] [--count N] [--write]

PEN_DIGITS names the file unless --file does (docs/data.md). Only writers count whom no model was trained on;
each of their drawings is put on the pad three times, at a random place, 40 to 100 % of it in size, with a pen
of 8 to 32 pixels. A row of the first table leaves out one step, or all but some, and the models stay as they
are. --write puts the tables into docs/preprocessing.md.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from benchmarks import markdown
from benchmarks.drawings import See, Seen, looked_at, unseen
from benchmarks.hard_cases import CASES, THICK, with_slash
from benchmarks.markdown import percent
from digitlab import inference
from digitlab.data.pen_strokes import VARIABLES, PenDrawing
from digitlab.errors import DigitLabError
from digitlab.inference import Model
from digitlab.preprocess import FIELD, Settings, trace

PAGE = markdown.DOCS / "preprocessing.md"
EVERYTHING = "+ stray dots dropped: everything"
PEN_BOUNDS = (0, 0.07, 0.12, THICK, 1)
DETAILED = "cnn"  # the app's default


def shrunk(picture: np.ndarray) -> np.ndarray:
    """The whole pad made small: what most demos do."""
    return cv2.resize(255 - picture, (FIELD, FIELD), interpolation=cv2.INTER_AREA) / np.float32(255)


def stepped(**left_out: bool) -> See:
    def see(picture: np.ndarray) -> np.ndarray | None:
        steps = trace(picture, Settings(**left_out))
        return None if steps is None else steps.centred

    return see


WAYS: dict[str, See] = {
    "the whole pad, shrunk": shrunk,
    "+ crop, 20-pixel box in the middle": stepped(despeck=False, pen_width=False, centre=False),
    "+ centre of mass": stepped(despeck=False, pen_width=False),
    "+ pen width": stepped(despeck=False),
    EVERYTHING: stepped(),
    "everything but the pen width": stepped(pen_width=False),
    "everything but the centre of mass": stepped(centre=False),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without the pen strokes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", help=f"pen strokes; {VARIABLES['digits']} names them otherwise")
    parser.add_argument("--count", type=int, help="so many drawings only, by chance")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    options = parser.parse_args(arguments)
    if options.file:
        os.environ[VARIABLES["digits"]] = options.file
    try:
        drawings = unseen()
    except DigitLabError as error:
        print(f"benchmarks.pen_strokes: {error}", file=sys.stderr)
        return 2
    if options.count:
        chosen = np.random.default_rng(0).permutation(len(drawings))[: options.count]
        drawings = [drawings[number] for number in sorted(chosen)]

    models = {name: inference.load(name) for name in inference.names()}
    seen = looked_at(drawings, WAYS)
    tables = {
        "ablation": ablation(models, seen),
        "hard cases": hard_cases(models, seen, drawings),
        "failures": failures(models.get(DETAILED, list(models.values())[-1]), seen),
    }
    for name, table in tables.items():
        print(f"\n{table}")
        if options.write:
            markdown.keep(PAGE, name, table)
    return 0


def right(model: Model, seen: Seen, way: str = EVERYTHING) -> np.ndarray:
    """bool (N,)."""
    return model.predict(seen.pictures[way] / np.float32(255)).argmax(axis=1) == seen.digits


def ablation(models: dict[str, Model], seen: Seen) -> str:
    """Share read right, in %, with some of the steps."""
    rows = [
        [way, *(percent(right(model, seen, way).mean()) for model in models.values())]
        for way in seen.pictures
    ]
    return _counted(seen) + markdown.table(["preprocessing", *models], rows)


def hard_cases(models: dict[str, Model], seen: Seen, drawings: list[PenDrawing]) -> str:
    """Share read right, in %, of what is hard to read."""
    groups = {
        name: np.array([int(drawing.label) == digit and rule(drawing.strokes) for drawing in seen.drawings])
        for name, (digit, rule) in CASES.items()
    }
    groups[f"pen over {THICK:.0%} of the drawing"] = seen.pens >= THICK
    groups["all"] = np.full(len(seen.drawings), True)
    rows = _rows(groups, {name: right(model, seen) for name, model in models.items()})
    zeros = [drawing for drawing in drawings if drawing.label == "0"]
    if zeros:
        slashed = looked_at(zeros, {EVERYTHING: WAYS[EVERYTHING]}, change=with_slash)
        ours = {"0 with a slash that we drew": np.full(len(slashed.drawings), True)}
        rows[1:1] = _rows(ours, {name: right(model, slashed) for name, model in models.items()})
    return markdown.table(["which", "drawings", *models], rows)


def _rows(groups: dict[str, np.ndarray], shares: dict[str, np.ndarray]) -> list[list[str]]:
    """A row for each group that isn't empty: its size, and the mean of each column's (N,) in it."""
    return [
        [name, f"{of.sum():,}", *(percent(share[of].mean()) for share in shares.values())]
        for name, of in groups.items()
        if of.any()
    ]


def failures(model: Model, seen: Seen) -> str:
    """Where one reader fails, and what the app would rather not answer."""
    correct = right(model, seen)
    answers = [model.answer(picture / np.float32(255)) for picture in seen.pictures[EVERYTHING]]
    silent = np.array([answer.digit is None for answer in answers])
    sources = np.array([drawing.source for drawing in seen.drawings])
    groups = {f"digit {digit}": seen.digits == digit for digit in range(10)}
    groups |= {f"source {source}": sources == source for source in np.unique(sources)}
    groups |= {
        f"pen {low:.0%} to {high:.0%} of the drawing": (seen.pens >= low) & (seen.pens < high)
        for low, high in pairwise(PEN_BOUNDS)
    }
    groups["all"] = np.full(len(seen.drawings), True)
    header = [f"{model.card['title']}: which", "drawings", "read right", "“not sure”", "wrong digit shown"]
    shares = {"right": correct, "silent": silent, "wrong": ~correct & ~silent}
    return markdown.table(header, _rows(groups, shares))


def _counted(seen: Seen) -> str:
    people = len({(drawing.source, drawing.writer) for drawing in seen.drawings})
    return f"{len(seen.drawings):,} drawings of {people} writers. Share read right, in %:\n\n"


if __name__ == "__main__":
    sys.exit(main())
