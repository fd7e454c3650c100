"""The models that a class has trained on its own digits. They live in the database, are picked by name
("class:KFRTW:1", in links too), and go with the class."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitlab import inference
from digitlab.caches import once
from digitlab.classroom import classes, database, names, trained
from digitlab.classroom.classes import Class
from digitlab.classroom.limits import MOST_TRAININGS
from digitlab.classroom.tables import classes as class_table
from digitlab.classroom.tables import trainings
from digitlab.errors import UnknownName
from digitlab.training.runs import CARD, LIVE, NETWORK


@dataclass(frozen=True)
class Training:
    """A trained model, without its numbers."""

    id: str
    number: int  # from 1, in the class
    model: str  # that it began with
    card: Mapping[str, Any]  # as the card.json of a model of the zoo
    made: float
    live: bool  # whether it answers in the browser, too


def name(found: Class, number: int) -> str:
    """As `digitlab.inference.load` has it."""
    return names.of_model(found.code, number)


def save(
    found: Class, model: str, files: Mapping[str, bytes], connection: Connection | None = None
) -> Training:
    """Keep what train.py left, by name: card.json, model.tflite and perhaps live.bin; in this transaction, or
    in its own. The oldest of MOST_TRAININGS models makes room, unless the class is read by it. Raises
    NoSuchClass."""
    if connection is None:
        with database.writing() as own:
            return save(found, model, files, own)
    card, network, live = json.loads(files[CARD]), files[NETWORK], files.get(LIVE)
    training_id, now = secrets.token_hex(16), time.time()
    classes.change(found.id, connection)
    of_class = trainings.c.class_id == found.id
    kept = list(
        connection.execute(
            sa.select(trainings.c.number).where(of_class).order_by(trainings.c.number)
        ).scalars()
    )
    in_use = connection.execute(sa.select(class_table.c.model).where(class_table.c.id == found.id)).scalar()
    spare = [number for number in kept if name(found, number) != in_use]
    too_many = spare[: max(0, len(kept) - MOST_TRAININGS + 1)]
    connection.execute(sa.delete(trainings).where(of_class, trainings.c.number.in_(too_many)))
    values = {
        "id": training_id,
        "class_id": found.id,
        "number": max(kept, default=0) + 1,
        "model": model,
        "card": json.dumps(card),
        "network": network,
        "live": live,
        "made": now,
    }
    connection.execute(sa.insert(trainings).values(values))
    return Training(training_id, values["number"], model, card, now, live is not None)


def of_class(class_id: str) -> list[Training]:
    """The oldest first."""
    columns = [trainings.c[each] for each in ("id", "number", "model", "card", "made")]
    with database.reading() as connection:
        rows = connection.execute(
            sa.select(*columns, trainings.c.live.is_not(None).label("live"))
            .where(trainings.c.class_id == class_id)
            .order_by(trainings.c.number)
        ).all()
    return [Training(**dict(row._mapping) | {"card": json.loads(row.card)}) for row in rows]


def load(model: str) -> inference.Model:
    """The model "class:KFRTW:1". Raises UnknownName where there is no such, or not any more."""
    found, parts = trained.identity(model), names.model(model)
    assert parts, "identity has checked it"
    return _read(found.id, names.of_model(*parts))


@once(maxsize=32)
def _read(training_id: str, model: str) -> inference.Model:
    """By its id: a class that was emptied begins again with number 1."""
    with database.reading() as connection:
        row = connection.execute(
            sa.select(trainings.c.card, trainings.c.network).where(trainings.c.id == training_id)
        ).first()
    if row is None:
        raise UnknownName(f"There is no model {model!r}.")
    return inference.Model(Path(), json.loads(row.card) | {"name": model}, row.network)
