"""What a class has drawn: sent by pupils, checked by the teacher, seen on the wall, taken as a data set.

    sent = send(found, pupil, drawing, asked=4)
    sent.answer                      # what the class's model reads
    snapshot(found.id).shown         # which of them everybody may see

A picture is kept as 28 × 28 bytes, the strokes as a text, and everything is read from these, so that all
pages say the same of a drawing.
"""

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sqlalchemy as sa

from digitlab import inference, strokes
from digitlab.classroom import classes, database
from digitlab.classroom.classes import Class
from digitlab.classroom.limits import BETWEEN_S, MOST_DRAWINGS
from digitlab.classroom.pupils import Pupil
from digitlab.classroom.tables import classes as class_table
from digitlab.classroom.tables import drawings, pupils
from digitlab.data import Dataset
from digitlab.draw import link
from digitlab.errors import ClassNotOpen, NoSuchClass, NotNow, UnknownName
from digitlab.inference import Answer
from digitlab.preprocess import FIELD, to_mnist
from digitlab.strokes import Drawing

SHOWN, WAITING, HIDDEN = "shown", "waiting", "hidden"
TASK, PUPIL, TEACHER, MODEL = "task", "pupil", "teacher", "model"  # who said what it shows
LONGEST = 20_000  # characters of a drawing's strokes
_KEPT = 64  # classes whose drawings a server keeps in memory


@dataclass(frozen=True)
class Sent:
    """A drawing that is in the database."""

    id: str
    answer: Answer  # of the class's model
    again: bool  # the same drawing had been sent before, and counts once


def see(drawing: Drawing) -> np.ndarray | None:
    """A drawing as it is kept: uint8 (28, 28), ink bright on black; None without ink."""
    seen = to_mnist(strokes.render(drawing))
    return None if seen is None else np.round(seen * 255).astype(np.uint8)


def send(found: Class, pupil: Pupil, drawing: Drawing, asked: int | None, label: int | None = None) -> Sent:
    """Keep a drawing. When this returns, it is on the disk. `asked` is the digit to draw; where the task is
    free, the pupil says by `label` what it shows, else the model's guess stands. Raises ClassNotOpen, NotNow
    (too early, too many, nothing drawn), NoSuchClass."""
    text = link.pack(drawing) if drawing else ""
    picture = see(drawing) if drawing else None
    if picture is None:
        raise NotNow("There is nothing on the pad yet.")
    if len(text) > LONGEST:
        raise NotNow("This drawing has too many points. Clear it, and draw with fewer strokes.")
    model = _reader(found)
    answer = model.answer(picture / np.float32(255), link.decode(text, LONGEST))
    score = float(model.digit_score(picture[None] / np.float32(255))[0])
    shows = asked if asked is not None else label if label is not None else answer.guess
    by = TASK if asked is not None else PUPIL if label is not None else MODEL
    digest = hashlib.sha256(text.encode()).hexdigest()
    with database.writing() as connection:
        # first, so that two drawings of a class are one after the other
        revision = classes.change(found.id, connection)
        now = time.time()  # after that, so that a pupil's drawings have their times in order
        again = connection.execute(
            sa.select(drawings.c.id).where(drawings.c.pupil_id == pupil.id, drawings.c.digest == digest)
        ).scalar()
        if again is not None:
            return Sent(again, answer, again=True)
        row = connection.execute(
            sa.select(
                *(class_table.c[name] for name in ("state", "ends", "simulated")),
                *(pupils.c[name] for name in ("held", "drawings", "last")),
            )
            .join_from(class_table, pupils)
            .where(pupils.c.id == pupil.id, class_table.c.id == found.id)
        ).first()
        held = _may_send(row, now)
        number = connection.execute(
            sa.update(class_table)
            .where(class_table.c.id == found.id)
            .values(drawings=class_table.c.drawings + 1)
            .returning(class_table.c.drawings)
        ).scalar()
        connection.execute(
            sa.update(pupils).where(pupils.c.id == pupil.id).values(drawings=pupils.c.drawings + 1, last=now)
        )
        values = {
            "id": secrets.token_hex(8),
            "class_id": found.id,
            "pupil_id": pupil.id,
            "number": number,
            "changed": revision,
            "asked": asked,
            "label": shows,
            "label_by": by,
            "guess": answer.guess,
            "sureness": float(answer.probabilities[answer.guess]),
            "score": score,
            "state": SHOWN if answer.is_digit else WAITING,
            "held": held,
            "picture": picture.tobytes(),
            "strokes": text,
            "digest": digest,
            "sent": now,
        }
        connection.execute(sa.insert(drawings).values(values))
    return Sent(values["id"], answer, again=False)


def _reader(found: Class) -> inference.Model:
    try:
        return inference.load(found.model)
    except UnknownName:  # a model of this class that has gone meanwhile
        return inference.load(classes.MODEL)


def _may_send(row: Any, now: float) -> bool:
    """Whether the pupil is held. Raises where nothing may be sent."""
    if row is None or row.ends <= now:
        raise NoSuchClass("This class has ended, and everything of it is deleted.")
    if row.simulated:
        raise ClassNotOpen("This is an example class with made-up pupils: nobody can draw in it.")
    if row.state == classes.PAUSED:
        raise ClassNotOpen("Your teacher has paused the class. Your drawing stays here; send it later.")
    if row.state == classes.CLOSED:
        raise ClassNotOpen("This class is over. Thank you for drawing!")
    if row.drawings >= MOST_DRAWINGS:
        raise NotNow(f"You have sent {MOST_DRAWINGS} drawings: that is all that a class takes of one person.")
    if abs(now - row.last) < BETWEEN_S:  # another server's clock may be ahead
        raise NotNow("That was quick! Wait two seconds, then send it.")
    return row.held


def relabel(class_id: str, drawing_id: str, label: int, by: str, pupil: Pupil | None = None) -> None:
    """Say what a drawing shows. A pupil may do so for their own ones only, and not after the teacher."""
    _change(class_id, drawing_id, pupil, label=label, label_by=by)


def set_state(class_id: str, drawing_id: str, state: str) -> None:
    """SHOWN: everybody may see it; HIDDEN: the teacher took it away."""
    _change(class_id, drawing_id, None, state=state)


def _change(class_id: str, drawing_id: str, pupil: Pupil | None, **values: Any) -> None:
    where = [drawings.c.class_id == class_id, drawings.c.id == drawing_id]
    if pupil is not None:
        where += [drawings.c.pupil_id == pupil.id, drawings.c.label_by != TEACHER]
    with database.writing() as connection:
        revision = classes.change(class_id, connection)
        connection.execute(sa.update(drawings).where(*where).values(changed=revision, **values))


# --- all of them at once ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All drawings of a class at one moment, in the order of arrival. N is their number."""

    revision: int
    rows: tuple[Any, ...]  # N, with the columns of the table, and `pupil`, the pupil's number
    # what the reader of strokes said of drawings, by their ids, once it was asked; a snapshot takes it over
    # from the one before, since a drawing stays what it is
    _movement: dict[str, np.ndarray] = field(default_factory=dict)

    def _column(self, name: str, dtype: Any) -> np.ndarray:
        return np.array([getattr(row, name) for row in self.rows], dtype)

    @property
    def ids(self) -> list[str]:
        return [row.id for row in self.rows]

    @cached_property
    def pictures(self) -> np.ndarray:
        """uint8 (N, 28, 28), ink bright on black."""
        joined = b"".join(row.picture for row in self.rows)
        return np.frombuffer(joined, np.uint8).reshape(-1, FIELD, FIELD)

    @cached_property
    def labels(self) -> np.ndarray:
        """What they show: uint8 (N,)."""
        return self._column("label", np.uint8)

    @cached_property
    def guesses(self) -> np.ndarray:
        """What the class's model read: uint8 (N,)."""
        return self._column("guess", np.uint8)

    @cached_property
    def sureness(self) -> np.ndarray:
        """The probability that it gave that digit: float32 (N,)."""
        return self._column("sureness", np.float32)

    @cached_property
    def pupils(self) -> np.ndarray:
        """Numbers of the pupils who drew them: int (N,)."""
        return self._column("pupil", int)

    @cached_property
    def shown(self) -> np.ndarray:
        """Which of them everybody may see: bool (N,)."""
        return np.array([row.state == SHOWN and not row.held for row in self.rows], bool)

    @cached_property
    def waiting(self) -> np.ndarray:
        """Which of them wait for the teacher: bool (N,)."""
        return np.array([row.state == WAITING and not row.held for row in self.rows], bool)

    @cached_property
    def known(self) -> np.ndarray:
        """Of which of them a person has said what they show: bool (N,). On the others, a model would be
        judged by itself."""
        return np.array([row.label_by != MODEL for row in self.rows], bool)

    def drawing(self, index: int) -> Drawing:
        """The strokes of one of them."""
        return link.decode(self.rows[index].strokes, LONGEST)

    @cached_property
    def by_movement(self) -> np.ndarray:
        """What the reader of strokes says of them: probabilities float32 (N, 10)."""
        new = [index for index, row in enumerate(self.rows) if row.id not in self._movement]
        said = inference.read_movement(self.drawing(index) for index in new)
        self._movement.update(
            (self.rows[index].id, opinion) for index, opinion in zip(new, said, strict=True)
        )
        return np.array([self._movement[row.id] for row in self.rows], np.float32).reshape(-1, 10)

    @cached_property
    def public(self) -> "Snapshot":
        """Only those that everybody may see."""
        shown = tuple(row for row, shown in zip(self.rows, self.shown, strict=True) if shown)
        return Snapshot(self.revision, shown, self._movement)

    @cached_property
    def dataset(self) -> Dataset:
        """Those that everybody may see, as a data set."""
        images, labels = self.public.pictures, self.public.labels
        labels.setflags(write=False)
        return Dataset(images, labels)


class _Kept:
    """The newest snapshot of a class that this server has read. Whoever asks for a newer one reads only what
    has changed since; who comes meanwhile waits for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[int, Any] = {}  # by number
        self.movement: dict[str, np.ndarray] = {}
        self.snapshot = Snapshot(-1, ())


_all: dict[str, _Kept] = {}
_all_lock = threading.Lock()
_ROW = [
    drawings.c[name]
    for name in (
        "id", "number", "changed", "asked", "label", "label_by", "guess", "sureness", "state", "held",
        "picture", "strokes",
    )
]  # fmt: skip


def snapshot(class_id: str) -> Snapshot:
    """All drawings of a class as they are now; the same object while nothing changes. Raises NoSuchClass."""
    try:
        found = classes.by_id(class_id)
    except NoSuchClass:
        with _all_lock:
            _all.pop(class_id, None)
        raise
    with _all_lock:
        kept = _all.pop(class_id, None) or _Kept()
        _all[class_id] = kept  # the last one is the one used last
        while len(_all) > _KEPT:
            _all.pop(next(iter(_all)))
    with kept.lock:
        if found.revision > kept.snapshot.revision:
            _read(class_id, found, kept)
        return kept.snapshot


def forget(class_id: str) -> None:
    """Let go of what this server has read of a class that is deleted."""
    with _all_lock:
        _all.pop(class_id, None)


def forget_ended() -> None:
    """Let go of what this server has read of classes that are no more, wherever they were deleted."""
    with _all_lock:
        kept = list(_all)
    for class_id in kept:
        try:
            classes.by_id(class_id)
        except NoSuchClass:
            forget(class_id)


def _read(class_id: str, found: Class, kept: _Kept) -> None:
    with database.reading() as connection:
        revision, count = connection.execute(
            sa.select(class_table.c.revision, class_table.c.drawings).where(class_table.c.id == class_id)
        ).one_or_none() or (found.revision, 0)
        changed = connection.execute(
            sa.select(*_ROW, pupils.c.number.label("pupil"))
            .join_from(drawings, pupils, drawings.c.pupil_id == pupils.c.id)
            .where(drawings.c.class_id == class_id, drawings.c.changed > kept.snapshot.revision)
        ).all()
    if count < len(kept.rows):  # it was emptied meanwhile
        kept.rows, kept.movement = {}, {}
    kept.rows |= {row.number: row for row in changed}
    rows = tuple(kept.rows[number] for number in sorted(kept.rows))
    kept.snapshot = Snapshot(revision, rows, kept.movement)
