"""The trainings of this session: one queue for the whole server, each session an owner in it."""

import csv
import io
import re
import uuid

import numpy as np
import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab.training.training_queue import Run, TrainingQueue
from pages.training.train_one import owner as tab

_sessions: dict[str, set[str]] = {}  # of each owner: a reload makes a new one
_MOST = 2_000  # owners that are remembered


@st.cache_resource(show_spinner=False)
def queue() -> TrainingQueue:
    return TrainingQueue(present=present)


def present(owner: str) -> bool:
    """Whether a tab of this owner is connected, whichever page it shows."""
    if not runtime.exists():
        return False
    server = runtime.get_instance()
    return any(server.is_active_session(session) is True for session in tuple(_sessions.get(owner, ())))


def owner() -> str:
    return st.session_state.setdefault("_trainer", uuid.uuid4().hex)


def expect() -> None:
    """Somebody has the page open: have TensorFlow loaded when a training is started."""
    context = get_script_run_ctx()
    if context is not None:
        _sessions.setdefault(owner(), set()).add(context.session_id)
        if len(_sessions) > _MOST:
            _sessions.pop(next(iter(_sessions)), None)
    queue().expect(owner())


def remember() -> None:
    """Let the tab know whose trainings these are, and find those from before a reload."""
    tab.remember(owner(), _take_over)


def _take_over() -> None:
    before = st.session_state[tab.KEY].owner
    if isinstance(before, str) and re.fullmatch("[0-9a-f]{32}", before) and queue().of(before) and not mine():
        st.session_state["_trainer"] = before


def mine() -> list[Run]:
    """This session's, the oldest first."""
    return queue().of(owner())


def busy() -> bool:
    """Whether one of them isn't over."""
    return any(not run.over for run in mine())


def history_csv(run: Run) -> bytes:
    columns = run.history()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["epoch", *columns])
    writer.writerows(
        [epoch, *row] for epoch, row in enumerate(np.transpose(list(columns.values())).tolist(), 1)
    )
    return text.getvalue().encode()
