"""Optimisers walk as Keras' do, on surfaces whose slopes are right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import data, inference
from digitlab.inside import optimisation, vectorised
from tests.shell import Shell

TITLES = list(optimisation.surfaces())
SHARE = st.floats(-1, 1)


@pytest.mark.parametrize("title", TITLES)
@given(SHARE, SHARE)
@settings(max_examples=25, deadline=None)
def test_a_gradient_is_the_slope(title: str, x: float, y: float) -> None:
    surface = optimisation.surfaces()[title]
    point = np.array(surface.centre) + surface.reach * np.array([x, y])
    tiny = 1e-5 * np.eye(2)
    slope = (surface.height(point + tiny) - surface.height(point - tiny)) / 2e-5
    assert np.allclose(surface.gradient(point), slope, atol=1e-4, rtol=1e-4)
    assert np.allclose(surface.gradient(np.stack([point, point - tiny[0]]))[0], slope, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("name", ["SGD", "Momentum", "Adam"])
def test_the_way_is_keras(title: str, name: str) -> None:
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    surface = optimisation.surfaces()[title]
    optimizer = {
        "SGD": keras.optimizers.SGD(0.05),
        "Momentum": keras.optimizers.SGD(0.05, momentum=0.9),
        "Adam": keras.optimizers.Adam(0.05),
    }[name]
    place = keras.Variable(np.array(surface.start), dtype="float64")
    path = optimisation.OPTIMIZERS[name](surface, np.array(surface.start), 0.05, 20)
    for expected in path[1:]:
        slope = surface.gradient(keras.ops.convert_to_numpy(place))
        optimizer.apply([keras.ops.convert_to_tensor(slope, "float64")], [place])
        # Keras keeps rates and powers of Adam's constants as float32
        assert np.allclose(keras.ops.convert_to_numpy(place), expected, atol=2e-5)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("name", optimisation.OPTIMIZERS)
def test_all_get_down_with_the_suggested_rate(title: str, name: str) -> None:
    surface = optimisation.surfaces()[title]
    path = optimisation.OPTIMIZERS[name](surface, np.array(surface.start), surface.rate)
    heights = surface.height(path)
    lowest = optimisation.grid(surface).min()
    assert heights[-1] - lowest < 0.5 * (heights[0] - lowest)


@given(SHARE, SHARE, st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_a_random_walk_never_goes_up(x: float, y: float, seed: int) -> None:
    surface = optimisation.surfaces()["Four valleys"]
    path = optimisation.random_walk(surface, surface.reach * np.array([x, y]), 0.1, 40, seed)
    assert (np.diff(surface.height(path)) <= 0).all()


@pytest.mark.parametrize("name", ["SGD", "Momentum"])
def test_far_too_long_steps_end_far_away_and_stay_finite(name: str) -> None:
    surface = optimisation.surfaces()["Narrow valley"]
    path = optimisation.OPTIMIZERS[name](surface, np.array(surface.start), 3.0)
    assert np.isfinite(path).all()
    assert np.abs(path[-1]).max() == optimisation.FAR


def test_the_loss_in_the_middle_is_the_models() -> None:
    surface = optimisation.loss_of_linear()
    try:
        images, labels = data.load("mnist", "test")
    except data.DataUnavailable:
        images, labels = data.load("digits", "test")
    answers = inference.load("linear").predict(images[: optimisation.IMAGES] / np.float32(255))
    loss = -np.log(answers[np.arange(optimisation.IMAGES), labels[: optimisation.IMAGES]]).mean()
    assert np.isclose(surface.height(np.zeros(2)), loss, atol=1e-4)


def test_the_code_walks_as_shown(shell: Shell) -> None:
    code = optimisation.CODE.format(title="Banana", x=-1.5, y=0.2, rate=0.1, steps=30)
    surface = optimisation.surfaces()["Banana"]
    assert np.allclose(shell(code)["path"], optimisation.sgd(surface, np.array([-1.5, 0.2]), 0.1, 30))


def test_loops_and_arrays_give_the_same_sums() -> None:
    rng = np.random.default_rng(0)
    pictures, weights, biases = rng.random((3, 784)), rng.standard_normal((784, 10)), rng.random(10)
    timing = vectorised.measure(pictures, weights, biases)
    assert timing.difference < 1e-9
    namespace: dict = {"np": np}
    exec(vectorised.source(), namespace)
    assert np.allclose(namespace["arrays"](pictures, weights, biases), pictures @ weights + biases)
    assert np.allclose(
        namespace["loops"](*(values.tolist() for values in (pictures, weights, biases))),
        pictures @ weights + biases,
    )
