"""Draw a digit, read the answer."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitlab import strokes
from digitlab.inference import Model
from digitlab.preprocess import to_mnist
from digitlab.strokes import Drawing
from pages.draw.draw import examples
from ui import answers, drawing_link, input_digit, observed, pad, several_digits
from ui.figures import figure, row
from ui.links import page_link
from ui.markup import Markup, markup, put
from ui.models import choose_models
from ui.pad import inside
from ui.pad.live import live
from ui.pad.tools import kept, tools
from ui.pictures import grey

TITLE = markup(
    '<div class="title"><h1>Digit Lab</h1><p>Draw a digit, and see how a neural network reads it.</p></div>'
)
DEMO = 3  # draws itself on the first screen
# the way through the app in one line
PATH = (
    ("steps", "See what it sees"),
    ("replay", "Watch it learn"),
    ("mistakes", "Find its mistakes"),
    ("lessons", "Lessons for teachers"),
)


@st.fragment
def read(models: Sequence[Model], answer: DeltaGenerator, details: DeltaGenerator) -> None:
    """What a stroke reruns: the pad, and the two places that change with it."""
    if input_digit.source() == "draw":
        pad.canvas()
        drawing_link.forget()
    picture = input_digit.picture()
    drawing = input_digit.drawing()
    alone = input_digit.source() == "draw" and len(models) == 1 and models[0].reads_movement
    said, more = what_they_say(models, picture, drawing) or (
        answers.nothing(),
        answers.no_details(alone, answers.trust(models[0]) if len(models) == 1 else answers.BLANK),
    )
    answer.html(str(kept(said)))
    details.html(str(more))
    observed.answered()


def what_they_say(
    models: Sequence[Model], picture: np.ndarray | None, drawing: Drawing = ()
) -> tuple[Markup, Markup] | None:
    """The answer itself, and everything beside it; None without ink. `drawing` are the picture's strokes, if
    it has any."""
    seen = None if picture is None else to_mnist(picture)
    if picture is None or seen is None:
        return None
    found = [model.answer(seen, drawing) for model in models]
    if number := several_digits.what_they_say(models, picture, found):
        said, more = number
        return said, answers.details(more)
    if len(models) == 1:
        said, more = answers.headline(found[0]), answers.bars(found[0], answers.trust(models[0]))
    else:
        titles = [model.card["title"] for model in models]
        said = answers.headlines(titles, found)
        more = answers.why(found) + answers.table(titles, found) + answers.movement(titles, found)
    return said, answers.details(more, pictures(models, seen))


def pictures(models: Sequence[Model], seen: np.ndarray) -> Markup:
    """What the models see, and what the autoencoder makes of it."""
    shown = [figure(grey(seen), answers.SEEN, "The digit as the model sees it", answers.SIDE)]
    for model in models:
        if model.reconstructs:
            redrawn = model.reconstruct(seen[None])[0]
            caption = "What the autoencoder redraws from its 32 numbers."
            shown.append(
                figure(grey(redrawn), caption, "The digit as the autoencoder redraws it", answers.SIDE)
            )
    return row(shown)


def render() -> None:
    drawing_link.open_link()
    examples.open_link()
    with st.container(key="draw-page"):  # what stands where: ui/style.css
        with st.container(key="title"):
            put(TITLE)
        board = st.container(key="board")
        under = st.container(key="tools")
        reading = st.container(key="reading", gap=None)
        look_inside = st.container(key="look-inside")
        with st.container(key="settings"):
            models = choose_models()
            input_digit.choose_source()
            if input_digit.source() == "draw":
                examples.show()
        with st.container(key="path", horizontal=True):
            for address, words in PATH:
                page_link(address, words)
    with reading:
        answer = st.container(key="answer").empty()
        details = st.container(key="details").empty()
    with board:
        if input_digit.source() != "draw":
            input_digit.bring_photo()
        read(models, answer, details)
    answering = models[0] if len(models) == 1 and input_digit.source() == "draw" else None
    if input_digit.source() == "draw":
        with under:
            tools()
    with reading:
        live(answering, demo())
        looks = inside.switch(answering)
    if looks:
        with look_inside:
            inside.layers()


def demo() -> Drawing:
    """What draws itself on the first screen: the link's example, or a 3."""
    return strokes.examples()[examples.in_link(DEMO)]
