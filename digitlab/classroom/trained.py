"""A class's models by the id of their training, which is random and never used again: what is kept of a model
is kept under it, and a browser that knows it may load the model's live.bin."""

import time
from typing import NamedTuple

import sqlalchemy as sa

from digitlab.classroom import database, names
from digitlab.classroom.tables import classes, trainings
from digitlab.errors import UnknownName


class Identity(NamedTuple):
    id: str
    live: bool  # whether it answers in the browser, too


def is_name(model: str) -> bool:
    """Whether "class:KFRTW:1" is meant, be there such a model or not."""
    return names.model(model) is not None


def identity(model: str) -> Identity:
    """Of "class:KFRTW:1". Raises UnknownName where there is no such model, or not any more; DatabaseGone."""
    if parts := names.model(model):
        with database.reading() as connection:
            row = connection.execute(
                sa.select(trainings.c.id, trainings.c.live.is_not(None).label("live"))
                .join_from(trainings, classes)
                .where(
                    classes.c.code == parts[0],
                    classes.c.ends > time.time(),
                    trainings.c.number == parts[1],
                )
            ).first()
        if row:
            return Identity(row.id, bool(row.live))
    raise UnknownName(f"There is no model {model!r}: perhaps its class has ended.")


def live(training_id: str) -> bytes | None:
    """The model's live.bin, while its class lasts; None where there is none. Raises DatabaseGone."""
    with database.reading() as connection:
        return connection.execute(
            sa.select(trainings.c.live)
            .join_from(trainings, classes)
            .where(trainings.c.id == training_id, classes.c.ends > time.time())
        ).scalar()
