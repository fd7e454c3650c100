"""Which pictures of an evaluation, in which order."""

from dataclasses import dataclass, field

import numpy as np

from digitlab.evaluation import Evaluation
from digitlab.evaluation.handwriting import Handwriting

ORDERS = ("most confidently wrong", "largest loss", "position in the data set")


@dataclass(frozen=True)
class Filter:
    """All that is None or empty is not asked for; ranges include both ends."""

    label: int | None = None
    answer: int | None = None
    right: bool | None = None
    confidence: tuple[float, float] = (0, 1)
    handwriting: dict[str, tuple[float, float]] = field(default_factory=dict)  # by Handwriting's fields


def select(
    evaluation: Evaluation, wanted: Filter, order: str, handwriting: Handwriting | None = None
) -> np.ndarray:
    """Indices of the pictures that pass the filter, int (n,), ordered by one of ORDERS. `handwriting` is
    needed where the filter asks for it."""
    passes = np.ones(len(evaluation.labels), bool)
    for value, of in ((wanted.label, evaluation.labels), (wanted.answer, evaluation.answers)):
        if value is not None:
            passes &= of == value
    if wanted.right is not None:
        passes &= evaluation.right == wanted.right
    low, high = wanted.confidence
    passes &= (evaluation.confidence >= low) & (evaluation.confidence <= high)
    for name, (low, high) in wanted.handwriting.items():
        values = getattr(handwriting, name)
        passes &= (values >= low) & (values <= high)
    chosen = np.flatnonzero(passes)
    match order:
        case "most confidently wrong":
            # wrong before right; the wrong ones from the surest on, the right ones from the least sure on
            sign = np.where(evaluation.right, 1, -1)
            keys = (evaluation.confidence * sign)[chosen], evaluation.right[chosen]
            return chosen[np.lexsort(keys)]
        case "largest loss":
            return chosen[np.argsort(-evaluation.loss[chosen], kind="stable")]
        case _:
            return chosen
