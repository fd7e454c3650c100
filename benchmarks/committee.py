"""Which readers of the zoo make the best committee, on what none of them was trained on or is judged by.

    python -m benchmarks.committee

Of all groups of two to four readers, those whose joined opinion is wrong least often on MNIST's validation
images, on drawings of validation writers, and on some of these images spoiled in all of MNIST-C's ways, all
three weighing the same. `model_zoo/committee.py` has the first. MNIST and PEN_DIGITS are needed
(docs/data.md). About two minutes on two cores.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from benchmarks import markdown
from digitlab import inference
from digitlab.errors import DataUnavailable, DigitLabError
from digitlab.evaluation.corruptions import CORRUPTIONS, corrupt
from model_zoo.training import training_data
from model_zoo.training.training_data import VALIDATION_FOLD, Examples

READERS = [name for name in inference.names() if name != "committee"]
SIZES = range(2, 5)  # more would be large files for little
SHOWN = 10
SPOILED = 400  # of MNIST's validation images, in each way
SEED = 1  # of the spoiling: the test's is 0
KINDS = ("MNIST", "drawn", "spoiled")


class Group(NamedTuple):
    members: tuple[str, ...]
    wrong: tuple[float, ...]  # shares of each kind of pictures: KINDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without data."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(arguments)
    try:
        found = best()
    except DigitLabError as error:
        print(f"benchmarks.committee: {error}", file=sys.stderr)
        return 2
    rows = [[", ".join(each.members), *map(markdown.percent, each.wrong)] for each in found[:SHOWN]]
    print(markdown.table(["members", *(f"wrong, {kind}" for kind in KINDS)], rows))
    return 0


def best() -> list[Group]:
    """All groups, the one to take first: the fewer members, where two are wrong equally often. Raises
    DataUnavailable."""
    drawn = training_data.drawn(VALIDATION_FOLD)
    if drawn is None:
        raise DataUnavailable("PEN_DIGITS names the file of pen strokes.")
    mnist = training_data.validation()
    kinds = [(part.labels, opinions(part.pictures())) for part in (mnist, drawn, spoiled(mnist))]
    return sorted(groups(kinds), key=lambda each: (sum(each.wrong), len(each.members)))


def spoiled(mnist: Examples) -> Examples:
    """The first SPOILED, in each of MNIST-C's ways."""
    images = [corrupt(name, mnist.images[:SPOILED], SEED) for name in CORRUPTIONS]
    return Examples(np.concatenate(images), np.tile(mnist.labels[:SPOILED], len(images)))


def opinions(pictures: np.ndarray) -> dict[str, np.ndarray]:
    """The logits of every reader, as the committee averages them."""
    return {name: np.log(np.maximum(inference.load(name).predict(pictures), 1e-9)) for name in READERS}


def groups(kinds: Sequence[tuple[np.ndarray, Mapping[str, np.ndarray]]]) -> Iterator[Group]:
    for size in SIZES:
        for members in combinations(READERS, size):
            wrong = (
                float((np.sum([said[name] for name in members], axis=0).argmax(axis=1) != labels).mean())
                for labels, said in kinds
            )
            yield Group(members, tuple(wrong))


if __name__ == "__main__":
    sys.exit(main())
