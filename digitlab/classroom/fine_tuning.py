"""Training a model on a class's own digits: which of them it learns from and which test it, what is too few
for that, and how sure the figures are.

A model must be tested on people whom it doesn't know, so pupils are split, not drawings. For the same reason
the intervals are over pupils: ten drawings of one hand are not ten hands.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from digitlab import inference
from digitlab.errors import DigitLabError
from digitlab.evaluation import own_data
from digitlab.numbers import count, points

PUPIL, DRAWING = "pupil", "drawing"  # what is split
SHARES = (0.5, 0.2)  # of the pupils, to learn from and to choose the epoch; the others are for the test
REPLAY = 4  # digits of MNIST for each of the class's, if nobody says otherwise
MOST_REPLAY = 20
MOST_DRAWINGS = own_data.MAX_PICTURES  # of more, these are drawn by lot: enough, and read in time
MIN_PUPILS = 6
MIN_DRAWINGS = 120
MIN_OF_A_DIGIT = 6
FEW_PUPILS = 8  # in the test; with fewer the interval is wide, and itself not sure
_ROUNDS = 5_000


class TooFew(DigitLabError):
    """Not enough drawings to train on them, and to say what that won."""


class Parts(NamedTuple):
    """Indices of drawings, int (n,) each."""

    train: np.ndarray
    validation: np.ndarray  # choose the epoch
    test: np.ndarray


class Share(NamedTuple):
    """A share in [0, 1], or a difference of two in [-1, 1], and its 95 % confidence interval."""

    value: float
    low: float
    high: float


def models() -> list[str]:
    """Those that can learn more: they read digits, and what Keras needs to go on with them is there."""
    return [name for name in inference.names() if (inference.ARTIFACTS / name / "model.keras").is_file()]


# --- what it learns from -------------------------------------------------------------------------------


def check(labels: np.ndarray, pupils: np.ndarray | None, split_by: str = PUPIL) -> None:
    """Whether that is enough to train on: labels (N,), pupils int (N,). Raises TooFew with a sentence."""
    if pupils is None and split_by == PUPIL:
        raise TooFew(
            "It doesn’t say who drew what, so it can’t be split by pupil: it needs integers called pupils."
        )
    people = MIN_PUPILS if pupils is None else len(np.unique(pupils))
    if people < MIN_PUPILS:
        raise TooFew(
            f"Too few: {count(people, 'pupil has', 'pupils have')} drawn. At least {MIN_PUPILS} are needed: "
            "three to learn from, one to choose the epoch, two for the test."
        )
    if len(labels) < MIN_DRAWINGS:
        raise TooFew(f"Too few: there are {count(len(labels), 'drawing')}, and {MIN_DRAWINGS} are needed.")
    there = np.bincount(labels, minlength=10)
    if (there < MIN_OF_A_DIGIT).any():
        rare = [f"{digit} ({there[digit]})" for digit in np.flatnonzero(there < MIN_OF_A_DIGIT)]
        raise TooFew(
            f"Too few drawings of {', '.join(rare)}. Each digit needs {MIN_OF_A_DIGIT}: a model that learns "
            "from the others alone forgets this one."
        )


def split(labels: np.ndarray, pupils: np.ndarray | None, split_by: str = PUPIL, seed: int = 0) -> Parts:
    """By PUPIL: nobody is in two parts. By DRAWING: everybody is in all three, which tells nothing about
    people who are new. The same for the same seed. Arguments and errors as of `check`."""
    check(labels, pupils, split_by)
    rng = np.random.default_rng(seed)
    if split_by == PUPIL:
        assert pupils is not None
        cut = _cut(rng.permutation(np.unique(pupils)), least=(1, 2))
        return Parts(*(np.flatnonzero(np.isin(pupils, some)) for some in cut))
    groups = labels if pupils is None else pupils
    cuts = [_cut(rng.permutation(np.flatnonzero(groups == group))) for group in np.unique(groups)]
    return Parts(*(np.sort(np.concatenate(part)) for part in zip(*cuts, strict=True)))


def packed(images: np.ndarray, labels: np.ndarray, pupils: np.ndarray) -> bytes:
    """The .npz that train.py takes, of MOST_DRAWINGS at most. Arrays as `own_data.read` gives them."""
    chosen = np.arange(len(labels))
    if len(chosen) > MOST_DRAWINGS:
        chosen = np.sort(np.random.default_rng(0).choice(chosen, MOST_DRAWINGS, replace=False))
    return own_data.npz(images[chosen], labels[chosen], pupils[chosen])


def _cut(items: np.ndarray, least: tuple[int, int] = (0, 0)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`least` items choose the epoch, and test."""
    learn, choose = (round(share * len(items)) for share in SHARES)
    choose = max(choose, least[0])
    learn = min(learn, len(items) - choose - least[1])
    return items[:learn], items[learn : learn + choose], items[learn + choose :]


def caution(test_pupils: int) -> str:
    """What to keep in mind where a test has few pupils; nothing where it has enough."""
    if test_pupils >= FEW_PUPILS:
        return ""
    return (
        f"Only {count(test_pupils, 'pupil')} could be kept for the test. With others the figures might be "
        "quite different: the more of you draw, the surer they are."
    )


# --- how sure the figures are --------------------------------------------------------------------------


def accuracy(right: np.ndarray, pupils: np.ndarray, seed: int = 0) -> Share:
    """Share of the drawings that are read rightly, bool (N,), by pupils int (N,). The interval is a bootstrap
    over pupils (Efron 1979), widened for few of them (Hesterberg 2015, "What teachers should know about the
    bootstrap": expanded percentiles), and at least as wide as if each drawing were of somebody else (Wilson
    1927): where nothing is wrong, a bootstrap sees no doubt at all."""
    from scipy.stats import binomtest  # slow to import, and few pages need it

    low, high = _bootstrap(right.astype(float), pupils, seed)
    wilson = binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
    return Share(float(right.mean()), min(low, float(wilson.low)), max(high, float(wilson.high)))


def gain(before: np.ndarray, after: np.ndarray, pupils: np.ndarray, seed: int = 0) -> Share:
    """What a training has won: the difference of two accuracies on the same drawings, bool (N,) each, with
    its interval as in `accuracy`."""
    won = after.astype(float) - before
    return Share(float(won.mean()), *_bootstrap(won, pupils, seed))


def _bootstrap(values: np.ndarray, pupils: np.ndarray, seed: int) -> tuple[float, float]:
    from scipy.stats import norm, t

    _, who = np.unique(pupils, return_inverse=True)
    sums, sizes = np.bincount(who, values), np.bincount(who)
    people = len(sizes)
    if people < 2:
        return float(min(0.0, *values)), 1.0
    drawn = np.random.default_rng(seed).multinomial(people, np.full(people, 1 / people), size=_ROUNDS)
    tail = norm.cdf(-np.sqrt(people / (people - 1)) * t.ppf(0.975, people - 1))
    low, high = np.quantile(drawn @ sums / (drawn @ sizes), [tail, 1 - tail])
    return float(low), float(high)


# --- what the page says --------------------------------------------------------------------------------


def progress(now: Mapping[str, Any]) -> float:
    """How much of a training is done, in [0, 1], by what its progress file says."""
    return min(1.0, now["done"] + now["share"] * now["step"] / now["steps"]) if now else 0.0


class Arm(NamedTuple):
    """One way to train, as the model's card has it in ["fine_tuning"]["arms"]."""

    replay: int
    split_by: str
    drawings: Mapping[str, int]  # in each part
    pupils: Mapping[str, int]
    before: Share  # of the test drawings
    after: Share
    gain: Share
    mnist_before: float | None  # of MNIST's test digits; None where MNIST wasn't there
    mnist_after: float | None
    epoch: int  # that was chosen; 0: the model as it was
    epochs: int
    seconds: int

    @property
    def title(self) -> str:
        """In a table."""
        if self.split_by == DRAWING:
            return "Split by drawing"
        return "MNIST mixed in" if self.replay else "The class alone"


def arms(card: Mapping[str, Any]) -> list[Arm]:
    """The ways that were tried; the first one made the model."""
    return [
        Arm(**arm | {key: Share(*arm[key]) for key in ("before", "after", "gain")})
        for arm in card["fine_tuning"]["arms"]
    ]


def as_json(arm: Arm) -> dict[str, Any]:
    """As it stands in a card; shares have five decimals."""

    def plain(value: Any) -> Any:
        if isinstance(value, Share):
            return [round(part, 5) for part in value]
        return round(value, 5) if isinstance(value, float) else value

    return {key: plain(value) for key, value in arm._asdict().items()}


def verdict(arm: Arm) -> str:
    """Whether it helped, in a sentence."""
    if arm.epoch == 0:
        return "Training made it no better on the pupils who choose the epoch, so it stays as it was."
    won = f"{points(arm.gain.value)} points (95 %: {points(arm.gain.low)} to {points(arm.gain.high)})"
    if arm.gain.low > 0:
        return f"It reads these pupils better now: {won}."
    if arm.gain.high < 0:
        return f"It reads these pupils worse now: {won}."
    return f"Whether it helped can’t be told from so few: {won}."


def meaning(arm: Arm, others: Sequence[Arm]) -> str:
    """What a way of training shows, in a sentence or two. `others` are all that were tried."""
    forgotten = forgets(arm)
    if arm.split_by == DRAWING:
        honest = next((o for o in others if o.split_by == PUPIL and o.replay == arm.replay), None)
        said = "How to fool oneself: each pupil is in training and in the test, so it knows the test’s hands."
        if honest and arm.gain.value > honest.gain.value:
            return (
                f"{said} It seems to have won {points(arm.gain.value)} points; on new pupils it is "
                f"{points(honest.gain.value)}."
            )
        return f"{said} Its figure says nothing about new pupils, even where it is no better."
    if not arm.replay:
        return f"It sees nothing but the class’s digits. {forgotten}".strip()
    mixed = count(arm.replay, "digit")
    return f"For each of the class’s digits it also sees {mixed} of MNIST’s. {forgotten}".strip()


def forgets(arm: Arm) -> str:
    """What became of MNIST, in a sentence; nothing where MNIST wasn't there."""
    if arm.mnist_before is None or arm.mnist_after is None:
        return ""
    change = round((arm.mnist_after - arm.mnist_before) * 10_000)  # of MNIST's test digits
    if change < 0:
        return f"It forgets a little: {count(-change, 'more mistake')} on MNIST’s 10,000 test digits."
    if change:
        return f"It forgets nothing: {count(change, 'mistake')} fewer on MNIST’s 10,000 test digits."
    return "It forgets nothing: as many mistakes on MNIST’s 10,000 test digits."


class Changed(NamedTuple):
    """Indices int (n,) of drawings that are read otherwise than before."""

    mended: np.ndarray  # rightly now
    spoiled: np.ndarray  # wrongly now


def changed(labels: np.ndarray, before: np.ndarray, after: np.ndarray) -> Changed:
    """`before` and `after` are the digits that were read, int (N,)."""
    was, now = before == labels, after == labels
    return Changed(np.flatnonzero(now & ~was), np.flatnonzero(was & ~now))
