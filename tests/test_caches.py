"""A class that arrives together is served once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from digitlab.caches import once

HEADS = 8


def test_threads_that_ask_for_the_same_wait_for_one() -> None:
    calls = []

    @once(maxsize=2)
    def slow(number: int) -> list[int]:
        calls.append(number)
        time.sleep(0.05)
        return [number]

    together = threading.Barrier(HEADS)

    def ask(_: int) -> list[int]:
        together.wait()
        return slow(7)

    with ThreadPoolExecutor(HEADS) as pool:
        answers = list(pool.map(ask, range(HEADS)))
    assert calls == [7]
    assert all(answer is answers[0] for answer in answers)
    slow.cache_clear()
    slow(7)
    assert calls == [7, 7]


def test_other_results_do_not_wait() -> None:
    begun, go = threading.Event(), threading.Event()

    @once(maxsize=2)
    def asked(name: str) -> str:
        if name == "slow":
            begun.set()
            assert go.wait(5)
        return name

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(asked, "slow")
        assert begun.wait(5)
        assert asked("fast") == "fast"
        go.set()
        assert slow.result() == "slow"


def test_a_failure_is_tried_again() -> None:
    tries = []

    @once(maxsize=1)
    def fails_once() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk was busy")
        return "done"

    with pytest.raises(OSError, match="busy"):
        fails_once()
    assert fails_once() == "done"
