"""The same sums twice: in Python's loops, and on whole arrays by NumPy."""

import inspect
import time
from typing import NamedTuple

import numpy as np


def loops(pictures: list, weights: list, biases: list) -> list:
    """Ten sums for each picture, one multiplication after the other."""
    sums = []
    for picture in pictures:
        of_picture = []
        for digit in range(10):
            total = biases[digit]
            for pixel in range(784):
                total += picture[pixel] * weights[pixel][digit]
            of_picture.append(total)
        sums.append(of_picture)
    return sums


def arrays(pictures: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """All at once."""
    return pictures @ weights + biases


class Timing(NamedTuple):
    loops: float  # seconds
    arrays: float
    difference: float  # the largest between both results

    @property
    def ratio(self) -> float:
        return self.loops / self.arrays


def measure(pictures: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> Timing:
    """The best of some runs of each. `pictures` is float (N, 784), `weights` (784, 10), `biases` (10,)."""
    lists = [values.tolist() for values in (pictures, weights, biases)]
    slow, slow_s = _best(loops, lists, 2)
    fast, fast_s = _best(arrays, [pictures, weights, biases], 50)
    return Timing(slow_s, fast_s, float(np.abs(np.array(slow) - fast).max()))


def _best(function, given, runs):  # noqa: ANN001
    best = float("inf")
    result = None
    for _ in range(runs):
        start = time.perf_counter()
        result = function(*given)
        best = min(best, time.perf_counter() - start)
    return result, best


def code() -> str:
    """Plain Python with both, and how to see that they give the same."""
    return f"""\
import numpy as np


{inspect.getsource(loops)}

{inspect.getsource(arrays)}

random = np.random.default_rng(0)
pictures, weights, biases = random.random((50, 784)), random.random((784, 10)), random.random(10)
slow = loops(pictures.tolist(), weights.tolist(), biases.tolist())
fast = arrays(pictures, weights, biases)
print("largest difference:", np.abs(slow - fast).max())
"""
