"""A trainer: a process that takes the next training from a PostgreSQL that servers share, again and again.

    DIGITLAB_DATABASE=postgresql://... python -m digitlab.training.trainer

Any number of them may run, on any machines that reach the database and have TensorFlow. Who takes which job
is procrastinate's affair; the training itself is a `LocalQueue`'s, with its bounds. One at a time, and with
TensorFlow loaded beforehand.

Told to end (SIGTERM), it gives what it trains back at once, and another trainer begins it anew: a training
takes minutes, and what ends a trainer seldom waits so long. If it is killed, others notice within half a
minute. If the database goes, it trains on, and tries again to write.
"""

import asyncio
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from digitlab import logs
from digitlab.classroom import claims, database, jobs
from digitlab.classroom.claims import Claim
from digitlab.errors import DatabaseGone
from digitlab.training import local_queue
from digitlab.training.local_queue import LONGEST_S, TRAINER, LocalQueue, LocalRun
from digitlab.training.runs import DONE, FAILED, GONE_S, STOPPED, results
from digitlab.training.settings import unpacked
from digitlab.training.shared_queue import Abandoned

if TYPE_CHECKING:
    from procrastinate import App

TICK_S = 0.5  # between two looks at a training
FETCH_S = 1.0  # between two questions for a job
RETRY_S = 1.0  # while the database is gone
# So long a silent trainer is remembered: after a time without the database, all were silent.
PRUNED_S = 3_600.0
_OWNER = "trainer"  # of all trainings in this process's own queue

_log = logging.getLogger("digitlab.training.trainer")  # also where this module is the program
Answer = TypeVar("Answer")


class Trainer:
    """What trains; `stop` ends it. Everything but that runs in one thread at a time."""

    def __init__(self, command: Sequence[str] = TRAINER, *, longest_s: float = LONGEST_S) -> None:
        self.name = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._longest_s = longest_s
        self._queue = LocalQueue(command, present=lambda owner: True, longest_s=longest_s)
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def expect(self) -> None:
        """Have TensorFlow loaded."""
        self._queue.expect(_OWNER)

    def close(self) -> None:
        self._queue.close()

    def train(self, run_id: str, job: int) -> None:
        """Train the run for which this job stands, if there is something to train. It returns when the job is
        done with, whatever came of it."""
        claim = self.patiently(lambda: claims.begin(run_id, job, self.name))
        if claim is None:
            return
        _log.info("Begun: %s, attempt %d.", claim, claim.attempts)
        try:
            run = self._queue.submit(_OWNER, unpacked(claim.settings, claim.data or b""))
            try:
                outcome = self._follow(claim, run)
            finally:
                self._queue.forget(run)
        except Exception:  # whatever it is, nobody shall wait for it
            _log.exception("Failed: %s.", claim)
            problem = "The trainer met an error of its own."
            outcome = self.patiently(lambda: claims.finish(claim, FAILED, problem, "", {})) and FAILED
        _log.info("Over: %s, %s.", claim, outcome or "not this trainer’s any more")

    def _follow(self, claim: Claim, run: LocalRun) -> str | None:
        """Report until it is over; returns how it ended, None if it was lost."""
        said, end = "", time.monotonic() + self._longest_s + local_queue.RETRY_S
        while not run.over:
            if self._stopped.wait(TICK_S):
                return self._give_back(claim)
            if time.monotonic() > end:  # its own queue could not even begin it
                raise TimeoutError
            new = run.said()
            try:
                if not claims.report(claim, new if new != said else None):
                    return None
                said = new
            except DatabaseGone:
                continue  # the next one says it all
        if run.state == STOPPED:
            return self._give_back(claim)
        files = results(run.result) if run.state == DONE else {}
        kept = self.patiently(lambda: claims.finish(claim, run.state, run.problem, run.said(), files))
        return run.state if kept else None

    def _give_back(self, claim: Claim) -> str:
        try:
            claims.give_back(claim)
        except DatabaseGone as error:  # others notice
            _log.warning("%s can’t be given back: %s", claim, error)
        return "given back"

    def patiently(self, ask: Callable[[], Answer]) -> Answer | None:
        """The answer once the database is there; None if this trainer is stopped before."""
        while True:
            try:
                return ask()
            except DatabaseGone as error:
                _log.warning("%s", error)
                if self._stopped.wait(RETRY_S):
                    return None


def app(trainer: Trainer) -> "App":
    """A procrastinate that calls this trainer, over connections of its own."""
    from procrastinate import App, JobContext, PsycopgConnector
    from procrastinate.exceptions import ConnectorException
    from procrastinate.jobs import Job, Status
    from procrastinate.manager import JobManager
    from psycopg.errors import RaiseException

    class Patient(JobManager):
        """One that outlives a time without the database."""

        async def update_heartbeat(self, worker_id: int) -> None:
            try:
                await super().update_heartbeat(worker_id)
            except ConnectorException:
                _log.warning("The database can’t be reached: no sign of life from this trainer.")

        async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
            while True:
                try:
                    return await super().finish_job(job, status, delete_job)
                except ConnectorException as error:
                    # another trainer has taken it up, or the class is gone
                    if isinstance(error.__cause__, RaiseException) or trainer.stopped:
                        return None
                    await asyncio.sleep(RETRY_S)

    made = App(connector=PsycopgConnector())
    made.job_manager = Patient(made.connector)

    @made.task(name=jobs.TASK, queue=jobs.QUEUE, pass_context=True)
    def train(context: JobContext, run: str) -> None:
        assert context.job.id
        trainer.train(run, context.job.id)

    return made


async def work(trainer: Trainer) -> None:
    """Take jobs until the trainer is stopped."""
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError
    from psycopg_pool import AsyncNullConnectionPool

    made = app(trainer)
    address, options = database.for_psycopg()
    # a new connection for each question: there are few, and after a time without the database none is stale
    pool: Any = AsyncNullConnectionPool(
        address, kwargs=options, max_size=0, timeout=database.BUSY_S, open=False
    )
    await pool.open()
    await made.open_async(pool)
    helper = asyncio.create_task(_look_after(trainer, made))
    try:
        while not trainer.stopped:
            worker = asyncio.create_task(
                made.run_worker_async(
                    queues=[jobs.QUEUE],
                    concurrency=1,
                    delete_jobs="always",
                    listen_notify=False,
                    fetch_job_polling_interval=FETCH_S,
                    abort_job_polling_interval=PRUNED_S,  # who stops a run says so in the run
                    update_heartbeat_interval=jobs.BEAT_S,
                    stalled_worker_timeout=PRUNED_S,
                    install_signal_handlers=False,
                )
            )
            stopped = asyncio.create_task(_until(trainer))
            await asyncio.wait((worker, stopped), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            worker.cancel()
            try:
                await worker
            except asyncio.CancelledError:
                continue
            except (ConnectorException, OperationalError) as error:
                _log.warning("The database can’t be reached: %s", error.__cause__ or error)
                await asyncio.sleep(RETRY_S)
    finally:
        helper.cancel()
        await pool.close()


async def _until(trainer: Trainer) -> None:
    while not trainer.stopped:
        await asyncio.sleep(0.1)


async def _look_after(trainer: Trainer, made: "App") -> None:
    """Keep TensorFlow loaded, take up what other trainers have lost, and stop what nobody waits for."""
    from procrastinate.exceptions import ConnectorException

    since, abandoned = time.monotonic(), Abandoned(GONE_S)
    while True:
        trainer.expect()
        await asyncio.sleep(jobs.BEAT_S)
        try:
            await asyncio.to_thread(abandoned.stop)
            lost = await made.job_manager.get_stalled_jobs(
                queue=jobs.QUEUE, seconds_since_heartbeat=jobs.ALIVE_S
            )
            # after a time without the database all are silent: they get as long as ever to say something
            if time.monotonic() - since > jobs.ALIVE_S:
                await asyncio.to_thread(claims.take_up, [job.id for job in lost if job.id])
        except (ConnectorException, DatabaseGone):
            since = time.monotonic()
        except Exception:
            _log.exception("The trainer met an error.")


def main(command: Sequence[str] = TRAINER) -> int:
    """Returns the exit status: 0 when it was told to end, 2 where it can't train."""
    if not logs.start():
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for loud in ("procrastinate", "psycopg.pool", "alembic"):
        logging.getLogger(loud).setLevel(logging.ERROR)
    problem = _problem()
    if problem:
        print(f"trainer: {problem}", file=sys.stderr)
        return 2
    trainer = Trainer(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: trainer.stop())
    try:
        if trainer.patiently(database.answers):  # and its tables are up to date
            _log.info("Ready.")
            asyncio.run(work(trainer))
    finally:
        trainer.close()
    _log.info("Ended.")
    return 0


def _problem() -> str:
    """Why nothing can be trained here; empty if it can."""
    try:
        if not database.shared():
            return f"{database.VARIABLE} must name a PostgreSQL: that of the servers."
    except DatabaseGone as error:
        return str(error)
    if not local_queue.possible():
        return "TensorFlow isn't installed: pip install -r requirements.txt"
    return ""


if __name__ == "__main__":
    sys.exit(main())
