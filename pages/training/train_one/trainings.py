"""The trainings of this session: one queue for the whole server, each session an owner in it."""

import csv
import io
import json
import uuid

import numpy as np
import streamlit as st

from digitlab.training import runs
from digitlab.training.runs import Run, Runs


@st.cache_resource(show_spinner=False)
def queue() -> Runs:
    return Runs()


def owner() -> str:
    return st.session_state.setdefault("_trainer", uuid.uuid4().hex)


def mine() -> list[Run]:
    """This session's, the oldest first; whoever asks is still there."""
    queue().seen(owner())
    return queue().of(owner())


def title(run: Run) -> str:
    """Its name in legends."""
    wish = run.wish
    shuffled = ", labels shuffled" if wish.shuffled else ""
    how = f"{wish.optimizer} {wish.learning_rate:g}, {wish.images:,} images"
    return f"{run.number}. {wish.model}, {how}{shuffled}"


def history(run: Run) -> dict[str, list[float]]:
    """A number for each epoch so far."""
    if run.state == runs.DONE:
        return json.loads((run.result / "history.json").read_text("utf-8"))
    return run.progress().get("history", {})


def history_csv(run: Run) -> bytes:
    columns = history(run)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["epoch", *columns])
    writer.writerows(
        [epoch, *row] for epoch, row in enumerate(np.transpose(list(columns.values())).tolist(), 1)
    )
    return text.getvalue().encode()
