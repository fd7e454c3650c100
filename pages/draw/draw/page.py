"""Draw a digit, read the answer."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from pages.draw.draw import examples
from ui import answers, headings, input_digit, pad
from ui.figures import figure, row
from ui.markup import Markup, joined
from ui.models import choose_models
from ui.pictures import grey

SIDE = 112  # pixels, of a small picture


@st.fragment
def read(models: Sequence[Model], answer: DeltaGenerator, details: DeltaGenerator) -> None:
    """What a stroke reruns: the pad, and the two places that change with it."""
    if input_digit.source() == "draw":
        pad.canvas()
    picture = input_digit.picture()
    seen = None if picture is None else to_mnist(picture)
    said, more = (answers.nothing(), Markup("")) if seen is None else what_they_say(models, seen)
    answer.html(str(said))
    details.html(str(more or "<span></span>"))


def what_they_say(models: Sequence[Model], seen: np.ndarray) -> tuple[Markup, Markup]:
    """The answer itself, and everything beside it."""
    found = [model.answer(seen) for model in models]
    if len(models) == 1:
        return answers.headline(found[0]), joined([answers.bars(found[0]), pictures(models, seen)])
    titles = [model.card["title"] for model in models]
    return answers.headlines(titles, found), joined([answers.table(titles, found), pictures(models, seen)])


def pictures(models: Sequence[Model], seen: np.ndarray) -> Markup:
    """What the models see, and what the autoencoder makes of it."""
    shown = [
        figure(grey(seen), "What the model sees: 28 × 28 pixels.", "The digit as the model sees it", SIDE)
    ]
    for model in models:
        if model.reconstructs:
            redrawn = model.reconstruct(seen[None])[0]
            caption = "What the autoencoder redraws from its 32 numbers."
            shown.append(figure(grey(redrawn), caption, "The digit as the autoencoder redraws it", SIDE))
    return row(shown)


def render() -> None:
    headings.unseen_header("Draw a digit")
    examples.open_link()
    page = st.container(horizontal=True, gap="medium")  # on a phone, below each other
    left, middle, right = (page.container(width=width) for width in (300, 340, 410))
    with right:
        examples.show()
        models = choose_models()
    with middle:
        with st.container(key="answer"):
            answer = st.empty()
        details = st.empty()
    with left:
        input_digit.choose_source()
        if input_digit.source() == "draw":
            st.caption("Draw one digit, with your mouse or your finger.")
        read(models, answer, details)
        if input_digit.source() == "draw":
            pad.tools()
