"""The queue of trainings: fair, bounded, no orphans. A few lines of Python stand in for train.py here."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digitlab.errors import TooManyRuns
from digitlab.training.runs import DONE, FAILED, STOPPED, TRAINING, WAITING, Run, Runs, Wish

WISH = Wish("linear", "adam", 0.01, 32, 1, 1000)
SLEEP = "import time; time.sleep(60)"


def python(code: str) -> Callable[[Wish, Path], list[str]]:
    return lambda wish, folder: [sys.executable, "-c", code]


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def made() -> Iterator[Callable[..., Runs]]:
    open_ones: list[Runs] = []

    def make(code: str, **limits: float) -> Runs:
        open_ones.append(Runs(python(code), **limits))
        return open_ones[-1]

    yield make
    for runs in open_ones:
        runs.close()


def alive(run: Run) -> bool:
    assert run.process
    try:
        os.kill(run.process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_first_come_first_served(made: Callable[..., Runs]) -> None:
    runs = made(SLEEP)
    first, second, third = (runs.submit(owner, WISH) for owner in "abc")
    until(lambda: first.state == TRAINING)
    assert [run.state for run in (second, third)] == [WAITING, WAITING]
    assert [runs.place(run) for run in (first, second, third)] == [0, 1, 2]
    runs.stop(second)
    assert runs.place(third) == 1
    runs.stop(first)
    until(lambda: third.state == TRAINING)
    assert second.state == STOPPED
    assert second.process is None, "it never began"


def test_one_at_a_time_for_each_owner(made: Callable[..., Runs]) -> None:
    runs = made(SLEEP, at_once=2)
    mine = runs.submit("a", WISH)
    with pytest.raises(TooManyRuns):
        runs.submit("a", WISH)
    other = runs.submit("b", WISH)
    until(lambda: mine.state == other.state == TRAINING)
    runs.stop(mine)
    assert not alive(mine)
    assert alive(other), "other people's runs are not touched"
    assert runs.submit("a", WISH).number == 2


def test_one_that_ends_well_is_done_and_one_that_fails_says_why(made: Callable[..., Runs]) -> None:
    good = made("print('ok')").submit("a", WISH)
    bad = made("import sys; sys.exit('train.py: There is no usable MNIST.')").submit("a", WISH)
    killed = made("import os; os.kill(os.getpid(), 9)").submit("a", WISH)
    until(lambda: good.over and bad.over and killed.over)
    assert (good.state, bad.state, killed.state) == (DONE, FAILED, FAILED)
    assert bad.problem == "There is no usable MNIST."
    assert "SIGKILL" in killed.problem


def test_time_and_memory_are_bounded(made: Callable[..., Runs]) -> None:
    slow = made(SLEEP, longest_s=0.5).submit("a", WISH)
    fat = made(f"x = bytearray(300 << 20); {SLEEP}", most_memory=200 << 20).submit("a", WISH)
    until(lambda: slow.over and fat.over)
    assert slow.state == fat.state == FAILED
    assert "longer than" in slow.problem
    assert "memory" in fat.problem
    assert not alive(slow)
    assert not alive(fat)


def test_whose_owner_is_gone_is_stopped_and_who_is_seen_goes_on(made: Callable[..., Runs]) -> None:
    runs = made(SLEEP, gone_s=1.5, at_once=2)
    gone, there = runs.submit("gone", WISH), runs.submit("there", WISH)

    def waited() -> bool:
        runs.seen("there")
        return gone.over

    until(waited)
    assert gone.state == STOPPED
    assert not alive(gone)
    assert there.state == TRAINING


def test_closing_leaves_no_process_and_no_file(made: Callable[..., Runs]) -> None:
    runs = made(SLEEP)
    run = runs.submit("a", WISH)
    until(lambda: run.state == TRAINING)
    assert run.folder
    assert run.folder.exists()
    runs.close()
    assert not alive(run)
    assert not run.folder.exists()


def test_old_runs_of_an_owner_are_forgotten(made: Callable[..., Runs]) -> None:
    runs = made("pass")
    for _ in range(7):
        run = runs.submit("a", WISH)
        until(lambda: run.over)  # noqa: B023
    assert [run.number for run in runs.of("a")] == [3, 4, 5, 6, 7]
