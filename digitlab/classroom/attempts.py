"""Who tries codes: a few wrong ones are slips of the finger, a hundred a minute are somebody who guesses.

Addresses are kept in memory only, for WRONG_CODES_S, and mixed with a number that is gone with the process.
"""

import hashlib
import secrets
import threading
import time
from collections import deque

from digitlab.classroom.limits import WRONG_CODES, WRONG_CODES_S
from digitlab.errors import NotNow

_MOST = 10_000  # addresses that are remembered
_SALT = secrets.token_bytes(16)
_wrong: dict[bytes, deque[float]] = {}
_lock = threading.Lock()


def check(address: str | None) -> None:
    """Raises NotNow where this address has tried too many wrong codes lately: then no code is looked up."""
    with _lock:
        if len(_recent(_hidden(address))) >= WRONG_CODES:
            raise NotNow("Too many wrong codes came from your network. Wait ten minutes, then try again.")


def wrong(address: str | None) -> None:
    """Count one."""
    key = _hidden(address)
    with _lock:
        times = _recent(key)
        times.append(time.monotonic())
        _wrong.pop(key, None)
        _wrong[key] = times
        while len(_wrong) > _MOST:
            _wrong.pop(next(iter(_wrong)))


def _recent(key: bytes) -> deque[float]:
    times = _wrong.get(key) or deque(maxlen=WRONG_CODES)
    while times and times[0] < time.monotonic() - WRONG_CODES_S:
        times.popleft()
    return times


def _hidden(address: str | None) -> bytes:
    return hashlib.sha256(_SALT + (address or "").encode()).digest()
