"""Which pictures of an evaluation, in which order; and the code that gives the same numbers."""

from dataclasses import dataclass, field

import numpy as np

from digitlab import inference
from digitlab.classroom import moments
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


# --- the code that is shown ----------------------------------------------------------------------------

_SAVED = """import numpy as np

saved = np.load("model_zoo/artifacts/{model}/predictions.npz")
labels, probabilities = saved["labels"], saved["probabilities"]
"""

_NAMED = """import numpy as np
from digitlab import data, inference

images, labels = data.load("{dataset}", "test")
probabilities = inference.load("{model}").predict(images / np.float32(255))
"""

_DRAWN = """import numpy as np
from digitlab.evaluation import evaluate

read = evaluate("{model}", "{dataset}")  # its picture, and for most models the pen's movement
labels, probabilities = read.labels, read.probabilities
"""

_BROUGHT = """from pathlib import Path

import numpy as np
from digitlab import inference
from digitlab.evaluation import own_data

file = Path({file!r})  # where your file lies
images, labels = own_data.read(file.name, file.read_bytes()).dataset
probabilities = inference.load("{model}").predict(images / np.float32(255))
"""

_MATRIX = """
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

answers = probabilities.argmax(axis=1)
print(confusion_matrix(labels, answers, labels=range(10)))
print(classification_report(labels, answers, labels=range(10), digits=4, zero_division=0))
print(accuracy_score(labels, answers))
"""

_NO_DIGITS = """
answers = probabilities.argmax(axis=1)
print(np.bincount(answers, minlength=10))  # how often each digit was read: none of these pictures is one
"""


def code_of_matrix(model: str, dataset: str, file: str | None = None) -> str:
    """Python that prints the confusion matrix and the figures of each digit, for a plain shell in the
    project's folder. `dataset` is one of data.names(), a class's, or "own"; then `file` is the path of the
    file."""
    dataset = moments.plain(dataset)
    match dataset:
        case "own":
            start = _BROUGHT.format(model=model, file=file)
        case "mnist" if model in inference.names():
            start = _SAVED.format(model=model)
        case _ if moments.code_of(dataset):
            start = _DRAWN.format(model=model, dataset=dataset)
        case _:
            start = _NAMED.format(model=model, dataset=dataset)
    return start + (_NO_DIGITS if dataset == "scribbles" else _MATRIX)
