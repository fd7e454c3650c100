"""Trainings in a PostgreSQL that servers share: trained once, whatever happens to trainers, servers and
database; seen and stopped from everywhere; and nothing left afterwards."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import sqlalchemy as sa

from digitlab import data, inference
from digitlab.classroom import claims, classes, database, jobs, runs, trainings
from digitlab.classroom.tables import run_files
from digitlab.classroom.tables import runs as table
from digitlab.errors import DatabaseGone, NoSuchClass, TooManyRuns
from digitlab.training import shared_queue
from digitlab.training.runs import (
    DONE,
    FAILED,
    FORGOTTEN_S,
    KEPT,
    STOPPED,
    TRAINING,
    WAITING,
    owner_of_class,
    results,
)
from digitlab.training.settings import FineTuning, Settings, packed, unpacked
from digitlab.training.shared_queue import Abandoned, SharedQueue, SharedRun
from tests.classroom.conftest import postgres, store
from tests.classroom.postgres import Postgres
from ui.server import classes as server_classes

__all__ = ["postgres", "store"]  # fixtures
pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
ROOT = Path(__file__).parents[2]
SETTINGS = Settings("linear", "adam", 0.01, 32, 1, 1000)
TUNING = FineTuning("linear", "Linear of class KFRTW", b"what-was-drawn")


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def made(store: str) -> Iterator[Callable[..., SharedQueue]]:
    """Queues, each as a server of its own would have it."""
    open_ones: list[SharedQueue] = []

    def make(**limits: object) -> SharedQueue:
        open_ones.append(SharedQueue(**{"present": lambda owner: True, "seen_s": 0.2} | limits))
        return open_ones[-1]

    yield make
    for queue in open_ones:
        queue.close()


@pytest.fixture
def queue(made: Callable[..., SharedQueue]) -> SharedQueue:
    return made()


class Trainers:
    """Processes, and what they say in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *options: str) -> subprocess.Popen:
        """Returns once it takes jobs."""
        there = self.count()
        command = [sys.executable, "-m", "tests.training.trainer_of_tests", name, str(self.folder), *options]
        with (self.folder / f"log-{name}").open("wb") as log:
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, stderr=log)
        until(lambda: self.count() > there)
        return self.processes[name]

    def count(self) -> int:
        with database.reading() as connection:
            return jobs.trainers(connection)

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def said(self, what: str) -> list[str]:
        """Who has begun, or ended."""
        file = self.folder / what
        return [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def child(self) -> psutil.Process:
        """What trains, or has trained last."""
        return psutil.Process(int((self.folder / "begun").read_text().split()[-1]))

    def go_on(self) -> None:
        (self.folder / "go-on").touch()

    def log(self, name: str) -> str:
        return (self.folder / f"log-{name}").read_text()


@pytest.fixture
def trainers(store: str, tmp_path: Path) -> Iterator[Trainers]:
    assert database.answers()
    trainers = Trainers(tmp_path)
    yield trainers
    for process in trainers.processes.values():
        process.kill()
        process.wait()


def now(queue: SharedQueue, run: SharedRun) -> SharedRun:
    (found,) = [each for each in queue.of(run.owner) if each == run]
    return found


def state(queue: SharedQueue, run: SharedRun) -> str:
    return now(queue, run).state


def rows(of: sa.TableClause = table) -> int:
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(of)).scalar_one()


# --- trained once, whatever happens ----------------------------------------------------------------------


def test_two_trainers_train_one_run_once_and_any_server_has_the_result(
    made: Callable[..., SharedQueue], trainers: Trainers
) -> None:
    here, there = made(), made()
    assert not here.attended()
    run = here.submit("me", SETTINGS)
    assert (run.state, run.number, here.place(run)) == (WAITING, 1, 0)
    assert here.length() == {WAITING: 1, TRAINING: 0}
    for name in "ab":
        trainers.start(name)
    assert here.attended()
    until(lambda: now(there, run).progress().get("step") == 5)
    assert here.length() == {WAITING: 0, TRAINING: 1}
    trainers.go_on()
    until(lambda: state(there, run) == DONE)
    assert len(trainers.said("begun")) == len(trainers.said("ended")) == now(there, run).attempts == 1
    picture = np.zeros((1, 28, 28), np.float32)
    trained, original = now(there, run).model, inference.load("linear")
    assert np.array_equal(trained.predict(picture), original.predict(picture))
    assert now(here, run).model is trained, "once for all reruns"
    keras = (inference.ARTIFACTS / "linear" / "model.keras").read_bytes()
    assert now(here, run).file("model.keras") == keras
    until(lambda: rows(jobs.jobs) == 0)
    for name, process in trainers.processes.items():
        process.terminate()
        assert process.wait(10) == 0, trainers.log(name)
    assert not here.attended(), "they have said that they end"


def test_what_a_killed_trainer_had_begun_is_trained_by_another_one(
    queue: SharedQueue, trainers: Trainers
) -> None:
    run = queue.submit("me", SETTINGS)
    trainers.start("a")
    until(lambda: trainers.said("begun") == ["a"])
    trainers.start("b")
    trainers.kill("a")
    until(lambda: trainers.said("begun") == ["a", "b"])
    trainers.go_on()
    until(lambda: state(queue, run) == DONE)
    assert now(queue, run).attempts == 2
    assert trainers.said("ended") == ["b"]


def test_a_trainer_that_was_only_asleep_finds_that_its_run_is_anothers(
    queue: SharedQueue, trainers: Trainers
) -> None:
    run = queue.submit("me", SETTINGS)
    trainers.start("a")
    until(lambda: trainers.said("begun") == ["a"])
    asleep = psutil.Process(trainers.processes["a"].pid)
    asleep.suspend()
    trainers.start("b")
    until(lambda: trainers.said("begun") == ["a", "b"])
    trainers.go_on()  # the training of the one that sleeps comes to its end, too
    until(lambda: state(queue, run) == DONE and sorted(trainers.said("ended")) == ["a", "b"])
    done = now(queue, run)
    with database.reading() as connection:
        whose = sa.select(table.c.trainer, table.c.attempts)
        before = connection.execute(whose).one()
    asleep.resume()
    until(lambda: "not this trainer’s any more" in trainers.log("a"))
    with database.reading() as connection:
        assert connection.execute(whose).one() == before
    assert before.attempts == done.attempts == 2
    (trainers.folder / "go-on").unlink()
    again = queue.submit("me", SETTINGS)
    trainers.kill("b")
    until(lambda: trainers.said("begun")[2:] in (["a"], ["b", "a"]))  # it takes the next one
    trainers.go_on()
    until(lambda: state(queue, again) == DONE)


def test_told_to_end_it_gives_back_what_it_trains_and_that_is_no_attempt(
    queue: SharedQueue, trainers: Trainers
) -> None:
    run, later = queue.submit("me", SETTINGS), queue.submit("you", SETTINGS)
    first = trainers.start("a")
    until(lambda: state(queue, run) == TRAINING)
    until(lambda: trainers.said("begun"))
    training = trainers.child
    first.terminate()
    assert first.wait(5) == 0, trainers.log("a")
    assert not training.is_running()
    assert (state(queue, run), now(queue, run).attempts) == (WAITING, 0)
    assert [queue.place(each) for each in (run, later)] == [0, 1]
    trainers.start("b")
    until(lambda: trainers.said("begun") == ["a", "b"])
    assert (state(queue, run), state(queue, later)) == (TRAINING, WAITING)
    assert now(queue, run).attempts == 1


def test_while_the_database_is_gone_it_trains_on_and_nothing_is_lost(
    queue: SharedQueue, trainers: Trainers, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_RETRY_S", 0)
    run = queue.submit("me", SETTINGS)
    trainers.start("slow")
    until(lambda: trainers.said("begun") == ["slow"])
    trainers.start("b")  # it looks after the other one, and is the first to see that the database is back
    postgres.stop()
    try:
        with pytest.raises(DatabaseGone):
            queue.of("me")
        trainers.go_on()
        until(lambda: trainers.said("ended"))
        until(lambda: "can’t reach its database" in trainers.log("slow"))
        time.sleep(2.5)  # all trainers are silent for longer than a living one ever is
    finally:
        postgres.start()
    until(lambda: state(queue, run) == DONE)
    assert now(queue, run).attempts == len(trainers.said("begun")) == 1
    until(lambda: rows(jobs.jobs) == 0)
    (trainers.folder / "go-on").unlink()
    again = queue.submit("me", SETTINGS)
    until(lambda: state(queue, again) == TRAINING)


@pytest.mark.slow
def test_real_trainers_take_over_from_one_another(
    queue: SharedQueue, trainers: Trainers, mnist_test: data.Dataset
) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow isn't installed: requirements.txt has it")
    first = trainers.start("a", "real")
    run = queue.submit("me", SETTINGS._replace(epochs=5, images=54_000))
    until(lambda: now(queue, run).progress(), seconds=180)
    (training,) = psutil.Process(first.pid).children()
    trainers.kill("a")
    training.wait(10)  # who trained for it ends with it
    trainers.start("b", "real")
    until(lambda: state(queue, run) == DONE, seconds=180)
    done = now(queue, run)
    assert done.attempts == 2
    assert done.progress()["step"] == done.progress()["steps"]
    assert len(done.history()["val_accuracy"]) == 5
    pictures = mnist_test.images[:500] / np.float32(255)
    read = done.model.predict(pictures).argmax(axis=1)
    assert np.mean(read == mnist_test.labels[:500]) > 0.5


def test_a_run_that_was_lost_too_often_fails(queue: SharedQueue) -> None:
    run, before = queue.submit("me", SETTINGS), []
    for attempt in range(1, claims.MOST_ATTEMPTS + 1):
        job = job_of(run)
        claim = claims.begin(run.id, job, "a")
        assert claim
        assert claim.attempts == attempt
        assert claims.begin(run.id, job, "a") == claim, "an answer that was lost is given again"
        assert claims.begin(run.id, job, "b") is None, "nobody else gets it"
        for old in before:  # the same trainer's, or another one's
            assert claims.begin(run.id, old.job, old.trainer) is None
            assert not claims.report(old, "{}")
            assert not claims.finish(old, DONE, "", "", {})
            claims.give_back(old)
        assert claims.report(claim, None)
        assert claims.report(claim, "{}")
        claims.take_up([job])
        before.append(claim)
    failed = now(queue, run)
    assert (failed.state, failed.attempts) == (FAILED, 3)
    assert "begun three times" in failed.problem
    assert rows(jobs.jobs) == 0


def test_a_run_whose_job_is_missing_gets_one(queue: SharedQueue) -> None:
    run = queue.submit("me", SETTINGS)
    lost = job_of(run)
    with database.writing() as connection:
        jobs.delete(connection, [lost])
    claims.take_up([])
    assert job_of(run) != lost
    assert rows(jobs.jobs) == 1
    claims.take_up([])
    assert rows(jobs.jobs) == 1


def job_of(run: SharedRun) -> int:
    with database.reading() as connection:
        return connection.execute(sa.select(table.c.job).where(table.c.id == run.id)).scalar_one()


# --- stopped, gone, deleted --------------------------------------------------------------------------------


def test_any_server_stops_it_and_the_trainer_takes_the_next(
    made: Callable[..., SharedQueue], trainers: Trainers
) -> None:
    here, there = made(), made()
    run, waits, last = (here.submit(owner, SETTINGS) for owner in ("me", "you", "third"))
    trainers.start("a")
    until(lambda: trainers.said("begun"))
    training = trainers.child
    there.stop(waits)
    there.stop(run)
    assert now(here, run).problem == "You stopped it."
    until(lambda: not training.is_running())
    until(lambda: state(here, last) == TRAINING)
    assert state(here, waits) == STOPPED
    assert rows(jobs.jobs) == 1


def test_whose_owner_is_on_no_server_any_more_is_stopped(
    made: Callable[..., SharedQueue], trainers: Trainers
) -> None:
    tabs = {"here": {"stays"}, "there": {"moves"}}
    here = made(present=lambda owner: owner in tabs["here"], gone_s=1.5)
    there = made(present=lambda owner: owner in tabs["there"], gone_s=1.5)
    gone, stays, moves = (here.submit(owner, SETTINGS) for owner in ("gone", "stays", "moves"))
    assert there.of("moves")
    until(lambda: state(here, gone) == STOPPED)
    assert "closed" in now(here, gone).problem
    assert [state(there, run) for run in (stays, moves)] == [WAITING, WAITING]


def test_after_a_time_without_the_database_all_may_say_that_they_are_there(
    made: Callable[..., SharedQueue], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it was, and also where nobody asked in the first part of it."""
    monkeypatch.setattr(database, "_RETRY_S", 0)
    queue = made(seen_s=60)
    run, clock = queue.submit("me", SETTINGS), [0.0]
    monkeypatch.setattr(shared_queue, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    abandoned = Abandoned(gone_s=20)
    with database.writing() as connection:
        connection.execute(sa.update(table).values(seen=runs.NOW - 21))
    postgres.stop()
    try:
        for clock[0] in (21, 36):
            with pytest.raises(DatabaseGone):
                abandoned.stop()
    finally:
        postgres.start()
    clock[0] = 42
    abandoned.stop()
    assert state(queue, run) == WAITING
    clock[0] = 57
    abandoned.stop()
    assert state(queue, run) == STOPPED


def test_what_nobody_comes_back_to_is_forgotten(queue: SharedQueue) -> None:
    old, new = queue.submit("a", SETTINGS), queue.submit("b", SETTINGS)
    queue.stop(old)
    with database.writing() as connection:
        connection.execute(sa.update(table).values(seen=runs.NOW - FORGOTTEN_S - 1))
    server_classes.tidy()
    assert not queue.of("a")
    assert queue.of("b") == [new], "it isn't over"


def test_a_class_that_is_deleted_in_the_middle_leaves_nothing(
    queue: SharedQueue, trainers: Trainers, postgres: Postgres, store: str
) -> None:
    found, waits = classes.start()[0], classes.start()[0]
    run = queue.submit(owner_of_class(found.id), TUNING)
    queue.submit(owner_of_class(waits.id), TUNING)
    trainers.start("a")
    until(lambda: trainers.said("begun"))
    training = trainers.child
    assert run.id in postgres.dump(store)
    assert b"what-was-drawn".hex() in postgres.dump(store)
    for each in (found, waits):
        classes.delete(each.id)
    until(lambda: not training.is_running())
    until(lambda: "not this trainer’s" in trainers.log("a"))
    assert rows() == rows(run_files) == rows(jobs.jobs) == 0
    dump = postgres.dump(store)
    assert run.id not in dump
    assert b"what-was-drawn".hex() not in dump
    with pytest.raises(NoSuchClass):
        queue.submit(owner_of_class(found.id), TUNING)
    assert rows(jobs.jobs) == 0
    assert "Traceback" not in trainers.log("a")


def test_what_a_class_has_trained_is_kept_once_and_its_pictures_go_before(
    made: Callable[..., SharedQueue], postgres: Postgres, store: str
) -> None:
    servers = [made() for _ in range(4)]
    found, _ = classes.start()
    owner = owner_of_class(found.id)
    run = servers[0].submit(owner, TUNING)
    claim = claims.begin(run.id, job_of(run), "a")
    assert claim
    assert unpacked(claim.settings, claim.data or b"") == TUNING
    assert claims.finish(claim, DONE, "", "{}", results(inference.ARTIFACTS / "linear"))
    assert b"what-was-drawn".hex() not in postgres.dump(store)
    kept = []

    def keep(queue: SharedQueue) -> None:
        kept.append(queue.hand_over(run, lambda files, to: trainings.save(found, "linear", files, to)))

    threads = [threading.Thread(target=keep, args=(queue,)) for queue in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in kept if each]) == len(trainings.of_class(found.id)) == 1
    assert rows() == rows(run_files) == 0
    again = servers[1].submit(owner, TUNING)
    classes.empty(found.id)
    assert again not in servers[0].of(owner)
    assert rows(jobs.jobs) == 1, "only procrastinate deletes a job that is under way"


# --- bounds ------------------------------------------------------------------------------------------------


def test_bounds_hold_over_all_servers(made: Callable[..., SharedQueue]) -> None:
    servers = [made(waiting_at_most=3) for _ in range(2)]
    refused: list[str] = []

    def submit(owner: str, queue: SharedQueue) -> None:
        try:
            queue.submit(owner, SETTINGS)
        except TooManyRuns as error:
            refused.append(str(error))

    threads = [threading.Thread(target=submit, args=(f"{i // 2}", servers[i % 2])) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows() == rows(jobs.jobs) == 3
    assert len(refused) == 5
    assert servers[0].length() == {WAITING: 3, TRAINING: 0}
    ((first,), *_) = [found for i in range(4) if (found := servers[0].of(f"{i}"))]
    servers[1].stop(first)
    for _ in range(KEPT + 2):
        servers[1].stop(servers[0].submit(first.owner, SETTINGS))
    assert [run.number for run in servers[1].of(first.owner)] == [4, 5, 6, 7, 8]


def test_nobody_writes_while_nothing_is_unfinished(
    made: Callable[..., SharedQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = made()
    run = queue.submit("me", SETTINGS)
    until(lambda: queue._busy == {"me"})
    queue.stop(run)
    until(lambda: not queue._busy)
    asked: list[object] = []
    monkeypatch.setattr(shared_queue.rows, "seen", lambda *given: asked.append(given))
    queue._say_who_is_there()
    assert not asked


def test_settings_come_back_as_they_were(store: str) -> None:
    assert unpacked(packed(SETTINGS._replace(shuffled=True))) == SETTINGS._replace(shuffled=True)
    assert unpacked(packed(TUNING), b"what-was-drawn") == TUNING
    assert "drawn" not in packed(TUNING)


def test_a_trainer_says_what_it_lacks(store: str, tmp_path: Path) -> None:
    code = "import sys; from digitlab.training import trainer; sys.exit(trainer.main())"
    for address, said in ((f"sqlite:///{tmp_path}/x", "must name a PostgreSQL"), ("nonsense", "no address")):
        env = os.environ | {database.VARIABLE: address}
        done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 2
        assert said in done.stderr
