"""A pupil's visit: who they are, what they draw next, and what became of the last drawing."""

import time
from dataclasses import dataclass, replace
from typing import NamedTuple

import streamlit as st

from digitlab.classroom import drawings, pupils
from digitlab.classroom.classes import Class
from digitlab.classroom.drawings import Sent
from digitlab.classroom.limits import BETWEEN_S
from digitlab.classroom.pupils import Pupil
from digitlab.errors import ClassError, DatabaseGone, DigitLabError, DrawingError, NoSuchClass, NotNow
from digitlab.strokes import Drawing
from ui import classroom, observed, pad

SOON_S = 1.0
_KEY = "_join"


class Unsent(NamedTuple):
    """A drawing that waits for the database."""

    drawing: Drawing
    asked: int | None
    tried: float = 0.0  # time.monotonic(), when it failed last


@dataclass
class Visit:
    """Nothing here reads the session between two changes: there, a run may be cut short by the next one."""

    secret: str | None = None  # of the pupil
    pupil: Pupil | None = None
    found: Class | None = None  # the pupil's class
    asked: int | None = None  # the digit to draw; None where the pupil chooses
    last: Sent | None = None  # what is in the database
    shows: int | None = None  # what the last drawing is said to show; None where the model's guess stands
    sent_at: float = 0.0
    corrects: bool = False  # the pupil is about to say what the last drawing shows
    problem: DigitLabError | None = None  # why the last press did nothing
    unsent: Unsent | None = None
    presses: int = 0  # of Send, that have been answered

    def enter(self, code: str, kept: str) -> None:
        """Go on as the pupil whose secret the tab has kept; else join the class with this code. With another
        code than before, the teacher may have renewed it. Raises ClassError."""
        known = self._known(self.secret or kept)
        if known and known[1].code == code:
            return self._be(self.secret or kept, *known)
        try:
            found = classroom.find(code)
        except NoSuchClass:
            if known is None:
                raise
            return self._be(self.secret or kept, *known)
        pupil, secret = pupils.join(found)
        self.last = self.problem = self.unsent = None
        return self._be(secret, pupil, found)

    def _known(self, secret: str) -> tuple[Pupil, Class] | None:
        try:
            return pupils.known(secret) if secret else None
        except DatabaseGone:
            if self.pupil is None or self.found is None:
                raise
            return self.pupil, self.found  # as they were

    def _be(self, secret: str, pupil: Pupil, found: Class) -> None:
        self.secret, self.pupil, self.found = secret, pupil, found
        self.asked = pupils.task(found, pupil)

    def send(self) -> None:
        """Callback of the button: exactly what is on the canvas."""
        self.presses += 1
        self.corrects = False
        try:
            pad.catch_up()
        except DrawingError as error:
            self.problem = error
            return
        if pad.drawing():
            self._deliver(Unsent(pad.drawing(), self.asked))
        elif time.monotonic() - self.sent_at > BETWEEN_S:  # else it is the same press once more
            self.problem = NotNow("There is nothing on the pad yet.")

    def try_again(self) -> None:
        """With what could not be sent; not at once, for a try may take its time, and the page is to say so
        first."""
        if self.unsent and time.monotonic() - self.unsent.tried > SOON_S:
            self._deliver(self.unsent)

    def _deliver(self, unsent: Unsent) -> None:
        self.problem = None
        try:
            known = pupils.known(self.secret or "")
            if known is None:
                raise NoSuchClass("This class has ended, and everything of it is deleted.")
            pupil, found = known
            sent = drawings.send(found, pupil, unsent.drawing, unsent.asked)
        except DatabaseGone:
            self.unsent = unsent._replace(tried=time.monotonic())
            observed.sent(observed.GONE)
            return
        except ClassError as error:
            self.problem, self.unsent = error, None
            observed.sent(observed.REFUSED)
            return
        observed.sent(observed.AGAIN if sent.again else observed.STORED)
        self.last, self.shows, self.unsent = sent, unsent.asked, None
        self.sent_at = time.monotonic()
        self._be(
            self.secret or "", pupil if sent.again else replace(pupil, drawings=pupil.drawings + 1), found
        )
        if pad.drawing() == unsent.drawing:  # nothing has been drawn since
            pad.put(())

    def correct(self) -> None:
        """Callback: the last drawing shows something else."""
        self.corrects = not self.corrects

    def say(self, key: str) -> None:
        """Callback of the ten digits, a widget with this key."""
        digit = st.session_state[key]
        if digit is None or self.last is None or self.pupil is None:
            return
        try:
            drawings.relabel(self.pupil.class_id, self.last.id, digit, drawings.PUPIL, self.pupil)
        except ClassError as error:
            self.problem = error
            return
        self.shows, self.corrects, self.problem = digit, False, None


def current() -> Visit:
    """That of this session."""
    return st.session_state.setdefault(_KEY, Visit())
