"""The textbook net as a drawing: the digit, some of its neurons, the ten answers, the strongest connections.
Neurons and answers can be pressed."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from digitlab import colours
from digitlab.inside import neuron
from digitlab.inside.neuron import Forward, Weights
from digitlab.numbers import decimal, probability
from ui.components import component
from ui.pictures import data_url, grey, tinted

LINES = 3  # into each digit, the strongest

_component = component(
    __file__,
    '<div class="net"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"></svg>'
    '<div class="pixels"><img alt="The digit"><span>784 pixels</span></div>'
    '<div class="neurons" role="group" aria-label="Neurons with their outputs"></div>'
    '<div class="digits" role="group" aria-label="Digits with their probabilities"></div></div>',
)


def network_diagram(
    picture: np.ndarray,
    weights: Weights,
    passed: Forward,
    shown: Sequence[int],
    chosen_neuron: int,
    chosen_digit: int,
    *,
    key: str,
    on_neuron: Callable[[int], None],
    on_digit: Callable[[int], None],
) -> None:
    """`picture` is float (28, 28), `shown` are the numbers of the hidden neurons to draw. `on_neuron` hears
    the number of a pressed neuron, `on_digit` that of a pressed digit."""

    def pressed(kind: str, known: Sequence[int], tell: Callable[[int], None]) -> None:
        number = st.session_state[key][kind]
        if type(number) is int and number in known:  # it comes from the browser
            tell(number)

    looks = tinted(weights["hidden/kernel"].T.reshape(-1, 28, 28)[list(shown)])
    answer = int(passed.probabilities.argmax())
    _component(
        key=key,
        data={
            "picture": data_url(grey(picture)),
            "neurons": [
                {
                    "number": number,
                    "url": data_url(look),
                    "text": decimal(passed.hidden[number]),
                    "label": f"Neuron {number}, output {decimal(passed.hidden[number])}",
                    "chosen": number == chosen_neuron,
                }
                for number, look in zip(shown, looks, strict=True)
            ],
            "digits": [
                {
                    "number": digit,
                    "text": probability(float(share)),
                    "label": f"Digit {digit}, probability {probability(float(share))}",
                    "chosen": digit == chosen_digit,
                    "answer": digit == answer,
                }
                for digit, share in enumerate(passed.probabilities)
            ],
            "lines": lines(weights, passed, shown, chosen_digit),
            "colours": [colours.css(colours.RIGHT), colours.css(colours.WRONG)],
        },
        on_neuron_change=lambda: pressed("neuron", shown, on_neuron),
        on_digit_change=lambda: pressed("digit", range(10), on_digit),
    )


def lines(
    weights: Weights, passed: Forward, shown: Sequence[int], chosen_digit: int
) -> list[tuple[int, int, float, bool]]:
    """The place of a neuron in `shown`, a digit, what the neuron adds to its logit as a share of the most
    that any adds, and whether it leads to the chosen digit. All lines into that one, the strongest into the
    others."""
    adds = neuron.connections(weights, passed)[list(shown)]
    most = float(np.abs(adds).max(initial=0)) or 1.0
    found = []
    for digit in range(10):
        strongest = np.argsort(-np.abs(adds[:, digit]))
        chosen = digit == chosen_digit
        found += [
            (int(place), digit, round(float(adds[place, digit]) / most, 3), chosen)
            for place in (strongest if chosen else strongest[:LINES])
        ]
    return found
