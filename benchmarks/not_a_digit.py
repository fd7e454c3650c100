"""Which score tells digits best from letters, symbols and scribbles?

    python -m benchmarks.not_a_digit [--limit N] [--write]

The detector against what any reader gives for nothing: its highest probability (Hendrycks, Gimpel 2017), the
entropy of its probabilities, the energy of its logits (Liu, Wang, Owens, Li 2020), how badly an autoencoder
redraws the picture. Each is measured by its AUROC: how often a digit's score is higher than that of a picture
that is none. MNIST and both files of pen strokes are needed (docs/data.md). --write puts the tables into
docs/not_a_digit.md.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp
from sklearn.metrics import roc_auc_score

from benchmarks import markdown
from benchmarks.drawings import PAGES, UNSEEN, VARIANTS, looked_at, unseen
from benchmarks.hard_cases import with_slash
from benchmarks.logits import logits
from benchmarks.markdown import percent
from digitlab import data, inference
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DigitLabError
from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from model_zoo.training import training_data
from model_zoo.training.doodles import KINDS, doodle
from model_zoo.training.export import REFUSED
from model_zoo.training.hands import HABITS, as_others_write
from model_zoo.training.training_data import LIKE_DIGITS, TEST_FOLD, VALIDATION_FOLD

PAGE = markdown.DOCS / "not_a_digit.md"
DETECTOR = "**the detector**"
DOODLES, SEED = 500, 1  # of each kind; other ones than those that the detector learned from

Change = Callable[[PenDrawing, np.random.Generator], PenDrawing]
Score = Callable[
    [np.ndarray], np.ndarray
]  # pictures float32 (N, 28, 28) -> float (N,), higher: more like a digit


class Pictures(NamedTuple):
    """Each uint8 (N, 28, 28)."""

    mnist: np.ndarray  # test images
    drawn: np.ndarray  # digits by test writers
    held_out: tuple[np.ndarray, ...]  # digits to choose a threshold by: MNIST's, drawn ones
    scribbles: np.ndarray
    others: np.ndarray  # letters and symbols of writers that no model was trained on
    characters: np.ndarray  # str (N,): what they are
    pages: np.ndarray  # bool (N,): of sources that number pages, not people

    @property
    def clear(self) -> np.ndarray:
        """Which of the others can't be taken for a digit: bool (N,)."""
        return np.array([training_data.is_clear(character) for character in self.characters])


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without the data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, help="so many pictures of each kind only, by chance")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    options = parser.parse_args(arguments)
    try:
        pictures = gathered(options.limit)
    except DigitLabError as error:
        print(f"benchmarks.not_a_digit: {error}", file=sys.stderr)
        return 2
    detector = inference.read(inference.ARTIFACTS / inference.DETECTOR)
    readers = [inference.load(name) for name in inference.names()]
    clear, like = characters(detector, pictures, readers[-1])
    tables = {
        "ways": ways(detector, readers, pictures),
        "digits refused": digits_refused(detector, options.limit),
        "doodles": doodles_refused(detector, options.limit),
        "clear characters": clear,
        "like digits": like,
    }
    for name, table in tables.items():
        print(f"\n{table}")
        if options.write:
            markdown.keep(PAGE, name, table)
    return 0


def gathered(limit: int | None = None) -> Pictures:
    """Raises DataUnavailable."""
    digits = {fold: looked_at(unseen([fold])).pictures[""] for fold in UNSEEN}
    others = unseen(which="other")
    seen = looked_at(others, variants=1)
    labels = np.array([drawing.label for drawing in others])
    pages = np.array([drawing.source in PAGES for drawing in others])
    some = partial(_some, limit=limit)
    chosen = some(np.arange(len(labels)))
    return Pictures(
        some(data.load("mnist", "test").images),
        some(digits[TEST_FOLD]),
        (some(training_data.validation().images), some(digits[VALIDATION_FOLD])),
        some(data.load("scribbles", "test").images),
        seen.pictures[""][chosen],
        labels[chosen],
        pages[chosen],
    )


def _some(pictures: np.ndarray, limit: int | None) -> np.ndarray:
    return pictures[np.random.default_rng(0).permutation(len(pictures))[:limit]]


def scores(detector: Model, readers: Sequence[Model]) -> Iterator[tuple[str, Score]]:
    """Each way to tell a digit, by name."""
    yield DETECTOR, detector.score
    for reader in readers:
        yield f"{reader.name}: highest probability", lambda p, reader=reader: reader.predict(p).max(axis=1)
        yield f"{reader.name}: entropy", lambda p, reader=reader: -_entropy(reader.predict(p))
        if compute := logits(inference.ARTIFACTS / reader.name / "model.tflite"):
            yield f"{reader.name}: energy", lambda p, compute=compute: logsumexp(compute(p), axis=1)
        if reader.reconstructs:
            yield (
                f"{reader.name}: reconstruction error",
                lambda p, reader=reader: -np.square(reader.reconstruct(p) - p).mean(axis=(1, 2)),
            )


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    return -(probabilities * np.log(np.maximum(probabilities, 1e-30))).sum(axis=1)


def auroc(digits: np.ndarray, others: np.ndarray) -> float:
    """How often a digit scores higher than what is none; 0.5 for chance."""
    return float(roc_auc_score(np.repeat([1, 0], [len(digits), len(others)]), [*digits, *others]))


def ways(detector: Model, readers: Sequence[Model], pictures: Pictures) -> str:
    """AUROC of each way, and what it refuses with a threshold as the detector's: 0.7 % of held-out digits."""
    rows = []
    for name, score in scores(detector, readers):

        def of(part: np.ndarray, score: Score = score) -> np.ndarray:
            return score(part / np.float32(255))

        mnist, drawn, scribbles = of(pictures.mnist), of(pictures.drawn), of(pictures.scribbles)
        letters, people = of(pictures.others[pictures.clear]), ~pictures.pages[pictures.clear]
        if name == DETECTOR:
            threshold = detector.card["threshold"]
        else:
            threshold = min(np.quantile(of(part), REFUSED) for part in pictures.held_out)
        areas = [
            auroc(mnist, scribbles),
            auroc(drawn, scribbles),
            auroc(mnist, letters),
            auroc(drawn, letters),
        ]
        areas.append(auroc(drawn, letters[people]))
        refused = [np.mean(part < threshold) for part in (mnist, drawn, scribbles, letters)]
        rows.append([name, *(f"{area:.4f}" for area in areas), *map(percent, refused)])
    header = [
        "score",
        "scribbles / MNIST",
        "scribbles / drawn",
        "letters / MNIST",
        "letters / drawn",
        "the same, people only",
        "MNIST refused, %",
        "drawn refused, %",
        "scribbles refused, %",
        "letters refused, %",
    ]
    return markdown.table(header, rows)


def digits_refused(detector: Model, limit: int | None = None) -> str:
    """Share of true digits refused, in %, by test and by validation writers: of all, of each source; of the
    zeros, with bars and slashes, too; of each digit written as people elsewhere write it."""
    folds = [_some_of(unseen([fold]), limit) for fold in (TEST_FOLD, VALIDATION_FOLD)]
    columns = [_digits_refused(detector, drawings) for drawings in folds]
    rows = [[name, *(column.get(name, "–") for column in columns)] for name in columns[1] | columns[0]]
    return markdown.table(["digits", "test writers", "validation writers"], rows)


def _digits_refused(detector: Model, drawings: list[PenDrawing]) -> dict[str, str]:
    def of(drawings: list[PenDrawing], change: Change | None = None) -> str:
        if not drawings:
            return "–"
        pictures = looked_at(drawings, variants=1 if change else VARIANTS, change=change).pictures[""]
        refused = detector.score(pictures / np.float32(255)) < detector.card["threshold"]
        return percent(float(refused.mean()))

    digits = [[drawing for drawing in drawings if drawing.label == str(digit)] for digit in range(10)]
    rows = {"all": of(drawings)}
    for source in sorted({drawing.source for drawing in drawings}):
        rows[f"– source {source}"] = of([drawing for drawing in drawings if drawing.source == source])
    rows |= {"0": of(digits[0]), "0 with a slash from corner to corner": of(digits[0], with_slash)}
    for habit in HABITS[0]:
        rows[f"0 as elsewhere: {habit}"] = of(digits[0], partial(_as_elsewhere, habit=habit))
    return rows | {f"{digit} as elsewhere": of(digits[digit], _as_elsewhere) for digit in range(1, 10)}


def _as_elsewhere(drawing: PenDrawing, rng: np.random.Generator, habit: str | None = None) -> PenDrawing:
    strokes = as_others_write(drawing.strokes, int(drawing.label), rng, habit)
    return drawing._replace(strokes=strokes)


def _some_of(drawings: list[PenDrawing], limit: int | None) -> list[PenDrawing]:
    if limit is None:
        return drawings  # in their order: so each has the pens that the detector's card judges it by
    return [drawings[number] for number in np.random.default_rng(0).permutation(len(drawings))[:limit]]


def doodles_refused(detector: Model, limit: int | None = None) -> str:
    """Share of our own hearts, faces and letters refused, in %."""
    rng, rows = np.random.default_rng(SEED), []
    for kind in KINDS:
        pictures = [to_mnist(doodle(rng, kind)) for _ in range(min(DOODLES, limit or DOODLES))]
        scores = detector.score(np.stack([picture for picture in pictures if picture is not None]))
        rows.append([kind, percent(float(np.mean(scores < detector.card["threshold"])))])
    return markdown.table(["doodle", "refused, %"], rows)


def characters(detector: Model, pictures: Pictures, reader: Model) -> tuple[str, str]:
    """What the detector makes of each character: of the clear ones, and of those that look like a digit."""
    threshold = detector.card["threshold"]
    drawn = detector.score(pictures.drawn / np.float32(255))
    others = pictures.others / np.float32(255)
    found, read = detector.score(others), reader.predict(others).argmax(axis=1)
    rows: dict[bool, list[tuple[float, list[str]]]] = {True: [], False: []}
    for character in np.unique(pictures.characters):
        of = pictures.characters == character
        refused = float(np.mean(found[of] < threshold))
        digit, times = max(
            zip(*np.unique(read[of], return_counts=True), strict=True), key=lambda pair: pair[1]
        )
        row = [
            _code(character),
            str(of.sum()),
            percent(refused),
            f"{auroc(drawn, found[of]):.4f}",
            f"{digit} ({times / of.sum():.0%})",
        ]
        resembles = next((digit for digit, letters in LIKE_DIGITS.items() if character in letters), None)
        rows[resembles is None].append((refused, row if resembles is None else [*row, resembles]))
    header = ["character", "drawings", "refused, %", "AUROC against drawn digits", "most often read as"]
    tables = []
    for is_clear in (True, False):
        ordered = [row for _, row in sorted(rows[is_clear], key=lambda pair: pair[0])]
        tables.append(markdown.table(header if is_clear else [*header, "resembles"], ordered))
    return tables[0], tables[1]


def _code(character: str) -> str:
    """As Markdown shows it in a table."""
    escaped = {
        "|": "&#124;",
        "`": "&#96;",
        "<": "&lt;",
        "&": "&amp;",
        "*": "&#42;",
        "_": "&#95;",
        "\\": "&#92;",
    }
    return escaped.get(character, character)


if __name__ == "__main__":
    sys.exit(main())
