"""The autoencoder's 32 numbers of a digit: the way from one digit to another, which of them matter, and what
is left with fewer of them, beside principal components.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from digitlab import data, inference, snippets
from digitlab.caches import once
from digitlab.errors import DataUnavailable
from digitlab.inference import Model

STEPS = 9  # of a walk, both ends included
KEPT = (32, 16, 8, 4, 2, 1)
FITTED_ON = 5_000  # training digits


def autoencoder() -> Model:
    return inference.load("autoencoder")


# --- what is usual ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Usual:
    """What many digits have in common."""

    dataset: str  # whose
    count: int
    code: np.ndarray  # float32 (32,): the mean of their codes
    spread: np.ndarray  # float32 (32,): how far they usually are from it (standard deviation)
    picture: np.ndarray  # float32 (784,): their mean picture
    components: np.ndarray  # float32 (32, 784): their principal components, orthonormal, the largest first


@once(maxsize=1)
def usual() -> Usual:
    """Of the first FITTED_ON training digits of MNIST; without MNIST, of UCI's digits."""
    try:
        name, images = "mnist", data.load("mnist", "train").images[:FITTED_ON]
    except DataUnavailable:
        name, images = "digits", data.load("digits", "test").images[:FITTED_ON]
    pictures = images / np.float32(255)
    codes = autoencoder().encode(pictures)
    pixels = pictures.reshape(len(pictures), 784)
    mean = pixels.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(pixels, rowvar=False))  # the smallest first
    components = vectors[:, : -len(codes[0]) - 1 : -1].T.astype(np.float32)
    return Usual(name, len(images), codes.mean(axis=0), codes.std(axis=0), mean, components)


# --- from one digit to another ---------------------------------------------------------------------------


class Row(NamedTuple):
    """Pictures side by side, and what the CNN reads."""

    pictures: np.ndarray  # float32 (N, 28, 28) in [0, 1]
    answers: np.ndarray  # int (N,)
    confidence: np.ndarray  # float32 (N,): the probability of the answer

    @property
    def changes(self) -> np.ndarray:
        """Where the answer is another than one picture before: indices int (n,)."""
        return np.flatnonzero(np.diff(self.answers)) + 1

    def read_as(self, digit: int) -> int:
        """How many are read as that digit."""
        return int(np.count_nonzero(self.answers == digit))


def read_all(pictures: np.ndarray) -> Row:
    """Pictures with the CNN's answers."""
    probabilities = inference.load("cnn").predict(pictures)
    return Row(pictures, probabilities.argmax(axis=1), probabilities.max(axis=1))


def between(start: np.ndarray, end: np.ndarray) -> tuple[Row, Row]:
    """STEPS pictures from one, float32 (28, 28), to the other: decoded on the straight line between their
    codes, and blended pixel by pixel."""
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[:, None]
    codes = autoencoder().encode(np.stack([start, end]))
    latent = autoencoder().decode((1 - share) * codes[0] + share * codes[1])
    blended = (1 - share[..., None]) * start + share[..., None] * end
    return read_all(latent), read_all(blended)


# --- the numbers -----------------------------------------------------------------------------------------


def mattering(picture: np.ndarray) -> np.ndarray:
    """The 32 numbers, the most important first: int (32,). What counts is how much the redrawn picture, of
    float32 (28, 28), changes when the number is set to its mean."""
    code = autoencoder().encode(picture[None])
    without = np.where(np.eye(code.size, dtype=bool), usual().code, code)
    change = autoencoder().decode(without) - autoencoder().decode(code)
    return np.argsort(-np.mean(change**2, axis=(1, 2)), kind="stable")


def moved(picture: np.ndarray, by: dict[int, float]) -> np.ndarray:
    """What is drawn of a picture, float32 (28, 28), when some of its numbers are moved by so many times their
    usual spread: float32 (28, 28)."""
    code = autoencoder().encode(picture[None])
    for number, far in by.items():
        code[0, number] += far * usual().spread[number]
    return autoencoder().decode(code)[0]


# --- fewer and fewer -------------------------------------------------------------------------------------


class Fewer(NamedTuple):
    """What is left of a picture with each of KEPT."""

    pictures: np.ndarray  # float32 (6, 28, 28)
    errors: np.ndarray  # float32 (6,): mean squared error of a pixel


def fewer_numbers(picture: np.ndarray) -> Fewer:
    """Of its 32 numbers those are kept that are furthest from the mean code; the others become the mean."""
    code = autoencoder().encode(picture[None])[0]
    furthest = np.argsort(-np.abs(code - usual().code), kind="stable")
    rank = np.argsort(furthest)
    codes = [np.where(rank < count, code, usual().code) for count in KEPT]
    return _judged(autoencoder().decode(np.stack(codes)), picture)


def fewer_components(picture: np.ndarray) -> Fewer:
    """The mean picture, and as many principal components on top."""
    rest = picture.ravel() - usual().picture
    pictures = [usual().picture + (rest @ part.T) @ part for part in (usual().components[:n] for n in KEPT)]
    return _judged(np.stack(pictures).reshape(-1, 28, 28), picture)


def _judged(pictures: np.ndarray, picture: np.ndarray) -> Fewer:
    return Fewer(pictures, np.mean((pictures - picture) ** 2, axis=(1, 2)))


# --- as code ---------------------------------------------------------------------------------------------

_START = """\
import numpy as np

from digitlab import data, inference
{picture}

autoencoder = inference.load("autoencoder")
"""
_BETWEEN = """
end = data.load("{dataset}", "test").images[{index}] / np.float32(255)
share = np.linspace(0, 1, {steps}, dtype=np.float32)[:, None]
start_code, end_code = autoencoder.encode(np.stack([picture, end]))
latent = autoencoder.decode((1 - share) * start_code + share * end_code)
blended = (1 - share[..., None]) * picture + share[..., None] * end

cnn = inference.load("cnn")
latent_answers = cnn.predict(latent).argmax(axis=1)
blended_answers = cnn.predict(blended).argmax(axis=1)
print(latent_answers, blended_answers)
"""
_FEWER = """
others = data.load("{dataset}", "{split}").images[:{count}] / np.float32(255)
keep = 8

code = autoencoder.encode(picture[None])[0]
mean_code = autoencoder.encode(others).mean(axis=0)
furthest = np.argsort(-np.abs(code - mean_code))
fewer = mean_code.copy()
fewer[furthest[:keep]] = code[furthest[:keep]]
from_numbers = autoencoder.decode(fewer[None])[0]

pixels = others.reshape(len(others), 784)
mean = pixels.mean(axis=0)
values, vectors = np.linalg.eigh(np.cov(pixels, rowvar=False))
components = vectors[:, ::-1][:, :keep].T
from_components = (mean + ((picture.ravel() - mean) @ components.T) @ components).reshape(28, 28)

print(((from_numbers - picture) ** 2).mean(), ((from_components - picture) ** 2).mean())
"""


def code_between(sample: str | None, dataset: str, index: int) -> str:
    """Plain Python that makes the rows of `between`; for `sample`, see snippets.picture."""
    start = _START.format(picture=snippets.picture(sample))
    return start + _BETWEEN.format(dataset=dataset, index=index, steps=STEPS)


def code_fewer(sample: str | None) -> str:
    """Plain Python that keeps 8 numbers, and 8 components."""
    dataset, count = usual().dataset, usual().count
    split = "train" if "train" in data.splits(dataset) else "test"
    start = _START.format(picture=snippets.picture(sample))
    return start + _FEWER.format(dataset=dataset, split=split, count=count)
