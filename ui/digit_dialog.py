"""One digit, large: what every model makes of it, what it resembles, and on to the pad."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab import evaluation, inference
from digitlab.evaluation.label_errors import DOUBTS
from digitlab.inference import Model
from ui import answers, chosen_digit, confusion_cells, style
from ui.links import page_link
from ui.pictures import data_url

NAMES = chosen_digit.NAMES | {"own": "your file"}


@st.dialog("One digit", width="medium")
def large(image: np.ndarray, label: int, dataset: str, index: int, model: Model | None = None) -> None:
    """Picture number `index` of a data set (one of NAMES): uint8 (28, 28). `model` is the one that the page
    is about; a page about no model shows the pixels instead of what a model finds alike."""
    seen = image / np.float32(255)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=200):
            answers.digit_picture(seen, f"Number {index} of {NAMES[dataset]}.", "The digit", side=196)
            st.markdown(f"Official label: **{confusion_cells.name_of(label)}**")
            if dataset != "own":
                page_link("draw", "Read it on the Draw page", query={"sample": f"{dataset}-{index}"})
        with st.container(width=450):
            models = [inference.load(name) for name in inference.names()]
            probabilities = np.concatenate([model.predict(seen[None]) for model in models])
            _table([model.card["title"] for model in models], probabilities)
            if dataset == "mnist-train":
                st.caption("No surprise: most models have seen this very picture in training.")
            if not inference.load(inference.names()[0]).answer(seen).is_digit:
                st.caption("The detector thinks that this is no digit: on the Draw page, all say “Not sure”.")
    if dataset == "mnist" and index in DOUBTS:
        doubt = DOUBTS[index]
        st.warning(
            f"Looks mislabelled? Five people were asked: {doubt.for_label} said {label}, "
            f"{doubt.for_other} said {doubt.other}, {doubt.for_neither} neither (Northcutt et al. 2021).",
            icon=":material/help:",
        )
    if model is None:
        _pixels(image)
    elif dataset == "mnist":
        _alike(index, models, model)


def _table(titles: Sequence[str], probabilities: np.ndarray) -> None:
    """Ten probabilities of each model, a row each."""
    red, green, blue = style.RIGHT_RGB
    head = "".join(f'<th scope="col">{digit}</th>' for digit in range(10))
    rows = []
    for title, row in zip(titles, probabilities, strict=True):
        cells = "".join(
            f'<td style="background:rgba({red},{green},{blue},{0.75 * share:.2f});'
            f'font-weight:{700 if share == row.max() else 400}" '
            f'aria-label="{digit}: {html.escape(style.percent(share))}">'
            f"{round(share * 100) if share >= 0.01 else ''}</td>"
            for digit, share in enumerate(row)
        )
        rows.append(f'<tr><th scope="row" style="text-align:left">{html.escape(title)}</th>{cells}</tr>')
    look = (
        "width:100%;table-layout:fixed;border-collapse:separate;border-spacing:1px;font-size:0.8rem;"
        "text-align:center;line-height:1.75;font-variant-numeric:tabular-nums"
    )
    st.html(
        f'<table style="{look}"><caption style="caption-side:bottom;text-align:left;opacity:0.75">'
        f'How probable each digit is, in %.</caption><thead><tr><td style="width:6.5rem"></td>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _pixels(image: np.ndarray) -> None:
    """The 784 numbers, each on its own grey."""
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="background:rgb({value},{value},{value});color:{"#000" if value > 127 else "#fff"}">'
            f"{value or ''}</td>"
            for value in map(int, row)
        )
        + "</tr>"
        for row in image
    )
    st.markdown("**All that a model gets:** 28 × 28 numbers from 0 (black, left empty here) to 255 (white).")
    st.html(
        '<div tabindex="0" role="img" aria-label="The 784 pixel values" style="overflow-x:auto">'
        '<table style="border-collapse:collapse;font-size:8px;line-height:1.9;text-align:center;'
        f'width:650px;table-layout:fixed">{rows}</table></div>'
    )


def _alike(index: int, models: Sequence[Model], chosen: Model) -> None:
    """The training images that a model finds most alike."""
    with_neighbours = [m for m in models if evaluation.neighbours(m.name) is not None]
    training = evaluation.training("mnist")
    if training is None or not with_neighbours:
        return
    titles = [model.card["title"] for model in with_neighbours]
    start = titles.index(chosen.card["title"]) if chosen.card["title"] in titles else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**What it learned from:** the training digits most alike, as seen by")
        title = st.selectbox("Model", titles, start, key="alike", label_visibility="collapsed", width=160)
    nearest = evaluation.neighbours(with_neighbours[titles.index(title)].name)[index]
    images, labels = training
    figures = "".join(
        f'<figure style="margin:0;width:64px"><img src="{data_url(images[i])}" '
        f'alt="Training digit {i}, a {labels[i]}" style="width:64px;image-rendering:pixelated;'
        f'border-radius:4px"><figcaption style="font-size:0.8rem;text-align:center">{labels[i]}'
        "</figcaption></figure>"
        for i in map(int, nearest)
    )
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:8px">{figures}</div>')
    st.caption(
        "Alike means: just before it decides, the model has nearly the same numbers for both. "
        "Where the labels below the pictures disagree, it has reason to hesitate."
    )
