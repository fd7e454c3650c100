"""The autoencoder's 32 numbers of a digit: the way from one digit to another, which of them matter, and what
is left with fewer of them, beside principal components.
"""

from collections.abc import Mapping
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
    from sklearn.decomposition import PCA

    try:
        name, images = "mnist", data.load("mnist", "train").images[:FITTED_ON]
    except DataUnavailable:
        name, images = "digits", data.load("digits", "test").images[:FITTED_ON]
    pictures = images / np.float32(255)
    codes = autoencoder().encode(pictures)
    pixels = pictures.reshape(len(pictures), 784)
    mean = pixels.mean(axis=0)
    pca = PCA(codes.shape[1], svd_solver="covariance_eigh").fit(pixels)
    components = np.asarray(pca.components_)
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


def rise(fewer: Fewer) -> tuple[int, int] | None:
    """Two neighbours of KEPT, the smaller one first, of which more numbers give the larger error; the largest
    such rise. None where the error falls with each number that is added."""
    rises = fewer.errors[:-1] - fewer.errors[1:]  # KEPT falls
    place = int(rises.argmax())
    return (KEPT[place + 1], KEPT[place]) if rises[place] > 0 else None


def _judged(pictures: np.ndarray, picture: np.ndarray) -> Fewer:
    return Fewer(pictures, np.mean((pictures - picture) ** 2, axis=(1, 2)))


# --- the 32 numbers in three -----------------------------------------------------------------------------

DOTS = 600  # digits of a data set in the 3-D view
_DENSITY = " ▀▄█"  # no ink, ink in the upper pixel, in the lower one, in both


class InThree(NamedTuple):
    """Codes of digits, seen in the three directions in which they differ most."""

    labels: np.ndarray  # uint8 (N,)
    places: np.ndarray  # float32 (N, 3)
    drawn: tuple[str, ...]  # each digit in block characters, lines parted by <br>
    explained: float  # the share of the codes' variance that three numbers keep, in [0, 1]
    mean: np.ndarray  # float32 (32,)
    directions: np.ndarray  # float32 (3, 32)

    def place(self, picture: np.ndarray) -> np.ndarray:
        """Where a picture, float32 (28, 28), lies: float32 (3,)."""
        return (autoencoder().encode(picture[None])[0] - self.mean) @ self.directions.T


@once(maxsize=2)
def in_three(dataset: str) -> InThree:
    """Those of the first test digits of a data set, by principal components. Raises DataUnavailable."""
    from sklearn.decomposition import PCA

    images, labels = data.load(dataset, "test")
    codes = autoencoder().encode(images[:DOTS] / np.float32(255))
    pca = PCA(3, svd_solver="covariance_eigh").fit(codes)
    return InThree(
        labels[:DOTS],
        pca.transform(codes),
        tuple(map(in_blocks, images[:DOTS])),
        float(pca.explained_variance_ratio_.sum()),
        np.asarray(pca.mean_),
        np.asarray(pca.components_),
    )


def in_blocks(image: np.ndarray) -> str:
    """A digit, uint8 (28, 28), in characters: a chart's tooltip holds text only. Each character stands for
    two pixels, one above the other; the empty margin of 4 pixels is left out."""
    ink = image[4:-4, 4:-4] > 100
    codes = ink[::2] + 2 * ink[1::2]
    return "<br>".join("".join(_DENSITY[code] for code in line).replace(" ", "\u00a0") for line in codes)


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
print("through latent space:", latent_answers)
print("blended:", blended_answers)
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

from sklearn.decomposition import PCA

pca = PCA(keep, svd_solver="covariance_eigh").fit(others.reshape(len(others), 784))
from_components = pca.inverse_transform(pca.transform(picture.reshape(1, 784))).reshape(28, 28)

print("error from 8 numbers:", ((from_numbers - picture) ** 2).mean())
print("error from 8 components:", ((from_components - picture) ** 2).mean())
"""


_MOVED = """
others = data.load("{dataset}", "{split}").images[:{count}] / np.float32(255)
spread = autoencoder.encode(others).std(axis=0)

code = autoencoder.encode(picture[None])
for number, far in {by}.items():
    code[0, number] += far * spread[number]
moved = autoencoder.decode(code)[0]

print("read as", inference.load("cnn").predict(moved[None]).argmax())
for line in moved:
    print("".join("#" if ink > 0.5 else "." for ink in line))
"""


def _split() -> str:
    return "train" if "train" in data.splits(usual().dataset) else "test"


def code_between(sample: str | None, dataset: str, index: int) -> str:
    """Plain Python that makes the rows of `between`; for `sample`, see snippets.picture."""
    start = _START.format(picture=snippets.picture(sample))
    return start + _BETWEEN.format(dataset=dataset, index=index, steps=STEPS)


def code_fewer(sample: str | None) -> str:
    """Plain Python that keeps 8 numbers, and 8 components."""
    dataset, count = usual().dataset, usual().count
    start = _START.format(picture=snippets.picture(sample))
    return start + _FEWER.format(dataset=dataset, split=_split(), count=count)


def code_moved(sample: str | None, by: Mapping[int, float]) -> str:
    """Plain Python that moves some of the numbers, as `moved` does; without a move, the first by 1."""
    far = {number: value for number, value in by.items() if value} or {next(iter(by)): 1.0}
    return _START.format(picture=snippets.picture(sample)) + _MOVED.format(
        dataset=usual().dataset, split=_split(), count=usual().count, by=far
    )


def code_in_three(dataset: str) -> str:
    """Plain Python that finds the three directions, and the places of the digits there."""
    return f"""\
import numpy as np
from sklearn.decomposition import PCA

from digitlab import data, inference

images, labels = data.load("{dataset}", "test")
codes = inference.load("autoencoder").encode(images[:{DOTS}] / np.float32(255))
pca = PCA(3, svd_solver="covariance_eigh").fit(codes)
places = pca.transform(codes)
print("three numbers keep", pca.explained_variance_ratio_.sum().round(3), "of the differences")
for label, place in zip(labels[:10], places):
    print(label, place.round(2))
"""
