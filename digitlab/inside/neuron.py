"""What happens in a network, number by number: forwards to the answer, and back to the weights.

It computes with the real weights of the linear model (a softmax of ten sums) and of the textbook net (100
ReLU neurons, then ten sigmoids, divided by their sum). `picture` is always float (28, 28) in [0, 1].
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from digitlab.data import Dataset

Weights = Mapping[str, np.ndarray]
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ReLU": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "step": lambda z: np.where(z > 0, 1.0, 0.0),
    "none": lambda z: z * 1.0,
}
MEANING = {
    "ReLU": "what is less than 0 becomes 0, the rest stays",
    "sigmoid": "squeezes any number between 0 and 1",
    "tanh": "squeezes any number between −1 and 1",
    "step": "1 above 0, else 0: the first neurons of 1958 did this; it has no slope to learn from",
    "none": "the sum itself; many such layers could do no more than one",
}


class Forward(NamedTuple):
    """The numbers on the way through the textbook net."""

    sums: np.ndarray  # (100,) of the hidden neurons, bias included
    hidden: np.ndarray  # (100,) after ReLU
    logits: np.ndarray  # (10,)
    probabilities: np.ndarray  # (10,)


class Softmax(NamedTuple):
    """The steps from ten sums to ten probabilities, (10,) each."""

    logits: np.ndarray
    powers: np.ndarray  # e to each, after the largest was subtracted from all
    probabilities: np.ndarray


class Step(NamedTuple):
    """One step of learning from one picture. `gradient`, `before` and `after` are the weights (784, units)
    that look at the picture: ten digits' or a hundred neurons'; `moved` are all weights after."""

    gradient: np.ndarray
    before: np.ndarray
    after: np.ndarray
    moved: Weights
    loss_before: float  # cross-entropy in nats
    loss_after: float
    probability_before: float  # of the true label
    probability_after: float


def products(weights: Weights, picture: np.ndarray, neuron: int) -> np.ndarray:
    """Each pixel times its weight, of one hidden neuron of the textbook net: float (28, 28)."""
    return weights["hidden/kernel"][:, neuron].reshape(28, 28) * picture


def forward(weights: Weights, picture: np.ndarray) -> Forward:
    """Through the textbook net."""
    sums = picture.ravel() @ weights["hidden/kernel"] + weights["hidden/bias"]
    hidden = np.maximum(sums, 0)
    logits = (hidden @ weights["logits/kernel"] + weights["logits/bias"]).astype(float)
    logs = -np.logaddexp(0, -logits)  # of the sigmoids
    return Forward(sums, hidden, logits, np.exp(logs - np.logaddexp.reduce(logs)))


def most_active(passed: Forward, count: int) -> list[int]:
    """The numbers of the hidden neurons that answer most, the most active first; those at 0 don't count."""
    return [int(n) for n in np.argsort(-passed.hidden)[:count] if passed.hidden[n] > 0]


def connections(weights: Weights, passed: Forward) -> np.ndarray:
    """What each hidden neuron adds to each digit's sum: float (100, 10)."""
    return passed.hidden[:, None] * weights["logits/kernel"]


def softmax(weights: Weights, picture: np.ndarray) -> Softmax:
    """Through the linear model."""
    logits = (picture.ravel() @ weights["digit/kernel"] + weights["digit/bias"]).astype(float)
    powers = np.exp(logits - logits.max())
    return Softmax(logits, powers, powers / powers.sum())


def learn_linear(weights: Weights, picture: np.ndarray, label: int, rate: float) -> Step:
    """One step of gradient descent for the linear model: each digit's weights move by the picture, times how
    wrong its probability is."""
    kernel, bias = weights["digit/kernel"], weights["digit/bias"]
    before = softmax(weights, picture).probabilities
    error = before - np.eye(10)[label]
    gradient = np.outer(picture.ravel(), error)
    moved = {"digit/kernel": kernel - rate * gradient, "digit/bias": bias - rate * error}
    after = softmax(moved, picture).probabilities
    return _step(gradient, kernel, moved["digit/kernel"], moved, before, after, label)


def learn_dense(weights: Weights, picture: np.ndarray, label: int, rate: float) -> Step:
    """One step of gradient descent for the textbook net: back-propagation, layer by layer, by the chain
    rule."""
    passed = forward(weights, picture)
    sigmoids = ACTIVATIONS["sigmoid"](passed.logits)
    # the loss is -log(s[label] / sum(s)), and the slope of a sigmoid s is s (1 - s)
    at_logits = sigmoids * (1 - sigmoids) / sigmoids.sum()
    at_logits[label] -= 1 - sigmoids[label]
    at_sums = (weights["logits/kernel"] @ at_logits) * (passed.sums > 0)
    slopes = {
        "hidden/kernel": np.outer(picture.ravel(), at_sums),
        "hidden/bias": at_sums,
        "logits/kernel": np.outer(passed.hidden, at_logits),
        "logits/bias": at_logits,
    }
    moved = {name: weights[name] - rate * slope for name, slope in slopes.items()}
    return _step(
        slopes["hidden/kernel"],
        weights["hidden/kernel"],
        moved["hidden/kernel"],
        moved,
        passed.probabilities,
        forward(moved, picture).probabilities,
        label,
    )


def _step(
    gradient: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    moved: Weights,
    probable_before: np.ndarray,
    probable_after: np.ndarray,
    label: int,
) -> Step:
    shares = [max(float(probable[label]), 1e-30) for probable in (probable_before, probable_after)]
    losses = [float(-np.log(share)) for share in shares]
    return Step(gradient, before, after, moved, *losses, *shares)


LEARN = {"linear": learn_linear, "dense_classic": learn_dense}


def accuracy(weights: Weights, digits: Dataset) -> float:
    """The share of the digits that a network with these weights reads right."""
    values = digits.images.reshape(-1, 784) / np.float32(255)
    if "hidden/kernel" in weights:
        values = np.maximum(values @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    last = "logits" if "logits/kernel" in weights else "digit"
    sums = values @ weights[f"{last}/kernel"] + weights[f"{last}/bias"]
    return float((sums.argmax(axis=1) == digits.labels).mean())
