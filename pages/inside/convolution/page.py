"""Convolution: a kernel slides over my digit; what the trained CNN's kernels find; which pixels matter."""

import re
from collections.abc import Mapping

import numpy as np
import streamlit as st

from digitlab import colours, inference
from digitlab.inference import Model
from digitlab.inside import convolution
from digitlab.inside.convolution import KERNELS, LAYERS, PADDINGS, STRIDES, Layer
from digitlab.numbers import MINUS, decimal, percent, probability, signed
from pages.inside.convolution.sliding import sliding
from ui import chosen_digit, headings, query
from ui.chosen_digit import ChosenDigit
from ui.components.picture_buttons import Picture, picture_buttons
from ui.figures import colour_bar, figure, row
from ui.markup import Markup, markup, put
from ui.models import choose_model
from ui.pictures import data_url, grey, overlaid, tinted
from ui.snippets import show_code

FIRST = next(iter(KERNELS))
MAPS_BEFORE = 6  # maps of the layer before that are shown
HARDLY = 0.05  # a change of the probability that is not worth a colour


# --- one kernel ----------------------------------------------------------------------------------------


@st.fragment
def one_kernel(seen: ChosenDigit) -> None:
    headings.subheader("One kernel", "Convolution", "Kernel", "Stride", "Padding", "Pooling", "ReLU")
    st.markdown(
        "At each place, nine pixels are multiplied by nine weights, and the products are added up. Slide the "
        "orange square over your digit, or press Play. Change a weight, or take another kernel."
    )
    kernel = chosen_kernel()
    names = [name for name, weights in KERNELS.items() if np.allclose(weights, kernel.ravel(), atol=1e-3)]
    key = f"named-{names}"
    st.pills(
        "Kernel",
        list(KERNELS),
        default=names[0] if names else None,
        key=key,
        on_change=lambda: take(KERNELS.get(st.session_state[key] or "", KERNELS[FIRST])),
    )
    with st.container(horizontal=True):
        stride = st.segmented_control(
            "Stride", STRIDES, default=1, required=True, key="stride", bind="query-params"
        )
        padding = st.segmented_control(
            "Padding", PADDINGS, default="same", required=True, key="padding", bind="query-params"
        )
    picture = np.round(seen.picture, 2)
    sliding(picture, kernel, stride, padding, key="sliding", on_change=take)
    after(convolution.convolve(picture, kernel, stride, padding))
    show_code(convolution.code_kernel(seen.name, kernel, stride, padding), key="code-kernel")


def chosen_kernel() -> np.ndarray:
    """From the link; what are no nine numbers there counts for nothing."""
    parts = st.query_params.get("kernel", "").split(",")
    if len(parts) == 9 and all(re.fullmatch(r"-?[0-9]{1,2}(\.[0-9]{1,4})?", part) for part in parts):
        return np.array([float(part) for part in parts]).reshape(3, 3)
    return np.array(KERNELS[FIRST]).reshape(3, 3)


def take(kernel: list[float] | tuple[float, ...]) -> None:
    st.query_params["kernel"] = ",".join(f"{weight:.4f}".rstrip("0").rstrip(".") for weight in kernel)


def after(output: np.ndarray) -> None:
    """What a network does next with the sums."""
    positive = np.maximum(output, 0)
    pooled = convolution.pool(positive)
    strongest = float(np.abs(output).max()) or 1.0
    put(
        row(
            (
                figure(
                    tinted(positive, strongest),
                    f"Then ReLU: what is below 0 (orange) becomes 0. {size(output)} numbers.",
                    "Then ReLU",
                    165,
                ),
                figure(
                    tinted(pooled, strongest),
                    f"Then pooling: of 2 × 2 numbers the largest stays. {size(pooled)} numbers.",
                    "Then pooling",
                    165,
                ),
            )
        )
    )
    put(colour_bar(decimal(-strongest), "0", decimal(strongest)))


def size(values: np.ndarray) -> str:
    return f"{values.shape[0]} × {values.shape[1]}"


# --- the trained CNN -----------------------------------------------------------------------------------


@st.fragment
def trained(seen: ChosenDigit) -> None:
    headings.subheader("The trained CNN", "Feature map", "Receptive field", "Batch normalisation")
    st.markdown(
        "Nobody chose these kernels: the network found them in training. Each picture is a **feature map**: "
        "what one kernel finds in your digit, bright where it fits. Press a map to see where it comes from."
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
        with st.container(width=540):
            said = f"**{maps.shape[-1]} maps** of {size(maps)} numbers."
            if layer.source is None:
                said += f" In the corner of each, its kernel: {layer.size} × {layer.size} weights."
            st.markdown(said)
            picture_buttons(
                [
                    Picture(data_url(look), f"Map {n} of layer {title}")
                    for n, look in enumerate(map_looks(model, layer, maps))
                ],
                key=f"maps-{layer.maps}",
                side=64,
                chosen=number,
                on_press=lambda n: st.query_params.update(map=str(n)),
            )
        with st.container(width=480, key="one-map"):
            one_map(model, seen, outputs, layer, number)
    show_code(convolution.code_map(seen.name, layer.maps, number), key="code-map")


def map_looks(model: Model, layer: Layer, maps: np.ndarray) -> list[np.ndarray]:
    """A picture of each map, uint8 (..., 3); in its lower right corner the kernel that made it, where that
    looks at the digit itself."""
    strongest = float(maps.max()) or 1.0
    looks = [in_colour(np.sqrt(maps[..., n] / strongest)) for n in range(maps.shape[-1])]
    if layer.source is not None:
        return looks
    return [
        with_corner(look, tinted(k)) for look, k in zip(looks, convolution.kernels(model, layer), strict=True)
    ]


def with_corner(look: np.ndarray, small: np.ndarray) -> np.ndarray:
    """`look` four times as large, with a small picture in its corner."""
    large, inset = (picture.repeat(scale, 0).repeat(scale, 1) for picture, scale in ((look, 4), (small, 7)))
    height, width = inset.shape[:2]
    large[-height - 2 :, -width - 2 :] = 255  # a white frame
    large[-height:, -width:] = inset
    return large


def in_colour(values: np.ndarray) -> np.ndarray:
    return np.repeat(grey(values)[..., None], 3, axis=2)


def chosen_map(maps: np.ndarray) -> int:
    """From the link; else the one that finds most."""
    told = query.whole("map", maps.shape[-1] - 1)
    return int(maps.max(axis=(0, 1)).argmax()) if told is None else told


def one_map(
    model: Model, seen: ChosenDigit, outputs: Mapping[str, np.ndarray], layer: Layer, number: int
) -> None:
    """Where it is strongest, what of the digit it can see there, and which maps it is made of."""
    values = outputs[layer.maps][0][..., number]
    st.markdown(f"**Map {number} of layer {layer.title}**")
    if values.max() <= 0:
        st.markdown("It finds nothing at all in this digit.")
        return
    place = convolution.strongest(values)
    top, bottom, left, right = convolution.receptive_field(layer.maps, *place)
    marked = in_colour(seen.picture)
    dimmed = (marked * 0.35).astype(np.uint8)
    dimmed[top:bottom, left:right] = marked[top:bottom, left:right]
    strong = in_colour(np.sqrt(values / values.max()))
    strong[place] = colours.WRONG[::-1]
    figures = [
        figure(
            strong,
            f"Orange: where it is largest, in row {place[0]}, column {place[1]}: {decimal(values[place])}.",
            "The map",
            145,
        ),
        figure(
            dimmed,
            f"Bright: what it can see from there, {bottom - top} × {right - left} of 28 × 28 pixels.",
            "The digit",
            145,
        ),
    ]
    if layer.source is None:
        kernel = convolution.kernels(model, layer)[number]
        figures.append(figure(tinted(kernel), f"Its kernel: {kernel.size} weights.", "Its kernel", 145))
    put(row(figures))
    if layer.source is None:
        put(colour_bar("takes away", "0", "adds"))
    elif layer.convolution:
        made_of(model, outputs, layer, number, place)
    else:
        st.markdown("Pooling keeps the largest of each 2 × 2 numbers of the map with the same number.")


def made_of(
    model: Model, outputs: Mapping[str, np.ndarray], layer: Layer, number: int, place: tuple[int, int]
) -> None:
    parts = convolution.shares(model, outputs, layer.maps, number, *place)
    source = outputs[layer.source or ""][0]
    strongest = float(source.max()) or 1.0
    st.markdown(
        f"It is made of all {len(parts)} maps of the layer before. These count most there: **+** adds to "
        f"what it finds, **{MINUS}** takes away."
    )
    put(
        row(
            figure(
                in_colour(np.sqrt(source[..., n] / strongest)),
                share_words(n, float(parts[n])),
                f"Map {n} of the layer before",
                70,
            )
            for n in map(int, np.argsort(-np.abs(parts))[:MAPS_BEFORE])
        )
    )


def share_words(number: int, share: float) -> Markup:
    return markup("<b>{share}</b><br>map {number}", share=signed(share), number=number)


# --- which pixels mattered -----------------------------------------------------------------------------


@st.fragment
def pixels(seen: ChosenDigit) -> None:
    headings.subheader("Which pixels mattered", "Saliency", "Occlusion", "Gradient")
    model = choose_model()
    probabilities = model.predict(seen.picture[None])[0]
    answer = int(probabilities.argmax())
    told = query.whole("for", 9)
    key = f"for-{model.name}-{answer}"
    digit = st.pills(
        "For the digit",
        range(10),
        default=answer if told is None else told,
        required=True,
        key=key,
        on_change=lambda: ask(st.session_state[key], answer),
    )
    st.markdown(
        f"{model.card['title']} gives the **{digit}** a probability of "
        f"**{probability(float(probabilities[digit]))}**. Two ways to ask which pixels that comes from:"
    )
    gradient, fall = convolution.pixels_that_mattered(
        model.name, np.ascontiguousarray(seen.picture, np.float32).tobytes(), digit
    )
    put(
        row(
            (
                figure(grey(seen.picture), "The digit.", "The digit", 190),
                figure(
                    overlaid(gradient, seen.picture),
                    f"Gradient: what would a little more ink in one pixel do? Blue: it would speak for the "
                    f"{digit}. Orange: against it.",
                    "The gradient",
                    190,
                ),
                figure(
                    overlaid(fall, seen.picture, HARDLY),
                    f"Covered: what if 5 × 5 pixels are wiped out there? {covered_words(fall, digit)}",
                    "What a covered square costs",
                    190,
                ),
            )
        )
    )
    show_code(convolution.code_pixels(seen.name, model.name, digit), key="code-pixels")


def covered_words(fall: np.ndarray, digit: int) -> str:
    """How much the probability changes at most; `fall` is float (28, 28)."""
    most, least = float(fall.max()), float(fall.min())
    if max(most, -least) < HARDLY:
        return "The probability hardly changes anywhere: no single place decides."
    words = []
    if most > 0:
        words.append(f"Blue: the {digit} loses up to {percent(most)}.")
    if least < 0:
        words.append(f"Orange: it gains up to {percent(-least)}.")
    return " ".join(words)


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
