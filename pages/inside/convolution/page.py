"""Convolution: a kernel slides over my digit; what the trained CNN's kernels find; which pixels matter."""

import re

import numpy as np
import streamlit as st

from digitlab import inference
from digitlab.inference import Model
from digitlab.inside import convolution, convolution_code
from digitlab.inside.convolution import KERNELS, LAYERS, PADDINGS, STRIDES
from pages.inside.convolution.sliding import sliding
from ui import chosen_digit, headings, style
from ui.chosen_digit import Subject
from ui.components.picture_buttons import Picture, picture_buttons
from ui.models import choose_model
from ui.pictures import data_url, figure, grey, overlaid, row, tinted

FIRST = next(iter(KERNELS))
BEFORE = 6  # maps of the layer before that are shown


# --- one kernel ----------------------------------------------------------------------------------------


@st.fragment
def one_kernel(seen: Subject) -> None:
    headings.subheader("One kernel", "Convolution", "Kernel", "Stride", "Padding", "Pooling", "ReLU")
    st.markdown(
        "At each place, nine pixels are multiplied by nine weights, and added up. Drag the orange square, or "
        "press Play. Change a weight, or take another kernel."
    )
    kernel = chosen_kernel()
    names = [name for name, weights in KERNELS.items() if np.allclose(weights, kernel.ravel(), atol=1e-3)]
    st.pills(
        "Kernel",
        list(KERNELS),
        default=names[0] if names else None,
        key=f"named-{names}",
        on_change=lambda: take(KERNELS.get(st.session_state[f"named-{names}"] or "", KERNELS[FIRST])),
    )
    with st.container(horizontal=True):
        stride = st.segmented_control(
            "Stride", STRIDES, default=1, required=True, key="stride", bind="query-params"
        )
        padding = st.segmented_control(
            "Padding", PADDINGS, default="same", required=True, key="padding", bind="query-params"
        )
    sliding(seen.picture, kernel, stride, padding, key="sliding", on_change=take)
    after(convolution.convolve(seen.picture, kernel, stride, padding))
    with st.popover("Show the code", icon=":material/code:"):
        st.code(convolution_code.of_kernel(seen.name, kernel, stride, padding), language="python")


def chosen_kernel() -> np.ndarray:
    """From the link; what are no nine numbers there counts for nothing."""
    parts = st.query_params.get("kernel", "").split(",")
    if len(parts) == 9 and all(re.fullmatch(r"-?\d{1,2}(\.\d{1,4})?", part) for part in parts):
        return np.array([float(part) for part in parts]).reshape(3, 3)
    return np.array(KERNELS[FIRST]).reshape(3, 3)


def take(kernel: list[float] | tuple[float, ...]) -> None:
    st.query_params["kernel"] = ",".join(f"{weight:.4f}".rstrip("0").rstrip(".") for weight in kernel)


def after(output: np.ndarray) -> None:
    """What a network does next with the sums."""
    positive = np.maximum(output, 0)
    pooled = convolution.pool(positive)
    strongest = float(np.abs(output).max()) or 1.0
    stages = {
        f"Then ReLU: what is less than 0 (orange) becomes 0. {output.shape[0]} × {output.shape[1]} "
        "numbers.": positive,
        f"Then pooling: of 2 × 2 the largest stays. {pooled.shape[0]} × {pooled.shape[1]}.": pooled,
    }
    st.html(
        row(
            (
                figure(data_url(tinted(values, strongest)), words, words.split(":")[0], 165)
                for words, values in stages.items()
            ),
            20,
        )
    )


# --- the trained CNN -----------------------------------------------------------------------------------


@st.fragment
def trained(seen: Subject) -> None:
    headings.subheader("The trained CNN", "Feature map", "Receptive field", "Batch normalisation")
    st.markdown(
        "Nobody chose these kernels: the network found them. Each picture is what one of them finds in your "
        "digit, bright where it fits. Press one to see where it comes from."
    )
    model = inference.load("cnn")
    titles = {layer.title: layer for layer in LAYERS}
    title = st.pills(
        "Layer",
        list(titles),
        default=LAYERS[0].title,
        required=True,
        key="layer",
        bind="query-params",
        on_change=lambda: st.query_params.pop("map", None),
    )
    layer = titles[title]
    outputs = model.layers(seen.picture[None])
    maps = outputs[layer.maps][0]
    number = chosen_map(maps)
    with st.container(horizontal=True, gap="large"):
        with st.container(width=560):
            strongest = float(maps.max()) or 1.0
            picture_buttons(
                [
                    Picture(data_url(grey(np.sqrt(maps[..., n] / strongest))), f"Map {n} of layer {title}")
                    for n in range(maps.shape[-1])
                ],
                key=f"maps-{layer.maps}",
                side=64,
                on_press=lambda n: st.query_params.update(map=str(n)),
            )
            st.caption(f"{maps.shape[-1]} maps of {maps.shape[0]} × {maps.shape[1]} numbers.")
        with st.container(width=460, key="one-map"):
            one_map(model, seen, outputs, layer, number)
    if layer.source is None:
        first_kernels(model, layer)
    with st.popover("Show the code", icon=":material/code:", key="code-of-map"):
        st.code(convolution_code.of_map(seen.name, layer.maps, number), language="python")


def first_kernels(model: Model, layer: convolution.Layer) -> None:
    """They look at the digit itself, so they can be looked at."""
    kernels = np.moveaxis(model.weights[f"{layer.convolution}/kernel"][:, :, 0], -1, 0)
    picture_buttons(
        [Picture(data_url(tinted(kernel)), f"Kernel {n}") for n, kernel in enumerate(kernels)],
        key="kernels",
        side=64,
        on_press=lambda n: st.query_params.update(map=str(n)),
    )
    st.caption(
        f"The {len(kernels)} kernels that made them, in the same order: {layer.size} × {layer.size} weights "
        "each. Blue adds, orange takes away."
    )


def chosen_map(maps: np.ndarray) -> int:
    """From the link; else the one that finds most."""
    asked = st.query_params.get("map", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 4 and int(asked) < maps.shape[-1]:
        return int(asked)
    return int(maps.max(axis=(0, 1)).argmax())


def one_map(
    model: Model, seen: Subject, outputs: dict[str, np.ndarray], layer: convolution.Layer, number: int
) -> None:
    """Where it is strongest, what of the digit it can see there, and what it listens to."""
    values = outputs[layer.maps][0][..., number]
    place = convolution.strongest(values)
    field = convolution.receptive_field(layer.maps, *place)
    top, bottom, left, right = field
    st.markdown(f"**Map {number} of layer {layer.title}**")
    if values.max() <= 0:
        st.caption("It finds nothing at all in this digit.")
        return
    marked = np.repeat(grey(seen.picture)[..., None], 3, axis=2)
    dimmed = (marked * 0.35).astype(np.uint8)
    dimmed[top:bottom, left:right] = marked[top:bottom, left:right]
    strong = np.repeat(grey(np.sqrt(values / values.max()))[..., None], 3, axis=2)
    strong[place] = style.WRONG_RGB[::-1]
    figures = [
        figure(
            data_url(strong), f"Strongest at row {place[0]}, column {place[1]}: {values[place]:.2f}.", "", 130
        ),
        figure(
            data_url(dimmed), f"What it can see from there: {bottom - top} × {right - left} pixels.", "", 130
        ),
    ]
    if layer.source is None:
        kernel = model.weights[f"{layer.convolution}/kernel"][:, :, 0, number]
        figures.append(
            figure(data_url(tinted(kernel)), "Its 25 weights. Blue adds, orange takes away.", "", 130)
        )
    st.html(row(figures, 14))
    if layer.source and layer.convolution:
        listens_to(model, outputs, layer, number, place)
    elif layer.source:
        st.caption("Pooling only keeps the largest of each 2 × 2 numbers of the map with the same number.")


def listens_to(
    model: Model,
    outputs: dict[str, np.ndarray],
    layer: convolution.Layer,
    number: int,
    place: tuple[int, int],
) -> None:
    parts = convolution.shares(model, outputs, layer.maps, number, *place)
    source = outputs[layer.source or ""][0]
    strongest = float(source.max()) or 1.0
    st.markdown("It listens to these maps of the layer before, here most:")
    figures = [
        figure(
            data_url(grey(np.sqrt(source[..., n] / strongest))),
            f'<b style="color:{style.MODEL if parts[n] > 0 else "rgb" + str(style.WRONG_RGB)}">'
            f"{parts[n]:+.2f}</b> map {n}".replace("-", "−"),
            f"Map {n} of the layer before",
            64,
        )
        for n in map(int, np.argsort(-np.abs(parts))[:BEFORE])
    ]
    st.html(row(figures))
    st.caption("Blue numbers add to what it found, orange ones take away.")


# --- which pixels mattered -----------------------------------------------------------------------------


@st.cache_data(max_entries=64, show_spinner=False)
def mattered(name: str, picture: bytes, digit: int) -> tuple[np.ndarray, np.ndarray]:
    model, seen = inference.load(name), np.frombuffer(picture, np.float32).reshape(28, 28)
    return convolution.saliency(model, seen, digit), convolution.occlusion(model, seen, digit)


@st.fragment
def pixels(seen: Subject) -> None:
    headings.subheader("Which pixels mattered", "Saliency", "Occlusion", "Gradient")
    model = choose_model()
    probabilities = model.predict(seen.picture[None])[0]
    answer = int(probabilities.argmax())
    key = f"for-{model.name}-{answer}"
    digit = st.pills(
        "For the digit",
        range(10),
        default=asked_digit(answer),
        required=True,
        key=key,
        on_change=lambda: ask(st.session_state[key], answer),
    )
    share = style.percent(float(probabilities[digit]))
    st.markdown(f"{model.card['title']} gives the **{digit}** a probability of **{share}**.")
    gradient, fall = mattered(model.name, np.ascontiguousarray(seen.picture).tobytes(), digit)
    st.html(
        row(
            (
                figure(data_url(grey(seen.picture)), "The digit.", "The digit", 165),
                figure(
                    data_url(overlaid(gradient, seen.picture)),
                    f"Gradient: blue, more ink there would speak for the {digit}; orange, against it.",
                    "The gradient",
                    165,
                ),
                figure(
                    data_url(overlaid(fall, seen.picture, 0.05)),
                    f"Covered: a square of 5 × 5 pixels is wiped out. Blue: the {digit} loses up to "
                    f"{max(0.0, float(fall.max())):.0%}. Orange: it wins up to "
                    f"{max(0.0, -float(fall.min())):.0%}.",
                    "What a covered square costs",
                    165,
                ),
            ),
            20,
        )
    )
    if np.abs(fall).max() < 0.05:
        st.caption("Wherever it is covered, the probability hardly changes: no single place decides.")
    with st.popover("Show the code", icon=":material/code:", key="code-of-pixels"):
        st.code(convolution_code.of_pixels(seen.name, model.name, digit), language="python")


def asked_digit(answer: int) -> int:
    """From the link; else the model's answer."""
    asked = st.query_params.get("for", "")
    return int(asked) if re.fullmatch("[0-9]", asked) else answer


def ask(digit: int, answer: int) -> None:
    if digit == answer:
        st.query_params.pop("for", None)
    else:
        st.query_params["for"] = str(digit)


def render() -> None:
    headings.header("Convolution", "Convolution", "Convolutional network")
    digit_seen = chosen_digit.choose()
    one_kernel(digit_seen)
    trained(digit_seen)
    pixels(digit_seen)
