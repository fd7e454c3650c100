"""An example class: 30 pupils whom nobody is, for a teacher who wants to see everything alone beforehand."""

import hashlib
import secrets
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from digitlab import inference
from digitlab.classroom import classes, database, drawings, pupils, simulated
from digitlab.classroom.classes import BALANCED, Class, hashed
from digitlab.classroom.drawings import LONGEST, PUPIL, SHOWN, TASK, WAITING
from digitlab.classroom.pupils import Pupil
from digitlab.classroom.tables import classes as class_table
from digitlab.classroom.tables import drawings as drawing_table
from digitlab.classroom.tables import pupils as pupil_table
from digitlab.draw import link
from digitlab.errors import ClassError
from digitlab.strokes import Drawing

PUPILS = 30
EACH = 20  # drawings of a pupil


def fill(found: Class, seed: int = 0) -> Class:
    """Let made-up pupils draw what the class is asked to. It takes seconds; then all of it is there at once,
    and the class is marked as simulated. Raises ClassError where somebody has joined already, or where it is
    filled; NoSuchClass."""
    _check(found.simulated, found.pupils)
    joined = [Pupil(secrets.token_hex(8), found.id, n + 1, False, 0, 0.0) for n in range(PUPILS)]
    drawn = _drawn(found, joined, seed)
    now = time.time()
    with database.writing() as connection:
        classes.change(found.id, connection)  # from here on nobody else joins
        kept = connection.execute(
            sa.select(class_table.c.simulated, class_table.c.pupils).where(class_table.c.id == found.id)
        ).one()
        _check(kept.simulated, kept.pupils)
        revision = classes.change(
            found.id, connection, simulated=True, pupils=len(joined), drawings=len(drawn)
        )
        several = [
            vars(replace(pupil, drawings=EACH, last=now))
            | {"secret_hash": hashed(secrets.token_urlsafe(24)), "joined": now}
            for pupil in joined
        ]
        connection.execute(sa.insert(pupil_table), several)
        connection.execute(
            sa.insert(drawing_table), [values | {"changed": revision, "sent": now} for values in drawn]
        )
    return classes.by_id(found.id)


def _check(filled: bool, joined: int) -> None:
    if filled:
        raise ClassError("This class is filled with made-up pupils already.")
    if joined:
        raise ClassError(
            "Somebody has joined this class, and made-up drawings are never mixed with real ones. "
            "Start another class, and fill that one."
        )


def _drawn(found: Class, joined: list[Pupil], seed: int) -> list[dict[str, Any]]:
    """Rows of the table without the columns `changed` and `sent`: everybody's first drawing, then everybody's
    second one, and so on. All are read in one batch."""
    rows: list[dict[str, Any]] = []
    pictures: list[np.ndarray] = []
    drawn: list[Drawing] = []
    hands = simulated.pupils(PUPILS, seed)
    times: Counter[tuple[int, int]] = Counter()  # that a pupil has drawn a digit
    balanced = replace(found, task=BALANCED)
    for place in range(EACH):
        for pupil, hand in zip(joined, hands, strict=True):
            turn = replace(pupil, drawings=place)
            asked = pupils.task(found, turn)
            digit = pupils.task(balanced, turn) if asked is None else asked
            assert digit is not None, "a balanced class always asks for one"
            text = link.pack(hand.draw(digit, times[pupil.number, digit]))
            times[pupil.number, digit] += 1
            drawn.append(link.decode(text, LONGEST))  # as it is kept
            picture = drawings.see(drawn[-1])
            assert picture is not None, "each of them has ink"
            pictures.append(picture)
            rows.append(
                {
                    "id": secrets.token_hex(8),
                    "class_id": found.id,
                    "pupil_id": pupil.id,
                    "number": len(rows) + 1,
                    "asked": asked,
                    "label": digit,
                    "label_by": PUPIL if asked is None else TASK,
                    "held": False,
                    "picture": picture.tobytes(),
                    "strokes": text,
                    "digest": hashlib.sha256(text.encode()).hexdigest(),
                }
            )
    batch = np.stack(pictures) / np.float32(255)
    model, detector = inference.load(found.model), inference.load(inference.DETECTOR)
    probabilities = model.together(model.predict(batch), inference.read_movement(drawn))
    scores = detector.score(batch)
    for row, of_digits, score in zip(rows, probabilities, scores, strict=True):
        row["guess"] = int(of_digits.argmax())
        row["sureness"] = float(of_digits.max())
        row["score"] = float(score)
        row["state"] = SHOWN if score >= detector.card["threshold"] else WAITING
    return rows
