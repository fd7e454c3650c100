"""What models learn from, and what they are judged by: MNIST, and real pen strokes drawn on the pad.

Training, validation and test never share an image, and never a writer of pen strokes. Without the files of
pen strokes (see digitlab/data/pen_strokes.py) everything works, on MNIST alone.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from digitlab import data
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DataUnavailable
from digitlab.preprocess import FIELD, to_mnist
from digitlab.strokes import along
from model_zoo import DETECTOR, definition
from model_zoo.training import augment, hands
from model_zoo.training.doodles import doodle

VALIDATION = 6_000  # of the 60,000 training images, never trained on: for temperature and threshold
SPLIT_SEED = 0  # the same images are held out whatever the seed of the training
VARIANTS = 4  # of each digit: MNIST's as it is, and as the pad would show it; a drawing with four pens
WEIGHT = 2  # how often a pen drawing is seen in an epoch
LETTERS_WEIGHT = 4  # how often a letter is, for the detector
HARD_LETTERS = "fYrd"  # they looked most like digits to it: twice as often
DOODLES = 1 / 12  # so many of our own hearts, faces and the like for each digit
TEST_FOLD, VALIDATION_FOLD = 0, 1  # of the writers; the others are trained on
NO_DIGIT = 10
NEEDED = {
    "digits": "No pen strokes of digits (PEN_DIGITS): trained on MNIST alone, it will misread more drawings.",
    "other": "No pen strokes of letters (PEN_OTHER): the detector will take more letters for digits.",
}
# what many people write like a digit: no detector can, and none should, tell it apart
LIKE_DIGITS = {
    "0": "OoDQ",
    "1": "IlL|/\\!()[]i'`,",  # the last three are large on the pad
    "2": "Zz",
    "3": "}",
    "4": "y",
    "5": "Ss",
    "6": "bG",
    "7": ">?",
    "8": "B&",
    "9": "gq",
}


class Examples(NamedTuple):
    """Pictures uint8 (N, 28, 28), ink bright on black, or direction maps float16 (N, 14, 14, 10); and labels
    (N,)."""

    images: np.ndarray
    labels: np.ndarray

    def pictures(self) -> np.ndarray:
        """float32 in [0, 1]; direction maps as they are."""
        return floats(self.images)


def floats(images: np.ndarray) -> np.ndarray:
    """float32: of bytes [0, 1]; what has fractions already stays as it is."""
    return images / np.float32(255) if images.dtype == np.uint8 else images.astype(np.float32)


class TrainingData(NamedTuple):
    variants: np.ndarray  # (variants, N, ...) as in Examples: each training image in some variants
    labels: np.ndarray  # (N,)
    validation: Examples  # never trained on


@cache
def mnist(split: str) -> Examples:
    """Raises DataUnavailable."""
    with tqdm(desc="Downloading MNIST", unit="B", unit_scale=True, leave=False, disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        return Examples(*data.load("mnist", split, progress))


@cache
def _order() -> np.ndarray:
    return np.random.default_rng(SPLIT_SEED).permutation(len(mnist("train").labels))


def validation() -> Examples:
    """MNIST's training images that no model is trained on."""
    images, labels = mnist("train")
    held_out = _order()[-VALIDATION:]
    return Examples(images[held_out], labels[held_out])


@lru_cache(maxsize=2)
def drawn(fold: int, variants: int = 3) -> Examples | None:
    """Pen drawings of writers that no model has seen, each drawn on the pad some times; None without the
    file."""
    drawings = [d for d in pens("digits") if d.fold == fold]
    if not drawings:
        return None
    images = np.concatenate([_on_paper(drawings, seed, bend=False) for seed in range(variants)])
    return Examples(images, np.tile([int(d.label) for d in drawings], variants).astype(np.uint8))


@lru_cache(maxsize=2)
def not_digits(fold: int, variants: int = 1) -> tuple[np.ndarray, np.ndarray] | None:
    """Letters and symbols of writers that no model has seen: pictures uint8 (N, 28, 28) and characters; None
    without the file."""
    drawings = [d for d in pens("other") if d.fold == fold]
    if not drawings:
        return None
    images = np.concatenate([_on_paper(drawings, seed, bend=False) for seed in range(variants)])
    return images, np.tile([d.label for d in drawings], variants)


def pens(which: str) -> list[PenDrawing]:
    """The pen drawings, or none where their file isn't there. Raises DataCorrupt."""
    try:
        return pen_strokes.load(which)
    except data.DataCorrupt:
        raise
    except DataUnavailable:
        return []


@lru_cache(maxsize=2)
def classifiers(
    pen_strokes: bool, limit: int | None, rendered_variants: int = 2, elsewhere: float = 0
) -> TrainingData:
    """Training data of a classifier. With `pen_strokes`, the pen drawings, a share `elsewhere` of them as
    people elsewhere write, and MNIST, of whose VARIANTS as many as `rendered_variants` says pass the pad's
    preprocessing, written in other countries' ways. Else MNIST alone, as it is. `limit` is a number of
    MNIST's images."""
    images, labels = (part[_order()[:-VALIDATION][:limit]] for part in mnist("train"))
    if not pen_strokes:
        return TrainingData(images[None], labels, validation())
    # variant 0 is the last to go: it stays MNIST's own image for as long as possible
    rendered = (3, 1, 2, 0)[:rendered_variants]
    variants = [
        _as_drawn(images, labels, seed=look) if look in rendered else images for look in range(VARIANTS)
    ]
    drawings = [d for d in pens("digits") if d.fold not in (TEST_FOLD, VALIDATION_FOLD)]
    drawings = drawings[: limit and limit // 4]
    if not drawings:
        return TrainingData(np.stack(variants), labels, validation())
    seeds = iter(range(1_000, 1_000 + VARIANTS * WEIGHT))
    written = [
        np.concatenate([_on_paper(drawings, next(seeds), True, elsewhere) for _ in range(WEIGHT)])
        for _ in variants
    ]
    meant = np.tile([int(d.label) for d in drawings], WEIGHT).astype(np.uint8)
    return TrainingData(
        np.stack([np.concatenate(pair) for pair in zip(variants, written, strict=True)]),
        np.concatenate([labels, meant]),
        validation(),
    )


@lru_cache(maxsize=1)
def detector(limit: int | None, elsewhere: float = 0) -> TrainingData:
    """For the detector: the digits that the readers learn from, a share `elsewhere` of the pen drawings as
    people elsewhere write, and at least half as much that is none, labelled NO_DIGIT."""
    rng = np.random.default_rng(SPLIT_SEED)
    variants, labels, held_out = classifiers(True, limit, elsewhere=elsewhere)
    make = definition(DETECTOR).not_digits
    none = make(variants[0] / np.float32(255), labels, len(labels) // 2, rng)
    doodles = np.stack([_doodles(int(len(labels) * DOODLES), look) for look in range(VARIANTS)])
    others = np.concatenate([np.broadcast_to(_bytes(none), (VARIANTS, *none.shape)), doodles], axis=1)
    letters = [d for d in pens("other") if d.fold not in (TEST_FOLD, VALIDATION_FOLD) and is_clear(d.label)]
    letters = [d for d in letters if not is_plain_one(d.strokes)][: limit and limit // 4]
    if letters:
        letters += [d for d in letters if d.label in HARD_LETTERS]
        seeds = iter(range(2_000, 2_000 + VARIANTS * LETTERS_WEIGHT))
        written = [
            np.concatenate([_on_paper(letters, next(seeds), True) for _ in range(LETTERS_WEIGHT)])
            for _ in range(VARIANTS)
        ]
        others = np.concatenate([others, np.stack(written)], axis=1)
    spoiled = _bytes(make(held_out.pictures(), held_out.labels, len(held_out.labels) // 2, rng))
    return TrainingData(
        np.concatenate([variants, others], axis=1),
        np.concatenate([labels, np.full(others.shape[1], NO_DIGIT)]),
        Examples(
            np.concatenate([held_out.images, spoiled]),
            np.concatenate([held_out.labels, np.full(len(spoiled), NO_DIGIT)]),
        ),
    )


def is_clear(character: str) -> bool:
    """Whether it can't be taken for a digit."""
    return not any(character in letters for letters in LIKE_DIGITS.values())


def is_plain_one(strokes: Sequence[np.ndarray]) -> bool:
    """Whether it is a single line that stands: a 1, whatever letter or sign its writer meant by it."""
    if len(strokes) > 1:
        return False
    across, down = strokes[0][-1] - strokes[0][0]
    straight = float(np.hypot(across, down))
    return bool(abs(down) > 0.5 * abs(across) and along(strokes[0])[-1] < 1.25 * straight)


def _as_drawn(images: np.ndarray, labels: np.ndarray, seed: int) -> np.ndarray:
    """The images as the app would see them on the pad, some written in other countries' ways."""
    written = augment.as_others_write(
        images / np.float32(255), labels, np.random.default_rng([SPLIT_SEED, seed])
    )
    return _each(lambda image: to_mnist(np.round(image * 255).astype(np.uint8)), written, "MNIST on the pad")


def _on_paper(drawings: Sequence[PenDrawing], seed: int, bend: bool, elsewhere: float = 0) -> np.ndarray:
    """What a model sees of the drawings; a share `elsewhere` of them, digits, as others write them."""

    def see(number: int) -> np.ndarray | None:
        rng = np.random.default_rng([SPLIT_SEED, seed, number])
        drawing = drawings[number]
        strokes = drawing.strokes
        if elsewhere and rng.random() < elsewhere:
            strokes = hands.as_others_write(strokes, int(drawing.label), rng)
        return to_mnist(pen_strokes.on_pad(pen_strokes.bent(strokes, rng) if bend else strokes, rng).picture)

    return _each(see, range(len(drawings)), "Pen strokes on the pad")


def _doodles(count: int, seed: int) -> np.ndarray:
    rngs = (np.random.default_rng([SPLIT_SEED, 3_000, seed, number]) for number in range(count))
    return _each(lambda rng: to_mnist(doodle(rng)), rngs, "Doodles on the pad")


def _each(see: Callable[..., np.ndarray | None], things: Iterable, title: str) -> np.ndarray:
    """What a model sees of each thing: uint8 (N, 28, 28), blank where there is no ink."""
    blank = np.zeros((FIELD, FIELD), np.float32)
    seen = map(see, tqdm(things, desc=title, leave=False, disable=None))
    return _bytes(np.stack([blank if picture is None else picture for picture in seen]))


def _bytes(pictures: np.ndarray) -> np.ndarray:
    return np.round(pictures * 255).astype(np.uint8)
