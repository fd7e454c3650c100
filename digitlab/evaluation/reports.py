"""An evaluation to take away: tables as CSV, the matrix as a drawing, a report of one page."""

import csv
import html
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitlab import colours
from digitlab.data import NO_DIGIT
from digitlab.evaluation import Evaluation
from digitlab.metrics import accuracy, expected_calibration_error, per_class

_CELL, _MARGIN = 48, 60  # units of the drawing
_SIZE = 10 * _CELL + _MARGIN + 20


def errors_csv(evaluation: Evaluation) -> str:
    """One line for each picture that was read wrongly: its index, label, answer and confidence."""
    wrong = np.flatnonzero(~evaluation.right)
    lines = zip(
        wrong, evaluation.labels[wrong], evaluation.answers[wrong], evaluation.confidence[wrong], strict=True
    )
    return _csv(("index", "label", "answer", "confidence"), ((i, a, b, f"{c:.6f}") for i, a, b, c in lines))


def metrics_csv(evaluation: Evaluation) -> str:
    """Precision, recall, F1 and support of each digit, and the accuracy of all."""
    figures = per_class(evaluation.labels, evaluation.answers)
    lines: list[tuple[Any, ...]] = [
        (digit, *(f"{figure[digit]:.6f}" for figure in figures[:3]), figures.support[digit])
        for digit in range(10)
    ]
    overall = accuracy(evaluation.probabilities, evaluation.labels)
    lines.append(("accuracy", "", "", f"{overall:.6f}", len(evaluation.labels)))
    return _csv(("digit", "precision", "recall", "f1", "pictures"), lines)


def _csv(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue()


# --- the matrix as a drawing ------------------------------------------------------------------------


def _squares(matrix: np.ndarray) -> Iterable[tuple[int, int, int, tuple[int, int, int]]]:
    """(row, column, count, colour on white) of each cell."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    for row, line in enumerate(matrix):
        for column, count in enumerate(line):
            right, share = row == column, shares[row, column]
            strength = 0.15 + 0.5 * share if right else min(0.85, np.sqrt(share / 0.04)) if count else 0.03
            ink = np.array(colours.RIGHT if right else colours.WRONG)
            red, green, blue = (255 - strength * (255 - ink)).astype(int).tolist()
            yield row, column, int(count), (red, green, blue)


def matrix_svg(evaluation: Evaluation, title: str) -> str:
    """The counts as an SVG drawing: rows are labels, columns answers."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif" '
        f'font-size="15" text-anchor="middle"><rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_SIZE / 2}" y="22" font-weight="bold">{html.escape(title)}</text>',
    ]
    for row, column, count, (red, green, blue) in _squares(evaluation.matrix[:10]):
        x, y = _MARGIN + column * _CELL, _MARGIN + row * _CELL
        parts.append(
            f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" rx="4" '
            f'fill="rgb({red},{green},{blue})"/>'
        )
        if count:
            parts.append(f'<text x="{x + _CELL / 2 - 1}" y="{y + _CELL / 2 + 4}">{count}</text>')
    for digit in range(10):
        at = _MARGIN + digit * _CELL + _CELL / 2
        parts.append(
            f'<text x="{at}" y="{_MARGIN - 8}">{digit}</text>'
            f'<text x="{_MARGIN - 14}" y="{at + 5}">{digit}</text>'
        )
    return "".join([*parts, "</svg>"])


def matrix_png(evaluation: Evaluation, title: str) -> bytes:
    """The same as a PNG, twice as large."""
    image = Image.new("RGB", (2 * _SIZE, 2 * _SIZE), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(28)

    def text(x: float, y: float, words: str) -> None:
        draw.text((2 * x, 2 * y), words, fill="black", font=font, anchor="mm")

    text(_SIZE / 2, 17, title)
    for row, column, count, color in _squares(evaluation.matrix[:10]):
        x, y = _MARGIN + column * _CELL, _MARGIN + row * _CELL
        draw.rounded_rectangle((2 * x, 2 * y, 2 * (x + _CELL - 2), 2 * (y + _CELL - 2)), 8, fill=color)
        if count:
            text(x + _CELL / 2 - 1, y + _CELL / 2 - 1, str(count))
    for digit in range(10):
        at = _MARGIN + digit * _CELL + _CELL / 2
        text(at, _MARGIN - 14, str(digit))
        text(_MARGIN - 14, at, str(digit))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


# --- the report --------------------------------------------------------------------------------------


def report_html(evaluation: Evaluation, card: Mapping[str, Any], dataset: str) -> str:
    """One page about a model on a data set, complete in itself: no script, nothing loaded from elsewhere."""
    figures = per_class(evaluation.labels, evaluation.answers)
    rows = "".join(
        f"<tr><td>{digit}</td><td>{figures.precision[digit]:.2%}</td><td>{figures.recall[digit]:.2%}</td>"
        f"<td>{figures.f1[digit]:.2%}</td><td>{figures.support[digit]:,}</td></tr>"
        for digit in range(10)
    )
    counts = evaluation.matrix * (1 - np.eye(*evaluation.matrix.shape, dtype=int))
    worst = np.argsort(counts, axis=None)[::-1][:5]
    mistakes = "".join(
        f"<li>{'no digit' if label == NO_DIGIT else label} read as {answer}: "
        f"{counts[label, answer]:,} times</li>"
        for label, answer in zip(*np.unravel_index(worst, counts.shape), strict=True)
        if counts[label, answer]
    )
    title = f"{card['title']} on {dataset}"
    overall = accuracy(evaluation.probabilities, evaluation.labels)
    calibration = expected_calibration_error(evaluation.probabilities, evaluation.labels)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}td,th{{padding:0.1rem 0.8rem;text-align:right}}svg{{max-width:32rem}}</style>
<h1>{html.escape(title)}</h1>
<p>{html.escape(card["summary"])} It has {card["parameters"]:,} parameters.</p>
<p><b>{overall:.2%}</b> of {len(evaluation.labels):,} pictures read right.
Its confidence is off by {calibration:.2%} on average (expected calibration error).</p>
<h2>Confusion matrix</h2><p>Rows: what it is. Columns: what the model read.</p>
{matrix_svg(evaluation, title)}
<h2>Most frequent mistakes</h2><ul>{mistakes}</ul>
<h2>Each digit</h2>
<table><tr><th>digit</th><th>precision</th><th>recall</th><th>F1</th><th>pictures</th></tr>{rows}</table>
<p>Made with Digit Lab.</p></html>
"""
