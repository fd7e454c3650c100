"""A class that draws as fast as a test likes."""

from collections.abc import Iterator

import pytest

from digitlab.classroom import classes, drawings, pupils
from digitlab.classroom.classes import Class
from digitlab.classroom.drawings import Snapshot
from digitlab.classroom.pupils import Pupil
from digitlab.strokes import Drawing, Stroke, examples

# no digit, as the detector says
SCRAWL: Drawing = (
    Stroke([(20, 20), (200, 20), (200, 200), (40, 230), (100, 100), (30, 150), (250, 120)], 18),
    Stroke([(20, 250), (250, 30)], 18),
    Stroke([(30, 30), (250, 250)], 18),
)


class ClassWork:
    """A class, the key of its desk, and two pupils who have joined."""

    def __init__(self) -> None:
        self.made, self.key = classes.start()
        self.pupils: list[Pupil] = [pupils.join(self.made)[0] for _ in range(2)]
        self.count = 0

    @property
    def found(self) -> Class:
        """As it is now."""
        return classes.by_id(self.made.id)

    @property
    def snapshot(self) -> Snapshot:
        return drawings.snapshot(self.made.id)

    @property
    def link(self) -> dict[str, str]:
        """What stands in the link to the desk."""
        return {"class": self.found.code, "key": self.key}

    def draw(self, digit: int, asked: int | None = None, pupil: int = 1) -> int:
        """Send our example of a digit, asked for this or another one; returns the drawing's number."""
        return self.send(examples()[digit], digit if asked is None else asked, pupil)

    def scrawl(self, pupil: int = 1) -> int:
        """Send what waits for the teacher."""
        return self.send(SCRAWL, 4, pupil)

    def send(self, drawing: Drawing, asked: int, pupil: int) -> int:
        self.count += 1
        # each is another one, and looks the same to a model
        drawing = tuple(Stroke([(x + self.count, y) for x, y in points], width) for points, width in drawing)
        drawings.send(self.made, self.pupils[pupil - 1], drawing, asked)
        return self.count

    def shown(self) -> list[int]:
        """Numbers of the drawings that everybody may see."""
        return [row.number for row in self.snapshot.public.rows]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[ClassWork]:
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)
    work = ClassWork()
    yield work
    classes.delete(work.made.id)
