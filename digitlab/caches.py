"""Caches that a whole class may ask at the same moment."""

from collections.abc import Callable
from threading import Condition
from typing import Any, TypeVar, cast

from cachetools import LRUCache, cached

F = TypeVar("F", bound=Callable[..., Any])


def once(maxsize: int) -> Callable[[F], F]:
    """Keep the last `maxsize` results of a function, as functools.lru_cache does; but threads that ask for
    the same result while it is computed wait for it, instead of computing it, too. Other results don't wait.
    Arguments must be hashable; an exception is not kept. `function.cache_clear()` forgets all."""

    def decorate(function: F) -> F:
        return cast(F, cached(LRUCache(maxsize), condition=Condition())(function))

    return decorate
