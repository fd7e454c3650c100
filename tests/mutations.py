"""Values as no browser sends them: a value that one may send, changed here and there."""

import copy
import random
from typing import Any

ODD = [
    *(None, True, False, 0, 1, -1, 0.5, 1e308, -1e308, 5e-324, 2**31, 2**63, -(2**64), -(10**21)),
    *(float("nan"), float("inf"), float("-inf"), "", "0", "x" * 1000, "\0", "\ud800", "<b>"),
    *([], {}, [[]], [None] * 50, {"a": {"a": {"a": {}}}}),
]
MAX_STEPS = 3


def mutated(value: Any, chance: random.Random) -> Any:
    """A changed copy: parts are replaced, left out, doubled, swapped or wrapped."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, MAX_STEPS)):
        value = _step(value, chance)
    return value


def _step(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, list | dict) or not value or chance.random() < 0.1:
        return _other(value, chance)
    name = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    what = chance.random()
    if what < 0.6:
        value[name] = _step(value[name], chance)
    elif what < 0.7:
        del value[name]
    elif isinstance(value, dict):
        value[chance.choice(["", "raw", "path", "length", "__class__", name * 2])] = value[name]
    elif what < 0.85:
        value.insert(name, copy.deepcopy(chance.choice(value)))
    else:
        chance.shuffle(value)
    return value


def _other(value: Any, chance: random.Random) -> Any:
    if type(value) in (int, float) and chance.random() < 0.4:
        return chance.choice(
            [value + 1, -value, value * 1000, value / 2 if abs(value) < 1e300 else 0.5, bool(value)]
        )
    return chance.choice([[value], {"value": value}, *map(copy.deepcopy, chance.sample(ODD, 6))])
