"""Two models' answers to the same pictures: what is computed once for all visitors."""

from itertools import combinations
from typing import NamedTuple

from digitlab import evaluation, inference, metrics
from digitlab.data import once_each
from digitlab.evaluation import Evaluation
from digitlab.metrics import Comparison, PerClass


class Compared(NamedTuple):
    """Two models, A and B, on a data set's test images."""

    a: Evaluation
    b: Evaluation
    figures_a: PerClass
    figures_b: PerClass
    comparison: Comparison


@once_each(maxsize=64)
def compared(a: str, b: str, dataset: str) -> Compared:
    """Models by their names. Raises as `evaluation.evaluate` does."""
    first, second = evaluation.evaluate(a, dataset), evaluation.evaluate(b, dataset)
    return Compared(
        first,
        second,
        metrics.per_class(first.labels, first.answers),
        metrics.per_class(second.labels, second.answers),
        metrics.compare(first.labels, first.probabilities, second.probabilities),
    )


def pairs() -> int:
    """How many pairs of the zoo's models there are to compare."""
    return len(list(combinations(inference.names(), 2)))


def seeds(model: str) -> tuple[float, float] | None:
    """The lowest and the highest share of MNIST's test images that the same training with other seeds reads
    rightly; None where it was not trained more than once."""
    seeds = inference.load(model).card.get("seeds") if model in inference.names() else None
    accuracies = seeds["test_accuracy"] if seeds else ()
    return (min(accuracies), max(accuracies)) if len(accuracies) > 1 else None
