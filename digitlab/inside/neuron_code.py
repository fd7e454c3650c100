"""The code that the page about a neuron shows."""

from digitlab import snippets

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
_STEP_LINEAR = """\
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

_STEP_DENSE = """\
import numpy as np
from digitlab import data, inference
{picture}
weights = inference.load("dense_classic").weights
label, rate = {label}, {rate:g}


def forward(weights):
    hidden = np.maximum(picture.ravel() @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    logits = hidden @ weights["logits/kernel"] + weights["logits/bias"]
    sigmoids = 1 / (1 + np.exp(-logits.astype(float)))
    return hidden, sigmoids, -np.log(sigmoids[label] / sigmoids.sum())


# back, from the loss to the logits, from there to the hidden neurons' sums
hidden, sigmoids, before = forward(weights)
at_logits = sigmoids * (1 - sigmoids) / sigmoids.sum()
at_logits[label] -= 1 - sigmoids[label]
at_sums = (weights["logits/kernel"] @ at_logits) * (hidden > 0)

gradient = np.outer(picture.ravel(), at_sums)
moved = {{
    "hidden/kernel": weights["hidden/kernel"] - rate * gradient,
    "hidden/bias": weights["hidden/bias"] - rate * at_sums,
    "logits/kernel": weights["logits/kernel"] - rate * np.outer(hidden, at_logits),
    "logits/bias": weights["logits/bias"] - rate * at_logits,
}}
after = forward(moved)[2]
"""
_STEPS = {"linear": _STEP_LINEAR, "dense_classic": _STEP_DENSE}


def of_neuron(sample: str | None, neuron: int) -> str:
    return _NEURON.format(picture=snippets.picture(sample), neuron=neuron)


def of_softmax(sample: str | None) -> str:
    return _SOFTMAX.format(picture=snippets.picture(sample))


def of_step(network: str, sample: str | None, label: int, rate: float) -> str:
    return _STEPS[network].format(picture=snippets.picture(sample), label=label, rate=rate)
