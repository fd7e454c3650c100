"""One digit against the nine others: is it a 4, or not? Counts, their figures, and what a threshold changes.

A model says "this is the digit" where the digit's probability reaches a threshold. Four things can happen:

|                   | read as the digit | read as another    |
|-------------------|-------------------|--------------------|
| is the digit      | true positive     | false negative     |
| is another digit  | false positive    | true negative      |
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from digitlab import evaluation
from digitlab.data import once_each

THRESHOLDS = (0.01, 0.99)  # from which to which a threshold is worth moving
_POINTS = (150, 50)  # of a curve: between those thresholds, and outside


class Counts(NamedTuple):
    """How often each of the four happened. A figure is None where it would be 0 / 0."""

    tp: int  # is the digit, read as the digit
    fp: int  # is another, read as the digit
    fn: int  # is the digit, read as another
    tn: int  # is another, read as another

    @property
    def precision(self) -> float | None:
        """Of all that was read as the digit, the share that is."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Of all that is the digit, the share that was found: the true positive rate."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def specificity(self) -> float | None:
        """Of all that is another digit, the share that was left alone."""
        return _share(self.tn, self.tn + self.fp)

    @property
    def false_positive_rate(self) -> float | None:
        """Of all that is another digit, the share that was taken for the digit."""
        return _share(self.fp, self.tn + self.fp)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Groups(NamedTuple):
    """Which pictures they are: indices int (n,). Mistakes: the most confident first. The rest: the closest
    calls first."""

    tp: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tn: np.ndarray


class Curve(NamedTuple):
    """What each threshold gives, each float (n,), from the strictest threshold to the laxest. Thinned: all
    that an eye can see, no more than a browser likes."""

    x: np.ndarray
    y: np.ndarray
    thresholds: np.ndarray  # infinite where nothing at all is read as the digit
    area: float  # under the curve, before thinning: 1 is perfect


@dataclass(frozen=True, eq=False)
class OneVsRest:
    """N pictures, as far as one digit is concerned."""

    positive: np.ndarray  # bool (N,): which of them are the digit
    score: np.ndarray  # float (N,): the probability that the model gave the digit

    def counts(self, threshold: float) -> Counts:
        """With everything read as the digit whose probability is the threshold or more."""
        read = self.score >= threshold
        tp, read_so, are = (int(np.count_nonzero(a)) for a in (read & self.positive, read, self.positive))
        return Counts(tp, read_so - tp, are - tp, len(read) - read_so - are + tp)

    def groups(self, threshold: float) -> Groups:
        read = self.score >= threshold
        rising = self._rising
        falling = rising[::-1]

        def only(chosen: np.ndarray, order: np.ndarray) -> np.ndarray:
            return order[chosen[order]]

        return Groups(
            tp=only(read & self.positive, rising),
            fp=only(read & ~self.positive, falling),
            fn=only(~read & self.positive, rising),
            tn=only(~read & ~self.positive, falling),
        )

    @cached_property
    def _rising(self) -> np.ndarray:
        return np.argsort(self.score, kind="stable")

    @cached_property
    def roc(self) -> Curve:
        """False positive rate -> recall; the area is the chance that a picture of the digit gets a higher
        probability than one of another. Needs both kinds of pictures."""
        from sklearn.metrics import auc, roc_curve

        x, y, thresholds = roc_curve(self.positive, self.score)
        return _thinned(x, y, thresholds, float(auc(x, y)))

    @cached_property
    def precision_recall(self) -> Curve:
        """Recall -> precision; the area is the average precision. Needs a picture of the digit."""
        from sklearn.metrics import average_precision_score, precision_recall_curve

        y, x, thresholds = precision_recall_curve(self.positive, self.score, drop_intermediate=True)
        area = float(average_precision_score(self.positive, self.score))
        return _thinned(x[::-1], y[::-1], np.append(thresholds, np.inf)[::-1], area)


def _thinned(x: np.ndarray, y: np.ndarray, thresholds: np.ndarray, area: float) -> Curve:
    """Most of the points that stay are between THRESHOLDS: good models have few there, among thousands."""
    low, high = THRESHOLDS
    inside = (thresholds >= low) & (thresholds <= high)
    kept = {0, len(x) - 1}
    for some, most in zip((inside, ~inside), _POINTS, strict=True):
        where = np.flatnonzero(some)
        kept.update(where[np.linspace(0, len(where) - 1, min(most, len(where))).round().astype(int)])
    chosen = np.array(sorted(kept))
    return Curve(x[chosen], y[chosen], thresholds[chosen], area)


@once_each(maxsize=64)
def one_vs_rest(model: str, dataset: str, digit: int) -> OneVsRest:
    """A model's answers on a data set's test images, as far as one digit is concerned. Raises as
    `evaluation.evaluate` does."""
    result = evaluation.evaluate(model, dataset)
    return OneVsRest(result.labels == digit, result.probabilities[:, digit])
