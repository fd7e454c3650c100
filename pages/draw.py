"""Draw a digit, read the answer."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from ui import current, door, examples, show
from ui.models import model_picker

door.through_app()


@st.fragment
def draw_and_answer() -> None:
    """All that depends on the drawing: a stroke reruns only this."""
    page = st.container(horizontal=True, gap="medium")  # on a phone, below each other
    left, middle, right = (page.container(width=width) for width in (300, 340, 410))
    with left:
        current.choose()
    with right:
        examples.show()
        models = model_picker()
    with middle:
        picture = current.picture()
        seen = None if picture is None else to_mnist(picture)
        if seen is None:
            show.nothing()
        elif len(models) == 1:
            one_answer(models[0], seen)
        else:
            all_answers(models, seen)


def one_answer(model: Model, seen: np.ndarray) -> None:
    answer = model.answer(seen)
    with st.container(key="answer"):
        show.headline(answer)
    show.bars(answer)
    pictures([model], seen)


def all_answers(models: Sequence[Model], seen: np.ndarray) -> None:
    answers = [model.answer(seen) for model in models]
    titles = [model.card["title"] for model in models]
    with st.container(key="answer"):
        show.headlines(titles, answers)
    show.table(titles, answers)
    pictures(models, seen)


def pictures(models: Sequence[Model], seen: np.ndarray) -> None:
    """What the models see, and what the autoencoder makes of it."""
    with st.container(horizontal=True):
        show.digit_picture(seen, "What the model sees: 28 × 28 pixels.", "The digit as the model sees it")
        for model in models:
            if model.reconstructs:
                redrawn = model.reconstruct(seen[None])[0]
                caption = "What the autoencoder redraws from its 32 numbers."
                show.digit_picture(redrawn, caption, "The digit as the autoencoder redraws it")


examples.open_link()
draw_and_answer()
