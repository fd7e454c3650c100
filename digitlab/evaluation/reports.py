"""An evaluation as files: tables as CSV, the confusion matrix as a drawing, a report of one page."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from digitlab import colours
from digitlab.data import NO_DIGIT
from digitlab.evaluation import Evaluation, strength
from digitlab.metrics import accuracy, expected_calibration_error, per_class
from digitlab.numbers import count, percent


def name_of(label: int) -> str:
    """A label in words: "3", or "no digit"."""
    return "no digit" if label == NO_DIGIT else str(label)


# --- tables --------------------------------------------------------------------------------------------


def answers_csv(evaluation: Evaluation, names: Sequence[str] | None = None) -> str:
    """One line for each picture: its name, else its index; its label, the answer, the confidence, and the
    probabilities of all ten digits."""
    return _answers(evaluation, range(len(evaluation.labels)), names)


def mistakes_csv(evaluation: Evaluation, names: Sequence[str] | None = None) -> str:
    """The same of those that were read wrongly."""
    return _answers(evaluation, np.flatnonzero(~evaluation.right), names)


def _answers(evaluation: Evaluation, which: Iterable[int], names: Sequence[str] | None) -> str:
    head = ["picture" if names else "index", "label", "answer", "confidence", *(f"p{d}" for d in range(10))]
    lines = (
        (
            _harmless(names[i]) if names else i,
            name_of(evaluation.labels[i]),
            evaluation.answers[i],
            f"{evaluation.confidence[i]:.6f}",
            *(f"{share:.6f}" for share in evaluation.probabilities[i]),
        )
        for i in which
    )
    return _csv(head, lines)


def _harmless(name: str) -> str:
    """A stranger's file name that a spreadsheet doesn't take for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name


def metrics_csv(evaluation: Evaluation) -> str:
    """Precision, recall, F1 and support of each digit, and the accuracy of all. Where no picture is a digit,
    these don't exist: then how often each digit was read."""
    if _no_digits(evaluation):
        return _csv(("read as", "pictures"), enumerate(evaluation.matrix[NO_DIGIT]))
    figures = per_class(evaluation.labels, evaluation.answers)
    lines: list[tuple[Any, ...]] = [
        (digit, *(f"{figure[digit]:.6f}" for figure in figures[:3]), figures.support[digit])
        for digit in range(10)
    ]
    overall = accuracy(evaluation.probabilities, evaluation.labels)
    lines.append(("accuracy", "", "", f"{overall:.6f}", len(evaluation.labels)))
    return _csv(("digit", "precision", "recall", "f1", "pictures"), lines)


def _no_digits(evaluation: Evaluation) -> bool:
    return bool((evaluation.labels == NO_DIGIT).all())


def _csv(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue()


# --- the matrix as a drawing -----------------------------------------------------------------------------

_CELL, _LEFT, _TOP = 48, 96, 96  # units of the drawing
_ENLARGED = 2  # pixels of the PNG for each


class _Square(NamedTuple):
    x: float  # of its upper left corner
    y: float
    colour: tuple[int, int, int]


class _Text(NamedTuple):
    x: float  # of its middle
    y: float
    text: str
    size: int = 15


class _Drawing(NamedTuple):
    """What is to be seen, for SVG and PNG alike."""

    width: int
    height: int
    parts: list[_Square | _Text]


def _drawing(evaluation: Evaluation, title: str) -> _Drawing:
    """The counts: rows are labels, those that occur, columns answers."""
    matrix = evaluation.matrix
    rows = [label for label, line in enumerate(matrix) if line.any()]
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    width, height = _LEFT + 10 * _CELL + 24, _TOP + len(rows) * _CELL + 24
    parts: list[_Square | _Text] = [
        _Text(width / 2, 22, title, 17),
        _Text(_LEFT + 5 * _CELL, 52, "Read as"),
        _Text(_LEFT / 2, _TOP - 20, "What it is"),
    ]
    parts += [_Text(_LEFT + (digit + 0.5) * _CELL, _TOP - 20, str(digit)) for digit in range(10)]
    for row, label in enumerate(rows):
        parts.append(_Text(_LEFT / 2, _TOP + (row + 0.5) * _CELL, name_of(label)))
        for answer in range(10):
            x, y, right = _LEFT + answer * _CELL, _TOP + row * _CELL, label == answer
            ink = np.array(colours.RIGHT if right else colours.WRONG)
            mixed = 255 - strength(shares[label, answer], right) * (255 - ink)
            red, green, blue = (int(part) for part in mixed)
            parts.append(_Square(x, y, (red, green, blue)))
            if matrix[label, answer]:
                parts.append(_Text(x + _CELL / 2 - 1, y + _CELL / 2 - 1, f"{matrix[label, answer]:,}"))
    return _Drawing(width, height, parts)


def matrix_svg(evaluation: Evaluation, title: str) -> Markup:
    """The confusion matrix as an SVG drawing."""
    width, height, parts = _drawing(evaluation, title)
    square = Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="4" fill="rgb({},{},{})"/>')
    text = Markup('<text x="{}" y="{}" font-size="{}" dominant-baseline="central">{}</text>')
    drawn = [
        square.format(part.x, part.y, _CELL - 2, _CELL - 2, *part.colour)
        if isinstance(part, _Square)
        else text.format(part.x, part.y, part.size, part.text)
        for part in parts
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
        'font-family="sans-serif" text-anchor="middle"><rect width="100%" height="100%" fill="white"/>'
        "{2}</svg>"
    ).format(width, height, Markup("").join(drawn))


def matrix_png(evaluation: Evaluation, title: str) -> bytes:
    """The same drawing as a PNG, twice as large."""
    width, height, parts = _drawing(evaluation, title)
    image = Image.new("RGB", (_ENLARGED * width, _ENLARGED * height), "white")
    draw = ImageDraw.Draw(image)
    for part in parts:
        x, y = _ENLARGED * part.x, _ENLARGED * part.y
        if isinstance(part, _Square):
            side = _ENLARGED * (_CELL - 2)
            draw.rounded_rectangle((x, y, x + side, y + side), 4 * _ENLARGED, fill=part.colour)
        else:
            font = ImageFont.load_default(_ENLARGED * part.size)
            draw.text((x, y), part.text, fill="black", font=font, anchor="mm")
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


# --- the report ------------------------------------------------------------------------------------------

_REPORT = Markup("""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse}}td,th{{padding:0.1rem 0.8rem;text-align:right}}svg{{max-width:100%}}</style>
<h1>{title}</h1>
<p>{summary} It has {parameters:,} parameters.</p>
<p>{verdict}</p>
<h2>Confusion matrix</h2><p>Rows: what it is. Columns: what the model read.</p>
{drawing}
<h2>Most frequent mistakes</h2><ul>{mistakes}</ul>
<h2>Each digit</h2>
<table><tr>{head}</tr>{rows}</table>
<p>Made with Digit Lab.</p></html>
""")


def report_html(evaluation: Evaluation, card: Mapping[str, Any], title: str) -> str:
    """One page about a model's answers, complete in itself: no script, nothing loaded from elsewhere. `card`
    is the model's."""
    counts = evaluation.matrix * (1 - np.eye(*evaluation.matrix.shape, dtype=int))
    worst = np.argsort(counts, axis=None)[::-1][:5]
    mistakes = [
        Markup("<li>{} read as {}: {}</li>").format(
            name_of(label), answer, count(int(counts[label, answer]), "time")
        )
        for label, answer in zip(*np.unravel_index(worst, counts.shape), strict=True)
        if counts[label, answer]
    ]
    head, *rows = _table_of_digits(evaluation)
    return _REPORT.format(
        title=title,
        summary=card["summary"],
        parameters=card["parameters"],
        verdict=_verdict(evaluation),
        drawing=matrix_svg(evaluation, title),
        mistakes=Markup("").join(mistakes),
        head=Markup("").join(Markup("<th>{}</th>").format(name) for name in head),
        rows=Markup("").join(
            Markup("<tr>{}</tr>").format(
                Markup("").join(Markup("<td>{}</td>").format(figure) for figure in row)
            )
            for row in rows
        ),
    )


def _verdict(evaluation: Evaluation) -> str:
    number = len(evaluation.labels)
    if _no_digits(evaluation):
        mean = percent(float(evaluation.confidence.mean()))
        return (
            f"None of the {number:,} pictures is a digit, so no answer is right. "
            f"The model’s confidence is {mean} on average."
        )
    overall = percent(accuracy(evaluation.probabilities, evaluation.labels), 2)
    calibration = percent(expected_calibration_error(evaluation.probabilities, evaluation.labels), 2)
    return (
        f"{overall} of {count(number, 'picture')} read correctly. "
        f"Its confidence is off by {calibration} on average (expected calibration error)."
    )


def _table_of_digits(evaluation: Evaluation) -> list[tuple[str, ...]]:
    if _no_digits(evaluation):
        read = [(str(digit), f"{number:,}") for digit, number in enumerate(evaluation.matrix[NO_DIGIT])]
        return [("read as", "pictures"), *read]
    figures = per_class(evaluation.labels, evaluation.answers)
    rows = [
        (
            str(digit),
            *(percent(float(figure[digit]), 2) if figures.support[digit] else "–" for figure in figures[:3]),
            f"{figures.support[digit]:,}",
        )
        for digit in range(10)
    ]
    return [("digit", "precision", "recall", "F1", "pictures"), *rows]
