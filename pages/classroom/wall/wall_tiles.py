"""The drawings on the wall, the newest first, as large as there is room for. Lines are sent, not pictures:
they are sharp at any size, and a quarter of the bytes."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from digitlab.caches import once
from digitlab.classroom.drawings import LONGEST, Snapshot
from digitlab.draw import link
from digitlab.strokes import PAD_SIZE
from ui.components import component

MOST = 240  # tiles at most; a projector has room for so many that can be seen from the last row
MOST_OF_DIGIT = 40  # where each digit has a line
MOST_POINTS = 160  # of a drawing; a digit needs 20
_TOLERANCE = 1.0  # pixels of the pad: nobody sees them on a tile
_SMALLEST = PAD_SIZE / 3  # a dot stays small
_MARGIN = 1.15  # around the ink

_component = component(__file__, html='<div class="wall"></div>')


def wall_tiles(tiles: bytes, *, key: str) -> None:
    """`tiles` is what one of the functions below gives."""
    _component(key=key, data=tiles)


# Bytes, made once for all walls: Streamlit would turn lists into JSON thrice, every second.


@once(maxsize=8)
def newest(snapshot: Snapshot) -> bytes:
    """All of them."""
    return _packed([_group(snapshot.public, range(len(snapshot.public.rows)), MOST)])


@once(maxsize=8)
def by_digit(snapshot: Snapshot) -> bytes:
    """A line for each digit."""
    public = snapshot.public
    return _packed(
        [
            {"digit": digit} | _group(public, np.flatnonzero(public.labels == digit), MOST_OF_DIGIT)
            for digit in range(10)
        ]
    )


@once(maxsize=8)
def misread(snapshot: Snapshot) -> bytes:
    """Those that the model read as something else than they are."""
    public = snapshot.public
    return _packed([_group(public, np.flatnonzero(public.labels != public.guesses), MOST)])


@once(maxsize=16)
def of_cell(snapshot: Snapshot, label: int, answer: int) -> bytes:
    """Those behind a cell of the confusion matrix."""
    public = snapshot.public
    there = (public.labels == label) & (public.guesses == answer) & public.known
    return _packed([_group(public, np.flatnonzero(there), MOST)])


def forget() -> None:
    """Nothing of a class that was deleted shall stay in memory."""
    for function in (newest, by_digit, misread, of_cell, _lines):
        function.cache_clear()


def _packed(groups: Iterable[dict[str, Any]]) -> bytes:
    return json.dumps({"groups": list(groups)}, separators=(",", ":")).encode()


def _group(public: Snapshot, which: Iterable[int], most: int) -> dict[str, Any]:
    """The newest of them, without a word of who drew them."""
    indices = list(which)
    return {
        "total": len(indices),
        "tiles": [_tile(public.rows[index]) for index in indices[: -most - 1 : -1]],
    }


def _tile(row: Any) -> list[Any]:
    """Who reads this finds a name for the tile that means nothing, the lines, what they show, and what the
    model read."""
    return [row.id[:8], *_lines(row.strokes), row.label, row.guess]


@once(maxsize=2048)
def _lines(strokes: str) -> tuple[str, str, int]:
    """An SVG's viewBox around the ink, its path, and the pen's width."""
    drawing, tolerance = link.decode(strokes, LONGEST), _TOLERANCE
    kept = [link.simplified(stroke, tolerance) for stroke in drawing]
    while sum(len(stroke.points) for stroke in kept) > MOST_POINTS and tolerance < PAD_SIZE:
        tolerance *= 2  # somebody has filled the pad
        kept = [link.simplified(stroke, tolerance) for stroke in drawing]
    width = max(round(stroke.width) for stroke in kept)
    lines = [np.round(stroke.points).astype(int) for stroke in kept]
    everything = np.concatenate(lines)
    low, high = everything.min(axis=0), everything.max(axis=0)
    side = max(_MARGIN * (int((high - low).max()) + width), _SMALLEST)
    x, y = (low + high - side) / 2
    return f"{x:.0f} {y:.0f} {side:.0f} {side:.0f}", "".join(map(_path, lines)), width


def _path(points: np.ndarray) -> str:
    """int (n, 2), as SVG writes it shortest: where a line begins, then its steps. One point is a dot."""
    steps = np.diff(points, axis=0).tolist() or [[0, 0]]
    return f"M{points[0, 0]} {points[0, 1]}l" + " ".join(f"{x} {y}" for x, y in steps)
