"""The trainings of a class in the server's queue: the class is their owner, whoever has the key its tab."""

import threading

from digitlab.classroom import trainings
from digitlab.classroom.classes import Class
from digitlab.classroom.trainings import Training
from digitlab.training.training_queue import DONE, FineTuning, Run
from ui.trainings import connected, queue

_keeping = threading.Lock()


def owner(found: Class) -> str:
    return f"class {found.id}"


def expect(found: Class) -> None:
    """Its teacher has the page open: have TensorFlow loaded when a training is started."""
    connected(owner(found))
    queue().expect(owner(found))


def submit(found: Class, what: FineTuning) -> Run:
    """Raises TooManyRuns."""
    return queue().submit(owner(found), what)


def newest(found: Class) -> Run | None:
    return next(reversed(queue().of(owner(found))), None)


def busy(found: Class) -> bool:
    """Whether one isn't over, or is done and not kept yet."""
    run = newest(found)
    return run is not None and (not run.over or run.state == DONE)


def ahead(run: Run) -> int:
    return queue().place(run)


def stop(run: Run) -> None:
    queue().stop(run)


def keep(found: Class, run: Run) -> Training | None:
    """Store what a run made with its class, once, whichever tabs look on; None where it is stored already.
    Raises NoSuchClass, DatabaseGone."""
    with _keeping:
        if run not in queue().of(run.owner):
            return None
        kept = trainings.save(found, run.settings.model, run.result)
        forget(run)
        return kept


def forget(run: Run) -> None:
    """Nothing of it stays on this server."""
    queue().forget(run)
