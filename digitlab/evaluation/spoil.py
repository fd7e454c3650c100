"""One digit spoiled in fifteen ways and at any strength: who still reads it? And how often, over all of
MNIST's test digits: that was measured once and is kept in spoil.json, which

    python -m benchmarks.robustness --write

makes anew."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from digitlab import inference, snippets
from digitlab.caches import once
from digitlab.evaluation.corruptions import CORRUPTIONS, corrupt

FILE = Path(__file__).with_name("spoil.json")
STRENGTHS = tuple(range(0, 151, 10))  # per cent of the published one
PUBLISHED = 100
CLEAN = "as they are"  # beside the corruptions' names, in what was measured


@dataclass(frozen=True, eq=False)
class Spoiled:
    """A digit at each of STRENGTHS, and what each reader and the detector make of it."""

    pictures: np.ndarray  # uint8 (strengths, 28, 28)
    answers: Mapping[str, np.ndarray]  # by reader: float32 (strengths, 10)
    scores: np.ndarray  # float32 (strengths,): how much it looks like a digit to the detector


@once(maxsize=64)
def spoiled(picture: bytes, name: str) -> Spoiled:
    """`picture` is uint8 (28, 28) as bytes, `name` one of CORRUPTIONS. Raises ValueError for another."""
    image = _image(picture)
    pictures = np.concatenate([corrupt(name, image, strength=percent / 100) for percent in STRENGTHS])
    return Spoiled(pictures, _read(pictures), inference.load(inference.DETECTOR).score(_floats(pictures)))


@once(maxsize=64)
def overview(picture: bytes) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """The digit after each of CORRUPTIONS as published: uint8 (15, 28, 28); and the digit that each reader
    says, by its name, int (15,). `picture` is as for `spoiled`."""
    pictures = np.concatenate([corrupt(name, _image(picture)) for name in CORRUPTIONS])
    return pictures, {name: answers.argmax(axis=1) for name, answers in _read(pictures).items()}


@cache
def measured() -> Mapping[str, Mapping[str, float]]:
    """The share of MNIST's test digits that each reader reads wrong, by its name, after each of CORRUPTIONS
    as published, and CLEAN."""
    return json.loads(FILE.read_text("utf-8"))


def mean_error(reader: str) -> float:
    """The mean corruption error: the mean share read wrong over the fifteen corruptions."""
    wrong = measured()[reader]
    return sum(wrong[name] for name in CORRUPTIONS) / len(CORRUPTIONS)


def keep(wrong: Mapping[str, Mapping[str, float]]) -> None:
    """Write what `measured` then reads, to five places."""
    rounded = {
        reader: {name: round(share, 5) for name, share in shares.items()} for reader, shares in wrong.items()
    }
    FILE.write_text(json.dumps(rounded, indent=1) + "\n", "utf-8")
    measured.cache_clear()


def code(sample: str | None, name: str, strength: int, readers: Sequence[str]) -> str:
    """Python that spoils the digit that `sample` names, or the example 3, with so many per cent of the
    published strength, and asks the readers; it makes `shown` and `answers`."""
    return f"""{snippets.picture(sample)}
import numpy as np
from digitlab import inference
from digitlab.evaluation.corruptions import corrupt

image = np.round(picture * 255).astype(np.uint8)
shown = corrupt({json.dumps(name)}, image[None], strength={strength / 100:g})[0]
readers = {json.dumps(list(readers))}
answers = np.array([inference.load(name).predict(shown[None] / 255)[0] for name in readers])
for name, answer in zip(readers, answers):
    print(f"{{name:13}} reads {{answer.argmax()}}, with {{answer.max():.0%}}")
"""


def _image(picture: bytes) -> np.ndarray:
    return np.frombuffer(picture, np.uint8).reshape(1, 28, 28)


def _floats(pictures: np.ndarray) -> np.ndarray:
    return pictures / np.float32(255)


def _read(pictures: np.ndarray) -> dict[str, np.ndarray]:
    return {name: inference.load(name).predict(_floats(pictures)) for name in inference.names()}
