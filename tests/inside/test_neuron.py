"""The numbers on the page about a neuron are the model's, and its gradients are TensorFlow's."""

import numpy as np
import pytest

from digitlab import data, inference
from digitlab.inference import Model
from digitlab.inside import neuron, neuron_code
from tests.shell import Shell

SAMPLE = "digits-18"


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return data.load("digits", "test").images[18:38] / np.float32(255)


@pytest.fixture(scope="module")
def dense() -> Model:
    return inference.load("dense_classic")


def test_the_way_forward_is_the_models(dense: Model, pictures: np.ndarray) -> None:
    layers, answers = dense.layers(pictures), dense.predict(pictures)
    for n, picture in enumerate(pictures):
        passed = neuron.forward(dense.weights, picture)
        assert np.allclose(passed.hidden, layers["hidden"][n], atol=1e-4)
        assert np.allclose(passed.logits, layers["logits"][n], atol=1e-3)
        assert np.allclose(passed.probabilities, answers[n], atol=1e-4)
        adds = neuron.connections(dense.weights, passed).sum(axis=0) + dense.weights["logits/bias"]
        assert np.allclose(adds, passed.logits, atol=1e-3)


def test_the_products_and_the_bias_make_the_sum(dense: Model, pictures: np.ndarray) -> None:
    for number in (0, 42, 99):
        products = neuron.products(dense.weights, pictures[0], number)
        total = products.sum() + dense.weights["hidden/bias"][number]
        assert np.isclose(total, neuron.forward(dense.weights, pictures[0]).sums[number], atol=1e-4)


def test_softmax_is_the_models(pictures: np.ndarray) -> None:
    linear = inference.load("linear")
    for picture, answer in zip(pictures, linear.predict(pictures), strict=True):
        steps = neuron.softmax(linear.weights, picture)
        assert np.allclose(steps.probabilities, answer, atol=1e-5)
        assert np.allclose(steps.powers / steps.powers.sum(), steps.probabilities)


@pytest.mark.parametrize("name", neuron.LEARN)
@pytest.mark.parametrize("label", [3, 8])
def test_the_gradient_is_tensorflows(name: str, label: int, pictures: np.ndarray) -> None:
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    import tensorflow as tf

    trained = keras.saving.load_model(inference.ARTIFACTS / name / "model.keras", safe_mode=True)
    weights = inference.load(name).weights
    for picture in pictures[:4]:
        with tf.GradientTape() as tape:
            loss = -tf.math.log(trained(picture[None])[0, label])
        wanted = tape.gradient(loss, trained.trainable_variables[0]).numpy()
        step = neuron.LEARN[name](weights, picture, label, 0.01)
        assert np.isclose(step.loss_before, float(loss), atol=1e-3)
        assert np.allclose(step.gradient, wanted, atol=1e-4)
        trained_step = keras.models.clone_model(trained)
        trained_step.set_weights(trained.get_weights())
        with tf.GradientTape() as tape:
            loss = -tf.math.log(trained_step(picture[None])[0, label])
        slopes = tape.gradient(loss, trained_step.trainable_variables)
        keras.optimizers.SGD(0.01).apply(slopes, trained_step.trainable_variables)
        after = -np.log(float(trained_step(picture[None])[0, label]))
        assert np.isclose(step.loss_after, after, atol=1e-3)


@pytest.mark.parametrize("name", neuron.LEARN)
def test_a_small_step_makes_the_loss_smaller(name: str, pictures: np.ndarray) -> None:
    weights = inference.load(name).weights
    for picture in pictures:
        step = neuron.LEARN[name](weights, picture, 5, 0.001)
        assert step.loss_after < step.loss_before
        assert step.probability_after > step.probability_before


def test_a_huge_step_can_make_the_loss_larger() -> None:
    images, labels = data.load("digits", "test")
    picture = images[43] / np.float32(255)
    step = neuron.learn_dense(inference.load("dense_classic").weights, picture, int(labels[43]), 3.0)
    assert step.loss_after > step.loss_before


@pytest.mark.parametrize("name", neuron.LEARN)
def test_accuracy_is_the_models_and_a_huge_step_for_one_digit_costs_the_others(
    name: str, pictures: np.ndarray
) -> None:
    model, others = inference.load(name), data.load("digits", "test")
    answers = model.predict(others.images / np.float32(255)).argmax(axis=1)
    before = neuron.accuracy(model.weights, others)
    assert before == pytest.approx((answers == others.labels).mean(), abs=1e-3)
    assert neuron.accuracy(neuron.LEARN[name](model.weights, pictures[0], 5, 3.0).moved, others) < before / 2


def test_the_most_active_neurons_come_first_and_silent_ones_not_at_all(
    dense: Model, pictures: np.ndarray
) -> None:
    passed = neuron.forward(dense.weights, pictures[0])
    most = neuron.most_active(passed, 10)
    assert passed.hidden[most[0]] == passed.hidden.max()
    assert (np.diff(passed.hidden[most]) <= 0).all()
    everyone = neuron.most_active(passed, 100)
    assert set(everyone) == set(np.flatnonzero(passed.hidden > 0))


def test_the_code_of_a_neuron_and_of_softmax_gives_what_is_shown(
    dense: Model, pictures: np.ndarray, shell: Shell
) -> None:
    arrays = shell(neuron_code.of_neuron(SAMPLE, 7))
    assert np.isclose(arrays["total"], neuron.forward(dense.weights, pictures[0]).sums[7], atol=1e-4)
    arrays = shell(neuron_code.of_softmax(SAMPLE))
    assert np.allclose(arrays["probabilities"], inference.load("linear").predict(pictures[:1])[0], atol=1e-5)


@pytest.mark.parametrize("name", neuron.LEARN)
def test_the_code_of_a_step_gives_what_is_shown(name: str, pictures: np.ndarray, shell: Shell) -> None:
    arrays = shell(neuron_code.of_step(name, SAMPLE, 3, 0.03))
    step = neuron.LEARN[name](inference.load(name).weights, pictures[0], 3, 0.03)
    assert np.allclose(arrays["gradient"], step.gradient, atol=1e-5)
    assert np.isclose(arrays["before"], step.loss_before, atol=1e-4)
    assert np.isclose(arrays["after"], step.loss_after, atol=1e-4)
