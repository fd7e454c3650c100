"""Confusion matrices on a page: the large one as cells for ui/components/matrix.py, small ones as tables."""

from collections.abc import Callable

import numpy as np

from digitlab.data import NO_DIGIT
from digitlab.evaluation import Evaluation, strength
from digitlab.evaluation.reports import name_of
from digitlab.metrics import accuracy, per_class
from digitlab.numbers import percent
from ui import style
from ui.components.matrix import Cell
from ui.markup import Markup, joined, markup

__all__ = [
    "VIEWS",
    "cells",
    "colour",
    "margins",
    "most_frequent_mistake",
    "name_of",
    "rows",
    "sentence",
    "small_matrix",
]

VIEWS = ("Counts", "Share of row", "Share of column", "Pictures")


def sentence(label: int, answer: int, count: int) -> str:
    """A cell in words: "4 read as 9: 12 times"."""
    times = "never" if count == 0 else "once" if count == 1 else f"{count:,} times"
    if label == answer:
        return f"{label} read correctly: {times}"
    return f"{name_of(label)} read as {answer}: {times}"


def colour(share: float, right: bool) -> str:
    """CSS of a cell by its share of its row: blue for right, orange for wrong."""
    red, green, blue = style.RIGHT_RGB if right else style.WRONG_RGB
    return f"rgba({red}, {green}, {blue}, {strength(share, right):.2f})"


# --- the large one ---------------------------------------------------------------------------------------


def most_frequent_mistake(matrix: np.ndarray) -> tuple[int, int]:
    """(label, answer) of the largest count off the diagonal; `matrix` is int (10, 10) or (11, 10)."""
    errors = matrix * (1 - np.eye(*matrix.shape, dtype=int))
    label, answer = np.unravel_index(errors.argmax(), errors.shape)
    return int(label), int(answer)


def rows(evaluation: Evaluation) -> list[int]:
    """The labels that occur."""
    return [label for label, line in enumerate(evaluation.matrix) if line.any()]


def cells(evaluation: Evaluation, view: str, picture: Callable[[int, int], str | None]) -> list[list[Cell]]:
    """`view` is one of VIEWS; `picture` gives the URL of a picture for a cell, or None; it is asked only in
    that view."""
    matrix = evaluation.matrix
    of_row = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    of_column = matrix / np.maximum(matrix.sum(axis=0, keepdims=True), 1)
    shares = of_column if view == "Share of column" else of_row

    def cell(label: int, answer: int) -> Cell:
        count, share = int(matrix[label, answer]), float(shares[label, answer])
        text = "" if not count or view == "Pictures" else f"{count:,}" if view == "Counts" else _bare(share)
        return Cell(
            text,
            sentence(label, answer, count),
            colour(share, label == answer),
            picture(label, answer) if view == "Pictures" and count else None,
        )

    return [[cell(label, answer) for answer in range(10)] for label in rows(evaluation)]


def margins(evaluation: Evaluation) -> tuple[list[Cell], list[Cell], Cell] | None:
    """Recall of each row, precision of each column, and accuracy where they meet; None where no picture is a
    digit, so that there are no such figures."""
    if rows(evaluation) == [NO_DIGIT]:
        return None
    figures = per_class(evaluation.labels, evaluation.answers)
    recalls = [_recall(label, figures.recall) for label in rows(evaluation)]
    precisions = [
        Cell(_bare(share), f"Of all that was read as {digit}, {percent(share, 1)} was correct")
        if evaluation.matrix[:, digit].any()
        else Cell("", f"Nothing was read as {digit}")
        for digit, share in enumerate(map(float, figures.precision))
    ]
    overall = accuracy(evaluation.probabilities, evaluation.labels)
    return recalls, precisions, Cell(_bare(overall), f"{percent(overall, 2)} of all were read correctly")


def _recall(label: int, recalls: np.ndarray) -> Cell:
    if label == NO_DIGIT:
        return Cell("", "What is no digit can’t be read correctly")
    share = float(recalls[label])
    return Cell(_bare(share), f"Of all {label}s, {percent(share, 1)} were read correctly")


def _bare(share: float) -> str:
    """A percentage in a column of them."""
    return percent(share, 1).removesuffix(" %").replace(" ", "")


# --- small ones ------------------------------------------------------------------------------------------


def small_matrix(counts: np.ndarray, caption: str) -> Markup:
    """A table to look at, for `ui.markup.put`. `counts` is int (10, 10), or (11, 10) with a last row for what
    is no digit; `caption` stands above it."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    head = joined(markup('<th scope="col">{answer}</th>', answer=answer) for answer in range(counts.shape[1]))
    lines = []
    for label, line in enumerate(counts):
        fields = joined(
            markup(
                '<td title="{title}" style="background:{colour}">{count}</td>',
                title=sentence(label, answer, int(count)),
                colour=colour(float(shares[label, answer]), label == answer),
                count=f"{count:,}" if count else "",
            )
            for answer, count in enumerate(line)
        )
        lines.append(
            markup('<tr><th scope="row">{label}</th>{fields}</tr>', label=name_of(label), fields=fields)
        )
    return markup(
        '<table class="small-matrix"><caption>{caption}</caption>'
        "<thead><tr><td></td>{head}</tr></thead><tbody>{lines}</tbody></table>",
        caption=caption,
        head=head,
        lines=joined(lines),
    )
