"""The digit that a page looks into: my drawing, or one of a data set. It is the same on all such pages."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import streamlit as st

from digitlab import data, snippets, strokes
from digitlab.classroom import moments
from digitlab.data import samples
from digitlab.errors import ClassError, DataUnavailable
from digitlab.preprocess import to_mnist
from digitlab.strokes import Drawing
from ui import answers, classroom, datasets, drawing_link, input_digit, known_classes
from ui.links import page_link

NAMES = {
    "mnist": "MNIST’s test digits",
    "mnist-train": "MNIST’s training digits",
    "digits": "UCI’s digits",
    "scribbles": "the scribbles",
}


def whose(dataset: str) -> str:
    """ "Number 7 of ...": a data set's name as in NAMES, or a class's. Any other name as it is."""
    return datasets.whose(dataset) if datasets.of_class(dataset) else NAMES.get(dataset, dataset)


class Sample(NamedTuple):
    image: np.ndarray  # uint8 (28, 28)
    label: int
    drawing: Drawing  # its strokes, of a class's


@dataclass(frozen=True, eq=False)
class ChosenDigit:
    picture: np.ndarray  # float32 (28, 28) in [0, 1]: what a model sees
    original: np.ndarray  # uint8: the drawing, the photo, or the data set's own picture
    label: int | None  # what it is meant to be, where that is known
    whose: str  # "your drawing"
    name: str | None = None  # mnist-4711, where it is of a data set
    drawing: Drawing = ()  # its strokes, where it was drawn


def choose(example: str | None = None) -> ChosenDigit:
    """Show whose digit it is, and let the user change it. A data set's digit stands in the link as
    ?sample=mnist-4711; a new drawing takes its place. So may a drawing, as ?drawing=...; beside a sample it
    waits. Who has neither gets `example`, named in the same way, or our own example."""
    drawing_link.open_link()
    chosen = _chosen(example)
    with st.container(horizontal=True, vertical_alignment="center", key="chosen-digit"):
        answers.digit_picture(chosen.picture, "", f"The digit: {chosen.whose}", side=56)
        st.markdown(f"This is **{chosen.whose}**.", width="content")
        page_link("draw", "Draw another")
        st.button("A test digit", icon=":material/casino:", on_click=_roll, key="roll")
        if "sample" in st.query_params:
            st.button("My drawing", icon=":material/undo:", on_click=_own, key="own")
    return chosen


def sample(name: str) -> Sample | None:
    """What mnist-4711, mnist-train-4711 or class:KFRTW-12 names; None where there is no such."""
    if code := known_classes.code_of(name.rpartition("-")[0]):
        try:
            classroom.find(code)
        except ClassError:
            return None
    named = samples.parse(name)
    if not named:
        return None
    dataset, split, index = named
    try:
        images, labels = data.load(dataset, split)
        drawing = moments.at(dataset).drawing(index) if datasets.of_class(dataset) else ()
    except (ClassError, DataUnavailable):
        return None
    return Sample(images[index], int(labels[index]), drawing) if index < len(images) else None


def _chosen(start: str | None) -> ChosenDigit:
    drawn = input_digit.picture()
    seen = None if drawn is None else to_mnist(drawn)
    mark = None if seen is None else seen.tobytes()
    kept_name, kept_mark = st.session_state.get("_chosen_digit", (None, None))
    name = st.query_params.get("sample") or (kept_name if kept_mark == mark else None)
    if name and (found := sample(name)):
        st.session_state["_chosen_digit"] = name, mark
        st.query_params["sample"] = name
        return _of_data_set(name, *found)
    if name:
        st.query_params.pop("sample", None)
    if seen is not None and drawn is not None:
        named = drawing_link.WHOSE if drawing_link.is_shown() else "your drawing"
        return ChosenDigit(seen, drawn, None, named, drawing=input_digit.drawing())
    if start and (found := sample(start)):
        return _of_data_set(start, *found)
    drawing = strokes.examples()[snippets.EXAMPLE]
    example = strokes.render(drawing)
    picture = to_mnist(example)
    assert picture is not None, "our example has ink"
    return ChosenDigit(picture, example, snippets.EXAMPLE, "our example", drawing=drawing)


def _of_data_set(name: str, image: np.ndarray, label: int, drawing: Drawing) -> ChosenDigit:
    dataset, _, number = name.rpartition("-")
    known = None if label == data.NO_DIGIT else label
    named = f"number {number} of {whose(dataset)}"
    return ChosenDigit(image / np.float32(255), image, known, named, name, drawing)


def _roll() -> None:
    """Another test digit, at random."""
    name = "mnist"
    try:
        dataset = data.load(name, "test")
    except DataUnavailable:
        name = "digits"
        dataset = data.load(name, "test")
    st.query_params["sample"] = f"{name}-{np.random.default_rng().integers(len(dataset.labels))}"


def _own() -> None:
    st.query_params.pop("sample", None)
    st.session_state.pop("_chosen_digit", None)
