"""What is computed once per server is computed at its start, not for the first visitor who asks for it.

All in one background thread: the models first, then the list below at low priority. The server answers
meanwhile. What fails costs one line in the log; the page that needs it then says what is wrong.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable

import numpy as np

from digitlab import inference

WHAT = "DIGITLAB_WARM_UP"  # "models": only these, for tests and for small machines
LOW_PRIORITY = 10  # nice

Task = Callable[[], object]

_log = logging.getLogger(__name__)
_loaded = threading.Event()
_stopped = threading.Event()


def models_are_loaded() -> bool:
    return _loaded.is_set()


def load_models() -> None:
    """Read all models, and let each answer once: its interpreter is made at the first question."""
    nothing = np.zeros((1, 28, 28), np.float32)
    for name in inference.names():
        model = inference.load(name)
        model.predict(nothing)
    model.digit_score(nothing)  # the detector, which all share


TASKS: dict[str, Task] = {}


def start() -> None:
    """Begin, and return at once."""
    tasks = {} if os.environ.get(WHAT) == "models" else TASKS
    # a daemon: who stops the server doesn't wait for it
    threading.Thread(target=_run, args=(tasks,), name="warm-up", daemon=True).start()


def stop() -> None:
    """Begin nothing new."""
    _stopped.set()


def _run(tasks: dict[str, Task]) -> None:
    if _done("models", load_models):
        _loaded.set()
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
    for name, task in tasks.items():
        if _stopped.is_set():
            return
        _done(name, task)


def _done(name: str, task: Task) -> bool:
    try:
        task()
    except Exception as error:  # whatever it is, the server goes on
        _log.warning("Warm-up of %s failed: %s", name, error)
        return False
    return True
