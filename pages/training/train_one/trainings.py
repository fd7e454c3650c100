"""The trainings of this session, which is an owner in the server's queue."""

import csv
import io
import re
import uuid
from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab.errors import DatabaseGone
from digitlab.training.runs import Run
from pages.training.train_one import owner as tab
from ui.trainings import connected, queue


def owner() -> str:
    return st.session_state.setdefault("_trainer", uuid.uuid4().hex)


def expect() -> None:
    """Somebody has the page open: have TensorFlow loaded when a training is started."""
    connected(owner())
    queue().expect(owner())


def remember() -> None:
    """Let the tab know whose trainings these are, and find those from before a reload."""
    tab.remember(owner(), _take_over)


def _take_over() -> None:
    before = st.session_state[tab.KEY].owner
    if not (isinstance(before, str) and re.fullmatch("[0-9a-f]{32}", before)):
        return
    try:
        if queue().of(before) and not mine():
            st.session_state["_trainer"] = before
    except DatabaseGone:  # nobody knows just now, and nobody else can guess the name
        st.session_state["_trainer"] = before


def mine() -> Sequence[Run]:
    """This session's, the oldest first. Raises DatabaseGone."""
    return queue().of(owner())


def busy() -> bool:
    """Whether one of them isn't over. While nobody knows, it may be so: then the page looks again."""
    try:
        return any(not run.over for run in mine())
    except DatabaseGone:
        return True


def history_csv(run: Run) -> bytes:
    columns = run.history()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["epoch", *columns])
    writer.writerows(
        [epoch, *row] for epoch, row in enumerate(np.transpose(list(columns.values())).tolist(), 1)
    )
    return text.getvalue().encode()
