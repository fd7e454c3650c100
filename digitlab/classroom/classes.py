"""A class: started by a teacher, found by its code, ruled by whoever has its key, deleted when its time ends.

Raises DatabaseGone everywhere where the database can't be reached.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from digitlab.classroom import database
from digitlab.classroom.limits import CODE_LENGTH, CODE_LETTERS, LIFE_S, LONGEST_LIFE_S
from digitlab.classroom.tables import classes, drawings
from digitlab.errors import NoSuchClass, WrongKey

OPEN, PAUSED, CLOSED = "open", "paused", "closed"
BALANCED, ONE, FREE = "balanced", "one", "free"  # what to draw
MODEL = "cnn"
_ATTEMPTS = 20  # at a code that no other class has


@dataclass(frozen=True)
class Class:
    """A class as it was when it was read; the columns are explained in tables.py."""

    id: str
    code: str
    state: str  # OPEN, PAUSED or CLOSED
    task: str  # BALANCED, ONE or FREE
    digit: int | None  # where the task is ONE
    model: str  # that reads what is drawn
    simulated: bool  # an example: its pupils are made up, and nobody else can join
    made: float  # seconds since 1970
    ends: float
    revision: int
    pupils: int  # that have joined
    drawings: int  # that have been sent

    @property
    def dataset(self) -> str:
        """As `digitlab.data.load` has it."""
        return f"class:{self.code}"


_COLUMNS = [column for column in classes.c if column.name != "key_hash"]


def hashed(secret: str) -> str:
    """What the database keeps of a secret. Ours are random and long, so there is nothing to guess, and a slow
    hash would win nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def start(task: str = BALANCED, digit: int | None = None, model: str = MODEL) -> tuple[Class, str]:
    """A new class, open for LIFE_S seconds, and the key of its desk, which is nowhere kept."""
    key, now = secrets.token_urlsafe(24), time.time()
    made = Class(secrets.token_hex(8), "", OPEN, task, digit, model, False, now, now + LIFE_S, 0, 0, 0)

    def insert(code: str) -> None:
        with database.writing() as connection:
            connection.execute(
                sa.insert(classes).values(vars(made) | {"code": code, "key_hash": hashed(key)})
            )

    return find(_with_new_code(insert)), key


def tidy(code: str) -> str:
    """A code as it is kept, from what somebody typed or a link says."""
    return "".join(letter for letter in code.upper() if letter.isalpha())[: 2 * CODE_LENGTH]


def find(code: str) -> Class:
    """Raises NoSuchClass."""
    return _one(classes.c.code == tidy(code))


def by_id(class_id: str) -> Class:
    """Raises NoSuchClass."""
    return _one(classes.c.id == class_id)


def with_key(code: str, key: str) -> Class:
    """The class of a teacher. Raises NoSuchClass, WrongKey."""
    found = find(code)
    with database.reading() as connection:
        kept = connection.execute(sa.select(classes.c.key_hash).where(classes.c.id == found.id)).scalar()
    if not secrets.compare_digest(kept or "", hashed(key)):
        raise WrongKey("This is not the link to this class’s desk. Use the one that you kept.")
    return found


def open_again(class_id: str) -> None:
    change(class_id, state=OPEN)


def pause(class_id: str) -> None:
    change(class_id, state=PAUSED)


def close(class_id: str) -> None:
    """No drawing is taken any more; what is there stays until the class ends."""
    change(class_id, state=CLOSED)


def choose_task(class_id: str, task: str, digit: int | None = None) -> None:
    """What is drawn from now on."""
    change(class_id, task=task, digit=digit if task == ONE else None)


def renew_code(class_id: str) -> Class:
    """Another code, so that nobody else joins with the old one. Who has joined stays."""

    def update(code: str) -> None:
        with database.writing() as connection:
            change(class_id, connection)
            old, model = connection.execute(
                sa.select(classes.c.code, classes.c.model).where(classes.c.id == class_id)
            ).one()
            # a model of its own has the code in its name
            named = re.sub(f"^class:{old}:", f"class:{code}:", model)
            change(class_id, connection, code=code, model=named)

    _with_new_code(update)
    return by_id(class_id)


def keep(class_id: str, seconds: float) -> Class:
    """Let it end so many seconds from its start, LONGEST_LIFE_S at most."""
    found = by_id(class_id)
    change(class_id, ends=found.made + min(seconds, LONGEST_LIFE_S))
    return by_id(class_id)


def delete(class_id: str) -> None:
    """Everything of the class, at once."""
    with database.writing() as connection:
        connection.execute(sa.delete(classes).where(classes.c.id == class_id))
    database.forget_deleted()


def delete_ended() -> int:
    """Everything of the classes whose time is up; returns how many there were."""
    ended = classes.c.ends <= time.time()
    with database.reading() as connection:
        found = connection.execute(sa.select(classes.c.id).where(ended)).scalars().all()
    gone = 0
    for class_id in found:  # one at a time: servers that do this at once don't wait for each other in a ring
        with database.writing() as connection:
            gone += connection.execute(sa.delete(classes).where(classes.c.id == class_id, ended)).rowcount
    database.forget_deleted()  # also what an earlier deletion had to leave
    return gone


def empty(class_id: str) -> None:
    """All drawings, pupils and models of the class go; it is then as new."""
    from digitlab.classroom.tables import pupils, runs, trainings

    with database.writing() as connection:
        change(class_id, connection, pupils=0, drawings=0, simulated=False)  # first: nobody sends meanwhile
        model = sa.case((classes.c.model.startswith("class:"), MODEL), else_=classes.c.model)
        connection.execute(sa.update(classes).where(classes.c.id == class_id).values(model=model))
        for table in (drawings, trainings, runs, pupils):
            connection.execute(sa.delete(table).where(table.c.class_id == class_id))
    database.forget_deleted()


def change(class_id: str, connection: Connection | None = None, **values: Any) -> int:
    """Set columns of a class, and count its revision up, so that whoever watches it sees the change. Until
    the transaction ends, nobody else changes this class. Returns the new revision. Raises NoSuchClass."""
    if connection is None:
        with database.writing() as own:
            return change(class_id, own, **values)
    revision = connection.execute(
        sa.update(classes)
        .where(classes.c.id == class_id)
        .values(revision=classes.c.revision + 1, **values)
        .returning(classes.c.revision)
    ).scalar()
    if revision is None:
        raise _gone()
    return revision


def _one(where: sa.ColumnElement[bool]) -> Class:
    with database.reading() as connection:
        row = connection.execute(sa.select(*_COLUMNS).where(where, classes.c.ends > time.time())).first()
    if row is None:
        raise _gone()
    return Class(**row._mapping)


def _gone() -> NoSuchClass:
    return NoSuchClass("There is no class with this code. Perhaps it has ended, or a letter is wrong.")


def _code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def _with_new_code(write: Callable[[str], None]) -> str:
    """Write a code that no other class has; returns it."""
    for _ in range(_ATTEMPTS):
        code = _code()
        with suppress(IntegrityError):  # it is taken
            write(code)
            return code
    raise NoSuchClass("No code is free. Please try again.")
