"""One digit through one net: from its pixels to a probability, to the loss, and back to the weights."""

import numpy as np
import streamlit as st

from digitlab import data
from digitlab.inference import load
from digitlab.inside import neuron
from digitlab.inside.neuron import ACTIVATIONS, MEANING, Forward, Gradient, Training, Weights
from digitlab.numbers import (
    MINUS,
    a_digit,
    adding_up,
    count,
    decimal,
    percent,
    probability,
    signed,
    significant,
)
from pages.inside.neuron.network_diagram import network_diagram
from ui import chosen_digit, headings, query
from ui.charts import chart
from ui.chosen_digit import ChosenDigit
from ui.figures import colour_bar, figure, row
from ui.markup import Markup, joined, markup, put
from ui.pictures import grey, tinted
from ui.snippets import show_code

NEURONS = 10  # of the hidden layer that are drawn
ADDENDS = 5  # of a logit that are written out
TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 4.0)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0)
MOST_STEPS = 101


@st.fragment
def story(seen: ChosenDigit) -> None:
    """In one fragment: each part goes on with the numbers of the one before it."""
    weights = load(neuron.NETWORK).weights
    passed = neuron.forward(weights, seen.picture)
    first = neuron.told(passed, seen.label)
    slopes = neuron.gradient(weights, seen.picture, chosen(query.whole("label", 9), first))
    number = chosen(query.whole("neuron", 99), neuron.busiest(passed, slopes, NEURONS))
    digit = chosen(query.whole("digit", 9), int(passed.probabilities.argmax()))
    st.markdown(verdict(passed, seen.label))
    left, right = st.columns(2, gap="large")
    with left:
        whole_net(seen, weights, passed, number, digit)
    with right:
        one_neuron(seen, weights, passed, number)
    left, right = st.columns(2, gap="large")
    with left:
        activation(float(passed.sums[number]))
    with right:
        logit(weights, passed, digit)
    left, right = st.columns(2, gap="large")
    with left:
        temperature = probabilities(passed)
    with right:
        label = told(first)
        the_loss(passed, label, seen.label)
    show_code(neuron.code_forward(seen.name, number, temperature), key="code-forward")
    rate, steps = chosen_rate(), query.whole("steps", MOST_STEPS) or 1
    trained = neuron.train(weights, seen.picture, label, rate, steps)
    backwards(seen, weights, passed, slopes, number, rate)
    again(seen, passed, trained, number, label)
    show_code(neuron.code_train(seen.name, label, rate, steps), key="code-train")


def chosen(told: int | None, otherwise: int) -> int:
    return otherwise if told is None else told


def take(name: str, number: int) -> None:
    st.query_params[name] = str(number)


def verdict(passed: Forward, label: int | None) -> str:
    """What the net reads, and whether that is right."""
    answer = int(passed.probabilities.argmax())
    said = f"It reads **{a_digit(answer)}**, with {probability(float(passed.probabilities[answer]))}."
    if label is None:
        return said
    if label == answer:
        return f"{said} That is right."
    return f"{said} But it is **{a_digit(label)}**: a mistake, so there is something to learn."


# --- forwards ------------------------------------------------------------------------------------------


def whole_net(seen: ChosenDigit, weights: Weights, passed: Forward, number: int, digit: int) -> None:
    headings.subheader("The whole net", "Layer", "Dense layer", "Feed-forward network")
    active = int((passed.hidden > 0).sum())
    shown = neuron.most_active(passed, NEURONS)
    if number not in shown:
        shown = [*shown[: NEURONS - 1], number]
    st.markdown(
        f"**{active}** of the 100 neurons are active for this digit: their output is above 0. Here are the "
        "most active. Blue lines add to a digit, orange ones take away. **Press a neuron or a digit** to see "
        "where its number comes from."
    )
    network_diagram(
        seen.picture,
        weights,
        passed,
        shown,
        number,
        digit,
        key="net",
        on_neuron=lambda pressed: take("neuron", pressed),
        on_digit=lambda pressed: take("digit", pressed),
    )
    key = f"any-{number}"
    st.selectbox(
        "Or any of the 100 neurons",
        range(100),
        number,
        key=key,
        width=220,
        on_change=lambda: take("neuron", st.session_state[key]),
    )


def one_neuron(seen: ChosenDigit, weights: Weights, passed: Forward, number: int) -> None:
    headings.subheader(f"1. A weighted sum: neuron {number}", "Neuron", "Weight", "Bias")
    products = neuron.products(weights, seen.picture, number)
    kernel = weights["hidden/kernel"][:, number].reshape(28, 28)
    put(
        row(
            (
                figure(grey(seen.picture), "x: the 784 pixels, from 0 to 1", "", 155),
                figure(tinted(kernel), "w: a weight for each pixel", "", 155),
                figure(tinted(products), "w × x: where ink meets a weight", "", 155),
            )
        )
    )
    put(colour_bar("takes away", "0", "adds"))
    blue, orange, bias = addends(products, float(weights["hidden/bias"][number]))
    st.markdown(
        f"All blue products together are **{decimal(blue)}**, all orange ones **{decimal(orange)}**. The "
        f"bias, a number of its own, is **{decimal(bias)}**. The sum:"
    )
    st.markdown(equation([blue, orange, bias], 2))


def addends(products: np.ndarray, bias: float) -> list[float]:
    """What adds, what takes away, and the bias, so that what is read adds up."""
    parts = [float(products[products > 0].sum()), float(products[products < 0].sum()), bias]
    return adding_up(parts, 2)


def equation(parts: list[float], places: int) -> str:
    """Rounded numbers as a sum: "12.84 − 0.61 + 0.23 = **12.46**"."""
    first, *others = (decimal(part, places) for part in parts)
    written = "".join(f" {MINUS} {text[1:]}" if text[0] == MINUS else f" + {text}" for text in others)
    return f"{first}{written} = **{decimal(sum(parts), places)}**"


def activation(total: float) -> None:
    headings.subheader("2. The activation function", "Activation function", "ReLU", "Sigmoid")
    name = st.pills(
        "Activation function f",
        list(ACTIVATIONS),
        default="ReLU",
        required=True,
        key="f",
        bind="query-params",
    )
    output = float(ACTIVATIONS[name](np.array(total)))
    called = "" if name == "none" else f"{name}({decimal(total)}) = "
    st.markdown(
        f"What the neuron passes on: {called}**{decimal(output)}**. {name[0].upper()}{name[1:]}: "
        f"{MEANING[name]}. " + ("" if name == "ReLU" else "This net has ReLU; the next steps go on with it.")
    )
    chart(
        neuron.activation_figure(name, total),
        f"The activation function {name}: a sum of {decimal(total)} gives {decimal(output)}.",
        key="activation",
        config={"displayModeBar": False},
    )


def logit(weights: Weights, passed: Forward, digit: int) -> None:
    headings.subheader(f"3. The next layer: the logit of the {digit}", "Logits", "Layer")
    st.markdown(
        "Each digit has a neuron of its own in the last layer. It takes the 100 outputs of the layer before, "
        "each times a weight. Its sum is called a **logit**."
    )
    rows, rest, bias, total = logit_sum(weights, passed, digit)
    lines = joined(
        markup(
            '<tr><th scope="row">neuron {n}</th><td>{out}</td><td>× {weight}</td><td>{adds}</td></tr>',
            n=n,
            out=decimal(output),
            weight=decimal(weight, 4),
            adds=decimal(adds, 3),
        )
        for n, output, weight, adds in rows
    )
    put(
        markup(
            '<div class="numbers"><table><thead><tr><th scope="col">from</th><th scope="col">output</th>'
            '<th scope="col">weight</th><th scope="col">product</th></tr></thead><tbody>{lines}'
            '<tr><th scope="row" colspan="3">the other {others} neurons</th><td>{rest}</td></tr>'
            '<tr><th scope="row" colspan="3">bias</th><td>{bias}</td></tr></tbody><tfoot>'
            '<tr class="marked"><th scope="row" colspan="3">logit of the {digit}</th><td>{total}</td></tr>'
            "</tfoot></table></div>",
            lines=lines,
            others=100 - len(rows),
            rest=decimal(rest, 3),
            bias=decimal(bias, 3),
            digit=digit,
            total=decimal(total, 3),
        )
    )


def logit_sum(
    weights: Weights, passed: Forward, digit: int
) -> tuple[list[tuple[int, float, float, float]], float, float, float]:
    """The neurons that count most (number, output, weight, product), what the others add, the bias, and the
    logit. Rounded first: the products are those of the numbers beside them, and all add up."""
    adds = neuron.connections(weights, passed)[:, digit]
    rows = []
    for n in map(int, np.argsort(-np.abs(adds))[:ADDENDS]):
        output = round(float(passed.hidden[n]), 2)
        weight = round(float(weights["logits/kernel"][n, digit]), 4)
        rows.append((n, output, weight, round(output * weight, 3)))
    bias = round(float(weights["logits/bias"][digit]), 3)
    total = round(float(passed.logits[digit]), 3)
    return rows, round(total - bias - sum(adds for *_, adds in rows), 3), bias, total


def probabilities(passed: Forward) -> float:
    """All ten logits through the softmax; returns the temperature."""
    headings.subheader("4. Softmax, step by step", "Softmax", "Logits", "Probability", "Temperature")
    temperature = st.select_slider(
        "Temperature",
        TEMPERATURES,
        1.0,
        format_func="{:g}".format,
        key="temperature",
        bind="query-params",
        width=330,
    )
    st.markdown(
        "Softmax makes probabilities of ten numbers z: raise e to the power of each, and divide by the sum "
        "of all. The largest is subtracted first; that changes no probability, but no power gets too large. "
        "The outputs of this net are sigmoids, so its softmax gets the logarithm of each, ln σ(z), in place "
        "of z. (Far below 0 the two are nearly the same.)"
    )
    put(softmax_table(passed, temperature))
    st.markdown(
        "The net was trained with temperature 1. With another, all numbers are divided by it first: try it."
        if temperature == 1
        else f"With temperature {temperature:g} the net is {'less' if temperature > 1 else 'more'} sure of "
        "itself, but the order of the digits stays. The next steps go on with temperature 1."
    )
    return temperature


def softmax_table(passed: Forward, temperature: float) -> Markup:
    steps = neuron.softmax(passed.logs, temperature)
    powers = adding_up(steps.powers.tolist(), 6)
    shares = adding_up((100 * steps.probabilities).tolist(), 2)
    answer = int(passed.probabilities.argmax())
    lines = joined(
        markup(
            '<tr{marked}><th scope="row">{digit}</th><td>{z}</td><td>{log}</td><td>{shifted}</td>'
            "<td>{power}</td><td>{share}</td>"
            '<td class="bar"><span style="width:{bar:.1f}%"></span></td></tr>',
            marked=Markup(' class="marked"') if digit == answer else "",
            digit=digit,
            z=decimal(passed.logits[digit], 3),
            log=decimal(passed.logs[digit], 3),
            shifted=decimal(steps.shifted[digit], 3),
            power=decimal(powers[digit], 6) if powers[digit] else "< 0.000001",
            share=hundredths(shares[digit]),
            bar=shares[digit],
        )
        for digit in range(10)
    )
    return markup(
        '<div class="numbers" tabindex="0" role="region" aria-label="Softmax step by step"><table><thead><tr>'
        '<th scope="col">digit</th><th scope="col">logit z</th><th scope="col">ln σ(z)</th>'
        '<th scope="col">{shifted}</th><th scope="col">e to that</th><th scope="col">probability</th>'
        '<td class="bar"></td></tr></thead><tbody>{lines}</tbody><tfoot><tr><th scope="row" colspan="4">sum'
        '</th><td>{total}</td><td>100.00 %</td><td class="bar"></td></tr></tfoot></table></div>',
        shifted="minus largest" if temperature == 1 else f"minus largest, ÷ {temperature:g}",
        lines=lines,
        total=decimal(sum(powers), 6),
    )


def hundredths(share: float) -> str:
    """Of a share in per cent that was rounded to hundredths: nothing possible is 0, nothing is certain."""
    if share == 0:
        return "< 0.01 %"
    return "> 99.99 %" if share == 100 else f"{decimal(share)} %"


# --- the loss, and backwards -----------------------------------------------------------------------------


def told(first: int) -> int:
    headings.subheader("5. The loss: how wrong is that?", "Loss", "Cross-entropy", "Label")
    key = f"label-{first}"
    return st.pills(
        "What the net is told: it is a",
        range(10),
        default=chosen(query.whole("label", 9), first),
        required=True,
        key=key,
        on_change=lambda: take("label", st.session_state[key]),
    )


def the_loss(passed: Forward, label: int, known: int | None) -> None:
    share = float(passed.probabilities[label])
    st.markdown(f"{told_why(passed, label, known)} The loss is −ln(probability of the {label}):")
    st.markdown(f"−ln({significant(share)}) = **{decimal(neuron.loss(passed, label), 3)}**")


def told_why(passed: Forward, label: int, known: int | None) -> str:
    """Why this label."""
    answer = int(passed.probabilities.argmax())
    if label == answer:
        return "The net reads it so already: the loss is small, and learning changes little."
    if label == known:
        return "That is the truth, and the net is wrong."
    if known == answer or known is None:
        return f"Suppose that somebody tells the net so: it must unlearn the {answer}."
    return f"In truth it is {a_digit(known)}, but suppose that somebody tells the net so."


def chosen_rate() -> float:
    headings.subheader(
        "6. The gradient, and one step of learning", "Gradient", "Back-propagation", "Learning rate"
    )
    st.markdown(
        "The **gradient** of a number says how fast the loss grows when the number grows. So learning moves "
        "each weight a little the other way. Gradients are found from the back to the front, step by step: "
        "from the loss to the logits, then to the neurons, then to the weights. That is **back-propagation**."
    )
    return st.select_slider(
        "Learning rate: the length of a step",
        RATES,
        0.0003,
        format_func="{:g}".format,
        key="rate",
        bind="query-params",
        width=330,
    )


def backwards(
    seen: ChosenDigit, weights: Weights, passed: Forward, slopes: Gradient, number: int, rate: float
) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**From the loss to the logits:** the error times the slope of ln σ(z).")
        put(error_table(passed, slopes))
    with right:
        st.markdown(f"**From there to neuron {number}**, whose output goes to all ten logits.")
        at_neuron = round(float(slopes.sums[number]), 4)
        if passed.sums[number] > 0:
            st.markdown(
                "Its ten weights, each times the gradient of its logit, add up to "
                f"**{signed(at_neuron, 4)}**. Its sum is above 0, so ReLU hands that on as it is."
            )
        else:
            st.markdown(
                "Its sum is not above 0, and there ReLU is flat: its slope is 0. So its gradient is **0**, "
                "and none of its weights moves. Take a neuron that is active."
            )
        st.markdown("**And to its weights:** each pixel times that.")
        st.markdown(weight_step(seen.picture, weights, slopes, number, rate))


def error_table(passed: Forward, slopes: Gradient) -> Markup:
    """Rounded first: each product is that of the numbers beside it."""
    shares = adding_up(passed.probabilities.tolist(), 4)
    wanted = np.round(passed.probabilities - slopes.errors).astype(int)
    flat = np.exp(neuron.log_sigmoid(-passed.logits))
    lines = []
    for digit in range(10):
        error, slope = round(shares[digit] - int(wanted[digit]), 4), round(float(flat[digit]), 4)
        lines.append(
            markup(
                '<tr{marked}><th scope="row">{digit}</th><td>{share}</td><td>− {wanted}</td>'
                "<td>= {error}</td><td>× {slope}</td><td>{product}</td></tr>",
                marked=Markup(' class="marked"') if wanted[digit] else "",
                digit=digit,
                share=decimal(shares[digit], 4),
                wanted=wanted[digit],
                error=decimal(error, 4),
                slope=decimal(slope, 4),
                product=decimal(error * slope, 4),
            )
        )
    return markup(
        '<div class="numbers" tabindex="0" role="region" aria-label="From the loss to the logits"><table>'
        '<thead><tr><th scope="col">digit</th><th scope="col">probability</th>'
        '<th scope="col">should be</th><th scope="col">error</th><th scope="col">slope</th>'
        '<th scope="col">gradient</th></tr></thead><tbody>{lines}</tbody></table></div>',
        lines=joined(lines),
    )


def weight_step(picture: np.ndarray, weights: Weights, slopes: Gradient, number: int, rate: float) -> str:
    """One weight's gradient and its step, rounded first, so that what is read adds up."""
    at = int(np.abs(neuron.products(weights, picture, number)).argmax())
    pixel, at_neuron = round(float(picture.ravel()[at]), 4), round(float(slopes.sums[number]), 4)
    slope = round(pixel * at_neuron, 4)
    old = round(float(weights["hidden/kernel"][at, number]), 6)
    moved = round(-rate * slope, 6)
    return (
        f"For the pixel that counts most for it (row {at // 28}, column {at % 28}: "
        f"{pixel:g}):\n\n"
        f"gradient = {pixel:g} × {decimal(at_neuron, 4)} = **{decimal(slope, 4)}**\n\n"
        f"new weight = old weight − learning rate × gradient\n\n"
        f"= {decimal(old, 6)} − {rate:g} × {decimal(slope, 4)} = **{decimal(old + moved, 6)}**"
    )


# --- the same numbers again --------------------------------------------------------------------------------


def again(seen: ChosenDigit, passed: Forward, trained: Training, number: int, label: int) -> None:
    steps = len(trained.losses) - 1
    headings.subheader("7. The same numbers again", "Loss", "Learning rate")
    with st.container(horizontal=True):
        for words, icon, to in (
            ("One more step", "add", steps + 1),
            ("Ten more steps", "fast_forward", steps + 10),
            ("Back to the first step", "restart_alt", 1),
        ):
            st.button(
                words,
                icon=f":material/{icon}:",
                disabled=to > MOST_STEPS or to == steps,
                on_click=take,
                args=("steps", min(to, MOST_STEPS)),
            )
    after = neuron.forward(trained.weights, seen.picture)
    left, right = st.columns(2, gap="large")
    with left:
        put(before_and_after(passed, after, trained.losses, number, label))
        st.markdown(learned(passed, after, trained.losses, label))
    with right:
        chart(
            neuron.loss_figure(trained.losses),
            f"The loss after each step: from {decimal(trained.losses[0], 3)} to "
            f"{decimal(trained.losses[-1], 3)}.",
            key="losses",
            config={"displayModeBar": False},
        )
    others = data.load("digits", "test")
    before = neuron.trained_accuracy("digits")
    st.markdown(the_others(before, neuron.accuracy(trained.weights, others), len(others.labels)))
    old = load(neuron.NETWORK).weights["hidden/kernel"][:, number]
    change = (trained.weights["hidden/kernel"][:, number] - old).reshape(28, 28)
    most = float(np.abs(change).max())
    put(
        row(
            (
                figure(tinted(old.reshape(28, 28)), f"Neuron {number}: its weights before", "", 155),
                figure(tinted(change), f"What {count(steps, 'step')} changed in them", "", 155),
            )
        )
    )
    if most:
        put(colour_bar(f"changed by −{significant(most, 2)}", "0", f"+{significant(most, 2)}"))


def before_and_after(before: Forward, after: Forward, losses: list[float], number: int, label: int) -> Markup:
    steps = len(losses) - 1
    answer = int(before.probabilities.argmax())
    digits = [label] if answer == label else [label, answer]
    numbers = [
        (f"Sum of neuron {number}", decimal(before.sums[number]), decimal(after.sums[number])),
        (f"Output of neuron {number}", decimal(before.hidden[number]), decimal(after.hidden[number])),
        *((f"Logit of the {d}", decimal(before.logits[d], 3), decimal(after.logits[d], 3)) for d in digits),
        *(
            (
                f"Probability of the {d}",
                percent(float(before.probabilities[d]), 2),
                percent(float(after.probabilities[d]), 2),
            )
            for d in digits
        ),
        ("Loss", decimal(losses[0], 3), decimal(losses[-1], 3)),
    ]
    lines = joined(
        markup(
            '<tr><th scope="row">{what}</th><td>{old}</td><td>{new}</td></tr>', what=what, old=old, new=new
        )
        for what, old, new in numbers
    )
    return markup(
        '<div class="numbers"><table aria-label="Before and after"><thead><tr><td></td>'
        '<th scope="col">before</th><th scope="col">after {steps}</th></tr></thead><tbody>{lines}</tbody>'
        "</table></div>",
        steps=count(steps, "step"),
        lines=lines,
    )


def learned(before: Forward, after: Forward, losses: list[float], label: int) -> str:
    """Whether the steps did what they were to do."""
    if losses[-1] > losses[0]:
        return "The loss **rises**: the steps are too long, they jump past the valley."
    was, now = (int(passed.probabilities.argmax()) for passed in (before, after))
    if was != label == now:
        return f"Now the net reads **{a_digit(now)}**: learned."
    if now == label:
        return "The net reads it as before, a little more sure."
    return f"The net still reads **{a_digit(now)}**, but the {label} has come nearer. Let it take more steps."


def the_others(before: float, now: float, number: int) -> str:
    """What one digit's lesson costs all others."""
    said = (
        f"And all the others? Of {number:,} digits by other people the net read {percent(before, 1)} right "
        f"before, now **{percent(now, 1)}**. "
    )
    if now < before:
        return (
            f"{said}One digit alone is soon learned, but the others pay for it. So training takes small "
            "steps, each with many digits."
        )
    return f"{said}These short steps cost the others nothing. Try a learning rate of 0.1."


def render() -> None:
    headings.header("A neuron and a layer", "Neuron", "Layer", "Weight")
    st.markdown(
        "One digit goes through one network, the **textbook net**: 784 pixels, 100 neurons, ten answers. "
        "Follow its numbers from the pixels to the answer, and back to the weights."
    )
    story(chosen_digit.choose(neuron.example()))
