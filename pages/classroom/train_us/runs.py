"""The trainings of a class in the queue: the class is their owner, whoever has the key its tab."""

from digitlab.classroom import trainings
from digitlab.classroom.classes import Class
from digitlab.classroom.trainings import Training
from digitlab.errors import DatabaseGone
from digitlab.training.runs import DONE, Run, owner_of_class
from digitlab.training.settings import FineTuning
from ui.trainings import connected, queue


def owner(found: Class) -> str:
    return owner_of_class(found.id)


def expect(found: Class) -> None:
    """Its teacher has the page open: have TensorFlow loaded when a training is started."""
    connected(owner(found))
    queue().expect(owner(found))


def submit(found: Class, what: FineTuning) -> Run:
    """Raises TooManyRuns, NoSuchClass, DatabaseGone."""
    return queue().submit(owner(found), what)


def newest(found: Class) -> Run | None:
    """Raises DatabaseGone."""
    return next(reversed(queue().of(owner(found))), None)


def busy(found: Class) -> bool:
    """Whether one isn't over, or is done and not kept yet. While nobody knows, it may be so."""
    try:
        run = newest(found)
    except DatabaseGone:
        return True
    return run is not None and (not run.over or run.state == DONE)


def stop(run: Run) -> None:
    queue().stop(run)


def keep(found: Class, run: Run) -> Training | None:
    """Store what a run made with its class, once, whichever tabs on whichever servers look on; None where
    somebody else has stored it.
    Raises NoSuchClass, DatabaseGone."""
    model = run.settings.model
    return queue().hand_over(run, lambda files, connection: trainings.save(found, model, files, connection))


def forget(run: Run) -> None:
    """Nothing of it stays."""
    queue().forget(run)
