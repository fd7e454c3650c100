"""The queue of procrastinate, as our tables use it: in the transaction that changes a run, so that there is
never a run without a job, or a job without a run. A job knows its run's id, and nothing else of it."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digitlab.caches import once

if TYPE_CHECKING:
    from procrastinate import App

QUEUE, TASK = "trainings", "digitlab.train"
ALIVE_S = 25  # a trainer that was silent for so long has gone
BEAT_S = 5  # between two signs of life of a trainer

jobs = sa.table("procrastinate_jobs", sa.column("id"), sa.column("queue_name"))
_workers = sa.table("procrastinate_workers", sa.column("last_heartbeat"))


@once(maxsize=1)
def _app() -> "App":
    """One that needs no connections of its own."""
    from procrastinate import App, SyncPsycopgConnector  # a server with SQLite is spared its memory

    return App(connector=SyncPsycopgConnector())


def defer(connection: Connection, run_id: str, again: bool = False) -> int:
    """A job for a run; before all others if it was begun `again`. Returns the job's number, which no other
    one will have."""
    task = _app().configure_task(
        TASK,
        queue=QUEUE,
        lock=run_id,  # two jobs for a run are never under way at once
        priority=int(again),
        connection=connection.connection.driver_connection,
    )
    return task.defer(run=run_id)


def delete(connection: Connection, numbers: list[int]) -> None:
    """Whatever their state: what one of them has begun comes to nothing."""
    connection.execute(sa.delete(jobs).where(jobs.c.id.in_(numbers)))


def trainers(connection: Connection) -> int:
    """How many trainers are there, busy or not."""
    silent_s = sa.func.extract("epoch", sa.func.now() - _workers.c.last_heartbeat)
    return connection.execute(
        sa.select(sa.func.count()).select_from(_workers).where(silent_s < ALIVE_S)
    ).scalar_one()
