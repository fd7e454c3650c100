"""MNIST's doubtful test labels, as people judged them.

Northcutt, Athalye, Mueller 2021, "Pervasive label errors in test sets destabilize machine learning
benchmarks" (arXiv 2103.14749): five people each were asked about the images whose label a network doubted.
Here are those of which fewer than three agreed with the label (github.com/cleanlab/label-errors,
mturk/mnist_mturk.json).
"""

from typing import NamedTuple


class Doubt(NamedTuple):
    """How five people voted on a test image: for the official label, for another digit, for neither."""

    for_label: int
    other: int  # the other digit that they were offered
    for_other: int
    for_neither: int


# by the image's index in the test set
DOUBTS: dict[int, Doubt] = {
    947: Doubt(0, 9, 5, 0),
    1621: Doubt(2, 6, 3, 0),
    1901: Doubt(2, 4, 3, 0),
    2130: Doubt(2, 9, 2, 1),
    2462: Doubt(0, 0, 4, 1),
    2597: Doubt(0, 3, 4, 1),
    2654: Doubt(0, 1, 2, 3),
    3520: Doubt(2, 4, 0, 3),
    3558: Doubt(1, 0, 4, 0),
    5937: Doubt(1, 3, 3, 1),
    6651: Doubt(0, 6, 5, 0),
    6783: Doubt(2, 6, 3, 0),
    8527: Doubt(2, 9, 2, 1),
    9679: Doubt(2, 3, 0, 3),
    9729: Doubt(2, 6, 3, 0),
}
