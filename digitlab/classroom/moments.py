"""A class's drawings at one moment, by name: "class:KFRTW@17" are those after its change number 17.

A page that takes them by such a name sees the same ones from its first line to its last, however many arrive
meanwhile; and whatever is kept of them under that name is never out of date.
"""

import threading

import numpy as np
from cachetools import TTLCache

from digitlab.classroom import classes, drawings, names
from digitlab.classroom.drawings import Snapshot
from digitlab.errors import NoSuchClass

_KEPT_S = 300  # a page takes a second
_KEPT_BYTES = 64_000_000
_DRAWING_BYTES = 1_000  # in each moment: its picture once more, and numbers
_kept: TTLCache[str, Snapshot] = TTLCache(
    _KEPT_BYTES, _KEPT_S, getsizeof=lambda snapshot: _DRAWING_BYTES * (1 + len(snapshot.rows))
)
_lock = threading.Lock()


def code_of(name: str) -> str | None:
    """KFRTW of "class:KFRTW" and "class:KFRTW@17"; None of anything else, such as a class's model."""
    parts = names.dataset(name)
    return parts[0] if parts else None


def plain(name: str) -> str:
    """ "class:KFRTW" of "class:KFRTW@17"; anything else as it is."""
    code = code_of(name)
    return f"class:{code}" if code else name


def fix(name: str) -> str:
    """ "class:KFRTW@17" of "class:KFRTW", as the class is now; what is fixed stays so. Raises NoSuchClass,
    DatabaseGone."""
    parts = names.dataset(name)
    if parts is None:
        raise NoSuchClass("A class’s code has five letters.")
    code, moment = parts
    if moment is not None:
        return name
    try:
        found = classes.find(code)
        snapshot = drawings.snapshot(found.id)
    except NoSuchClass:
        _forget(plain(name))
        raise
    # not the class's revision: who joins changes that, but no drawing
    changed = max((row.changed for row in snapshot.rows), default=0)
    fixed = f"{found.dataset}@{changed}"
    with _lock:
        if fixed not in _kept:
            _kept[fixed] = snapshot.public
    return fixed


def at(name: str) -> Snapshot:
    """The drawings that everybody may see, of a class as it is now or was at that moment. Raises NoSuchClass,
    also for a moment that is minutes ago; DatabaseGone."""
    fixed = fix(name)
    with _lock:
        kept = _kept.get(fixed)
    if kept is None:
        raise NoSuchClass("This class has drawn more meanwhile. Please load the page again.")
    return kept


def numbers(name: str) -> np.ndarray:
    """The number that each of them has in its class, from 1 on in the order of arrival: int (N,). It stays
    the same when another one is hidden. Raises as `at`."""
    return np.array([row.number for row in at(name).rows], int)


def guessed(name: str) -> np.ndarray:
    """Which of the labels are what a model read, as nobody has said what the drawing shows: bool (N,). They
    say nothing about how well a model reads. Raises as `at`."""
    return ~at(name).known


def by_movement(name: str) -> np.ndarray:
    """What the reader of strokes says of each of them: probabilities float32 (N, 10). Raises as `at`."""
    return at(name).by_movement


def _forget(name: str) -> None:
    """Of a class that has ended nothing stays here."""
    with _lock:
        for fixed in [each for each in _kept if each.startswith(f"{name}@")]:
            _kept.pop(fixed, None)
