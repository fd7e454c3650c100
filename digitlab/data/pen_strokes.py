"""Digits and letters as people wrote them on tablets: real pen strokes, and the pad they are drawn on.

Two public collections, both CC BY 4.0: UCI "Pen-Based Recognition of Handwritten Digits" (Alpaydin, Alimoglu
1996) and UNIPEN train_r01_v07, sections 1a to 1d (Guyon et al. 1994). The files are gzipped JSON lists of
{"label": one character, "writer": int, "source": str, "strokes": [[[x, y], ...], ...]}, y pointing down;
`python -m model_zoo.training.unipen` makes them from the original ones. The environment variables
PEN_DIGITS (digits) and PEN_OTHER (letters and symbols) name them.
"""

import gzip
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from digitlab.caches import once
from digitlab.errors import DataCorrupt, DataUnavailable
from digitlab.strokes import PAD_SIZE, Stroke, render

PENS = (8, 32)  # pixels on the pad
SIZES = (0.4, 1.0)  # of the pad, the longer side of the drawing, pen included
FOLDS = 10  # groups of writers: so that training, validation and test never share a hand
VARIABLES = {"digits": "PEN_DIGITS", "other": "PEN_OTHER"}


class PenDrawing(NamedTuple):
    label: str  # one character
    writer: int
    source: str  # who collected it, on which device
    strokes: Sequence[np.ndarray]  # float (points, 2) each: x, y, y pointing down

    @property
    def fold(self) -> int:
        """Which of the FOLDS its writer number belongs to, the same in every file and for ever. In three of
        UNIPEN's sources (apa, apb, app) a number is a page, and one person may have written several."""
        return zlib.crc32(f"{self.source}/{self.writer}".encode()) % FOLDS


def load(which: str) -> list[PenDrawing]:
    """The file that PEN_DIGITS ("digits") or PEN_OTHER ("other") names.

    Raises DataUnavailable, DataCorrupt."""
    variable = VARIABLES[which]
    if not (named := os.environ.get(variable)):
        raise DataUnavailable(f"{variable} names no file of pen strokes.")
    return read(Path(named).expanduser())


@once(maxsize=2)
def read(file: Path) -> list[PenDrawing]:
    """Raises DataUnavailable, DataCorrupt."""
    try:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            return [
                PenDrawing(
                    str(entry["label"]),
                    int(entry["writer"]),
                    str(entry["source"]),
                    [np.asarray(stroke, float).reshape(-1, 2) for stroke in entry["strokes"]],
                )
                for entry in json.load(stream)
            ]
    except FileNotFoundError as error:
        raise DataUnavailable(f"There is no file {file}.") from error
    except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
        raise DataCorrupt(f"{file} is damaged, or it holds no pen strokes.") from error


class OnPad(NamedTuple):
    picture: np.ndarray  # uint8 (280, 280), dark on light
    pen: float  # its width as a share of the drawing's size


def on_pad(strokes: Sequence[np.ndarray], rng: np.random.Generator) -> OnPad:
    """The strokes drawn on the pad at a random size and place with a random pen."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    pen, size = rng.uniform(*PENS), rng.uniform(*SIZES) * PAD_SIZE
    scale = max(size - pen, 1) / max(span.max(), 1e-6)
    corner = pen / 2 + rng.uniform(0, 1, 2) * (PAD_SIZE - span * scale - pen)
    return OnPad(render([Stroke((stroke - low) * scale + corner, pen) for stroke in strokes]), pen / size)


def bent(strokes: Sequence[np.ndarray], rng: np.random.Generator, strength: float = 1) -> list[np.ndarray]:
    """The strokes as another hand might have written them: turned by up to 7 degrees, slanted by up to 0.18,
    stretched by up to a tenth, each stroke a little moved and bent; or so many times as much. More than 1
    made every reader of pictures worse."""
    points = np.concatenate(strokes)
    middle, size = (points.min(axis=0) + points.max(axis=0)) / 2, max(np.ptp(points, axis=0).max(), 1e-6)
    angle, slant = strength * np.radians(rng.uniform(-7, 7)), strength * rng.uniform(-0.18, 0.18)
    stretch = np.exp(strength * rng.uniform(-0.1, 0.1))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = matrix @ [[stretch, -slant], [0, 1]]
    waves = strength * cv2.resize(rng.normal(0, 0.018, (4, 4, 2)), (17, 17), interpolation=cv2.INTER_CUBIC)
    moved = []
    for stroke in strokes:
        at = (stroke - middle) / size  # about -0.5 to 0.5
        cell = np.clip(np.round((at + 0.5) * 16), 0, 16).astype(int)
        at = at + waves[cell[:, 1], cell[:, 0]] + strength * rng.normal(0, 0.006, 2)
        moved.append(at @ matrix.T)
    return moved
