"""The curve in the progress file, from what Keras says after each step."""

import math

import numpy as np
import pytest

from model_zoo.training.fit import CURVE, Curve


def keras_says(values: np.ndarray, per_epoch: int) -> list[float]:
    """The mean over the epoch so far, after each step."""
    return [float(values[step - step % per_epoch : step + 1].mean()) for step in range(len(values))]


@pytest.mark.parametrize(("per_epoch", "epochs"), [(10, 3), (157, 5), (1_688, 2), (1, 4)])
def test_a_point_is_the_mean_of_its_own_steps(per_epoch: int, epochs: int) -> None:
    values = np.random.default_rng(0).random(per_epoch * epochs)
    curve = Curve(per_epoch, epochs)
    for step, mean in enumerate(keras_says(values, per_epoch), 1):
        curve.add(step, (step - 1) % per_epoch, {"loss": mean})
    ends = [int(step) for step in curve.points["step"]]
    assert len(ends) <= CURVE + epochs
    assert ends[-1] == per_epoch * epochs
    begins = [0, *ends[:-1]]
    means = [values[begin:end].mean() for begin, end in zip(begins, ends, strict=True)]
    assert np.allclose(curve.points["loss"], means, atol=2e-5)


def test_a_short_training_has_a_point_for_each_step() -> None:
    curve = Curve(per_epoch=10, epochs=2)
    for step in range(1, 21):
        curve.add(step, (step - 1) % 10, {"loss": 1.0})
    assert curve.points["step"] == list(range(1, 21))


def test_a_loss_that_is_no_number_breaks_nothing() -> None:
    curve = Curve(per_epoch=2, epochs=1)
    curve.add(1, 0, {"loss": math.inf})
    curve.add(2, 1, {"loss": math.nan})
    assert len(curve.points["loss"]) == 2
