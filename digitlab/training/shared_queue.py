"""Trainings in a PostgreSQL that several servers share: any trainer takes the next one
(digitlab.training.trainer), and every server sees all of them. Nothing of a run lives in this process.

Whoever is there is written into the database while something of theirs is unfinished, because a run whose
owner is on no server any more is stopped.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from digitlab.classroom import database
from digitlab.classroom import runs as rows
from digitlab.errors import DatabaseGone
from digitlab.training.runs import (
    GONE_S,
    KEPT,
    WAITING_AT_MOST,
    YOU_STOPPED_IT,
    Result,
    Run,
    class_of,
)
from digitlab.training.settings import AnySettings, FineTuning, packed, unpacked

SEEN_S = 4.0  # between two words about who is there
ALL_SEEN_S = 300.0  # the same about those whose runs are all over
_LAST_S = 10.0  # longest wait for the last word

_log = logging.getLogger(__name__)


class SharedRun(Run):
    """One training as it was when it was read: `of` gives what is newer."""

    def __init__(self, owner: str, row: rows.Row) -> None:
        self.id, self.owner, self.number = row.id, owner, row.number
        self.settings = unpacked(row.settings)
        self.state, self.problem, self.attempts = row.state, row.problem, row.attempts
        self._progress = row.progress

    def progress(self) -> dict[str, Any]:
        return json.loads(self._progress) if self._progress else {}

    def file(self, name: str) -> bytes:
        content = rows.file(self.id, name)
        if content is None:
            raise FileNotFoundError(name)
        return content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedRun) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


class SharedQueue:
    """What this server knows of the queue, and the thread that says who is there. `present` tells whether an
    owner has a tab on this server. A `runs.TrainingQueue`."""

    def __init__(
        self,
        *,
        present: Callable[[str], bool] = lambda owner: False,
        waiting_at_most: int = WAITING_AT_MOST,
        gone_s: float = GONE_S,
        seen_s: float = SEEN_S,
    ) -> None:
        self._present, self._waiting_at_most = present, waiting_at_most
        self._lock = threading.Lock()
        self._known: set[str] = set()  # owners who have runs
        self._busy: set[str] = set()  # of these, who have one that isn't over
        self._seen_s, self._all_seen = seen_s, time.monotonic()
        self._abandoned = Abandoned(gone_s)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True, name="trainings")
        self._thread.start()

    def possible(self) -> bool:
        """TensorFlow is the trainers' affair."""
        return True

    def attended(self) -> bool:
        return rows.attended()

    def submit(self, owner: str, settings: AnySettings) -> SharedRun:
        data = settings.data if isinstance(settings, FineTuning) else None
        row = rows.submit(owner, class_of(owner), packed(settings), data, self._waiting_at_most, KEPT)
        with self._lock:
            self._known.add(owner)
            self._busy.add(owner)
        return SharedRun(owner, row)

    def expect(self, owner: str) -> None:
        """Trainers have TensorFlow loaded, whoever may come."""

    def of(self, owner: str) -> list[SharedRun]:
        found = [SharedRun(owner, row) for row in rows.of(owner)]
        if found:
            with self._lock:
                self._known.add(owner)
                if any(not run.over for run in found):
                    self._busy.add(owner)
        return found

    def place(self, run: SharedRun) -> int:
        return rows.place(run.id)

    def stop(self, run: SharedRun) -> None:
        rows.stop(run.id, YOU_STOPPED_IT)

    def forget(self, run: SharedRun) -> None:
        rows.forget(run.id)

    def hand_over(self, run: SharedRun, keep: Callable[[dict[str, bytes], Any], Result]) -> Result | None:
        return rows.hand_over(run.id, keep)

    def length(self) -> dict[str, int]:
        return rows.length()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(_LAST_S)

    def _look_after(self) -> None:
        while not self._closed.wait(self._seen_s):
            try:
                self._abandoned.stop()
                self._say_who_is_there()
            except DatabaseGone:  # the next time
                continue
            except Exception:
                _log.exception("The queue of trainings met an error.")

    def _say_who_is_there(self) -> None:
        with self._lock:
            known, busy = set(self._known), set(self._busy)
        here = {owner for owner in busy if self._present(owner)}
        unfinished = rows.seen(here) if here else set()
        with self._lock:
            self._busy -= busy - unfinished  # whoever comes back is found by `of`
        if time.monotonic() - self._all_seen > ALL_SEEN_S:
            here = {owner for owner in known if self._present(owner)}
            if here:
                rows.seen(here, unfinished=False)
            self._all_seen = time.monotonic()
            with self._lock:
                self._known -= known - here


class Abandoned:
    """Stops the runs whose owners are on no server any more. While the database was gone, nobody could say
    that they are there: then all get as long as ever to say so."""

    def __init__(self, gone_s: float) -> None:
        self._gone_s = gone_s
        self._since = time.monotonic()  # since then it has always been there

    def stop(self) -> None:
        """Raises DatabaseGone. To be called every few seconds, so that no time without it is overlooked."""
        try:
            if time.monotonic() - self._since > self._gone_s:
                rows.stop_abandoned(self._gone_s)
            else:
                database.answers()
        except DatabaseGone:
            self._since = time.monotonic()
            raise
