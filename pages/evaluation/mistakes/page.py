"""The confusion matrix, and the very digits behind each of its cells."""

from dataclasses import replace

import numpy as np
import streamlit as st

from digitlab import evaluation
from digitlab.data import NO_DIGIT
from digitlab.evaluation import Evaluation
from digitlab.inference import Model
from pages.evaluation.mistakes import gallery, handwriting_slices, label_suspects, upload, view
from pages.evaluation.mistakes.downloads import downloads
from pages.evaluation.mistakes.gallery import Material
from pages.evaluation.mistakes.view import View
from ui import confusion_cells, datasets, headings
from ui.components.matrix import matrix
from ui.models import choose_model
from ui.pictures import data_url

DATA = {
    "MNIST": ("mnist", "10,000 digits that no model has seen in training."),
    "Other people": (
        "digits",
        "1,797 digits of 13 other people (UCI): handwriting that is new to every model.",
    ),
    "Scribbles": ("scribbles", "2,000 letters, scribbles and dots: no digits, but a model must say one."),
    "Your file": ("own", "The digits that you brought. They stay in this session and go with it."),
}


@st.fragment
@datasets.calmly
def page() -> None:
    """All of it: a press on a cell reruns only this."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = choose_model()
        of_classes = {datasets.title(name): name for name in datasets.known("digits", "mnist")}
        chosen = st.selectbox("Digits", [*DATA, *of_classes], key="digits", bind="query-params", width=160)
        cells = st.segmented_control(
            "In the cells",
            confusion_cells.VIEWS,
            default="Counts",
            required=True,
            key="cells",
            bind="query-params",
        )
    # always there and in this order, so that the browser finds its way when something comes or goes
    upload_place, page_place = st.container(key="upload"), st.container(key="mistakes")
    if chosen in of_classes:
        dataset = datasets.fixed(of_classes[chosen], "mnist")
        said = datasets.description(dataset)
        description = f"{said[0].upper()}{said[1:]}."
    else:
        dataset, description = DATA[chosen]
    brought = None
    if dataset == "own":
        with upload_place:
            brought = upload.bring()
        if brought is None:
            return
        result, images = upload.evaluate(model, brought), brought.images
    else:
        result, images = evaluation.evaluate(model.name, dataset), evaluation.pictures(dataset)
    shown = view.from_link()
    if not view.asks_for_pictures() and not result.right.all():
        label, answer = confusion_cells.most_frequent_mistake(result.matrix)
        shown = replace(shown, label=label, answer=answer)
    with page_place:
        datasets.say_of_class(dataset, model)
        st.caption(
            f"{description} Each row is what a digit is, each column what the model read. "
            "Blue is right, orange wrong. Press a cell to see its digits."
        )
        # a matrix of one row has nothing beside it to fill the height
        one_row = confusion_cells.rows(result) == [NO_DIGIT]
        with st.container(horizontal=not one_row, gap="medium"):
            with st.container(width=620 if one_row else 530, key="matrix-place"):
                show_matrix(result, cells, images, shown)
                with st.container(horizontal=True):
                    downloads(model, result, dataset, brought)
            with st.container(width="stretch" if one_row else 550, key="behind"):
                if images is None:
                    material = instead_of_mnist(model)
                else:
                    names = brought.names if brought else datasets.numbers(dataset)
                    material = Material(dataset, images, result, names)
                behind(model, material, shown, only_pictures=one_row)


def instead_of_mnist(model: Model) -> Material:
    """Other people's digits, where MNIST's pictures can't be had."""
    st.info(
        "MNIST’s pictures can’t be had here, so you see those of other people (UCI). The matrix is MNIST’s "
        "all the same. To get them: connect once to the internet, or set MNIST_NPZ to an mnist.npz that you "
        "have.",
        icon=":material/cloud_off:",
    )
    images = evaluation.pictures("digits")
    assert images is not None, "they come with scikit-learn"
    return Material("digits", images, evaluation.evaluate(model.name, "digits"))


def behind(model: Model, material: Material, shown: View, only_pictures: bool) -> None:
    """What stands beside the matrix."""
    part = view.DIGITS
    if not only_pictures:
        st.session_state["view-part"] = part = shown.part
        st.segmented_control(
            "Show",
            view.PARTS,
            required=True,
            key="view-part",
            label_visibility="collapsed",
            on_change=lambda: view.show(shown, part=st.session_state["view-part"]),
        )
    match part:
        case view.HANDWRITING:
            handwriting_slices.by_handwriting(material, shown)
        case view.LABELS:
            label_suspects.suspects(model, material, shown)
        case _:
            gallery.digits(model, material, shown)


def show_matrix(result: Evaluation, cells: str, images: np.ndarray | None, shown: View) -> None:
    rows = confusion_cells.rows(result)

    def picture(label: int, answer: int) -> str | None:
        where = result.cell(label, answer)
        return None if images is None else data_url(images[where[result.confidence[where].argmax()]])

    margins = confusion_cells.margins(result)
    recalls, precisions, accuracy = margins or (None, None, None)
    matrix(
        [confusion_cells.name_of(row) for row in rows],
        [str(digit) for digit in range(10)],
        confusion_cells.cells(result, cells, picture),
        recalls=recalls,
        precisions=precisions,
        accuracy=accuracy,
        chosen=(
            rows.index(shown.label) if shown.label in rows else -1,
            -1 if shown.answer is None else shown.answer,
        ),
        key="matrix",
        on_press=lambda row, column: view.show(
            shown, part=view.DIGITS, label=rows[row], answer=column, right=None
        ),
        leads_to="behind",
    )


def render() -> None:
    headings.header("Mistakes", "Confusion matrix", "Precision", "Recall", "Accuracy", "Cross-entropy")
    page()
