"""The numbers on the page about a neuron are the model's, and its gradients are TensorFlow's."""

import numpy as np
import pytest

from digitlab import data, inference
from digitlab.inference import Model
from digitlab.inside import neuron
from tests.shell import Shell, printed

SAMPLE = "digits-18"


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return data.load("digits", "test").images[18:38] / np.float32(255)


@pytest.fixture(scope="module")
def net() -> Model:
    return inference.load(neuron.NETWORK)


def test_the_way_forward_is_the_models(net: Model, pictures: np.ndarray) -> None:
    layers, answers = net.layers(pictures), net.predict(pictures)
    for n, picture in enumerate(pictures):
        passed = neuron.forward(net.weights, picture)
        assert np.allclose(passed.hidden, layers["hidden"][n], atol=1e-4)
        assert np.allclose(passed.logits, layers["logits"][n], atol=1e-3)
        assert np.allclose(passed.probabilities, answers[n], atol=1e-4)
        adds = neuron.connections(net.weights, passed).sum(axis=0) + net.weights["logits/bias"]
        assert np.allclose(adds, passed.logits, atol=1e-3)


def test_the_products_and_the_bias_make_the_sum(net: Model, pictures: np.ndarray) -> None:
    for number in (0, 42, 99):
        products = neuron.products(net.weights, pictures[0], number)
        total = products.sum() + net.weights["hidden/bias"][number]
        assert np.isclose(total, neuron.forward(net.weights, pictures[0]).sums[number], atol=1e-4)


def test_a_softmax_adds_up_and_a_temperature_keeps_the_order() -> None:
    values = np.array([-800.0, -3, -2.5, 0, 1, 2, 3, 4, 5, 700])
    for temperature in (0.25, 1, 4):
        steps = neuron.softmax(values, temperature)
        assert steps.probabilities.sum() == pytest.approx(1)
        assert (np.diff(steps.probabilities) >= 0).all()
        assert np.allclose(steps.powers, np.exp(steps.shifted))
    sure = [neuron.softmax(values[1:9], t).probabilities.max() for t in (0.5, 1, 2)]
    assert sure == sorted(sure, reverse=True), "hotter is less sure"


@pytest.mark.parametrize("label", [3, 8])
def test_the_gradient_is_tensorflows(label: int, net: Model, pictures: np.ndarray) -> None:
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    import tensorflow as tf

    trained = keras.saving.load_model(inference.ARTIFACTS / net.name / "model.keras", safe_mode=True)
    for picture in pictures[:4]:
        with tf.GradientTape() as tape:
            loss = -tf.math.log(trained(picture[None])[0, label])
        wanted = tape.gradient(loss, trained.trainable_variables)
        found = neuron.gradient(net.weights, picture, label)
        for variable, slope in zip(trained.trainable_variables, wanted, strict=True):
            assert np.allclose(found.weights["/".join(variable.path.split("/")[-2:])], slope, atol=1e-4)
        steps = neuron.train(net.weights, picture, label, 0.01, 1)
        assert np.isclose(steps.losses[0], float(loss), atol=1e-3)
        after = keras.models.clone_model(trained)
        after.set_weights(trained.get_weights())
        keras.optimizers.SGD(0.01).apply(wanted, after.trainable_variables)
        assert np.isclose(steps.losses[1], -np.log(float(after(picture[None])[0, label])), atol=1e-3)


def test_the_gradient_of_a_logit_is_the_error_times_the_slope(net: Model, pictures: np.ndarray) -> None:
    for picture in pictures:
        passed, found = (
            f(net.weights, picture, *a) for f, a in ((neuron.forward, ()), (neuron.gradient, (5,)))
        )
        slope = 1 - neuron.ACTIVATIONS["sigmoid"](passed.logits)
        assert np.allclose(found.logits, (passed.probabilities - np.eye(10)[5]) * slope)
        assert np.allclose(found.sums, (net.weights["logits/kernel"] @ found.logits) * (passed.hidden > 0))


def test_small_steps_make_the_loss_smaller_and_leave_the_weights_given_alone(
    net: Model, pictures: np.ndarray
) -> None:
    before = net.weights["hidden/kernel"].copy()
    for picture in pictures[:6]:
        steps = neuron.train(net.weights, picture, 5, 0.0003, 5)
        assert len(steps.losses) == 6
        assert (np.diff(steps.losses) < 0).all()
        assert steps.losses[-1] == neuron.loss(neuron.forward(steps.weights, picture), 5)
    assert np.array_equal(before, net.weights["hidden/kernel"])


def test_accuracy_is_the_models_and_a_long_step_for_one_digit_costs_the_others(
    net: Model, pictures: np.ndarray
) -> None:
    others = data.load("digits", "test")
    answers = net.predict(others.images / np.float32(255)).argmax(axis=1)
    before = neuron.trained_accuracy("digits")
    assert before == pytest.approx((answers == others.labels).mean(), abs=1e-3)
    for picture in pictures[:3]:
        assert neuron.accuracy(neuron.train(net.weights, picture, 5, 0.1, 1).weights, others) < before / 2


def test_the_example_is_a_mistake_that_few_steps_mend(net: Model) -> None:
    """The page starts with it: "a mistake, so there is something to learn"."""
    number = int(neuron.example().removeprefix("digits-"))
    images, labels = data.load("digits", "test")
    picture, label = images[number] / np.float32(255), int(labels[number])
    shares = neuron.forward(net.weights, picture).probabilities
    assert int(np.argsort(-shares)[1]) == label
    assert 0.2 < shares[label] < 0.45
    assert neuron.told(neuron.forward(net.weights, picture), label) == label
    after = neuron.forward(neuron.train(net.weights, picture, label, 0.0003, 11).weights, picture)
    assert after.probabilities.argmax() == label


def test_a_net_that_is_right_is_told_its_second_guess(net: Model, pictures: np.ndarray) -> None:
    passed = neuron.forward(net.weights, pictures[0])
    first, second = np.argsort(-passed.probabilities)[:2]
    assert neuron.told(passed, int(first)) == second
    assert neuron.told(passed, None) == second
    other = next(d for d in range(10) if d not in (first, second))
    assert neuron.told(passed, other) == other


def test_the_most_active_neurons_come_first_and_silent_ones_not_at_all(
    net: Model, pictures: np.ndarray
) -> None:
    passed = neuron.forward(net.weights, pictures[0])
    most = neuron.most_active(passed, 10)
    assert passed.hidden[most[0]] == passed.hidden.max()
    assert (np.diff(passed.hidden[most]) <= 0).all()
    everyone = neuron.most_active(passed, 100)
    assert set(everyone) == set(np.flatnonzero(passed.hidden > 0))


def test_the_busiest_neuron_moves_most_of_the_active_ones(net: Model, pictures: np.ndarray) -> None:
    passed, slopes = neuron.forward(net.weights, pictures[0]), neuron.gradient(net.weights, pictures[0], 5)
    found, most = neuron.busiest(passed, slopes, 10), neuron.most_active(passed, 10)
    assert found in most
    assert abs(slopes.sums[found]) == np.abs(slopes.sums[most]).max()
    assert neuron.busiest(passed, slopes, 0) == 0, "no neuron is active"


@pytest.mark.parametrize("name", neuron.ACTIVATIONS)
def test_the_curve_runs_through_the_neurons_point(name: str) -> None:
    line, point = neuron.activation_figure(name, -3.2).data
    assert point.y[0] == neuron.ACTIVATIONS[name](np.array(-3.2))
    assert min(line.x) < -3.2 < max(line.x)
    assert neuron.MEANING[name]


def test_the_code_of_the_way_forward_gives_what_is_shown(
    net: Model, pictures: np.ndarray, shell: Shell
) -> None:
    arrays = shell(neuron.code_forward(SAMPLE, 7))
    passed = neuron.forward(net.weights, pictures[0])
    assert np.allclose(arrays["sums"], passed.sums, atol=1e-4)
    assert np.allclose(arrays["probabilities"], net.predict(pictures[:1])[0], atol=1e-5)
    hot = shell(neuron.code_forward(SAMPLE, 7, 4.0))["probabilities"]
    assert np.allclose(hot, neuron.softmax(passed.logs, 4.0).probabilities, atol=1e-5)
    assert f"neuron 7: sum {passed.sums[7]:.3f}" in printed(neuron.code_forward(SAMPLE, 7))


def test_the_code_of_learning_gives_what_is_shown(net: Model, pictures: np.ndarray, shell: Shell) -> None:
    arrays = shell(neuron.code_train(SAMPLE, 3, 0.003, 4))
    steps = neuron.train(net.weights, pictures[0], 3, 0.003, 4)
    shown = printed(neuron.code_train(SAMPLE, 3, 0.003, 4)).splitlines()
    assert len(shown) == 5
    for line, loss in zip(shown, steps.losses, strict=True):
        assert float(line.split("loss ")[1].split(",")[0]) == pytest.approx(loss, abs=2e-3)
    after = neuron.forward(steps.weights, pictures[0])
    assert np.allclose(arrays["probabilities"], after.probabilities, atol=1e-4)
