"""Drawings for tests: as many different ones as they want."""

import itertools
from collections.abc import Iterator

from digitlab.strokes import Drawing, Stroke, examples


def drawing(digit: int, number: int = 0) -> Drawing:
    """One of our examples, moved by so many quarters of a pixel: another drawing for each number."""
    right, down = number % 40 / 4, number // 40 / 4
    return tuple(
        Stroke([(x + right, y + down) for x, y in points], width) for points, width in examples()[digit]
    )


def drawings() -> Iterator[tuple[int, Drawing]]:
    """Digits in turn, each drawn in another way."""
    return ((number % 10, drawing(number % 10, number)) for number in itertools.count())
