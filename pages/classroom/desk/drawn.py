"""A drawing as the desk shows it, and what its buttons do."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from digitlab.classroom import drawings, pupils
from digitlab.classroom.drawings import HIDDEN, SHOWN, TEACHER, WAITING
from digitlab.classroom.pupils import Pupil
from digitlab.numbers import a_digit, probability
from digitlab.preprocess import FIELD
from pages.classroom.desk.tiles import Action, Tile
from ui.pictures import data_url

HIDE, SHOW, HOLD, RELEASE, IS = "hide", "show", "hold", "release", "is-"
_LABELS = {f"{IS}{digit}": digit for digit in range(10)}


def act(class_id: str, number: int, do: str) -> None:
    """Do what a button says with the drawing of this number; nothing where there is no such. Raises
    ClassError."""
    row = next((row for row in drawings.snapshot(class_id).rows if row.number == number), None)
    if row is None:
        return
    if do in (HIDE, SHOW):
        drawings.set_state(class_id, row.id, HIDDEN if do == HIDE else SHOWN)
    elif do in (HOLD, RELEASE):
        pupils.hold(class_id, row.pupil, do == HOLD)
    elif do in _LABELS:
        drawings.relabel(class_id, row.id, _LABELS[do], by=TEACHER)


def tile(row: Any, names: Mapping[int, Pupil]) -> Tile:
    """`row` is one of a snapshot's; `names` has the pupils by number."""
    pupil = names.get(row.pupil)
    name = pupil.name if pupil else f"pupil {row.pupil}"
    what = f"drawing {row.number}: {a_digit(row.label)} read as {row.guess}"
    lines = [f"{row.label} read as {row.guess}", f"{pupil.symbol if pupil else ''} {name}".strip()]
    hide = Action(HIDE, "Hide", f"Hide {what}")
    show = Action(SHOW, "Show", f"Show {what}")
    hold = Action(HOLD, "Hold", f"Hold the {name}, who made {what}")
    if row.held:
        actions = [Action(RELEASE, "Release", f"Release the {name}, who made {what}")]
    elif row.state == WAITING:
        actions = [show, hide, hold]
    else:
        actions = [show if row.state == HIDDEN else hide, hold]
    if row.held or row.state != SHOWN:
        lines.append("held" if row.held else row.state)
    return Tile(
        row.number,
        _url(row),
        lines,
        actions,
        marked=row.label != row.guess,
        faded=row.held or row.state != SHOWN,
    )


def check_tile(row: Any) -> Tile:
    """A label that may be wrong: keep it, take the model's digit, or another one."""
    of = f"drawing {row.number}, labelled {row.label} and read as {row.guess}"
    actions = [
        Action(f"{IS}{row.label}", f"Keep {row.label}", f"Keep {row.label} as the label of {of}"),
        Action(f"{IS}{row.guess}", f"It is {row.guess}", f"It is {row.guess}: {of}"),
        Action(HIDE, "Hide", f"Hide {of}"),
    ]
    actions += [
        Action(f"{IS}{digit}", str(digit), f"{digit} is what {of} shows", rare=True)
        for digit in range(10)
        if digit not in (row.label, row.guess)
    ]
    sure = probability(row.sureness)
    return Tile(row.number, _url(row), [f"Label {row.label}", f"Read as {row.guess}, {sure} sure"], actions)


def _url(row: Any) -> str:
    return data_url(np.frombuffer(row.picture, np.uint8).reshape(FIELD, FIELD))
