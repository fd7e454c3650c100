"""Trainings in a PostgreSQL that several servers share: what trainers ask for.

A trainer writes only what is still its own: each attempt at a run has a job with another number, and whoever
comes back with an older one finds that the run is not its any more. Raises DatabaseGone everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitlab.classroom import database, jobs
from digitlab.classroom.runs import OVER, UNFINISHED
from digitlab.classroom.tables import run_files, runs
from digitlab.training.runs import FAILED, TRAINING, WAITING

MOST_ATTEMPTS = 3
LOST_TOO_OFTEN = (
    "It was begun three times, and each time the machine that trained it was lost in the middle. Perhaps it "
    "needs more memory than there is: a smaller batch needs less."
)
_TAKING_UP = 0x444C5550  # any number: who takes up what others have lost holds it


@dataclass(frozen=True)
class Claim:
    """A run that this trainer has begun."""

    run: str
    job: int
    trainer: str
    settings: str
    data: bytes | None
    attempts: int  # with this one

    def __repr__(self) -> str:  # what a class has drawn doesn't belong in a log
        return f"run {self.run}, job {self.job}"


def begin(run_id: str, job: int, trainer: str) -> Claim | None:
    """Begin the run for which this job stands; None if it is over, gone, or in other hands. Asked again by
    the same trainer, the answer is the same."""
    mine = sa.and_(runs.c.id == run_id, runs.c.job == job)
    with database.writing() as connection:
        connection.execute(
            sa.update(runs)
            .where(mine, runs.c.state == WAITING)
            .values(state=TRAINING, trainer=trainer, attempts=runs.c.attempts + 1, progress=None)
        )
        row = connection.execute(
            sa.select(runs.c.settings, runs.c.data, runs.c.attempts).where(
                mine, runs.c.state == TRAINING, runs.c.trainer == trainer
            )
        ).first()
    return Claim(run_id, job, trainer, row.settings, row.data, row.attempts) if row else None


def report(claim: Claim, progress: str | None) -> bool:
    """How far it is, if that is new; returns whether it is still this trainer's."""
    with database.writing() as connection:
        if progress is None:
            return bool(connection.execute(sa.select(runs.c.id).where(_held(claim))).first())
        return _write(connection, claim, progress=progress)


def finish(claim: Claim, state: str, problem: str, progress: str, files: Mapping[str, bytes]) -> bool:
    """It is over; returns whether it was still this trainer's: otherwise nothing is kept."""
    with database.writing() as connection:
        values = {"state": state, "problem": problem, "progress": progress or None}
        if not _write(connection, claim, **values, **OVER):
            return False
        rows = [{"run_id": claim.run, "file": name, "content": files[name]} for name in files]
        if rows:
            connection.execute(sa.insert(run_files), rows)
        return True


def give_back(claim: Claim) -> None:
    """Another trainer shall begin it, before all others. This doesn't count as an attempt. If it is not
    this trainer's any more, nothing happens."""
    with database.writing() as connection:
        if connection.execute(sa.select(runs.c.id).where(_held(claim)).with_for_update()).first():
            _again(connection, claim.run, claim.attempts - 1)


def take_up(lost: Iterable[int]) -> None:
    """Of the trainers of these jobs nothing was heard for too long: others shall begin their runs, and any
    that have no job. What was begun too often fails."""
    with database.writing() as connection:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_TAKING_UP))).scalar():
            return  # somebody else does so this moment
        jobs.delete(connection, list(lost))
        without = ~sa.exists().where(jobs.jobs.c.id == runs.c.job)
        found = connection.execute(
            sa.select(runs.c.id, runs.c.attempts).where(UNFINISHED, without).order_by(runs.c.made)
        ).all()
        for run_id, attempts in found:
            if attempts < MOST_ATTEMPTS:
                _again(connection, run_id, attempts)
            else:
                values = {"state": FAILED, "problem": LOST_TOO_OFTEN, **OVER}
                connection.execute(sa.update(runs).where(runs.c.id == run_id, UNFINISHED).values(values))


def _held(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(
        runs.c.id == claim.run,
        runs.c.job == claim.job,
        runs.c.trainer == claim.trainer,
        runs.c.state == TRAINING,
    )


def _write(connection: Connection, claim: Claim, **values: object) -> bool:
    return connection.execute(sa.update(runs).where(_held(claim)).values(values)).rowcount == 1


def _again(connection: Connection, run_id: str, attempts: int) -> None:
    job = jobs.defer(connection, run_id, again=True)
    values = {"state": WAITING, "attempts": attempts, "trainer": None, "progress": None, "job": job}
    connection.execute(sa.update(runs).where(runs.c.id == run_id, UNFINISHED).values(values))
