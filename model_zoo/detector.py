"""Digit or not? A small network beside the readers: a reader must answer with a digit, this one need not.

It learns from the digits that the readers learn from, some of them written as people elsewhere write them,
and from what is none, as an eleventh class: letters and symbols that people wrote, our own scribbles, hearts
and faces, and MNIST's digits turned by a quarter, mirrored, cut, laid over each other, two at a time (after
"outlier exposure", Hendrycks, Mazeika, Dietterich 2019). Letters that many people write like a digit are
left out: nobody could tell an O from a 0. So are straight lines that stand, whatever they were meant to be.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from digitlab.data.scribbles import scribble
from digitlab.preprocess import FIELD, to_mnist
from model_zoo import Recipe

if TYPE_CHECKING:
    import keras

TITLE = "Digit detector"
SUMMARY = "Tells digits from letters, scribbles and dots."
RECIPE = Recipe(
    epochs=12,
    batch_size=128,
    learning_rate=0.004,
    augmentation=0.75,
    hands=0.3,
    loss={"eleven": "sparse_categorical_crossentropy"},
)


def build() -> "keras.Model":
    import keras
    from keras import layers

    picture = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(picture)
    x = layers.Conv2D(24, 5, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(48, 3, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.3)(x)
    x = layers.Dense(64, activation="relu")(x)
    eleven = layers.Dense(11, activation="softmax", name="eleven")(x)  # the ten digits, and none
    return keras.Model(picture, {"eleven": eleven, "is_digit": 1 - eleven[:, 10:]})


def not_digits(images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` pictures of no digit, half of them made from the digits given (float32 (N, 28, 28) in
    [0, 1], with labels), half scribbled; all as the preprocessing leaves them: float32 (count, 28, 28)."""
    seeds = rng.integers(0, 2**32, count)

    def make(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        picture = scribble(rng) if rng.random() < 0.5 else _spoiled(images, labels, rng)
        seen = to_mnist(picture)
        return np.zeros((FIELD, FIELD), np.float32) if seen is None else seen

    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(make, seeds)))


def _spoiled(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture made of digits that is none: uint8, bright on black."""
    one, other = (images[i] for i in rng.choice(len(images), 2, replace=False))
    way = rng.integers(5)
    if way == 0:
        picture = np.hstack([_trimmed(one), np.zeros((FIELD, 2)), _trimmed(other)])
    elif way == 1:
        shifted = np.roll(other, rng.integers(-6, 7, 2), axis=(0, 1))
        picture = np.maximum(one, shifted)
    elif way == 2:  # a quarter turn: a 3 becomes an m, a 1 a dash
        picture = np.rot90(_one_of(images, labels, (1, 2, 3, 4, 5, 7), rng), rng.choice([1, 3]))
    elif way == 3:  # a mirrored 3, 6, 7, 9
        picture = _one_of(images, labels, (3, 6, 7, 9), rng)[:, ::-1]
    else:
        picture = np.vstack([one[FIELD // 2 :], other[: FIELD // 2]])
    return np.round(picture * 255).astype(np.uint8)


def _one_of(
    images: np.ndarray, labels: np.ndarray, digits: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    return images[rng.choice(np.flatnonzero(np.isin(labels, digits)))]


def _trimmed(image: np.ndarray) -> np.ndarray:
    """Without the empty columns at the sides."""
    columns = np.flatnonzero(image.max(axis=0) > 0.2)
    return image[:, columns[0] : columns[-1] + 1]
