"""The one queue of trainings that a server has, and who waits for what is in it.

An owner is whoever a training belongs to: a visitor, or a class. Any number of tabs may be an owner's."""

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab.training.training_queue import TrainingQueue

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


def connected(owner: str) -> None:
    """This tab is one of the owner's."""
    context = get_script_run_ctx()
    if context is not None:
        _sessions.setdefault(owner, set()).add(context.session_id)
        if len(_sessions) > _MOST:
            _sessions.pop(next(iter(_sessions)), None)
