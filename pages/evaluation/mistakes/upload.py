"""A data set that somebody brings, for as long as the session lasts."""

import streamlit as st

from digitlab import evaluation
from digitlab.data import Dataset
from digitlab.errors import DataCorrupt
from digitlab.evaluation import Evaluation, own_data
from digitlab.evaluation.handwriting import Handwriting, handwriting
from digitlab.inference import Model

HELP = """Three kinds of file, up to 6 MB and 5,000 digits:

- **CSV** as on Kaggle: in each row a label from 0 to 9 and 784 pixels from 0 to 255.
- **.npz** (NumPy): pictures as uint8 (N, 28, 28), bright ink on black, and labels (N,).
- **ZIP** with pictures in folders named 0 to 9; those of another size are prepared as drawings are.
"""


def bring() -> Dataset | None:
    """Let the user bring a file; what was brought last, or None."""
    st.file_uploader(
        "Your digits: CSV, .npz or ZIP",
        type=["csv", "npz", "zip"],
        key="own-file",
        on_change=_take,
        help=HELP,
    )
    if problem := st.session_state.get("_own_problem"):
        st.warning(problem, icon=":material/broken_image:")
    brought = st.session_state.get("_own")
    if brought is None:
        st.markdown(HELP)
    return brought


def evaluate(model: Model, brought: Dataset) -> Evaluation:
    """Each model answers once."""
    done = st.session_state.setdefault("_own_evaluations", {})
    if model.name not in done:
        done[model.name] = evaluation.answer(model.name, brought)
    return done[model.name]


def features() -> Handwriting:
    """How what was brought is written; measured once."""
    if "_own_features" not in st.session_state:
        st.session_state["_own_features"] = handwriting(st.session_state["_own"].images)
    return st.session_state["_own_features"]


def _take() -> None:
    file = st.session_state["own-file"]
    st.session_state["_own_problem"] = None
    if file is None:  # also for a moment while another file takes its place
        return
    try:
        st.session_state["_own"] = own_data.read(file.name, file.getvalue())
        st.session_state["_own_evaluations"] = {}
        st.session_state.pop("_own_features", None)
    except DataCorrupt as error:
        st.session_state["_own_problem"] = str(error)
