"""How well photos of a digit are read, and which are doubted: twenty kinds of them, made from pen strokes.

    python -m benchmarks.photos [--limit N] [--fold N] [--kinds NAME ...] [--save FOLDER] [--write]

The digits are those of writers whom no model was trained on (PEN_DIGITS, docs/data.md). Each photo is a file,
and takes the whole way: decoded, prepared, answered by the app's first reader. --write puts the table into
docs/photos.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import markdown
from benchmarks.drawings import unseen
from benchmarks.markdown import percent
from benchmarks.photo_kinds import KINDS
from digitlab import inference, photos
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DigitLabError
from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from model_zoo.training.training_data import TEST_FOLD

PAGE = markdown.DOCS / "photos.md"
READER = "cnn"
COUNT = 300  # photos of each kind
HIGH = 0.9  # a probability that nobody doubts


class Read(NamedTuple):
    """What is said about one photo."""

    label: int
    digit: int | None
    probability: float  # of the likeliest digit
    doubt: str | None

    @property
    def right(self) -> bool:
        return self.digit == self.label

    @property
    def wrong(self) -> bool:
        return self.digit not in (None, self.label)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without the data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=COUNT, help="so many photos of each kind")
    parser.add_argument("--fold", type=int, default=TEST_FOLD, help="of the writers; the tests' by default")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS, metavar="NAME")
    parser.add_argument("--save", type=Path, help="put the photos into this folder, too")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    try:
        drawings = unseen([options.fold])
    except DigitLabError as error:
        print(f"benchmarks.photos: {error}", file=sys.stderr)
        return 2
    model = inference.load(READER)
    found = {}
    for kind in options.kinds:
        taken = photographed(kind, drawings, options.limit)
        found[kind] = [read(model, drawing, content) for drawing, content in saved(taken, kind, options.save)]
        print(row(kind, found[kind]), file=sys.stderr, flush=True)
    shown = table(found)
    print(shown)
    if options.write:
        markdown.keep(PAGE, "photos", shown)
    return 0


def photographed(kind: str, drawings: Sequence[PenDrawing], count: int) -> Iterator[tuple[PenDrawing, bytes]]:
    """So many of the drawings, and photos of them as files: always the same ones."""
    place = list(KINDS).index(kind)
    for number in np.random.default_rng(place).permutation(len(drawings))[:count].tolist():
        rng = np.random.default_rng([place, number])
        yield drawings[number], KINDS[kind](rng, drawings[number].strokes)


def saved(
    taken: Iterable[tuple[PenDrawing, bytes]], kind: str, folder: Path | None
) -> Iterator[tuple[PenDrawing, bytes]]:
    """The same, put into the folder on the way, if there is one."""
    for number, (drawing, content) in enumerate(taken):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            suffix = "png" if content.startswith(b"\x89PNG") else "jpg"
            (folder / f"{kind} {number:03} {drawing.label}.{suffix}").write_bytes(content)
        yield drawing, content


def read(model: Model, drawing: PenDrawing, content: bytes) -> Read:
    """What the Draw page says about a file."""
    seen = to_mnist(photos.decode(content))
    if seen is None:
        return Read(int(drawing.label), None, 0, "There is nothing to read.")
    answer = model.answer(seen)
    probability = float(answer.probabilities[answer.guess])
    return Read(int(drawing.label), answer.digit, probability, answer.doubt)


def table(found: dict[str, list[Read]]) -> str:
    header = ["photos", "number", "read right", "not sure", "wrong", "wrong above 90 %", "why not sure"]
    everything = [read for reads in found.values() for read in reads]
    return markdown.table(
        header, [row(kind, reads) for kind, reads in [*found.items(), ("**all**", everything)]]
    )


def row(kind: str, reads: Sequence[Read]) -> list[str]:
    shares = [
        np.mean([read.right for read in reads]),
        np.mean([read.digit is None for read in reads]),
        np.mean([read.wrong for read in reads]),
        np.mean([read.wrong and read.probability > HIGH for read in reads]),
    ]
    reasons = Counter(read.doubt for read in reads if read.doubt)
    said = ", ".join(f"{reason} {times}" for reason, times in reasons.most_common(2))
    return [kind, f"{len(reads):,}", *map(percent, shares), said or "–"]


if __name__ == "__main__":
    sys.exit(main())
