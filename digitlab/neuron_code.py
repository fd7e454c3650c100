"""The code that the page about a neuron shows."""

from digitlab import samples

_NEURON = """\
import numpy as np
from digitlab import data, inference
{picture}
weights = inference.load("dense_classic").weights
w = weights["hidden/kernel"][:, {neuron}]
b = weights["hidden/bias"][{neuron}]

total = picture.ravel() @ w + b  # y = f(w x + b)
output = np.maximum(total, 0)  # f is ReLU
"""
_SOFTMAX = """\
import numpy as np
from digitlab import data, inference
{picture}
weights = inference.load("linear").weights
logits = picture.ravel() @ weights["digit/kernel"] + weights["digit/bias"]

powers = np.exp(logits - logits.max())  # the largest becomes 1: no number gets too large
probabilities = powers / powers.sum()
"""
_STEP = """\
import numpy as np
from digitlab import data, inference
{picture}
weights = inference.load("linear").weights
w, b = weights["digit/kernel"], weights["digit/bias"]
label, rate = {label}, {rate:g}


def probabilities(w, b):
    powers = np.exp(picture.ravel() @ w + b)
    return powers / powers.sum()


before = -np.log(probabilities(w, b)[label])  # the loss
error = probabilities(w, b) - np.eye(10)[label]
gradient = np.outer(picture.ravel(), error)
after = -np.log(probabilities(w - rate * gradient, b - rate * error)[label])
"""


def of_neuron(sample: str | None, neuron: int) -> str:
    return _NEURON.format(picture=samples.code(sample), neuron=neuron)


def of_softmax(sample: str | None) -> str:
    return _SOFTMAX.format(picture=samples.code(sample))


def of_step(sample: str | None, label: int, rate: float) -> str:
    return _STEP.format(picture=samples.code(sample), label=label, rate=rate)
