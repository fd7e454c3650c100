"""What pages tell whoever counts it: ui/server/metrics.py, where a server is asked for its metrics. Else
nobody listens, and it costs nothing.

Nothing here says who it was, in which class, or what was drawn."""

from typing import Protocol

STORED, AGAIN, REFUSED, GONE = "stored", "again", "refused", "gone"
OUTCOMES = (STORED, AGAIN, REFUSED, GONE)  # of a drawing that is sent to a class


class Listener(Protocol):
    def stroke(self) -> None: ...

    def answered(self) -> None: ...

    def sent(self, outcome: str) -> None: ...


_listener: Listener | None = None


def listen(listener: Listener | None) -> None:
    """From now on tell this one, or nobody."""
    global _listener
    _listener = listener


def stroke() -> None:
    """A stroke has come from the browser, in this run of a page."""
    if _listener is not None:
        _listener.stroke()


def answered() -> None:
    """The stroke of this run, if there was one, has its answer."""
    if _listener is not None:
        _listener.answered()


def sent(outcome: str) -> None:
    """What became of a drawing that was sent to a class: STORED, AGAIN where it was stored before, REFUSED,
    or GONE, the database."""
    if _listener is not None:
        _listener.sent(outcome)
