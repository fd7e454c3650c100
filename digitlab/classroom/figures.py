"""What the database holds in all, in numbers, for whoever watches the servers. Nobody is named."""

import shutil
import time
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitlab.classroom import database, jobs
from digitlab.classroom.classes import CLOSED, OPEN, PAUSED
from digitlab.classroom.runs import NOW
from digitlab.classroom.tables import classes, runs
from digitlab.errors import DatabaseGone
from digitlab.training.runs import WAITING


class Trainers(NamedTuple):
    """Of the trainings that servers share."""

    alive: int
    longest_s: float  # for which a training has waited; 0 where none does


class Figures(NamedTuple):
    """Of classes that have not ended; examples don't count."""

    classes: dict[str, int]  # how many are OPEN, PAUSED and CLOSED
    pupils: int
    drawings: int
    size: int  # bytes of the database on its disk, examples and what was deleted lately included
    free: int | None  # bytes that are left there; None for PostgreSQL, whose disk is elsewhere
    trainers: Trainers | None  # None for SQLite
    seconds: float  # until the database had answered


def figures() -> Figures:
    """A few short queries: they read a row for each class and no drawing. Raises DatabaseGone."""
    began = time.perf_counter()
    with database.reading() as connection:
        found = connection.execute(
            sa.select(
                classes.c.state,
                sa.func.count(),
                sa.func.sum(classes.c.pupils),
                sa.func.sum(classes.c.drawings),
            )
            .where(~classes.c.simulated, classes.c.ends > time.time())
            .group_by(classes.c.state)
        ).all()
        shared = connection.dialect.name == "postgresql"
        size = _size(connection) if shared else 0
        trainers = _trainers(connection) if shared else None
    seconds = time.perf_counter() - began
    size, free = (size, None) if shared else _on_this_disk()
    counts: dict[str, int] = dict.fromkeys((OPEN, PAUSED, CLOSED), 0)
    counts |= {state: count for state, count, *_ in found}
    pupils, drawings = (int(sum(row[column] for row in found)) for column in (2, 3))
    return Figures(counts, pupils, drawings, size, free, trainers, seconds)


def _size(connection: Connection) -> int:
    return connection.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one()


def _trainers(connection: Connection) -> Trainers:
    waited_s = sa.select(NOW - sa.func.min(runs.c.made)).where(runs.c.state == WAITING)
    return Trainers(jobs.trainers(connection), max(0.0, float(connection.execute(waited_s).scalar() or 0)))


def _on_this_disk() -> tuple[int, int]:
    """Bytes of SQLite's file and of its log of changes; bytes that are left."""
    file = Path(database.address().database or "")
    try:
        size = sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
        return size, shutil.disk_usage(file.parent).free
    except OSError as error:  # taken away just now
        raise DatabaseGone("The server’s database has gone just now.") from error
