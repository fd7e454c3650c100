"""Numbers on the pad: how often the digits of a number are read, and how often there is none but one is read.

    python -m benchmarks.several_digits [--count N] [--write]

PEN_DIGITS and PEN_OTHER name the files of pen strokes (docs/data.md). A number is put together from drawings
of one writer whom no model was trained on: on one line, with one pen, as large as it fits. The limits in
digitlab/draw/several.py were chosen by the writers of the validation fold; numbers here are by those of the
test fold. --write puts the tables into docs/not_a_digit.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from benchmarks import markdown
from benchmarks.drawings import VARIANTS, unseen
from benchmarks.markdown import percent
from digitlab import data, inference
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PENS, PenDrawing
from digitlab.draw import several
from digitlab.errors import DigitLabError
from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from digitlab.strokes import PAD_SIZE, Drawing, Stroke, render
from model_zoo.training.training_data import SPLIT_SEED, TEST_FOLD, VALIDATION_FOLD

PAGE = markdown.DOCS / "not_a_digit.md"
DETAILED = "cnn"  # the app's default
COUNT = 1_000  # numbers of each kind
LENGTHS = (2, 3, 4)
# paper between the ink of two digits, as a share of a digit's usual width; below 0 they reach over each other
GAPS = {"apart": (0.1, 0.5), "close": (0.0, 0.1), "reaching over each other": (-0.15, 0.0)}
USUAL_WIDTH = 0.6  # of a digit's height
SIZES = (0.6, 1.0)  # of the pad, what the number takes of it
THIN = 0.2  # of a digit's height: the pen with which people write small


class Number(NamedTuple):
    drawing: Drawing
    digits: str
    pen: float  # width as a share of a digit's height


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without the pen strokes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="so many of each kind")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    options = parser.parse_args(arguments)
    try:
        model = inference.load(DETAILED)
        tables = {
            "numbers": numbers(model, unseen([TEST_FOLD]), options.count),
            "not numbers": not_numbers(model, options.count if options.count < COUNT else None),
        }
    except DigitLabError as error:
        print(f"benchmarks.several_digits: {error}", file=sys.stderr)
        return 2
    for name, table in tables.items():
        print(f"\n{table}")
        if options.write:
            markdown.keep(PAGE, name, table)
    return 0


def written(
    drawings: Sequence[PenDrawing], gaps: tuple[float, float], count: int, length: int
) -> Iterator[Number]:
    """So many numbers of so many digits, each by one of the writers; always the same ones."""
    by_writer: dict[tuple[str, int], list[PenDrawing]] = {}
    for drawing in drawings:
        by_writer.setdefault((drawing.source, drawing.writer), []).append(drawing)
    hands = list(by_writer.values())
    for number in range(count):
        rng = np.random.default_rng([SPLIT_SEED, length, number])
        hand = hands[rng.integers(len(hands))]
        yield put_together([hand[i] for i in rng.integers(len(hand), size=length)], gaps, rng)


def put_together(digits: Sequence[PenDrawing], gaps: tuple[float, float], rng: np.random.Generator) -> Number:
    """The digits beside each other at a random place on the pad: each a little larger or smaller and
    higher or lower than the others, all with the same pen, the paper between them as wide as `gaps` says."""
    shapes = [_as_high_as_1(drawing.strokes, rng) for drawing in digits]
    spans = np.array([np.concatenate(shape).max(axis=0) for shape in shapes])
    between = rng.uniform(*gaps, len(shapes) - 1) * USUAL_WIDTH
    pen, size = rng.uniform(*PENS), rng.uniform(*SIZES) * PAD_SIZE
    tall = spans[:, 1].max()
    wide = spans[:, 0].sum() + between.sum()
    # the pen makes each digit wider; the line wavers by 6 % up and down
    scale = min((size - len(shapes) * pen) / max(wide, 1e-6), (PAD_SIZE - pen) / (tall * 1.12))
    strokes: list[np.ndarray] = []
    x = 0.0
    for shape, span, gap in zip(shapes, spans, [*between, 0], strict=True):
        y = (tall - span[1] + rng.uniform(-0.06, 0.06) * tall) * scale
        strokes += [stroke * scale + (x, y) for stroke in shape]
        x += (span[0] + gap) * scale + pen
    points = np.concatenate(strokes)
    low, taken = points.min(axis=0), np.ptp(points, axis=0) + pen
    corner = pen / 2 - low + rng.uniform(0, 1, 2) * np.maximum(PAD_SIZE - taken, 0)
    drawing = tuple(Stroke(stroke + corner, pen) for stroke in strokes)
    return Number(drawing, "".join(digit.label for digit in digits), pen / (tall * scale + pen))


def _as_high_as_1(strokes: Sequence[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """More or less; its top left corner at 0, 0."""
    strokes = [stroke for stroke in strokes if len(stroke)]
    points = np.concatenate(strokes)
    low, (wide, high) = points.min(axis=0), np.ptp(points, axis=0)
    scale = rng.uniform(0.85, 1.15) / max(high, wide * USUAL_WIDTH, 1e-6)
    return [(stroke - low) * scale for stroke in strokes]


def said(model: Model, pictures: Iterable[np.ndarray]) -> list[str]:
    """What is read in each picture: several digits, one, or none ("")."""

    def read(picture: np.ndarray) -> str:
        seen = to_mnist(picture)
        if seen is None:
            return ""
        whole = model.answer(seen)
        if whole.digit is not None:
            return str(whole.digit)
        return "".join(str(part.answer.digit) for part in several.read(model, picture, whole))

    with ThreadPoolExecutor() as pool:
        return list(pool.map(read, pictures))


def numbers(model: Model, drawings: list[PenDrawing], count: int = COUNT) -> str:
    """Share read right, read as another number, as one digit, and not at all, in %."""
    header = ["numbers", "drawings", "read right", "another number", "one digit", "nothing said"]
    rows = []
    for length in LENGTHS:
        for how, gaps in GAPS.items():
            made = list(written(drawings, gaps, count, length))
            found = said(model, (render(number.drawing) for number in made))
            pens = np.array([number.pen for number in made])
            rows.append([f"{length} digits, {how}", *_shares(made, found, pens > 0)])
            if how == "apart":
                rows.append(
                    ["– with a pen of a fifth of their height, at most", *_shares(made, found, pens <= THIN)]
                )
    return markdown.table(header, rows)


def _shares(made: list[Number], found: list[str], chosen: np.ndarray) -> list[str]:
    pairs = [(number.digits, text) for number, text, which in zip(made, found, chosen, strict=True) if which]
    kinds = Counter(
        "right" if meant == text else "nothing" if not text else "one" if len(text) == 1 else "wrong"
        for meant, text in pairs
    )
    shares = [percent(kinds[kind] / max(len(pairs), 1)) for kind in ("right", "wrong", "one", "nothing")]
    return [f"{len(pairs):,}", *shares]


def not_numbers(model: Model, count: int | None = None) -> str:
    """How often several digits are read where there is one, or none."""
    folds = {"test": TEST_FOLD, "validation": VALIDATION_FOLD}
    rows = []
    for which, what in {"digits": "single digits", "other": "letters and symbols"}.items():
        for name, fold in folds.items():
            drawings = unseen([fold], which)
            chosen = np.random.default_rng(SPLIT_SEED).permutation(len(drawings))[:count]
            looks = [(number, look) for number in sorted(chosen.tolist()) for look in range(VARIANTS)]
            pictures = (
                pen_strokes.on_pad(
                    drawings[number].strokes, np.random.default_rng([SPLIT_SEED, look, number])
                ).picture
                for number, look in looks
            )
            meant = [drawings[number].label for number, _ in looks]
            rows.append(_torn(f"{what}, {name} writers", meant, said(model, pictures)))
    scribbles = data.load("scribbles", "test").images[:count]
    rows.append(_torn("scribbles", ["scribble"] * len(scribbles), said(model, scribbles)))
    return markdown.table(["no numbers", "drawings", "read as a number, %", "which"], rows)


def _torn(name: str, meant: list[str], found: list[str]) -> list[str]:
    torn = Counter((what, text) for what, text in zip(meant, found, strict=True) if len(text) > 1)
    which = ", ".join(f"{what} as {text}: {times}" for (what, text), times in torn.most_common(5))
    return [name, f"{len(found):,}", percent(torn.total() / len(found)), which or "–"]


if __name__ == "__main__":
    sys.exit(main())
