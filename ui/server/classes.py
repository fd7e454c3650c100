"""What a server does for the classes all by itself: what has ended is deleted, within a minute.

Several servers may do so at once, and whoever comes late finds nothing left to do. While the database is
gone, there is one line in the log, and it is tried again."""

import logging
import threading

from digitlab.errors import DatabaseGone

FIRST_S = 5  # after the start, which has enough to do
EVERY_S = 60

_log = logging.getLogger(__name__)
_stopped = threading.Event()


def start() -> None:
    """Begin, and return at once."""
    _stopped.clear()
    # a daemon: who stops the server doesn't wait for it
    threading.Thread(target=_run, name="classes", daemon=True).start()


def stop() -> None:
    """Begin nothing new."""
    _stopped.set()


def tidy() -> int:
    """Delete what has ended, and trainings that nobody comes back to; forget what others have deleted.
    Returns how many classes had ended. Raises DatabaseGone."""
    from digitlab.classroom import classes, drawings, runs
    from digitlab.training.runs import FORGOTTEN_S

    runs.delete_forgotten(FORGOTTEN_S)
    gone = classes.delete_ended()
    drawings.forget_ended()
    return gone


def _run() -> None:
    well, pause = True, FIRST_S
    while not _stopped.wait(pause):
        pause = EVERY_S
        try:
            tidy()
            well = True
        except DatabaseGone as error:
            if well:
                _log.warning("Classes that have ended can't be deleted now: %s", error)
            well = False
        except Exception:  # whatever it is, it is tried again
            _log.exception("Classes that have ended can't be deleted now.")
