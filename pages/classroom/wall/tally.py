"""What the wall says of a class's drawings: how many there are, and how they were read. Counted once for
all walls of a server."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from digitlab import metrics
from digitlab.caches import once
from digitlab.classroom.drawings import Snapshot
from digitlab.numbers import count


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of drawings, of those only that everybody may see."""

    total: int
    people: int  # who drew them
    matrix: np.ndarray  # int (10, 10): how often what is a digit (row) was read as one (column)

    @cached_property
    def known(self) -> int:
        """How many there are of which a person said what they show. Without that the model would be judged by
        itself."""
        return int(self.matrix.sum())

    @cached_property
    def right(self) -> int:
        """How many of these were read correctly."""
        return int(np.trace(self.matrix))

    @property
    def sentence(self) -> str:
        """ "128 drawings by 24 people"."""
        by = f" by {count(self.people, 'person', 'people')}" if self.total else ""
        return f"{count(self.total, 'drawing')}{by}"


@once(maxsize=8)
def tally(snapshot: Snapshot) -> Tally:
    public = snapshot.public
    known = public.known
    matrix = metrics.confusion_matrix(public.labels[known], public.guesses[known])
    return Tally(len(public.rows), len(np.unique(public.pupils)), matrix)


def forget() -> None:
    """Nothing of a class that was deleted shall stay in memory."""
    tally.cache_clear()


def shares(matrix: np.ndarray) -> np.ndarray:
    """Of each row: float (10, 10); 0 where a row has nothing."""
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def short(share: float) -> str:
    """A share in % for a small cell: "97", "0.3"; what isn't all is never 100, and nothing is empty."""
    if not share:
        return ""
    if share < 0.0995:
        return f"{max(100 * share, 0.1):.1f}"
    return "100" if share == 1 else str(min(round(100 * share), 99))
