"""Workers share batches fairly."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model_zoo.training.workers import Workers


def worker(number: int, rank: int) -> Workers:
    made = Workers.__new__(Workers)
    made.number, made.rank = number, rank
    return made


@given(st.integers(0, 300), st.integers(1, 7))
def test_each_example_goes_to_one_worker_and_all_get_as_many(size: int, number: int) -> None:
    batch = np.arange(size)
    shares = [worker(number, rank).share(batch) for rank in range(number)]
    assert {len(share) for share in shares} == {size // number}
    assert sorted(np.concatenate(shares)) == list(range(size // number * number))


def test_one_writes() -> None:
    assert [worker(3, rank).writes for rank in range(3)] == [True, False, False]
