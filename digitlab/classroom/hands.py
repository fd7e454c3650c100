"""Whose hands a model reads worse: a class's drawings by hand, by style, by pen.

    found = figures("class:KFRTW", "cnn")
    found.hands.shares         # of each hand, sorted: nobody can tell whose is whose
    found.styles["crossed 7"]  # how many, how many read rightly, and how sure that is

Only what everybody may see counts, and only drawings of which a person has said what they show.

The drawings of one hand are alike, so a hundred of them by five hands tell less than a hundred by a hundred.
The intervals are Wilson's (1927) for as many independent drawings as these are worth: their number divided by
the design effect (Kish 1965), the variance between hands against that of independent drawings."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from cachetools import LRUCache, cached

from digitlab import evaluation
from digitlab.classroom import moments, styles
from digitlab.classroom.drawings import LONGEST
from digitlab.data import once_each
from digitlab.draw import link
from digitlab.errors import DrawingError

FEWEST_HANDS = 5  # with fewer, somebody might know whose a bar is
FEWEST_OF_A_HAND = 5  # drawings
FEWEST = 8  # drawings of a group, by
FEWEST_HANDS_OF_A_GROUP = 3  # hands
WORST = 6  # drawings that are shown of a group
_SHUFFLES = 2_000
_KEPT = 40_000  # drawings whose strokes a server has measured


class Group(NamedTuple):
    """Some of the drawings."""

    drawings: int
    hands: int
    right: int
    share: float  # read rightly, in [0, 1]; NaN of none
    low: float  # of its 95 % interval
    high: float
    worst: tuple[int, ...]  # indices of some that are read wrongly, those with the highest loss first

    @property
    def enough(self) -> bool:
        """Whether its share says anything."""
        return self.drawings >= FEWEST and self.hands >= FEWEST_HANDS_OF_A_GROUP


class Hands(NamedTuple):
    """The class by hands. Which pupil is which is not in it."""

    shares: np.ndarray  # float (hands,), rising: of the hands with FEWEST_OF_A_HAND drawings or more
    left_out: int  # hands with fewer
    mean: float  # of the shares
    low: float  # of its 95 % interval, over hands
    high: float
    by_chance: (
        np.ndarray
    )  # float (hands,), rising: the same on average, if all hands were equally easy to read
    p: float  # how often chance alone would make the hands differ at least so much

    @property
    def enough(self) -> bool:
        return len(self.shares) >= FEWEST_HANDS


@dataclass(frozen=True, eq=False)
class Figures:
    """What a model reads in one class."""

    dataset: str  # to which the indices belong
    left_out: int  # drawings of which only a model has said what they show
    everything: Group
    hands: Hands
    styles: Mapping[str, Group]  # by digitlab.classroom.styles' names
    pens: Mapping[str, Group]  # by THIN, MEDIUM, THICK, as seen against the drawing's size
    strokes: Mapping[str, Group]  # by FEWER, AS_MOST, MORE


THIN, MEDIUM, THICK = "thin pen", "medium pen", "thick pen"
FEWER, AS_MOST, MORE = "fewer strokes than most", "as many strokes as most", "more strokes than most"
_WIDTHS = (0.08, 0.14)  # of the drawing's longer side: where a medium pen begins and ends


@once_each(maxsize=32)
def figures(dataset: str, model: str) -> Figures:
    """A model's answers to what a class has drawn, "class:KFRTW". Raises DataUnavailable, UnknownName."""
    result = evaluation.evaluate(model, dataset)
    drawn = moments.at(dataset)
    rows, counted, pupils = drawn.rows, drawn.known, drawn.pupils
    looks = [_look(row) for row in rows]
    read = _Read(result.right, result.loss, pupils, counted)
    style = np.array([look.style for look in looks])
    width = np.array([look.width for look in looks])
    strokes = _compared(result.labels, np.array([look.strokes for look in looks]), counted)
    kinds = np.select([width < _WIDTHS[0], width <= _WIDTHS[1]], [THIN, MEDIUM], THICK)
    return Figures(
        dataset=dataset,
        left_out=int((~counted).sum()),
        everything=read.group(np.ones(len(rows), bool)),
        hands=_hands(result.right[counted], pupils[counted]),
        styles={name: read.group(style == name) for pair in styles.STYLES.values() for name in pair},
        pens={kind: read.group(kinds == kind) for kind in (THIN, MEDIUM, THICK)},
        strokes={how: read.group(strokes == how) for how in (FEWER, AS_MOST, MORE)},
    )


# --- shares and their intervals ------------------------------------------------------------------------


class _Read(NamedTuple):
    """What was read, each (N,)."""

    right: np.ndarray  # bool
    loss: np.ndarray  # float
    hands: np.ndarray  # int
    counted: np.ndarray  # bool

    def group(self, which: np.ndarray) -> Group:
        """Those of `which`, bool (N,), that count."""
        where = np.flatnonzero(which & self.counted)
        right, hands = self.right[where], self.hands[where]
        share = float(right.mean()) if len(where) else float("nan")
        low, high = interval(right, hands)
        wrong = where[~right]
        worst = wrong[np.argsort(-self.loss[wrong], kind="stable")][:WORST]
        return Group(
            len(where), len(np.unique(hands)), int(right.sum()), share, low, high, tuple(map(int, worst))
        )


def interval(right: np.ndarray, hands: np.ndarray) -> tuple[float, float]:
    """Where the true share of right answers likely is (95 %). `right` is bool (n,), `hands` int (n,): who
    drew each. From 0 to 1 where there are none."""
    from scipy.stats import norm

    if not len(right):
        return 0.0, 1.0
    share, worth, z = right.mean(), len(right) / design_effect(right, hands), norm.ppf(0.975)
    middle = (share + z**2 / (2 * worth)) / (1 + z**2 / worth)
    half = z / (1 + z**2 / worth) * np.sqrt(share * (1 - share) / worth + z**2 / (4 * worth**2))
    low, high = np.clip(np.round([middle - half, middle + half], 9), 0, 1)  # of all right: exactly 1
    return float(low), float(high)


def design_effect(right: np.ndarray, hands: np.ndarray) -> float:
    """How many drawings of these hands tell as much as one independent drawing, at least 1. Arguments as of
    `interval`."""
    _, index = np.unique(hands, return_inverse=True)
    count, share = len(right), right.mean()
    number = index.max() + 1
    if number < 2 or share in (0, 1):
        return 1.0
    off = np.bincount(index, right - share)  # of each hand, in drawings
    between = number / (number - 1) * (off**2).sum() / count**2
    return float(max(1.0, between / (share * (1 - share) / count)))


def _hands(right: np.ndarray, pupils: np.ndarray) -> Hands:
    """The hands, and what chance alone would make of them: the answers dealt out anew, over and over."""
    _, index, drawn = np.unique(pupils, return_inverse=True, return_counts=True)
    kept = drawn >= FEWEST_OF_A_HAND
    left_out = int((~kept).sum())
    if not kept.any():
        return Hands(np.zeros(0), left_out, float("nan"), 0.0, 1.0, np.zeros(0), 1.0)
    inside = kept[index]
    right, sizes = right[inside], drawn[kept]
    owner = np.searchsorted(np.flatnonzero(kept), index[inside])
    shares = np.bincount(owner, right) / sizes
    rng = np.random.default_rng(0)
    # without an order of the pupils' own: the drawings are dealt out to hands of the same sizes
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    dealt = np.array([np.add.reduceat(rng.permutation(right).astype(int), starts) for _ in range(_SHUFFLES)])
    by_chance = dealt / sizes
    spread = _spread(shares, sizes, right.mean())
    p = (1 + np.count_nonzero(_spread(by_chance, sizes, right.mean()) >= spread - 1e-12)) / (1 + _SHUFFLES)
    means = shares[rng.integers(len(shares), size=(_SHUFFLES, len(shares)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Hands(
        np.sort(shares),
        left_out,
        float(shares.mean()),
        float(low),
        float(high),
        np.sort(by_chance, axis=1).mean(axis=0),
        float(p),
    )


def _spread(shares: np.ndarray, sizes: np.ndarray, mean: float) -> np.ndarray:
    """How far hands are from the mean, those with many drawings counting more."""
    return (sizes * (shares - mean) ** 2).sum(axis=-1)


def differ(one: Group, other: Group) -> bool:
    """Whether more than chance tells two groups apart: their intervals don't overlap."""
    return one.enough and other.enough and (one.high < other.low or other.high < one.low)


# --- strokes ---------------------------------------------------------------------------------------------


class _Look(NamedTuple):
    style: str
    width: float  # of the pen, as a share of the drawing's longer side
    strokes: int


def _key(row: Any) -> tuple[str, int]:
    return row.id, row.label


@cached(LRUCache(_KEPT), key=_key, lock=Lock())
def _look(row: Any) -> _Look:
    """How a drawing was drawn; measured once."""
    try:
        drawing = link.decode(row.strokes, LONGEST)
    except DrawingError:  # no pad has sent it
        return _Look(styles.NONE, 0.0, 0)
    points = np.concatenate([np.asarray(stroke.points, float).reshape(-1, 2) for stroke in drawing])
    width = float(np.mean([stroke.width for stroke in drawing]))
    side = float(np.ptp(points, axis=0).max()) + width  # its ink reaches beyond its points
    return _Look(styles.style(drawing, row.label), width / side, len(drawing))


def _compared(labels: np.ndarray, strokes: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Whether each was drawn with FEWER strokes than most draw this digit with, AS_MOST, or MORE: (N,)."""
    usual = np.array([_usual(strokes[counted & (labels == digit)]) for digit in range(10)])[labels]
    return np.select([strokes < usual, strokes == usual], [FEWER, AS_MOST], MORE)


def _usual(strokes: np.ndarray) -> int:
    return int(np.bincount(strokes).argmax()) if len(strokes) else 0
