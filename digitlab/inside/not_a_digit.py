"""Is it a digit at all? What two judges say of digits and of what is none, and what a threshold costs.

The detector has seen both in its training, and gives a score. The autoencoder has seen digits only; the idea
was that it redraws badly what is none.

What both say of the scribbles, and the autoencoder of MNIST's test digits, is the same for every visitor and
takes seconds to compute. So it is kept in a file:

    python -m digitlab.inside.not_a_digit    makes not_a_digit.npz anew (a minute; needs MNIST)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitlab import data, evaluation, inference
from digitlab.caches import once
from digitlab.data import scribbles
from digitlab.evaluation.one_digit import Curve, OneVsRest
from digitlab.preprocess import to_mnist

SCRIBBLES = "scribbles"
FILE = Path(__file__).with_name("not_a_digit.npz")
IN_A_STRIP = 18  # mistakes shown at once
PRESET = 0.023  # redrawing error that refuses about as many of MNIST's digits as the detector does: 0.5 %
LETTERS, LIKE_DIGITS = "AEHKMRWX", "OIZS"  # ready to be tried; nobody can tell the latter from 0, 1, 2 and 5
_SEED = 6  # of their shapes


def letter(character: str) -> np.ndarray:
    """One of these letters as a model sees it: float32 (28, 28) in [0, 1]."""
    seen = to_mnist(scribbles.letter(character, _SEED))
    assert seen is not None, "a letter has ink"
    return seen


class Price(NamedTuple):
    """What a threshold does wrong."""

    refused: int  # digits
    digits: int  # in all
    passed: int  # scribbles
    scribbles: int  # in all


class Bars(NamedTuple):
    """A histogram; each array has one number a bar."""

    low: np.ndarray
    high: np.ndarray
    digits: np.ndarray  # int: how many digits
    scribbles: np.ndarray  # int: how many scribbles
    accepted: np.ndarray  # bool: whether all in it count as digits, or none


@dataclass(frozen=True, eq=False)
class Scores:
    """What a judge says of digits and of scribbles."""

    digits: np.ndarray  # float32 (N,)
    scribbles: np.ndarray  # float32 (M,)
    rising: bool  # whether a digit should score high, or low

    def accepts(self, scores: np.ndarray, threshold: float) -> np.ndarray:
        """Which scores mean a digit: bool. The threshold itself does."""
        return scores >= threshold if self.rising else scores <= threshold

    def price(self, threshold: float) -> Price:
        refused = int(np.count_nonzero(~self.accepts(self.digits, threshold)))
        passed = int(np.count_nonzero(self.accepts(self.scribbles, threshold)))
        return Price(refused, len(self.digits), passed, len(self.scribbles))

    def worst(self, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        """The digits refused and the scribbles let through, the clearest mistakes first: indices."""
        sign = 1 if self.rising else -1
        refused = np.flatnonzero(~self.accepts(self.digits, threshold))
        passed = np.flatnonzero(self.accepts(self.scribbles, threshold))
        return (
            refused[np.argsort(sign * self.digits[refused], kind="stable")],
            passed[np.argsort(-sign * self.scribbles[passed], kind="stable")],
        )

    def beyond(self, score: float) -> float:
        """The share of digits that look less like a digit than this score does, in [0, 1]."""
        return float(np.mean(self.digits < score if self.rising else self.digits > score))

    @cached_property
    def roc(self) -> Curve:
        """Share of scribbles let through -> share of digits accepted, for all thresholds. The area is the
        chance that a digit looks more like one than a scribble does: 1 is perfect, 0.5 is a coin's."""
        scores = np.concatenate([self.digits, self.scribbles])
        positive = np.arange(len(scores)) < len(self.digits)
        return OneVsRest(positive, scores if self.rising else -scores).roc

    def bars(self, threshold: float, end: float, count: int = 40) -> Bars:
        """So many bars from 0 to `end`, where the last holds all beyond. The threshold is one more edge, so
        that each bar is accepted or refused as a whole."""
        edges = np.unique(np.append(np.linspace(0, end, count + 1), threshold))
        # a score that is the threshold itself is accepted: it must fall on the accepted side of the edge
        side = "right" if self.rising else "left"

        def counts(scores: np.ndarray) -> np.ndarray:
            bar = np.searchsorted(edges, scores, side) - 1
            return np.bincount(np.clip(bar, 0, len(edges) - 2), minlength=len(edges) - 1)

        low, high = edges[:-1], edges[1:]
        accepted = low >= threshold if self.rising else high <= threshold
        return Bars(low, high, counts(self.digits), counts(self.scribbles), accepted)


def different(pictures: Mapping[int, np.ndarray], count: int) -> dict[int, np.ndarray]:
    """The first `count` of these pictures, by their index, that are not the same: blank paper only once."""
    first: dict[bytes, int] = {}
    for index, picture in pictures.items():
        if len(first) == count:
            break
        first.setdefault(picture.tobytes(), index)
    return {index: pictures[index] for index in first.values()}


# --- of all scribbles ------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """What FILE holds, of the scribbles in the order of `data.load`."""

    kinds: np.ndarray  # str (M,): of which of digitlab.data.scribbles.KINDS each is
    scores: np.ndarray  # float32 (M,): the detector's
    errors: np.ndarray  # float32 (M,): the autoencoder's
    mnist_errors: np.ndarray  # float32 (10000,): the autoencoder's on MNIST's test digits
    shown: np.ndarray  # int (K,): the scribbles that look most like digits to one of the two
    pictures: np.ndarray  # uint8 (K, 28, 28): their pictures

    def picture(self, index: int) -> np.ndarray:
        """The picture of a scribble that is among `shown`: uint8 (28, 28)."""
        (place,) = np.flatnonzero(self.shown == index)
        return self.pictures[place]


@once(maxsize=1)
def kept() -> Kept:
    with np.load(FILE, allow_pickle=False) as saved:
        return Kept(**saved)


def compute() -> Kept:
    """What FILE should hold. Raises DataUnavailable without MNIST."""
    from digitlab.data import scribbles

    digits = data.load("mnist", "test").images / np.float32(255)
    images = data.load(SCRIBBLES, "test").images
    pictures, kinds = scribbles.seen_by_kind(len(images), seed=0)
    assert np.array_equal(pictures, images)
    scores = inference.load(inference.DETECTOR).score(images / np.float32(255))
    errors = redrawing(images / np.float32(255))[1]
    shown = {
        int(index)
        for order in (np.argsort(-scores, kind="stable"), np.argsort(errors, kind="stable"))
        for index in different({index: images[index] for index in order}, IN_A_STRIP)
    }
    where = np.array(sorted(shown))
    return Kept(np.array(kinds), scores, errors, redrawing(digits)[1], where, images[where])


def main() -> None:
    np.savez_compressed(FILE, **compute()._asdict())
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} KB")


@once(maxsize=2)
def by_detector(dataset: str) -> Scores:
    """The detector's scores of a data set's test digits. Raises DataUnavailable."""
    return Scores(evaluation.digit_scores(dataset), kept().scores, rising=True)


@once(maxsize=2)
def by_redrawing(dataset: str) -> Scores:
    """The autoencoder's errors on a data set's test digits. Raises DataUnavailable."""
    if dataset == "mnist":
        return Scores(kept().mnist_errors, kept().errors, rising=False)
    pictures = data.load(dataset, "test").images / np.float32(255)
    return Scores(redrawing(pictures)[1], kept().errors, rising=False)


class Kind(NamedTuple):
    """One kind of scribbles."""

    name: str
    count: int  # pyright: ignore[reportIncompatibleMethodOverride]
    detector: float  # area under the ROC curve: how often a digit looks more like a digit than one of these
    redrawing: float


@once(maxsize=2)
def by_kind(dataset: str) -> tuple[Kind, ...]:
    """Each kind of scribbles against a data set's test digits, the one first that redrawing tells best.
    Raises DataUnavailable."""
    kinds = [
        Kind(
            str(name),
            int(np.count_nonzero(kept().kinds == name)),
            *(
                Scores(scores.digits, scores.scribbles[kept().kinds == name], scores.rising).roc.area
                for scores in (by_detector(dataset), by_redrawing(dataset))
            ),
        )
        for name in np.unique(kept().kinds)
    ]
    return tuple(sorted(kinds, key=lambda kind: -kind.redrawing))


def in_words(area: float) -> str:
    """What an area under the ROC curve is worth."""
    if area < 0.45:
        return "worse than a coin"
    if area < 0.55:
        return "a coin"
    if area < 0.8:
        return "a little better than a coin"
    return "good" if area < 0.99 else "nearly perfect"


_SEVERAL = {"noise": "noise", "blank": "blank paper", "dash": "dashes"}  # the others take an s


def lesson(dataset: str) -> str:
    """What the areas of `by_kind` teach, in Markdown."""
    detector, redrawing = by_detector(dataset).roc.area, by_redrawing(dataset).roc.area
    kinds = by_kind(dataset)
    misled = [_SEVERAL.get(kind.name, f"{kind.name}s") for kind in kinds if kind.redrawing < 0.45]
    return (
        f"Over all scribbles, the detector is **{in_words(detector)}** (area {detector:.3f}): it has seen "
        f"what is no digit. The redrawing error is **{in_words(redrawing)}** ({redrawing:.3f}). Kind by kind "
        f"you see why. It notices {kinds[0].name}s ({kinds[0].redrawing:.3f}), for they are complicated. But "
        f"{', '.join(misled[:-1])} and {misled[-1]} are easier to redraw than a digit, although the "
        "autoencoder never saw any. What it redraws badly is complicated, which is not the same as strange."
    )


def redrawing(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the autoencoder makes of pictures, float32 (N, 28, 28) in [0, 1]: the same again, and the mean
    squared error of each, float32 (N,)."""
    redrawn = inference.load("autoencoder").reconstruct(pictures)
    return redrawn, np.mean((pictures - redrawn) ** 2, axis=(1, 2))


# --- as code ---------------------------------------------------------------------------------------------


def code(dataset: str, score: float, error: float) -> str:
    """Plain Python that counts the mistakes of both judges at these thresholds."""
    return _CODE.format(dataset=dataset, score=score, error=error)


_CODE = """\
import numpy as np
from digitlab import data, inference

digits = data.load("{dataset}", "test").images / np.float32(255)
scribbles = data.load("scribbles", "test").images / np.float32(255)
detector = inference.load("detector")
autoencoder = inference.load("autoencoder")


def error(pictures):
    return ((pictures - autoencoder.reconstruct(pictures)) ** 2).mean(axis=(1, 2))


high, low = detector.score(digits), detector.score(scribbles)
refused, passed = (high < {score}).sum(), (low >= {score}).sum()
area = (high[:, None] > low).mean()  # how often a digit scores higher
print("Digit score:", refused, "digits refused,", passed, "scribbles let through, area", area.round(3))

low, high = error(digits), error(scribbles)
redrawing_refused, redrawing_passed = (low > {error}).sum(), (high <= {error}).sum()
redrawing_area = (low[:, None] < high).mean()
print("Redrawing error:", redrawing_refused, "digits refused,", redrawing_passed,
      "scribbles let through, area", redrawing_area.round(3))
"""


if __name__ == "__main__":
    main()
