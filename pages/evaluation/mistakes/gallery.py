"""The digits behind a cell: filters, order, pages, and each of them large."""

import numpy as np
import streamlit as st

from digitlab import data, evaluation
from digitlab.caches import once
from digitlab.evaluation import Evaluation, mistakes
from digitlab.evaluation.handwriting import Handwriting, handwriting
from digitlab.inference import Model
from pages.evaluation.mistakes import upload
from ui import confusion_cells, style
from ui.components.picture_buttons import Picture, picture_buttons
from ui.digit_dialog import large
from ui.pictures import data_url

ANY = "any"
NONE = confusion_cells.name_of(data.NO_DIGIT)
PER_PAGE = 24
_RIGHT = {"all": None, "wrong": False, "right": True}
_FEATURES = {
    "pen": ("Pen width, pixels", 0.0, 6.0, 0.1),
    "slant": ("Slant, degrees to the right", -60.0, 60.0, 1.0),
    "height": ("Height, pixels", 0.0, 20.0, 1.0),
}


def choose_cell(label: int, answer: int) -> None:
    """Show the digits of this cell. Call it before the filters are shown, or in a callback."""
    st.session_state["is"], st.session_state["read_as"] = confusion_cells.name_of(label), str(answer)
    st.session_state["page"] = 1


def cell() -> tuple[int | None, int | None]:
    """What the filters ask for: (label, answer)."""
    names = {confusion_cells.name_of(label): label for label in range(11)}
    return names.get(st.session_state.get("is", ANY)), names.get(st.session_state.get("read_as", ANY))


def digits(model: Model, result: Evaluation, images: np.ndarray, dataset: str) -> None:
    """The filters, and the pictures that pass them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        labels = [confusion_cells.name_of(label) for label in confusion_cells.rows(result)]
        st.selectbox("Is", [ANY, *labels], key="is", bind="query-params", width=95)
        st.selectbox("Read as", [ANY, *map(str, range(10))], key="read_as", bind="query-params", width=95)
        order = st.selectbox("First", mistakes.ORDERS, key="order", bind="query-params", width=205)
        with st.popover("More", icon=":material/tune:"):
            wanted = _more(*cell())
    features = None
    if wanted.handwriting:
        features = upload.features() if dataset == "own" else _handwriting(dataset)
    chosen = mistakes.select(result, wanted, order, features)
    st.markdown(f"**{_headline(wanted, len(chosen))}**")
    if not len(chosen):
        st.caption("No digit passes. Choose another cell, or widen the filters.")
        return
    pages = -(-len(chosen) // PER_PAGE)
    page = min(st.session_state.get("page", 1), pages)
    shown = chosen[(page - 1) * PER_PAGE :][:PER_PAGE]
    picture_buttons(
        [_picture(result, images, int(index)) for index in shown],
        key="digits-grid",
        side=62,
        on_press=lambda number: st.session_state.update(opened=(dataset, int(shown[number]))),
    )
    if pages > 1:
        st.pagination(pages, key="page")
    if opened := st.session_state.pop("opened", None):
        dataset, index = opened
        large(images[index], int(result.labels[index]), dataset, index, model)


def _more(label: int | None, answer: int | None) -> mistakes.Filter:
    right = st.segmented_control("Answers", _RIGHT, default="all", required=True, key="answers")
    confidence = st.slider("Confidence of the answer", 0.0, 1.0, (0.0, 1.0), 0.01, key="confidence")
    asked = {}
    for name, (title, low, high, step) in _FEATURES.items():
        chosen = st.slider(title, low, high, (low, high), step, key=f"feature-{name}")
        if chosen != (low, high):
            asked[name] = chosen
    return mistakes.Filter(label, answer, _RIGHT[right], confidence, asked)


def _headline(wanted: mistakes.Filter, count: int) -> str:
    if wanted.label is not None and wanted.answer is not None:
        return confusion_cells.sentence(wanted.label, wanted.answer, count)
    return f"{count:,} digits"


@once(maxsize=4)
def _handwriting(dataset: str) -> Handwriting:
    images = evaluation.pictures(dataset)
    assert images is not None  # they are on the page
    return handwriting(images)


def _picture(result: Evaluation, images: np.ndarray, index: int) -> Picture:
    answer, share = int(result.answers[index]), float(result.confidence[index])
    label = confusion_cells.name_of(int(result.labels[index]))
    return Picture(
        data_url(images[index]),
        f"Number {index}: {label}, read as {answer} with {style.percent(share)}",
        f"{'' if label == NONE else f'{label} → '}{answer}  {style.percent(share)}",
    )
