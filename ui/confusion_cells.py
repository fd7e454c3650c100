"""A confusion matrix as cells for ui/components/matrix.py: texts, sentences, colours."""

import math
from collections.abc import Callable

import numpy as np

from digitlab.data import NO_DIGIT
from digitlab.evaluation import Evaluation
from digitlab.metrics import accuracy, per_class
from ui import style
from ui.components.matrix import Cell

VIEWS = ("Counts", "Share of row", "Share of column", "Pictures")


def name_of(label: int) -> str:
    return "no digit" if label == NO_DIGIT else str(label)


def sentence(label: int, answer: int, count: int) -> str:
    """A cell in words: "4 read as 9: 12 times"."""
    times = "never" if count == 0 else "once" if count == 1 else f"{count:,} times"
    if label == answer:
        return f"{label} read rightly: {times}"
    return f"{name_of(label)} read as {answer}: {times}"


def most_interesting(matrix: np.ndarray) -> tuple[int, int]:
    """The most frequent mistake: (label, answer)."""
    errors = matrix * (1 - np.eye(*matrix.shape, dtype=int))
    label, answer = np.unravel_index(errors.argmax(), errors.shape)
    return int(label), int(answer)


def cells(evaluation: Evaluation, view: str, picture: Callable[[int, int], str | None]) -> list[list[Cell]]:
    """`picture` gives the URL of a picture for a cell, or None; it is asked only in that view."""
    matrix = evaluation.matrix
    of_row = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    of_column = matrix / np.maximum(matrix.sum(axis=0, keepdims=True), 1)
    shares = of_column if view == "Share of column" else of_row

    def cell(label: int, answer: int) -> Cell:
        count = int(matrix[label, answer])
        text = str(count) if view == "Counts" else _percent(shares[label, answer])
        return Cell(
            text if count else "",
            sentence(label, answer, count),
            _color(float(shares[label, answer]), label == answer),
            picture(label, answer) if view == "Pictures" and count else None,
        )

    return [[cell(label, answer) for answer in range(10)] for label in rows(evaluation)]


def rows(evaluation: Evaluation) -> list[int]:
    """The labels that occur."""
    return [label for label, line in enumerate(evaluation.matrix) if line.any()]


def margins(evaluation: Evaluation) -> tuple[list[Cell], list[Cell], Cell]:
    """Recall of each row, precision of each column, and accuracy where they meet."""
    figures = per_class(evaluation.labels, evaluation.answers)
    recalls = [
        Cell(_percent(figures.recall[label]), f"Of all {label}s, {figures.recall[label]:.1%} were read right")
        if label != NO_DIGIT
        else Cell("", "What is no digit can’t be read right")
        for label in rows(evaluation)
    ]
    precisions = [
        Cell(_percent(share), f"Of all that was read as {digit}, {share:.1%} was right")
        for digit, share in enumerate(figures.precision)
    ]
    overall = accuracy(evaluation.probabilities, evaluation.labels)
    return recalls, precisions, Cell(_percent(overall), f"{overall:.2%} of all pictures were read right")


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"


def _color(share: float, right: bool) -> str:
    """Blue for right, orange for wrong. Mistakes are rare, so theirs is a steeper scale: one in a hundred
    must be seen beside ninety-nine."""
    red, green, blue = style.RIGHT_RGB if right else style.WRONG_RGB
    strength = 0.15 + 0.5 * share if right else min(0.85, math.sqrt(share / 0.04)) if share else 0.04
    return f"rgba({red}, {green}, {blue}, {strength:.2f})"
