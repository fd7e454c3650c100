"""Who tries codes: a few wrong ones are slips of the finger, a hundred other ones are somebody who guesses.

The same wrong code counts once: whoever reloads a class that has ended guesses nothing. What can't be a code
doesn't count. So a school behind one address is let through even if all of it slips: one letter wrong, or two
swapped, makes 99 wrong codes of a right one, and WRONG_CODES are 100.

Who tries that many on purpose keeps others of the same address from entering a class, for WRONG_CODES_S;
those who are in it stay in it. Addresses are kept in memory only, for that time, and mixed with a number that
is gone with the process.
"""

import hashlib
import ipaddress
import secrets
import threading
import time

from digitlab.classroom.limits import CODE_LENGTH, CODE_LETTERS, WRONG_CODES, WRONG_CODES_S
from digitlab.errors import NotNow

_MOST = 10_000  # addresses that are remembered
_SALT = secrets.token_bytes(16)
_wrong: dict[bytes, dict[bytes, float]] = {}  # by address: when each wrong code was tried first
_lock = threading.Lock()


def check(address: str | None) -> None:
    """Raises NotNow where this address has tried too many wrong codes lately: then no code is looked up."""
    with _lock:
        if len(_recent(_network(address))) >= WRONG_CODES:
            raise NotNow("Too many wrong codes came from your network. Wait ten minutes, then try again.")


def wrong(address: str | None, code: str, key: str = "") -> None:
    """Remember a code that no class has, or a wrong key of one."""
    if not key and not (len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS)):
        return
    network = _network(address)
    with _lock:
        tried = _recent(network)
        if len(tried) < WRONG_CODES:
            tried.setdefault(_hidden(f"{code} {key}"), time.monotonic())
        _wrong.pop(network, None)
        _wrong[network] = tried  # the last one is the one that tried last
        while len(_wrong) > _MOST:
            _wrong.pop(next(iter(_wrong)))


def _recent(network: bytes) -> dict[bytes, float]:
    since = time.monotonic() - WRONG_CODES_S
    return {tried: when for tried, when in _wrong.get(network, {}).items() if when > since}


def _network(address: str | None) -> bytes:
    """The address; of version 6 the first half only: the other one is each device's own choice."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return _hidden(str(address))
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or int(parsed) >> 64
    return _hidden(str(parsed))


def _hidden(text: str) -> bytes:
    return hashlib.sha256(_SALT + text.encode("utf-8", "surrogatepass")).digest()
