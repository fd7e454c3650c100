"""Draw a digit, read the answer."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab import strokes
from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from ui import current, pad, show
from ui.models import model_picker
from ui.picture_buttons import Picture, picture_buttons

EXAMPLES = [
    Picture(strokes.render(example), f"Example {digit}") for digit, example in enumerate(strokes.examples())
]


def open_link() -> None:
    """?example=7 in a link opens with that example; what a session has drawn is not overwritten."""
    example = st.query_params.get("example", "")
    if not pad.used() and example.isascii() and example.isdigit() and int(example) < 10:
        put_example(int(example))


def put_example(digit: int) -> None:
    st.session_state["source"] = "draw"
    pad.put(strokes.examples()[digit])


@st.fragment
def draw_and_answer() -> None:
    """All that depends on the drawing: a stroke reruns only this."""
    page = st.container(horizontal=True, gap="large")  # on a phone, below each other
    left, middle, right = (page.container(width=width) for width in (300, 340, 400))
    with left:
        current.choose()
    with right:
        st.caption("Try one:")
        picture_buttons(EXAMPLES, key="examples", on_press=put_example)
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
    with st.container(horizontal=True):
        show.digit_picture(seen, "What the model sees: 28 × 28 pixels.", "The digit as the model sees it")
        if model.reconstructs:
            redrawn = model.reconstruct(seen[None])[0]
            show.digit_picture(redrawn, "Redrawn from its 32 numbers.", "The digit as redrawn")


def all_answers(models: Sequence[Model], seen: np.ndarray) -> None:
    answers = [model.answer(seen) for model in models]
    titles = [model.card["title"] for model in models]
    with st.container(key="answer"):
        show.headlines(titles, answers)
    show.table(titles, answers)
    show.digit_picture(seen, "What the models see: 28 × 28 pixels.", "The digit as the models see it")


open_link()
draw_and_answer()
