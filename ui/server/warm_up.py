"""What is computed once per server is computed at its start, not for the first visitor who asks for it.

All in one background thread: the models first, then the list below at low priority. The server answers
meanwhile; that is why the library is imported there, too, and not with this module. What fails costs one line
in the log; the page that needs it then says what is wrong.
"""

import gc
import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable

import numpy as np

from ui import menu

WHAT = "DIGITLAB_WARM_UP"  # "models": only these, for tests and for small machines
LOW_PRIORITY = 10  # nice
YOUNG = 50_000  # new objects before the garbage collector looks at them; Python's own is 700

Task = Callable[[], object]

_log = logging.getLogger(__name__)
_loaded = threading.Event()
_stopped = threading.Event()


def models_are_loaded() -> bool:
    return _loaded.is_set()


def load_models() -> None:
    """Read all models, and let each answer once: its interpreter is made at the first question."""
    from digitlab import inference
    from digitlab.movement import MAPS, SIDE

    nothing = np.zeros((1, 28, 28), np.float32)
    for name in inference.names():
        model = inference.load(name)
        model.predict(nothing)
    inference.load(inference.DETECTOR).score(nothing)
    inference.load(inference.STROKES).predict(np.zeros((1, SIDE, SIDE, MAPS), np.float32))


def class_work() -> None:
    """Its modules, and its tables up to date."""
    from digitlab.classroom import database, drawings  # noqa: F401 - imported before it is frozen

    database.answers()


def digits() -> None:
    from digitlab import data

    for split in data.splits(_test_digits()):
        data.load(_test_digits(), split)


def modules() -> None:
    """What the pages import: charts alone take most of a second."""
    for entry in menu.ENTRIES.values():
        importlib.import_module(entry.module)


def the_data_in_numbers() -> None:
    from digitlab import data
    from digitlab.data import data_set, tsne_map

    name = _test_digits()
    for split in data.splits(name):
        data_set.brightness(name, split)
        data_set.by_digit(name, split)
    tsne_map.load(name)


def latent_space() -> None:
    from digitlab.inside import autoencoder, latent

    latent.places(_test_digits())
    latent.sheet()
    latent.answers()
    autoencoder.usual()


def not_a_digit() -> None:
    from digitlab.inside import not_a_digit as judges

    judges.by_kind(_test_digits())


def optimisation() -> None:
    from digitlab.inside import optimisation as descent

    for surface in descent.surfaces().values():
        descent.grid(surface)


def a_neuron() -> None:
    from digitlab.inside import neuron

    neuron.example()


# What the first visitor to these pages would wait for, measured with cProfile; the quickest first. Each is
# kept by the function itself.
TASKS: dict[str, Task] = {
    "the data sets": digits,
    "the pages": modules,
    "The data in numbers": the_data_in_numbers,
    "A neuron and a layer": a_neuron,
    "Optimisation": optimisation,
    "Latent space": latent_space,
    "Not a digit": not_a_digit,
}


def _test_digits() -> str:
    """The data set that pages show: MNIST, or UCI's digits where it can't be had."""
    from digitlab import data
    from digitlab.errors import DataUnavailable

    try:
        data.load("mnist", "test")
    except DataUnavailable:
        return "digits"
    return "mnist"


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
    _done("class work", class_work)
    _keep()
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)
    for name, task in tasks.items():
        if _stopped.is_set():
            return
        _done(name, task)
    _keep()


def _keep() -> None:
    """What is here now stays until the end, so the garbage collector needn't go through it again; and it goes
    through the rest more rarely. Each of its rounds is a pause for everybody: with 200 people drawing, 95 %
    of the answers came within 211 ms without this, within 59 ms with it (benchmarks/class_load.py)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


def _done(name: str, task: Task) -> bool:
    try:
        task()
    except Exception as error:  # whatever it is, the server goes on
        _log.warning("Warm-up of %s failed: %s", name, error)
        return False
    return True
