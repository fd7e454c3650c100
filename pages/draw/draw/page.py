"""Draw a digit, read the answer."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from pages.draw.draw import examples
from ui import answers, input_digit
from ui.models import choose_models


@st.fragment
def draw_and_answer() -> None:
    """All that depends on the drawing: a stroke reruns only this."""
    page = st.container(horizontal=True, gap="medium")  # on a phone, below each other
    left, middle, right = (page.container(width=width) for width in (300, 340, 410))
    with left:
        input_digit.choose()
    with right:
        examples.show()
        models = choose_models()
    with middle:
        picture = input_digit.picture()
        seen = None if picture is None else to_mnist(picture)
        if seen is None:
            answers.nothing()
        elif len(models) == 1:
            one_answer(models[0], seen)
        else:
            all_answers(models, seen)


def one_answer(model: Model, seen: np.ndarray) -> None:
    answer = model.answer(seen)
    with st.container(key="answer"):
        answers.headline(answer)
    answers.bars(answer)
    pictures([model], seen)


def all_answers(models: Sequence[Model], seen: np.ndarray) -> None:
    found = [model.answer(seen) for model in models]
    titles = [model.card["title"] for model in models]
    with st.container(key="answer"):
        answers.headlines(titles, found)
    answers.table(titles, found)
    pictures(models, seen)


def pictures(models: Sequence[Model], seen: np.ndarray) -> None:
    """What the models see, and what the autoencoder makes of it."""
    with st.container(horizontal=True):
        answers.digit_picture(seen, "What the model sees: 28 × 28 pixels.", "The digit as the model sees it")
        for model in models:
            if model.reconstructs:
                redrawn = model.reconstruct(seen[None])[0]
                caption = "What the autoencoder redraws from its 32 numbers."
                answers.digit_picture(redrawn, caption, "The digit as the autoencoder redraws it")


def render() -> None:
    examples.open_link()
    draw_and_answer()
