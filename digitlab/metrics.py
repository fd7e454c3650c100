"""Predictions and labels -> numbers. Probabilities are float (N, classes), labels integer (N,)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class PerClass(NamedTuple):
    """Figures of each of the ten digits, float (10,) in [0, 1]; 0 where they are undefined."""

    precision: np.ndarray  # of the pictures that were answered so, the share that is right
    recall: np.ndarray  # of the pictures that are this digit, the share that was found
    f1: np.ndarray  # their harmonic mean
    support: np.ndarray  # int: how many pictures are this digit


def per_class(labels: np.ndarray, answers: np.ndarray) -> PerClass:
    """Precision, recall and F1 of each digit, as scikit-learn defines them."""
    from sklearn.metrics import precision_recall_fscore_support

    precision, recall, f1, support = map(
        np.asarray,
        precision_recall_fscore_support(
            labels,
            answers,
            labels=range(10),
            zero_division=0,  # pyright: ignore[reportArgumentType]  # a number, too, says scikit-learn
        ),
    )
    return PerClass(precision, recall, f1, support.astype(int))


def confusion_matrix(labels: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """How often each label (row) got each answer (column): int (10, 10), or (11, 10) if there is a label 10,
    of what is no digit. Counted here, as scikit-learn's own would take 79 MB of a server with a wall open."""
    rows = max(10, int(labels.max(initial=0)) + 1)
    return np.bincount(10 * labels.astype(int) + answers, minlength=10 * rows).reshape(rows, 10)


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose most probable class is the label, in [0, 1]."""
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """How far confidence is from accuracy, in [0, 1]: the mean of |accuracy - confidence| over equal-width
    bins of confidence, weighted by how many images fall into each (Guo et al. 2017, arXiv 1706.04599)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, right - confidence, bins)
    return float(np.abs(gap).sum() / len(labels))


def temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The T for which softmax(logits / T) fits the labels best (least cross-entropy); above 1 where the
    model is too sure of itself (Guo et al. 2017). Fit it on validation data."""
    from scipy.optimize import minimize_scalar  # 0.2 s to import, and only training needs it

    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-12, None))

    def cross_entropy(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        scaled -= scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(axis=1))
        return float(np.mean(log_sum - scaled[np.arange(len(labels)), labels]))

    fitted: Any = minimize_scalar(cross_entropy, bounds=(-2, 2), method="bounded")
    return float(np.exp(fitted.x))


# --- confidence --------------------------------------------------------------------------------------


class Reliability(NamedTuple):
    """Answers in equal-width bins of confidence; each array has one number a bin."""

    low: np.ndarray  # float: where the bin begins
    high: np.ndarray  # float: where it ends
    right: np.ndarray  # int: right answers in it
    wrong: np.ndarray  # int: wrong answers in it
    accuracy: np.ndarray  # float: the share of right answers; NaN where there are no answers
    interval: np.ndarray  # float (bins, 2): the share's 95 % confidence interval (Wilson 1927), or NaN


def reliability(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> Reliability:
    """How often each degree of confidence is right. Bins as in `expected_calibration_error`."""
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    right = np.bincount(bin_of[is_right], minlength=bins)
    edges = np.linspace(0, 1, bins + 1)
    with np.errstate(invalid="ignore"):
        share = right / count
    return Reliability(edges[:-1], edges[1:], right, count - right, share, _wilson(right, count))


def _wilson(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Where the true share likely is, float (n, 2); unlike the textbook's p ± z σ it stays in [0, 1]. NaN
    where `whole` is 0."""
    from scipy.stats import binomtest  # slow to import, and few pages need it

    intervals = np.full((len(whole), 2), np.nan)
    for i in np.flatnonzero(whole):
        intervals[i] = binomtest(int(part[i]), int(whole[i])).proportion_ci(method="wilson")
    return intervals


class Selection(NamedTuple):
    """Four kinds of pictures, when a model may decline to answer: how many of each there are."""

    right: int  # answered, rightly
    wrong: int  # answered, wrongly
    avoided_errors: int  # declined, and the answer would have been wrong
    lost_correct: int  # declined, though the answer would have been right

    @property
    def answered(self) -> int:
        return self.right + self.wrong

    @property
    def declined(self) -> int:
        return self.avoided_errors + self.lost_correct

    @property
    def coverage(self) -> float:
        """The share that is answered, in [0, 1]."""
        return self.answered / (self.answered + self.declined)

    @property
    def accuracy(self) -> float | None:
        """Of what is answered, the share that is right; None where nothing is."""
        return self.right / self.answered if self.answered else None


def selective_prediction(
    confidence: np.ndarray, right: np.ndarray, threshold: float, allowed: np.ndarray | None = None
) -> Selection:
    """Answer only with at least this confidence, and only what is `allowed`, bool (N,). `confidence` is
    float (N,), `right` bool (N,)."""
    answered = confidence >= threshold
    if allowed is not None:
        answered = answered & allowed
    counts = (answered & right, answered & ~right, ~answered & ~right, ~answered & right)
    return Selection(*(int(np.count_nonzero(count)) for count in counts))


class CoverageCurve(NamedTuple):
    """What each threshold gives, from the strictest that answers anything to the laxest; each float (n,)."""

    thresholds: np.ndarray  # falling
    coverage: np.ndarray  # rising: the share that is answered
    accuracy: np.ndarray  # the share of that which is right


def coverage_curve(
    confidence: np.ndarray, right: np.ndarray, allowed: np.ndarray | None = None, points: int = 300
) -> CoverageCurve:
    """Every trade between answering much and answering rightly ("risk-coverage curve", El-Yaniv, Wiener
    2010), thinned to about so many points; arguments as of
    `selective_prediction`."""
    total = len(confidence)
    if allowed is not None:
        confidence, right = confidence[allowed], right[allowed]
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    last = np.flatnonzero(np.append(falling[:-1] != falling[1:], True)[: len(falling)])  # of equals
    if len(last) > points:
        last = last[np.linspace(0, len(last) - 1, points).round().astype(int)]
    hits = np.cumsum(right[order])[last]
    return CoverageCurve(falling[last], (last + 1) / total, hits / (last + 1))


# --- two models --------------------------------------------------------------------------------------


def mcnemar(only_a: int, only_b: int) -> float:
    """McNemar's exact test (1947). `only_a` pictures are read rightly by A alone, `only_b` by B alone. The
    p-value: how often two equally good models would differ at least so much by chance."""
    from scipy.stats import binomtest  # slow to import, and few pages need it

    discordant = only_a + only_b
    return float(binomtest(only_a, discordant).pvalue) if discordant else 1.0


class Comparison(NamedTuple):
    """Two models' answers to the same N pictures. Indices: the surest mistakes first."""

    more: np.ndarray  # int (10, 10): how many more of each label (row) got each answer (column) from B
    both_right: int
    only_a: np.ndarray  # int (n,): indices of the pictures that only A reads rightly
    only_b: np.ndarray
    neither: np.ndarray
    p: float  # of McNemar's test


def compare(labels: np.ndarray, a: np.ndarray, b: np.ndarray) -> Comparison:
    """`a` and `b` are the models' probabilities, float (N, 10); `labels` are 0 to 9."""
    from sklearn.metrics import confusion_matrix

    answers_a, answers_b = a.argmax(axis=1), b.argmax(axis=1)
    right_a, right_b = answers_a == labels, answers_b == labels
    # where both are wrong, the surer of the two decides the order
    surest = np.maximum(np.where(right_a, 0, a.max(axis=1)), np.where(right_b, 0, b.max(axis=1)))
    order = np.argsort(-surest, kind="stable")
    only_a, only_b, neither = (
        order[group[order]] for group in (right_a & ~right_b, right_b & ~right_a, ~right_a & ~right_b)
    )
    matrix_a, matrix_b = (
        confusion_matrix(labels, answers, labels=range(10)) for answers in (answers_a, answers_b)
    )
    both = int(np.count_nonzero(right_a & right_b))
    p = mcnemar(len(only_a), len(only_b))
    return Comparison(matrix_b - matrix_a, both, only_a, only_b, neither, p)


def in_cell(
    where: np.ndarray, labels: np.ndarray, answers: Sequence[np.ndarray], label: int, answer: int
) -> np.ndarray:
    """Those of the indices `where` whose label is `label`, and that at least one model read as `answer`."""
    read_so = np.any([of_one[where] == answer for of_one in answers], axis=0)
    return where[(labels[where] == label) & read_so]
