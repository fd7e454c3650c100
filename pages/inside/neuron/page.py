"""A neuron, a layer, softmax, and one step of learning: with the real numbers of real networks."""

import html
import re

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from digitlab import data, inference
from digitlab.inside import neuron, neuron_code
from digitlab.inside.neuron import ACTIVATIONS, MEANING, Forward, Weights
from pages.inside.neuron.network_diagram import LINES, network_diagram
from ui import chosen_digit, headings, style
from ui.chosen_digit import Subject
from ui.components.picture_buttons import Picture, picture_buttons
from ui.pictures import data_url, figure, grey, row, tinted

NEURONS = 10  # of the hidden layer that are shown
NETWORKS = {"Linear": "linear", "Textbook net": "dense_classic"}
RATES = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)


# --- the textbook net: one neuron, and all of it -------------------------------------------------------


@st.fragment
def textbook_net(seen: Subject) -> None:
    """In one fragment: the drawing marks the neuron that was chosen."""
    weights = inference.load("dense_classic").weights
    passed = neuron.forward(weights, seen.picture)
    number = one_neuron(seen, weights, passed)
    whole_net(seen, weights, passed, number)


def one_neuron(seen: Subject, weights: Weights, passed: Forward) -> int:
    headings.subheader("One neuron", "Neuron", "Weight", "Bias", "Activation function", "ReLU", "Sigmoid")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "Neuron, 0 to 99",
            0,
            99,
            int(passed.hidden.argmax()),
            key="neuron",
            bind="query-params",
            width=150,
        )
        name = st.pills(
            "Activation function f",
            list(ACTIVATIONS),
            default="ReLU",
            required=True,
            key="f",
            bind="query-params",
        )
    products = neuron.products(weights, seen.picture, number)
    kernel = weights["hidden/kernel"][:, number].reshape(28, 28)
    bias, total = float(weights["hidden/bias"][number]), float(passed.sums[number])
    output = float(ACTIVATIONS[name](np.array(total)))
    with st.container(horizontal=True, gap="large"):
        with st.container(width=640):
            st.html(
                row(
                    (
                        figure(data_url(grey(seen.picture)), "x: the 784 pixels", "The digit", 165),
                        figure(data_url(tinted(kernel)), "w: one weight for each pixel", "Its weights", 165),
                        figure(
                            data_url(tinted(products)),
                            "w × x: where ink meets a weight",
                            "Weight times pixel",
                            165,
                        ),
                    ),
                    18,
                )
            )
            st.markdown(
                f"Blue adds **{products[products > 0].sum():.2f}**, orange takes away "
                f"**{-products[products < 0].sum():.2f}**. The sum is {signed(products.sum())}, the bias "
                f"{signed(bias)}."
            )
            st.latex(r"y = f\Big(\sum_{i=1}^{784} w_i x_i + b\Big)")
            st.latex(
                rf"= f({products.sum():.2f} {'+' if bias >= 0 else '-'} {abs(bias):.2f}) = f({total:.2f}) "
                rf"= \mathbf{{{output:.2f}}}"
            )
        with st.container(width=330):
            st.altair_chart(curve(name, total, output))
            st.caption(f"{name}: {MEANING[name]}. This net was trained with ReLU.")
    with st.popover("Show the code", icon=":material/code:"):
        st.code(neuron_code.of_neuron(seen.name, number), language="python")
    return number


def signed(number: float) -> str:
    return f"**{number:+.2f}**".replace("-", "−")


def curve(name: str, total: float, output: float) -> alt.LayerChart:
    reach = max(5.0, abs(total) * 1.2)
    sums = np.linspace(-reach, reach, 121)
    frame = pd.DataFrame({"sum": sums, "output": ACTIVATIONS[name](sums)})
    axes = {"x": alt.X("sum:Q", title="sum"), "y": alt.Y("output:Q", title="output y")}
    line = alt.Chart(frame).mark_line(color=style.QUIET, strokeWidth=2).encode(**axes)
    point = (
        alt.Chart(pd.DataFrame({"sum": [total], "output": [output]}))
        .mark_point(color=style.MODEL, filled=True, size=140, opacity=1)
        .encode(**axes, tooltip=[alt.Tooltip("sum:Q", format=".2f"), alt.Tooltip("output:Q", format=".2f")])
    )
    return alt.layer(line, point).properties(height=210, title=f"{name}: this neuron’s sum and output")


def whole_net(seen: Subject, weights: Weights, passed: Forward, number: int) -> None:
    headings.subheader("A layer, and the whole net", "Layer", "Dense layer", "Feed-forward network")
    active = int((passed.hidden > 0).sum())
    most = neuron.most_active(passed, NEURONS)
    st.markdown(
        f"The textbook net has 100 neurons in one layer. **{active}** of them answer to this digit. Here "
        f"are the {len(most)} that answer most, and the {LINES} strongest lines into each digit. Blue lines "
        "speak for it, orange ones against it: who has the most for it, or the least against it, wins."
    )
    st.html(network_diagram(seen.picture, weights, passed, most, number), width=720)
    st.caption("Press a neuron to see its sum above.")
    kernels = weights["hidden/kernel"].T.reshape(-1, 28, 28)
    picture_buttons(
        [Picture(data_url(tinted(kernels[n])), f"Neuron {n}", f"{passed.hidden[n]:.1f}") for n in most],
        key="most-active",
        side=54,
        on_press=lambda place: st.session_state.update(neuron=most[place]),
    )


# --- softmax -------------------------------------------------------------------------------------------


@st.fragment
def softmax(seen: Subject) -> None:
    headings.subheader("Softmax, step by step", "Softmax", "Logits", "Probability")
    st.markdown(
        "The linear model has one sum for each digit, its **logits**. Softmax makes probabilities of them: "
        "raise e to the power of each, and divide by the sum of all. (The largest is subtracted first, so "
        "that no number gets too large. That changes nothing.)"
    )
    steps = neuron.softmax(inference.load("linear").weights, seen.picture)
    rows = "".join(
        f'<tr style="font-weight:{700 if share == steps.probabilities.max() else 400}">'
        f'<th scope="row">{digit}</th><td>{minus(logit)}</td><td>{minus(logit - steps.logits.max())}</td>'
        f"<td>{small(power)}</td><td>{html.escape(style.percent(share))}</td>"
        f'<td style="width:25%"><span style="display:block;height:0.7rem;border-radius:4px;'
        f'width:{share:.1%};background:{style.MODEL}"></span></td></tr>'
        for digit, (logit, power, share) in enumerate(
            zip(*(values.tolist() for values in steps), strict=True)
        )
    )
    st.html(
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="Softmax step by step">'
        '<table style="border-collapse:collapse;font-size:0.9rem;line-height:1.9;text-align:right;'
        'font-variant-numeric:tabular-nums;white-space:nowrap;width:100%;max-width:620px">'
        '<thead><tr style="opacity:0.75">'
        '<th scope="col">digit</th><th scope="col">logit z</th><th scope="col">z − largest</th>'
        '<th scope="col">e to that</th><th scope="col">share</th><th></th></tr></thead>'
        f"<tbody>{rows}</tbody><tfoot><tr><td></td><td></td><td>sum</td><td>{steps.powers.sum():.4f}</td>"
        "<td>100 %</td><td></td></tr></tfoot></table></div>"
    )
    with st.popover("Show the code", icon=":material/code:"):
        st.code(neuron_code.of_softmax(seen.name), language="python")


def small(number: float) -> str:
    return f"{number:.4f}" if number >= 0.0001 else "&lt; 0.0001"


def minus(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


# --- one step of learning ------------------------------------------------------------------------------


@st.fragment
def one_step(seen: Subject) -> None:
    headings.subheader(
        "One step of learning", "Back-propagation", "Gradient", "Learning rate", "Loss", "Cross-entropy"
    )
    st.markdown(
        "Tell the network what your digit is. The **gradient** says for each weight how the loss would grow "
        "with it; the network moves every weight a little the other way."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.selectbox("Network", NETWORKS, key="network", bind="query-params", width=160)
        network = NETWORKS[title]
        model = inference.load(network)
        known = seen.label if seen.label is not None else int(model.predict(seen.picture[None]).argmax())
        key = f"label-{known}"
        label = st.selectbox(
            "It is a",
            range(10),
            told_label(known),
            key=key,
            width=100,
            on_change=lambda: st.query_params.update(label=str(st.session_state[key])),
        )
        rate = st.select_slider(
            "Learning rate: how far it goes",
            RATES,
            0.03,
            format_func="{:g}".format,
            key="rate",
            bind="query-params",
            width=330,
        )
    step = neuron.LEARN[network](model.weights, seen.picture, label, rate)
    falls = step.loss_after < step.loss_before
    st.markdown(
        f"The loss {'falls' if falls else '**rises**'} from **{step.loss_before:.4f}** to "
        f"**{step.loss_after:.4f}**; the {label} gets {style.percent(step.probability_after)} instead of "
        f"{style.percent(step.probability_before)}. "
        + ("" if falls else "The step was too long: it went past the valley.")
    )
    others = data.load("digits", "test")
    st.markdown(
        f"And all the others? Of {len(others.labels):,} digits by other people, the network read "
        f"**{neuron.accuracy(model.weights, others):.1%}**. Now it reads "
        f"**{neuron.accuracy(step.moved, others):.1%}**. One digit alone is soon learned, and a long step "
        "for it spoils the rest. So training takes small steps, with many digits for each."
    )
    unit = int(np.abs(step.gradient).sum(axis=0).argmax()) if network != "linear" else label
    whose = f"neuron {unit}, which changes most" if network != "linear" else f"the {unit}"
    strongest = float(np.abs([step.before[:, unit], step.after[:, unit]]).max())
    pictures = {
        f"Weights of {whose}, before": tinted(step.before[:, unit].reshape(28, 28), strongest),
        "Their gradient: with blue weights the loss would grow": tinted(
            step.gradient[:, unit].reshape(28, 28)
        ),
        f"Weights after: before − {rate:g} × gradient": tinted(
            step.after[:, unit].reshape(28, 28), strongest
        ),
    }
    st.html(row((figure(data_url(image), words, words, 165) for words, image in pictures.items()), 18))
    if network != "linear":
        st.caption(
            "The error goes back through two layers: from the answer to the 100 neurons, from them to their "
            "784 weights each. That way is called back-propagation."
        )
    with st.popover("Show the code", icon=":material/code:"):
        st.code(neuron_code.of_step(network, seen.name, label, rate), language="python")


def told_label(known: int) -> int:
    """From the link; else the data set's label, or the model's answer."""
    told = st.query_params.get("label", "")
    return int(told) if re.fullmatch("[0-9]", told) else known


def render() -> None:
    headings.header("A neuron and a layer", "Neuron", "Layer", "Weight")
    digit_seen = chosen_digit.choose()
    textbook_net(digit_seen)
    softmax(digit_seen)
    one_step(digit_seen)
