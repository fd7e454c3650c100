"""The pupils of a class: a number each, an animal and a colour that follow from it, and a secret that only
their own tab keeps. Nothing else is known of them."""

import random
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from digitlab.classroom import classes, database
from digitlab.classroom.classes import BALANCED, ONE, Class, hashed
from digitlab.classroom.limits import MOST_PUPILS
from digitlab.classroom.tables import classes as class_table
from digitlab.classroom.tables import drawings, pupils
from digitlab.errors import ClassFull, ClassNotOpen, NoSuchClass

ANIMALS = (
    ("fox", "🦊"), ("owl", "🦉"), ("bear", "🐻"), ("frog", "🐸"), ("whale", "🐳"), ("tiger", "🐯"),
    ("rabbit", "🐰"), ("turtle", "🐢"), ("penguin", "🐧"), ("bee", "🐝"), ("lion", "🦁"), ("panda", "🐼"),
    ("koala", "🐨"), ("crab", "🦀"), ("snail", "🐌"),
    ("horse", "🐴"), ("octopus", "🐙"), ("duck", "🦆"),
    ("zebra", "🦓"), ("hedgehog", "🦔"), ("giraffe", "🦒"), ("parrot", "🦜"),
    ("otter", "🦦"), ("sloth", "🦥"),
    ("dolphin", "🐬"), ("camel", "🐫"), ("wolf", "🐺"), ("mouse", "🐭"), ("swan", "🦢"), ("kangaroo", "🦘"),
)  # fmt: skip
COLOURS = ("blue", "green", "red", "yellow", "violet", "orange", "white", "brown", "black", "silver")


@dataclass(frozen=True)
class Pupil:
    """A pupil as they were when they were read."""

    id: str
    class_id: str
    number: int  # from 1, in the order of joining
    held: bool  # nothing of theirs is shown
    drawings: int  # that they have sent
    last: float  # when they sent the last one; 0 before the first

    @property
    def name(self) -> str:
        """ "blue fox": another one for each pupil of a class."""
        return f"{self.colour} {self._animal[0]}"

    @property
    def colour(self) -> str:
        at = self.number - 1
        return COLOURS[(at + at // len(ANIMALS)) % len(COLOURS)]

    @property
    def symbol(self) -> str:
        return self._animal[1]

    @property
    def _animal(self) -> tuple[str, str]:
        return ANIMALS[(self.number - 1) % len(ANIMALS)]


_COLUMNS = [pupils.c[name] for name in ("id", "class_id", "number", "held", "drawings", "last")]


def join(found: Class) -> tuple[Pupil, str]:
    """A new pupil, and the secret that is theirs. Raises ClassFull, ClassNotOpen."""
    if found.simulated:
        raise ClassNotOpen("This is an example class with made-up pupils: nobody can join it.")
    if found.state == classes.CLOSED:
        raise ClassNotOpen("This class is over: nobody can join it any more.")
    return _join(found.id)


def _join(class_id: str) -> tuple[Pupil, str]:
    secret, now = secrets.token_urlsafe(24), time.time()
    with database.writing() as connection:
        number = connection.execute(
            sa.update(class_table)
            .where(class_table.c.id == class_id, class_table.c.pupils < MOST_PUPILS)
            .values(pupils=class_table.c.pupils + 1, revision=class_table.c.revision + 1)
            .returning(class_table.c.pupils)
        ).scalar()
        if number is None:
            classes.change(class_id, connection)  # is it still there?
            raise ClassFull(f"This class is full: {MOST_PUPILS} people have joined it.")
        pupil = Pupil(secrets.token_hex(8), class_id, number, False, 0, 0.0)
        values = vars(pupil) | {"secret_hash": hashed(secret), "joined": now}
        connection.execute(sa.insert(pupils).values(values))
    return pupil, secret


def known(secret: str) -> tuple[Pupil, Class] | None:
    """Whose secret this is, and their class; None where nobody's, or where the class has ended."""
    with database.reading() as connection:
        row = connection.execute(sa.select(*_COLUMNS).where(pupils.c.secret_hash == hashed(secret))).first()
    if row is None:
        return None
    pupil = Pupil(**row._mapping)
    try:
        return pupil, classes.by_id(pupil.class_id)
    except NoSuchClass:
        return None


def of_class(class_id: str) -> list[Pupil]:
    """In the order of joining."""
    with database.reading() as connection:
        rows = connection.execute(
            sa.select(*_COLUMNS).where(pupils.c.class_id == class_id).order_by(pupils.c.number)
        ).all()
    return [Pupil(**row._mapping) for row in rows]


def hold(class_id: str, number: int, held: bool = True) -> None:
    """Show nothing of this pupil, from now on and so far; or show it again."""
    with database.writing() as connection:
        revision = classes.change(class_id, connection)
        pupil_id = connection.execute(
            sa.update(pupils)
            .where(pupils.c.class_id == class_id, pupils.c.number == number)
            .values(held=held)
            .returning(pupils.c.id)
        ).scalar()
        connection.execute(
            sa.update(drawings).where(drawings.c.pupil_id == pupil_id).values(held=held, changed=revision)
        )


def task(found: Class, pupil: Pupil) -> int | None:
    """The digit that this pupil draws next; None where they choose. Balanced: each of ten drawings shows
    another digit, in an order that is each pupil's own."""
    if found.task == ONE:
        return found.digit
    if found.task != BALANCED:
        return None
    block, place = divmod(pupil.drawings, 10)
    order = list(range(10))
    random.Random(f"{pupil.id} {block}").shuffle(order)  # noqa: S311 - an order, not a secret
    return order[place]
