"""Batch normalisation in one operation learns what Keras' own does."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model_zoo import EVERYTHING, definition
from model_zoo.layers import convolution
from model_zoo.training.fused import fused

if TYPE_CHECKING:
    import keras

pytest.importorskip("tensorflow")
RNG = np.random.default_rng(0)
PICTURES = RNG.random((192, 12, 12, 1), dtype=np.float32)
LABELS = RNG.integers(0, 10, 192)
OWN, FUSED = "BatchNormalization", "FusedNormalization"


def network() -> "keras.Model":
    import keras
    from keras import layers

    parts = [*convolution(8), layers.MaxPooling2D(), *convolution(12), layers.Flatten(), layers.Dense(10)]
    return keras.Sequential([keras.Input((12, 12, 1)), *parts])


def learn(model: "keras.Model") -> None:
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.fit(PICTURES, LABELS, batch_size=64, epochs=2, shuffle=False, verbose=0)


def kinds(model: "keras.Model") -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


def test_the_copy_learns_the_same_from_the_same_weights() -> None:
    plain = network()
    quick = fused(plain)
    assert kinds(quick).count(FUSED) == 2
    begin = plain.get_weights()
    learn(plain)
    learn(quick)
    for before, ours, theirs in zip(begin, quick.get_weights(), plain.get_weights(), strict=True):
        assert np.abs(ours - theirs).max() < 0.02 * max(0.05, np.abs(theirs - before).max())


def test_what_it_learned_is_read_by_the_plain_network() -> None:
    quick = fused(network())
    learn(quick)
    plain = network()
    plain.set_weights(quick.get_weights())
    assert np.allclose(plain.predict(PICTURES, verbose=0), quick.predict(PICTURES, verbose=0), atol=1e-4)
    assert kinds(plain).count(OWN) == 2


@pytest.mark.parametrize("name", [n for n in EVERYTHING if definition(n).RECIPE.precision != "float32"])
def test_every_network_that_learns_in_bfloat16_can_be_copied(name: str) -> None:
    model = definition(name).build()
    copy = fused(model)
    assert copy.count_params() == model.count_params()
    assert OWN not in kinds(copy)
