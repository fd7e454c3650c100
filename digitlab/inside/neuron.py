"""One digit through one network, number by number: from the pixels to the answer, and back to the weights.

The network is the textbook net (model_zoo/dense_classic.py): 784 pixels, 100 ReLU neurons, ten logits, and a
softmax of their log-sigmoids. `picture` is always float (28, 28) in [0, 1], `weights` are those of
`inference.load("dense_classic")`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from digitlab import charts, colours, data, inference, snippets
from digitlab.caches import once
from digitlab.data import Dataset

NETWORK = "dense_classic"
Weights = Mapping[str, np.ndarray]
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ReLU": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: np.exp(log_sigmoid(z)),
    "tanh": np.tanh,
    "step": lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0),
    "none": lambda z: z * 1.0,
}
MEANING = {
    "ReLU": "a sum below 0 becomes 0, any other stays as it is",
    "sigmoid": "makes any sum a number between 0 and 1",
    "tanh": "makes any sum a number between −1 and 1",
    "step": "1 if the sum is above 0, else 0. The first model of a neuron (McCulloch and Pitts, 1943) did "
    "this; it is flat everywhere, so gradient descent can’t train it",
    "none": "the sum itself. Many layers of such neurons can do no more than one layer",
}


# --- forwards ------------------------------------------------------------------------------------------


class Forward(NamedTuple):
    """The numbers on the way from the pixels to the answer."""

    sums: np.ndarray  # (100,) of the hidden neurons, bias included
    hidden: np.ndarray  # (100,) after ReLU
    logits: np.ndarray  # (10,)
    logs: np.ndarray  # (10,) the log-sigmoid of each logit: what the softmax gets
    probabilities: np.ndarray  # (10,)


class Softmax(NamedTuple):
    """The steps of a softmax, (10,) each."""

    shifted: np.ndarray  # the inputs divided by the temperature, minus the largest of them
    powers: np.ndarray  # e to each
    probabilities: np.ndarray


def log_sigmoid(z: np.ndarray) -> np.ndarray:
    """ln(1 / (1 + e^-z)), also where e^-z is too large for a float."""
    return -np.logaddexp(0, -np.asarray(z, float))


def softmax(values: np.ndarray, temperature: float = 1.0) -> Softmax:
    """Ten numbers to ten probabilities. A temperature above 1 makes them more equal, below 1 less."""
    scaled = np.asarray(values, float) / temperature
    shifted = scaled - scaled.max()
    powers = np.exp(shifted)
    return Softmax(shifted, powers, powers / powers.sum())


def forward(weights: Weights, picture: np.ndarray) -> Forward:
    """Through the whole net."""
    sums = picture.ravel() @ weights["hidden/kernel"] + weights["hidden/bias"]
    hidden = np.maximum(sums, 0)
    logits = (hidden @ weights["logits/kernel"] + weights["logits/bias"]).astype(float)
    logs = log_sigmoid(logits)
    return Forward(sums, hidden, logits, logs, softmax(logs).probabilities)


def products(weights: Weights, picture: np.ndarray, neuron: int) -> np.ndarray:
    """Each pixel times its weight, of one hidden neuron: float (28, 28)."""
    return weights["hidden/kernel"][:, neuron].reshape(28, 28) * picture


def connections(weights: Weights, passed: Forward) -> np.ndarray:
    """What each hidden neuron adds to each logit: float (100, 10)."""
    return passed.hidden[:, None] * weights["logits/kernel"]


def most_active(passed: Forward, count: int) -> list[int]:
    """The numbers of the hidden neurons with the largest outputs, largest first; those at 0 don't count."""
    return [int(n) for n in np.argsort(-passed.hidden)[:count] if passed.hidden[n] > 0]


# --- backwards -----------------------------------------------------------------------------------------


class Gradient(NamedTuple):
    """How the loss grows with each number of the net, for one picture."""

    errors: np.ndarray  # (10,) probability minus what it should be: with the log-sigmoids
    logits: np.ndarray  # (10,)
    sums: np.ndarray  # (100,)
    weights: Weights


class Training(NamedTuple):
    """Some steps of gradient descent with one picture."""

    losses: list[float]  # before the first step, and after each
    weights: Weights  # after the last step


def loss(passed: Forward, label: int) -> float:
    """The cross-entropy in nats: minus the logarithm of the label's probability."""
    return float(np.logaddexp.reduce(passed.logs) - passed.logs[label])


def gradient(weights: Weights, picture: np.ndarray, label: int) -> Gradient:
    """Back-propagation: the chain rule, layer by layer, from the loss to the weights."""
    passed = forward(weights, picture)
    errors = passed.probabilities - np.eye(10)[label]
    at_logits = errors * np.exp(log_sigmoid(-passed.logits))  # the slope of ln(sigmoid(z)) is sigmoid(-z)
    at_sums = (weights["logits/kernel"] @ at_logits) * (passed.sums > 0)
    slopes = {
        "hidden/kernel": np.outer(picture.ravel(), at_sums),
        "hidden/bias": at_sums,
        "logits/kernel": np.outer(passed.hidden, at_logits),
        "logits/bias": at_logits,
    }
    return Gradient(errors, at_logits, at_sums, slopes)


def train(weights: Weights, picture: np.ndarray, label: int, rate: float, steps: int) -> Training:
    """So many steps, each of them `rate` times the gradient downhill. `weights` are left as they are."""
    losses = []
    for _ in range(steps):
        losses.append(loss(forward(weights, picture), label))
        slopes = gradient(weights, picture, label).weights
        weights = {name: weights[name] - rate * slope for name, slope in slopes.items()}
    return Training([*losses, loss(forward(weights, picture), label)], weights)


def accuracy(weights: Weights, digits: Dataset) -> float:
    """The share of the digits that the net with these weights reads right."""
    return float((_logits(weights, digits.images).argmax(axis=1) == digits.labels).mean())


@once(maxsize=4)
def trained_accuracy(dataset: str) -> float:
    """The same, with the weights that training left, on a data set's test digits."""
    return accuracy(inference.load(NETWORK).weights, data.load(dataset, "test"))


def _logits(weights: Weights, images: np.ndarray) -> np.ndarray:
    """Of uint8 (N, 28, 28): float (N, 10)."""
    values = images.reshape(-1, 784) / np.float32(255)
    hidden = np.maximum(values @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    return hidden @ weights["logits/kernel"] + weights["logits/bias"]


# --- what the page starts with --------------------------------------------------------------------------


@once(maxsize=1)
def example() -> str:
    """A test digit of other people that the net misreads, as in a link: "digits-575". Its true label is the
    net's second guess, and gets about a third: so all the numbers of the page have something to show."""
    images, labels = data.load("digits", "test")
    logs = log_sigmoid(_logits(inference.load(NETWORK).weights, images))
    shares = np.exp(logs - np.logaddexp.reduce(logs, axis=1, keepdims=True))
    of_label = shares[np.arange(len(labels)), labels]
    second = (shares > of_label[:, None]).sum(axis=1) == 1
    return f"digits-{np.where(second, np.abs(of_label - 1 / 3), np.inf).argmin()}"


def busiest(passed: Forward, slopes: Gradient, count: int) -> int:
    """Of the `count` most active neurons the one that learning changes most: the steepest gradient."""
    return max(most_active(passed, count), key=lambda n: abs(slopes.sums[n]), default=0)


def told(passed: Forward, label: int | None) -> int:
    """Which digit to teach the net at first, so that something is to be learned: the true one where the net
    is wrong; else its second guess, a wrong label told on purpose."""
    ranked = np.argsort(-passed.probabilities)
    return label if label is not None and label != ranked[0] else int(ranked[1])


# --- figures -------------------------------------------------------------------------------------------


def activation_figure(name: str, total: float) -> go.Figure:
    """The curve of an activation function, and the place of a neuron whose sum is `total` on it."""
    reach = max(5.0, abs(total) * 1.2)
    sums = np.linspace(-reach, reach, 121)
    line = go.Scatter(
        x=sums,
        y=ACTIVATIONS[name](sums),
        mode="lines",
        line={"color": colours.css(colours.REFERENCE), "shape": "hv" if name == "step" else "linear"},
        hoverinfo="skip",
    )
    point = go.Scatter(
        x=[total],
        y=[float(ACTIVATIONS[name](np.array(total)))],
        mode="markers",
        marker={"size": 13, "color": colours.css(colours.RIGHT)},
        hovertemplate="sum %{x:.2f}, output %{y:.2f}<extra></extra>",
    )
    figure = charts.figure([line, point], x="sum", y="output", height=200)
    return figure.update_layout(showlegend=False, hovermode="closest")


def loss_figure(losses: Sequence[float]) -> go.Figure:
    """The loss before the first step and after each."""
    line = go.Scatter(
        y=list(losses),
        mode="lines+markers",
        line={"color": colours.css(colours.RIGHT)},
        marker={"size": 6},
        cliponaxis=False,
        hovertemplate="after %{x} steps: loss %{y:.3f}<extra></extra>",
    )
    figure = charts.figure([line], x="steps", y="loss", height=220)
    figure.update_xaxes(tickformat="d", rangemode="tozero", dtick=1 if len(losses) < 13 else None)
    figure.update_yaxes(rangemode="tozero")
    return figure.update_layout(showlegend=False, hovermode="closest")


# --- the code that the page shows ----------------------------------------------------------------------

_FORWARD = """\
import numpy as np
from digitlab import data, inference
{picture}
weights = inference.load("dense_classic").weights

# a neuron: pixels times weights, plus the bias; then ReLU. All 100 of them at once:
sums = picture.ravel() @ weights["hidden/kernel"] + weights["hidden/bias"]
hidden = np.maximum(sums, 0)
print(f"neuron {neuron}: sum {{sums[{neuron}]:.3f}}, output {{hidden[{neuron}]:.3f}}")

logits = (hidden @ weights["logits/kernel"] + weights["logits/bias"]).astype(float)
logs = -np.logaddexp(0, -logits)  # ln(sigmoid(z)): the ten outputs of this net are sigmoids

temperature = {temperature:g}
shifted = (logs - logs.max()) / temperature  # the largest becomes 0: no number gets too large
powers = np.exp(shifted)
probabilities = powers / powers.sum()
for digit in range(10):
    print(f"{{digit}}: logit {{logits[digit]:.3f}}, probability {{probabilities[digit]:.2%}}")
"""
_TRAIN = """\
import numpy as np
from digitlab import data, inference
{picture}
weights = dict(inference.load("dense_classic").weights)
label, rate, steps = {label}, {rate:g}, {steps}


def forward():
    hidden = np.maximum(picture.ravel() @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    logits = (hidden @ weights["logits/kernel"] + weights["logits/bias"]).astype(float)
    powers = 1 / (1 + np.exp(-logits))  # e to the power of ln(sigmoid(z))
    return hidden, logits, powers / powers.sum()


losses = []
for step in range(steps + 1):
    hidden, logits, probabilities = forward()
    losses.append(-np.log(probabilities[label]))
    print(f"after {{step}} steps: loss {{losses[-1]:.3f}}, probability {{probabilities[label]:.2%}}")
    if step == steps:
        break

    # back, by the chain rule: from the loss to the logits, from there to the hidden neurons' sums
    errors = probabilities - np.eye(10)[label]
    at_logits = errors / (1 + np.exp(logits))
    at_sums = (weights["logits/kernel"] @ at_logits) * (hidden > 0)

    # a step the other way
    weights["hidden/kernel"] = weights["hidden/kernel"] - rate * np.outer(picture.ravel(), at_sums)
    weights["hidden/bias"] = weights["hidden/bias"] - rate * at_sums
    weights["logits/kernel"] = weights["logits/kernel"] - rate * np.outer(hidden, at_logits)
    weights["logits/bias"] = weights["logits/bias"] - rate * at_logits
"""


def code_forward(sample: str | None, neuron: int, temperature: float = 1.0) -> str:
    """From the pixels of the digit that `sample` names, or of the example 3, to its probabilities."""
    return _FORWARD.format(picture=snippets.picture(sample), neuron=neuron, temperature=temperature)


def code_train(sample: str | None, label: int, rate: float, steps: int) -> str:
    """Steps of learning from one digit."""
    return _TRAIN.format(picture=snippets.picture(sample), label=label, rate=rate, steps=steps)
