"""Digits by people whom no model was trained on, as the pad shows them: what several benchmarks judge by."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import OnPad, PenDrawing
from digitlab.preprocess import FIELD, to_mnist
from model_zoo.training.training_data import SPLIT_SEED, TEST_FOLD, VALIDATION_FOLD

UNSEEN = (TEST_FOLD, VALIDATION_FOLD)
VARIANTS = 3  # of each drawing: other pens, sizes and places
# of these each page counts as a writer, and a person may have written pages on both sides (docs/data.md)
PAGES = ("unipen-apa", "unipen-apb", "unipen-app")

See = Callable[[np.ndarray], np.ndarray | None]


class Seen(NamedTuple):
    """N pictures of drawings, and what is known of each."""

    pictures: dict[str, np.ndarray]  # way of seeing -> uint8 (N, 28, 28), bright on black
    drawings: list[PenDrawing]
    pens: np.ndarray  # float (N,): width as a share of the drawing's size

    @property
    def digits(self) -> np.ndarray:
        """What they are, where they are digits: int (N,)."""
        return np.array([int(drawing.label) for drawing in self.drawings])


def unseen(folds: Iterable[int] = UNSEEN, which: str = "digits") -> list[PenDrawing]:
    """In the order of their folds; `which` is "digits" or "other". Raises DataUnavailable."""
    everything = pen_strokes.load(which)
    return [drawing for fold in folds for drawing in everything if drawing.fold == fold]


def looked_at(
    drawings: list[PenDrawing],
    ways: Mapping[str, See] = {"": to_mnist},
    variants: int = VARIANTS,
    change: Callable[[PenDrawing, np.random.Generator], PenDrawing] | None = None,
) -> Seen:
    """Each drawing on the pad so many times; those of a fold as `training_data.drawn` has them, but in
    another order. `change` may alter a drawing before it is put there."""
    numbers: dict[int, int] = {}
    tasks = []
    for drawing in drawings:
        number = numbers[drawing.fold] = numbers.get(drawing.fold, -1) + 1
        tasks += [(drawing, [SPLIT_SEED, look, number]) for look in range(variants)]

    def see(task: tuple[PenDrawing, list[int]]) -> tuple[list[np.ndarray], float]:
        drawing, seed = task
        rng = np.random.default_rng(seed)
        drawing = change(drawing, rng) if change else drawing
        pad: OnPad = pen_strokes.on_pad(drawing.strokes, rng)
        return [_bytes(way(pad.picture)) for way in ways.values()], pad.pen

    with ThreadPoolExecutor() as pool:
        found = list(pool.map(see, tasks))
    pictures = {way: np.stack([seen[n] for seen, _ in found]) for n, way in enumerate(ways)}
    return Seen(pictures, [drawing for drawing, _ in tasks], np.array([pen for _, pen in found]))


def _bytes(picture: np.ndarray | None) -> np.ndarray:
    return np.zeros((FIELD, FIELD), np.uint8) if picture is None else np.round(picture * 255).astype(np.uint8)


def writers(drawings: list[PenDrawing]) -> Iterator[np.ndarray]:
    """For each person, which of the drawings are theirs: bool (N,). Not for sources that number pages."""
    who = np.array([f"{drawing.source}/{drawing.writer}" for drawing in drawings])
    for writer in np.unique(who):
        if not writer.startswith(PAGES):
            yield who == writer
