"""Is it a digit at all? What two judges make of digits and of what is none, and what a threshold costs.

The detector has seen both in its training, and gives a score. The autoencoder has seen digits only: what it
redraws badly should be none.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from digitlab import data, evaluation, inference
from digitlab.caches import once
from digitlab.data import scribbles
from digitlab.evaluation.one_digit import Curve, OneVsRest
from digitlab.preprocess import to_mnist

SCRIBBLES = "scribbles"
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


def different(images: np.ndarray, where: np.ndarray, count: int) -> np.ndarray:
    """The first `count` of the indices `where` whose pictures are not the same: blank paper only once."""
    first: dict[bytes, int] = {}
    for index in where:
        if len(first) == count:
            break
        first.setdefault(images[index].tobytes(), int(index))
    return np.array(list(first.values()), int)


@once(maxsize=2)
def by_detector(dataset: str) -> Scores:
    """The detector's scores of a data set's test digits. Raises DataUnavailable."""
    return Scores(evaluation.digit_scores(dataset), evaluation.digit_scores(SCRIBBLES), rising=True)


@once(maxsize=2)
def by_redrawing(dataset: str) -> Scores:
    """The autoencoder's errors on a data set's test digits. Raises DataUnavailable."""
    digits, scribbles = (
        redrawing(data.load(name, "test").images / np.float32(255))[1] for name in (dataset, SCRIBBLES)
    )
    return Scores(digits, scribbles, rising=False)


def redrawing(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the autoencoder makes of pictures, float32 (N, 28, 28) in [0, 1]: the same again, and the mean
    squared error of each, float32 (N,)."""
    redrawn = inference.load("autoencoder").reconstruct(pictures)
    return redrawn, np.mean((pictures - redrawn) ** 2, axis=(1, 2))


CODE = """\
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
print("Redrawing error:", redrawing_refused, redrawing_passed, redrawing_area.round(3))
"""
