"""Trainings in a PostgreSQL that several servers share: what the servers ask for. Trainers have `claims`.

Times are the database's, because several machines look at them. Raises DatabaseGone everywhere where it can't
be reached.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from digitlab.classroom import database, jobs
from digitlab.classroom.classes import hashed
from digitlab.classroom.tables import run_files, runs
from digitlab.errors import NoSuchClass, TooManyRuns
from digitlab.numbers import count
from digitlab.training.runs import DONE, OWNER_GONE, STOPPED, TRAINING, WAITING

Result = TypeVar("Result")
NOW = sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)
UNFINISHED = runs.c.state.in_((WAITING, TRAINING))
OVER = {"data": None, "job": None}  # columns of a run that is over
_ORDER = (runs.c.made, runs.c.id)
_SUBMITTING = 0x444C5452  # any number: who submits holds it, so that bounds and order are exact


@dataclass(frozen=True)
class Row:
    """A run as it was when it was read; the columns are explained in tables.py."""

    id: str
    number: int
    settings: str
    state: str
    problem: str
    attempts: int
    progress: str | None


_COLUMNS = [runs.c[name] for name in Row.__dataclass_fields__]


class _Twice(Exception):
    """Somebody else has it."""


def submit(
    owner: str, class_id: str | None, settings: str, data: bytes | None, waiting_at_most: int, kept: int
) -> Row:
    """A run that waits, and its job. Raises TooManyRuns, NoSuchClass."""
    run_id, mine = secrets.token_hex(16), runs.c.owner_hash == hashed(owner)
    values = {"id": run_id, "class_id": class_id, "owner_hash": hashed(owner), "settings": settings}
    values |= {"data": data, "state": WAITING, "problem": "", "attempts": 0, "made": NOW, "seen": NOW}
    try:
        with database.writing() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SUBMITTING)))
            if _count(connection, mine, UNFINISHED):
                raise TooManyRuns("One training at a time: stop the one that runs, or wait for it.")
            waiting = _count(connection, runs.c.state == WAITING)
            if waiting >= waiting_at_most:
                raise TooManyRuns(
                    f"Many people train here at the moment: {count(waiting, 'training')} in the queue. "
                    "Please try again in a few minutes."
                )
            numbers = list(connection.execute(sa.select(runs.c.number).where(mine)).scalars())
            oldest = sorted(numbers)[: max(0, len(numbers) - kept + 1)]
            connection.execute(sa.delete(runs).where(mine, runs.c.number.in_(oldest)))
            values |= {"number": max(numbers, default=0) + 1, "job": jobs.defer(connection, run_id)}
            row = connection.execute(sa.insert(runs).values(values).returning(*_COLUMNS)).one()
            return Row(**row._mapping)
    except IntegrityError:
        raise NoSuchClass("There is no such class any more.") from None


def of(owner: str) -> list[Row]:
    """The owner's, the oldest first."""
    with database.reading() as connection:
        rows = connection.execute(
            sa.select(*_COLUMNS).where(runs.c.owner_hash == hashed(owner)).order_by(runs.c.number)
        ).all()
    return [Row(**row._mapping) for row in rows]


def place(run_id: str) -> int:
    """How many are before this one."""
    mine = sa.select(*_ORDER).where(runs.c.id == run_id).subquery()
    with database.reading() as connection:
        return _count(connection, UNFINISHED, sa.tuple_(*_ORDER) < sa.tuple_(mine.c.made, mine.c.id))


def stop(run_id: str, problem: str) -> None:
    """Its trainer, if it has one, finds that it is over."""
    _stop(runs.c.id == run_id, problem)


def forget(run_id: str) -> None:
    """All of it."""
    with database.writing() as connection:
        connection.execute(sa.delete(runs).where(runs.c.id == run_id))


def file(run_id: str, name: str) -> bytes | None:
    """What was trained; None where there is no such file, or no such run any more."""
    with database.reading() as connection:
        return connection.execute(
            sa.select(run_files.c.content).where(run_files.c.run_id == run_id, run_files.c.file == name)
        ).scalar()


def hand_over(run_id: str, keep: Callable[[dict[str, bytes], Connection], Result]) -> Result | None:
    """Let `keep` have the files of a run that is DONE, and forget it, in one transaction: of all who ask for
    it at once, one gets it, and None is for the others."""
    done = sa.select(run_files.c.file, run_files.c.content).join(runs)
    try:
        with database.writing() as connection:
            found = connection.execute(done.where(runs.c.id == run_id, runs.c.state == DONE)).all()
            if not found:
                return None
            kept = keep({row.file: row.content for row in found}, connection)
            if not connection.execute(sa.delete(runs).where(runs.c.id == run_id)).rowcount:
                raise _Twice
            return kept
    except _Twice:
        return None


def length() -> dict[str, int]:
    """How many there are of all owners, by state: WAITING and TRAINING."""
    with database.reading() as connection:
        return {state: _count(connection, runs.c.state == state) for state in (WAITING, TRAINING)}


def attended() -> bool:
    """Whether a trainer is there, busy or not."""
    with database.reading() as connection:
        return jobs.trainers(connection) > 0


def seen(owners: Iterable[str], unfinished: bool = True) -> set[str]:
    """These owners are there; with `unfinished` this is written of such runs only. Returns the owners who
    have such runs."""
    by_hash = {hashed(owner): owner for owner in owners}
    which = runs.c.owner_hash.in_(by_hash)
    with database.writing() as connection:
        found = connection.execute(
            sa.update(runs)
            .where(which, *([UNFINISHED] if unfinished else []))
            .values(seen=NOW)
            .returning(runs.c.owner_hash)
        ).scalars()
        return {by_hash[each] for each in found}


def stop_abandoned(gone_s: float) -> None:
    """Those whose owner was not there for so long."""
    _stop(runs.c.seen < NOW - gone_s, OWNER_GONE)


def delete_forgotten(forgotten_s: float) -> None:
    """Those that are over, and whose owner was not there for so long."""
    if not database.shared():
        return
    with database.writing() as connection:
        connection.execute(sa.delete(runs).where(sa.not_(UNFINISHED), runs.c.seen < NOW - forgotten_s))


def _stop(which: sa.ColumnElement[bool], problem: str) -> None:
    with database.writing() as connection:
        # a job that somebody has begun goes when its trainer is done with it
        stopped = connection.execute(
            sa.select(runs.c.id, runs.c.job, runs.c.state).where(which, UNFINISHED).with_for_update()
        ).all()
        over = [row.id for row in stopped]
        connection.execute(
            sa.update(runs).where(runs.c.id.in_(over)).values(state=STOPPED, problem=problem, **OVER)
        )
        jobs.delete(connection, [row.job for row in stopped if row.state == WAITING])


def _count(connection: Connection, *where: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(runs).where(*where)).scalar_one()
