"""A file of digits that somebody brings, for as long as the session lasts."""

import re

import streamlit as st

from digitlab import evaluation
from digitlab.errors import DataCorrupt
from digitlab.evaluation import Evaluation, own_data
from digitlab.evaluation.own_data import OwnData
from digitlab.inference import Model
from digitlab.numbers import count

HELP = """Three kinds of file, up to 6 MB and 5,000 digits:

- **CSV** as on Kaggle: in each row a label from 0 to 9 and 784 pixels from 0 to 255.
- **.npz** (NumPy): pictures as uint8 (N, 28, 28) and labels (N,).
- **ZIP** with pictures in folders named 0 to 9, each of up to a million pixels.

Pictures of 28 × 28 pixels are taken as they are, bright ink on black; dark ink on white is inverted.
Pictures of another size are prepared as drawings are.
"""


def bring() -> OwnData | None:
    """Let the user bring a file; what was brought last, or None. The places for what is said are always
    there: else the page's tree changes while a next file arrives, and the browser loses its way in it."""
    st.file_uploader(
        "Your digits: CSV, .npz or ZIP",
        type=["csv", "npz", "zip"],
        key="own-file",
        on_change=_take,
        help=HELP,
    )
    problem_place, state_place = st.container(key="own-problem"), st.container(key="own-state")
    brought: OwnData | None = st.session_state.get("_own")
    if problem := st.session_state.get("_own_problem"):
        problem_place.warning(problem, icon=":material/broken_image:")
    state_place.markdown(state(brought, bool(problem)) if brought else HELP)
    return brought


def state(brought: OwnData, refused: bool) -> str:
    """Which file the page is about."""
    kept = "You still see your earlier file" if refused else "You see"
    text = f"{kept}: **{plain(brought.file)}**, {count(len(brought.labels), 'digit')}."
    if brought.inverted:
        were = "It was" if brought.inverted == 1 else f"{brought.inverted:,} of them were"
        text += f" {were} dark on white, and we inverted {'it' if brought.inverted == 1 else 'them'}."
    return text


def plain(text: str) -> str:
    """A stranger's text in Markdown, with nothing of it taken for markup."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def evaluate(model: Model, brought: OwnData) -> Evaluation:
    """Each model answers once."""
    known = st.session_state.get("_own_evaluations")
    if known is None or known[0] is not brought:
        known = st.session_state["_own_evaluations"] = brought, {}
    if model.name not in known[1]:
        known[1][model.name] = evaluation.answer(model.name, brought.dataset)
    return known[1][model.name]


def _take() -> None:
    file = st.session_state["own-file"]
    st.session_state["_own_problem"] = None
    if file is None:  # also for a moment while another file takes its place
        return
    try:
        st.session_state["_own"] = own_data.read(file.name, file.getvalue())
    except DataCorrupt as error:
        st.session_state["_own_problem"] = f"**{plain(file.name)}** can’t be used. {plain(str(error))}"
