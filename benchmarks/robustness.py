"""How well each reader of the zoo reads digits that are not as MNIST's: spoiled, from elsewhere, drawn by
others.

    python -m benchmarks.robustness [--limit N] [--write]

MNIST is needed; without pen strokes (PEN_DIGITS, docs/data.md) their rows are missing. --write puts the table
into docs/robustness.md, and its rows on MNIST into the file that the page "Spoil my digit" shows.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from benchmarks import markdown
from benchmarks.drawings import PAGES, UNSEEN, Seen, looked_at, unseen, writers
from benchmarks.markdown import percent
from benchmarks.pen_strokes import PEN_BOUNDS
from digitlab import data, inference
from digitlab.errors import DataUnavailable, DigitLabError
from digitlab.evaluation import spoil
from digitlab.evaluation.corruptions import CORRUPTIONS, corrupt
from digitlab.inference import Model
from model_zoo.training.training_data import TEST_FOLD

PAGE = markdown.DOCS / "robustness.md"
WORST = 0.1  # of the writers
AS_THEY_ARE = "MNIST's test images"

Row = tuple[str, list[float]]  # what is measured, a share for each reader
IsRight = Callable[
    [np.ndarray, np.ndarray], list[np.ndarray]
]  # uint8 pictures, labels -> bool (N,) for each reader


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without MNIST."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, help="so many of MNIST's test images and of the drawings only")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    models = {name: inference.load(name) for name in inference.names()}
    try:
        rows = list(measured(list(models.values()), options.limit))
    except DigitLabError as error:
        print(f"benchmarks.robustness: {error}", file=sys.stderr)
        return 2
    table = markdown.table(
        ["share read right, in %", *models], [[name, *map(percent, s)] for name, s in rows]
    )
    print(table)
    if options.write:
        markdown.keep(PAGE, "robustness", table)
        if not options.limit:
            spoil.keep(on_mnist(list(models), rows))
    return 0


def measured(models: Sequence[Model], limit: int | None = None) -> Iterator[Row]:
    """All rows of the table. Raises DataUnavailable without MNIST."""
    mnist = data.Dataset(*(part[:limit] for part in data.load("mnist", "test")))
    with ThreadPoolExecutor() as pool:

        def is_right(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
            pictures = images / np.float32(255)
            return list(pool.map(lambda model: model.predict(pictures).argmax(axis=1) == labels, models))

        yield AS_THEY_ARE, _means(is_right(*mnist))
        yield from spoiled(mnist, is_right)
        yield "UCI optical digits, 8 × 8", _means(is_right(*data.load("digits", "test")))
        try:
            drawings = unseen()[:limit]
        except DataUnavailable as error:
            print(f"Without rows for drawn digits. {error}", file=sys.stderr)
            return
        seen = looked_at(drawings)
        yield from drawn(seen, is_right(seen.pictures[""], seen.digits))


def on_mnist(readers: Sequence[str], rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """The shares read wrong, as `digitlab.evaluation.spoil.keep` wants them."""
    named = {spoil.CLEAN if name == AS_THEY_ARE else name: shares for name, shares in rows}
    return {
        reader: {name: 1 - named[name][number] for name in (spoil.CLEAN, *CORRUPTIONS)}
        for number, reader in enumerate(readers)
    }


def spoiled(mnist: data.Dataset, is_right: IsRight) -> Iterator[Row]:
    """Each corruption; and the mean corruption error, which is the mean of their shares read wrong."""
    shares = []
    for name in CORRUPTIONS:
        shares.append(_means(is_right(corrupt(name, mnist.images), mnist.labels)))
        yield f"{name}", shares[-1]
    yield "**mean corruption error** (read wrong)", (1 - np.mean(shares, axis=0)).tolist()


def drawn(seen: Seen, right: list[np.ndarray]) -> Iterator[Row]:
    """By who was held out for what, by source, by pen, by writer."""

    def part(name: str, of: np.ndarray) -> Iterator[Row]:
        if of.any():
            yield f"{name} ({of.sum():,})", _means([correct[of] for correct in right])

    folds = np.array([drawing.fold for drawing in seen.drawings])
    sources = np.array([drawing.source for drawing in seen.drawings])
    for fold in UNSEEN:
        yield from part(f"drawn, {'test' if fold == TEST_FOLD else 'validation'} writers", folds == fold)
    for source in np.unique(sources):
        yield from part(f"source {source}{', pages' if source in PAGES else ''}", sources == source)
    for low, high in pairwise(PEN_BOUNDS):
        yield from part(
            f"pen {low:.0%} to {high:.0%} of the drawing", (seen.pens >= low) & (seen.pens < high)
        )
    people = list(writers(seen.drawings))
    if people:
        shares = np.sort([[correct[theirs].mean() for theirs in people] for correct in right], axis=1)
        worst = max(1, round(WORST * len(people)))
        yield f"median of {len(people)} writers", np.median(shares, axis=1).tolist()
        yield f"the {worst} worst of {len(people)} writers", shares[:, :worst].mean(axis=1).tolist()


def _means(right: list[np.ndarray]) -> list[float]:
    return [float(correct.mean()) for correct in right]


if __name__ == "__main__":
    sys.exit(main())
