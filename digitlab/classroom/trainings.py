"""The models that a class has trained on its own digits. They live in the database, are picked by name
("class:KFRTW:1", in links too), and go with the class."""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digitlab import inference
from digitlab.caches import once
from digitlab.classroom import classes, database
from digitlab.classroom.classes import Class
from digitlab.classroom.limits import CODE_LETTERS, MOST_TRAININGS
from digitlab.classroom.tables import classes as class_table
from digitlab.classroom.tables import trainings
from digitlab.errors import NoSuchClass, UnknownName

_NAME = re.compile(rf"class:([{CODE_LETTERS}]{{5}}):([0-9]{{1,6}})", re.IGNORECASE)


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
    return f"{found.dataset}:{number}"


def save(found: Class, model: str, folder: Path) -> Training:
    """Keep what train.py left in a folder: card.json, model.tflite and perhaps live.bin. The oldest of
    MOST_TRAININGS models makes room, unless the class is read by it. Raises NoSuchClass."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    network, live = (folder / "model.tflite").read_bytes(), folder / "live.bin"
    training_id, now = secrets.token_hex(16), time.time()
    with database.writing() as connection:
        classes.change(found.id, connection)
        of_class = trainings.c.class_id == found.id
        numbers = connection.execute(
            sa.select(trainings.c.number).where(of_class).order_by(trainings.c.number)
        ).scalars()
        kept = list(numbers)
        in_use = connection.execute(
            sa.select(class_table.c.model).where(class_table.c.id == found.id)
        ).scalar()
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
            "live": live.read_bytes() if live.exists() else None,
            "made": now,
        }
        connection.execute(sa.insert(trainings).values(values))
    return Training(training_id, values["number"], model, card, now, values["live"] is not None)


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
    parts = _NAME.fullmatch(model)
    try:
        if not parts:
            raise NoSuchClass
        found = classes.find(parts[1])
    except NoSuchClass:
        raise UnknownName(f"There is no model {model!r}: perhaps its class has ended.") from None
    with database.reading() as connection:
        training_id = connection.execute(
            sa.select(trainings.c.id).where(
                trainings.c.class_id == found.id, trainings.c.number == int(parts[2])
            )
        ).scalar()
    if training_id is None:
        raise UnknownName(f"There is no model {model!r}.")
    return _read(training_id, name(found, int(parts[2])))


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


def live(model: str) -> bytes | None:
    """Its live.bin; None for a model that doesn't answer in the browser. Raises UnknownName."""
    load(model)
    parts = _NAME.fullmatch(model)
    assert parts, "load has checked it"
    found = classes.find(parts[1])
    with database.reading() as connection:
        return connection.execute(
            sa.select(trainings.c.live).where(
                trainings.c.class_id == found.id, trainings.c.number == int(parts[2])
            )
        ).scalar()
