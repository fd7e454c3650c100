"""The one queue of trainings that a server has, and who waits for what is in it.

An owner is whoever a training belongs to: a visitor, or a class. Any number of tabs may be an owner's."""

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab.caches import once
from digitlab.classroom import database
from digitlab.errors import DatabaseGone
from digitlab.numbers import count
from digitlab.training.local_queue import LocalQueue
from digitlab.training.runs import Run, TrainingQueue

_sessions: dict[str, set[str]] = {}  # of each owner: a reload makes a new one
_MOST = 2_000  # owners that are remembered
NOBODY = (
    "No machine trains at the moment. What you start waits in the queue, and begins by itself as soon as one "
    "is there."
)


@once(maxsize=1)
def queue() -> TrainingQueue:
    """In this process; or in the PostgreSQL that several servers share."""
    if _is_shared():
        from digitlab.training.shared_queue import SharedQueue  # what it needs, a server alone is spared

        return SharedQueue(present=present)
    return LocalQueue(present=present)


def _is_shared() -> bool:
    try:
        return database.shared()
    except DatabaseGone:  # no address at all
        return False


def queue_length() -> dict[str, int]:
    """How many trainings of all owners there are: {"waiting": 2, "training": 1}. Raises DatabaseGone."""
    return queue().length()


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


def say_if_nobody_trains(asked: TrainingQueue) -> None:
    """Calm words where no trainer is there. Raises DatabaseGone."""
    if not asked.attended():
        st.info(NOBODY, icon=":material/hourglass_empty:")


def waiting(asked: TrainingQueue, run: Run) -> str:
    """How far a run is that waits, in words. Raises DatabaseGone."""
    ahead = asked.place(run)
    said = f"Waiting: {count(ahead, 'training')} before yours." if ahead else "Yours is next."
    return f"The machine that trained it was lost. It begins anew. {said}" if run.attempts else said
