"""The queue of trainings: fair, bounded, no orphans. A few lines of Python stand in for train.py here."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from digitlab.errors import TooManyRuns
from digitlab.training.local_queue import FOLDERS, LocalQueue, LocalRun, memory, remove_leftovers
from digitlab.training.runs import DONE, FAILED, FORGOTTEN_S, STOPPED, TRAINING, WAITING, seconds_left
from digitlab.training.settings import Settings

SETTINGS = Settings("linear", "adam", 0.01, 32, 1, 1000)
SLEEP = "import time; time.sleep(60)"


def python(code: str) -> list[str]:
    """A trainer that waits for its line, as train.py --wait does."""
    return [sys.executable, "-c", f"import sys; line = sys.stdin.readline()\nif line:\n {code}"]


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def made() -> Iterator[Callable[..., LocalQueue]]:
    open_ones: list[LocalQueue] = []

    def make(code: str, **limits: Any) -> LocalQueue:
        open_ones.append(LocalQueue(python(code), **limits))
        return open_ones[-1]

    yield make
    for queue in open_ones:
        queue.close()


def alive(run: LocalRun) -> bool:
    assert run.trainer
    return run.trainer.alive


def test_first_come_first_served(made: Callable[..., LocalQueue]) -> None:
    runs = made(SLEEP)
    first, second, third = (runs.submit(owner, SETTINGS) for owner in "abc")
    until(lambda: first.state == TRAINING)
    assert [run.state for run in (second, third)] == [WAITING, WAITING]
    assert [runs.place(run) for run in (first, second, third)] == [0, 1, 2]
    runs.stop(second)
    assert runs.place(third) == 1
    runs.stop(first)
    until(lambda: third.state == TRAINING)
    assert second.state == STOPPED
    assert second.trainer is None, "it never began"


def test_one_at_a_time_for_each_owner(made: Callable[..., LocalQueue]) -> None:
    runs = made(SLEEP, at_once=2)
    mine = runs.submit("a", SETTINGS)
    with pytest.raises(TooManyRuns):
        runs.submit("a", SETTINGS)
    other = runs.submit("b", SETTINGS)
    until(lambda: mine.state == other.state == TRAINING)
    runs.stop(mine)
    assert not alive(mine)
    assert alive(other), "other people's runs are not touched"
    assert runs.submit("a", SETTINGS).number == 2


def test_one_that_ends_well_is_done_and_one_that_fails_says_why(made: Callable[..., LocalQueue]) -> None:
    good = made("print('ok')").submit("a", SETTINGS)
    bad = made("sys.exit('train.py: There is no usable MNIST.')").submit("a", SETTINGS)
    killed = made("import os; os.kill(os.getpid(), 9)").submit("a", SETTINGS)
    until(lambda: good.over and bad.over and killed.over)
    assert (good.state, bad.state, killed.state) == (DONE, FAILED, FAILED)
    assert bad.problem == "There is no usable MNIST."
    assert "SIGKILL" in killed.problem


def test_time_and_memory_are_bounded(made: Callable[..., LocalQueue]) -> None:
    slow = made(SLEEP, longest_s=0.5).submit("a", SETTINGS)
    fat = made(f"x = bytearray(300 << 20); {SLEEP}", most_memory=200 << 20).submit("a", SETTINGS)
    until(lambda: slow.over and fat.over)
    assert slow.state == fat.state == FAILED
    assert "longer than" in slow.problem
    assert "memory" in fat.problem
    assert not alive(slow)
    assert not alive(fat)


@pytest.mark.slow
def test_whose_owner_is_gone_is_stopped_and_who_is_there_goes_on(made: Callable[..., LocalQueue]) -> None:
    runs = made(SLEEP, gone_s=1.5, at_once=2, present=lambda owner: owner == "there")
    gone, there = runs.submit("gone", SETTINGS), runs.submit("there", SETTINGS)
    until(lambda: gone.over)
    assert gone.state == STOPPED
    assert "closed" in gone.problem
    assert not alive(gone)
    assert there.state == TRAINING


def test_closing_leaves_no_process_and_no_file(made: Callable[..., LocalQueue]) -> None:
    runs = made(SLEEP)
    run = runs.submit("a", SETTINGS)
    until(lambda: run.state == TRAINING)
    assert run.folder.is_dir()
    runs.close()
    assert not alive(run)
    assert not run.folder.exists()


@pytest.mark.slow
def test_old_runs_of_an_owner_are_forgotten(made: Callable[..., LocalQueue]) -> None:
    runs = made("pass")
    for _ in range(7):
        run = runs.submit("a", SETTINGS)
        until(lambda: run.over)  # noqa: B023
    assert [run.number for run in runs.of("a")] == [3, 4, 5, 6, 7]


def test_memory_counts_what_a_training_starts(made: Callable[..., LocalQueue]) -> None:
    child = f"x = bytearray(300 << 20); {SLEEP}"
    run = made(
        f"import subprocess; subprocess.run([sys.executable, '-c', {child!r}])", most_memory=200 << 20
    ).submit("a", SETTINGS)
    until(lambda: run.over)
    assert run.state == FAILED
    assert "memory" in run.problem
    assert memory(os.getpid()) >= psutil.Process().memory_info().rss * 0.9
    assert memory(2**22 - 1) == 0, "no such process"


def test_the_queue_has_an_end(made: Callable[..., LocalQueue]) -> None:
    queue = made(SLEEP, waiting_at_most=2)
    first = queue.submit("first", SETTINGS)
    until(lambda: first.state == TRAINING)
    waiting = [queue.submit(owner, SETTINGS) for owner in "ab"]
    with pytest.raises(TooManyRuns, match="Please try again in a few minutes"):
        queue.submit("c", SETTINGS)
    assert not queue.of("c")
    queue.stop(waiting[0])
    assert queue.submit("c", SETTINGS).state == WAITING


def test_who_stopped_it_is_told(made: Callable[..., LocalQueue]) -> None:
    queue = made(SLEEP)
    run = queue.submit("a", SETTINGS)
    queue.stop(run)
    assert run.problem == "You stopped it."


@pytest.mark.slow
def test_a_trainer_waits_while_somebody_is_expected_and_is_used(made: Callable[..., LocalQueue]) -> None:
    here = {"a"}
    queue = made(
        "open(__import__('json').loads(line)[4] + '/progress.json', 'w').write('{\"step\": 1}')",
        present=lambda owner: owner in here,
        gone_s=1.0,
    )
    time.sleep(0.3)
    assert queue._spare is None, "nobody has asked"
    queue.expect("a")
    until(lambda: queue._spare is not None)
    spare = queue._spare
    assert spare
    run = queue.submit("a", SETTINGS)
    until(lambda: run.over)
    assert run.state == DONE
    assert run.trainer is spare, "the one that was loaded already"
    assert run.progress() == {"step": 1}
    until(lambda: queue._spare not in (None, spare))
    next_one = queue._spare
    assert next_one
    here.clear()
    until(lambda: queue._spare is None)
    assert not next_one.alive
    assert not next_one.folder.exists()


@pytest.mark.slow
def test_a_trainer_that_waits_ends_with_its_server() -> None:
    """Killed, so that it can't tidy up."""
    code = """
import time
from digitlab.training.local_queue import LocalQueue
queue = LocalQueue(present=lambda owner: True, trainer=TRAINER)
queue.expect("a")
while not queue._spare: time.sleep(0.02)
print(queue._spare.process.pid, queue._spare.folder, flush=True)
time.sleep(60)
""".replace("TRAINER", repr(python("pass")))
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        number, folder = server.stdout.readline().split()
        server.kill()
    until(lambda: not psutil.pid_exists(int(number)))
    assert Path(folder).is_dir(), "a killed server leaves it"
    remove_leftovers()
    assert not Path(folder).exists(), "the next one removes it"


def test_leftovers_of_servers_that_are_gone_are_removed(tmp_path: Path) -> None:
    me = psutil.Process()
    owners = {
        "mine": f"{me.pid} {me.create_time()}",
        "gone": f"{2**22 - 1} 1.0",
        "number-used-again": f"{me.pid} {me.create_time() - 1000}",
        "being-made": "",
        "old": "",
    }
    for name, owner in owners.items():
        folder = tmp_path / f"{FOLDERS}{name}"
        folder.mkdir()
        if owner:
            (folder / "server").write_text(owner, "utf-8")
    (tmp_path / "somebody-else-s").mkdir()
    old = time.time() - 2 * FORGOTTEN_S
    os.utime(tmp_path / f"{FOLDERS}old", (old, old))
    remove_leftovers(tmp_path)
    left = {path.name.removeprefix(FOLDERS) for path in tmp_path.iterdir()}
    assert left == {"mine", "being-made", "somebody-else-s"}


def test_time_left_counts_from_the_first_step_on() -> None:
    assert seconds_left({}) is None
    assert seconds_left({"step": 1, "steps": 100, "seconds": 0.0}) is None, "TensorFlow compiles in it"
    assert seconds_left({"step": 11, "steps": 111, "seconds": 2.0}) == pytest.approx(20)
    assert seconds_left({"step": 111, "steps": 111, "seconds": 22.0}) == 0


def test_settings_as_options_and_in_words(tmp_path: Path) -> None:
    settings = Settings("dense", "momentum", 0.1, 32, 20, 1_000, shuffled=True)
    options = settings.options(tmp_path)
    assert options[:2] == ["dense", "--quick"]
    assert options[-3:] == ["--limit", "1000", "--shuffle-labels"]
    assert json.dumps(options)
    assert settings.title == "Dense, SGD with momentum 0.1, 1,000 images, shuffled labels"
