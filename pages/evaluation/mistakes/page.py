"""The confusion matrix, and the very digits behind each of its cells."""

import numpy as np
import streamlit as st

from digitlab import evaluation
from digitlab.evaluation import Evaluation
from pages.evaluation.mistakes import gallery, upload
from pages.evaluation.mistakes.downloads import take_away
from ui import confusion_cells, headings
from ui.components.matrix import matrix
from ui.models import choose_model
from ui.pictures import data_url

DATA = {
    "MNIST": ("mnist", "10,000 digits that no model has seen in training."),
    "Other people": (
        "digits",
        "1,797 digits of 13 other people (UCI): handwriting that is new to every model.",
    ),
    "Scribbles": ("scribbles", "2,000 letters, scribbles and dots: no digits, but a reader must say one."),
    "Your file": ("own", "The digits that you brought. They stay in this session and go with it."),
}


@st.fragment
def page() -> None:
    """All of it: a click on a cell reruns only this."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = choose_model()
        chosen = st.selectbox("Digits", DATA, key="digits", bind="query-params", width=160)
        view = st.segmented_control(
            "In the cells",
            confusion_cells.VIEWS,
            default="Counts",
            required=True,
            key="cells",
            bind="query-params",
        )
    dataset, description = DATA[chosen]
    if dataset == "own":
        brought = upload.bring()
        if brought is None:
            return
        result, images = upload.evaluate(model, brought), brought.images
    else:
        result, images = evaluation.evaluate(model.name, dataset), evaluation.pictures(dataset)
    st.caption(
        f"{description} Each row is what a digit is, each column what the model read. "
        "Blue is right, orange wrong. Press a cell to see its digits."
    )
    if gallery.cell() == (None, None) and not {"is", "read_as"} & {*st.session_state, *st.query_params}:
        gallery.choose_cell(*confusion_cells.most_interesting(result.matrix))
    whole = result
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=530):
            show_matrix(result, view, images)
        with st.container(width=550):
            if images is None:
                st.info(
                    "MNIST’s pictures can’t be had here, so you see those of other people (UCI). The "
                    "matrix is MNIST’s all the same. To get them: connect once to the internet, or set "
                    "MNIST_NPZ to an mnist.npz that you have.",
                    icon=":material/cloud_off:",
                )
                dataset, images = "digits", evaluation.pictures("digits")
                result = evaluation.evaluate(model.name, dataset)
            gallery.digits(model, result, images, dataset)
            with st.container(horizontal=True):
                take_away(model, whole, dataset)


def show_matrix(result: Evaluation, view: str, images: np.ndarray | None) -> None:
    rows = confusion_cells.rows(result)
    recalls, precisions, accuracy = confusion_cells.margins(result)

    def picture(label: int, answer: int) -> str | None:
        where = result.cell(label, answer)
        return None if images is None else data_url(images[where[result.confidence[where].argmax()]])

    label, answer = gallery.cell()
    matrix(
        [confusion_cells.name_of(row) for row in rows],
        [str(digit) for digit in range(10)],
        confusion_cells.cells(result, view, picture),
        recalls=recalls,
        precisions=precisions,
        accuracy=accuracy,
        chosen=(rows.index(label) if label in rows else -1, -1 if answer is None else answer),
        key="matrix",
        on_press=lambda row, column: gallery.choose_cell(rows[row], column),
    )


def render() -> None:
    headings.header("Mistakes", "Confusion matrix", "Precision", "Recall", "Accuracy", "Cross-entropy")
    page()
