"""The pictures of a view: filters, chips, order, pages, and each of them large."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from digitlab import data, evaluation
from digitlab.data import once_each
from digitlab.evaluation import Evaluation, mistakes
from digitlab.evaluation.handwriting import Handwriting, handwriting
from digitlab.inference import Model
from digitlab.numbers import count, probability
from pages.evaluation.mistakes.view import ANSWERS, ANY, RANGES, Range, View, show
from ui import confusion_cells
from ui.components.picture_buttons import Picture, picture_buttons
from ui.confusion_cells import name_of
from ui.digit_dialog import show_digits
from ui.pictures import data_url

PER_PAGE = 24


class Material(NamedTuple):
    """The pictures that the page is about, and what a model says to them."""

    dataset: str  # one of ui.digit_dialog.NAMES, or a class's
    images: np.ndarray  # uint8 (N, 28, 28)
    result: Evaluation
    names: Sequence[str] | None = None  # the pictures' own, in a file that was brought and in a class


def digits(model: Model, material: Material, view: View) -> None:
    """The filters, and the pictures that pass them."""
    filters(material.result, view)
    chips(view)
    measured = measures(material) if view.filter.handwriting else None
    chosen = mistakes.select(material.result, view.filter, view.order, measured)
    st.markdown(f"**{headline(view, len(chosen))}**")
    pictures(model, material, chosen, view)


def pictures(model: Model, material: Material, chosen: np.ndarray, view: View) -> None:
    """A page of the chosen ones, indices int (n,); a press opens one large, with all others beside it."""
    if not len(chosen):
        st.caption("No picture passes. Press another cell, or remove a filter.")
        return
    pages = -(-len(chosen) // PER_PAGE)
    page = min(view.page, pages)
    start = (page - 1) * PER_PAGE
    picture_buttons(
        [picture(material, int(index)) for index in chosen[start:][:PER_PAGE]],
        key="digits-grid",
        side=72,
        on_press=lambda number: st.session_state.update(_opened=start + number),
    )
    if pages > 1:
        if st.session_state.setdefault("view-page", page) != page:
            st.session_state["view-page"] = page
        st.pagination(
            pages, key="view-page", on_change=lambda: show(view, page=st.session_state["view-page"])
        )
    place = st.session_state.pop("_opened", None)
    if place is not None and place < len(chosen):
        images, labels = material.images, material.result.labels
        show_digits(images, labels, material.dataset, chosen, place, model, material.names)


# --- the filters -----------------------------------------------------------------------------------------
# Each shows what the link says, and a change goes into the link.


def filters(result: Evaluation, view: View) -> None:
    labels = [ANY, *map(name_of, confusion_cells.rows(result))]
    answers = [ANY, *map(str, range(10))]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose("Is", labels, ANY if view.label is None else name_of(view.label), view, "label", 110)
        choose("Read as", answers, ANY if view.answer is None else str(view.answer), view, "answer", 95)
        choose("First", mistakes.ORDERS, view.order, view, "order", 205)
        with st.popover("Filters", icon=":material/tune:"):
            st.session_state["view-right"] = next(name for name, of in ANSWERS.items() if of == view.right)
            st.segmented_control(
                "Answers",
                ANSWERS,
                required=True,
                key="view-right",
                on_change=lambda: show(view, right=ANSWERS[st.session_state["view-right"]]),
            )
            for name, of in RANGES.items():
                slider(name, of, view)


def choose(title: str, options: Sequence[str], value: str, view: View, field: str, width: int) -> None:
    key = f"view-{field}"
    st.session_state[key] = value if value in options else options[0]

    def changed() -> None:
        chosen = st.session_state[key]
        if field != "order":
            chosen = None if chosen == ANY else data.NO_DIGIT if chosen not in "0123456789" else int(chosen)
        show(view, **{field: chosen})

    st.selectbox(title, options, key=key, on_change=changed, width=width)


def slider(name: str, of: Range, view: View) -> None:
    key = f"view-{name}"
    st.session_state[key] = view.ranges.get(name, (of.low, of.high))
    st.slider(
        f"{of.title} ({of.unit})" if of.unit else of.title,
        of.low,
        of.high,
        step=of.step,
        key=key,
        on_change=lambda: show(view, ranges=with_range(view, name, st.session_state[key])),
    )


def with_range(view: View, name: str, ends: tuple[float, float] | None) -> dict[str, tuple[float, float]]:
    """The view's ranges with this one changed, or without it."""
    rest = {other: value for other, value in view.ranges.items() if other != name}
    of = RANGES[name]
    return rest if ends in (None, (of.low, of.high)) else rest | {name: ends}


def chips(view: View) -> None:
    """What is filtered, beside the cell; a press removes it."""
    written = {}
    if view.right is not None:
        written["right"] = "Right answers" if view.right else "Wrong answers"
    written |= {name: RANGES[name].written(*ends) for name, ends in view.ranges.items()}
    # the place is always there, so that nothing below it moves in the page's tree
    with st.container(horizontal=True, key="chips"):
        for name, text in written.items():
            change = {"right": None} if name == "right" else {"ranges": with_range(view, name, None)}
            st.button(
                text.replace("-", "−"),
                icon=":material/close:",
                help="Remove this filter",
                key=f"chip-{name}",
                on_click=lambda change=change: show(view, **change),
            )


def headline(view: View, number: int) -> str:
    """What is shown, and how many there are."""
    if view.label is None or view.answer is None:
        return count(number, "picture")
    if view.right is not None or view.ranges:
        return f"{confusion_cells.sentence(view.label, view.answer, number)}, as filtered"
    return confusion_cells.sentence(view.label, view.answer, number)


# --- pictures --------------------------------------------------------------------------------------------


def measures(material: Material) -> Handwriting:
    """How the pictures are written, measured once: for a data set on the server, a file in the session."""
    if material.dataset != "own":
        return _measures(material.dataset)
    known = st.session_state.get("_own_measures")
    if known is None or known[0] is not material.images:
        known = st.session_state["_own_measures"] = material.images, handwriting(material.images)
    return known[1]


@once_each(maxsize=4)
def _measures(dataset: str) -> Handwriting:
    images = evaluation.pictures(dataset)
    assert images is not None, "they are on the page"
    return handwriting(images)


def picture(material: Material, index: int) -> Picture:
    result = material.result
    answer, sure = int(result.answers[index]), probability(float(result.confidence[index]))
    label = int(result.labels[index])
    named = material.names[index] if material.names else f"Number {index}"
    is_and_read = f"read as {answer}" if label == data.NO_DIGIT else f"{label} read as {answer}"
    return Picture(
        data_url(material.images[index]),
        f"{named}: {name_of(label)}, read as {answer}, {sure} sure",
        f"{is_and_read}\n{sure} sure",
    )
