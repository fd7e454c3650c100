"""The benchmark of class work: a small class on a real server, whose server is killed in the middle."""

import argparse
import asyncio
import shutil
from pathlib import Path

import pytest

from benchmarks import class_work, markdown
from benchmarks.class_work import Measured
from digitlab.classroom import classes, database, drawings, pupils
from tests.classroom import hands


def options(*given: str) -> argparse.Namespace:
    return class_work._parser().parse_args(given)


@pytest.mark.slow
def test_a_class_goes_on_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that was confirmed is lost or there twice, and everybody goes on as themselves."""
    monkeypatch.setenv(database.VARIABLE, "the benchmark sets its own")
    measured = class_work.measure(options("--pupils=5", "--minutes=0.4", "--drawings=4", "--kill"))
    assert (measured.lost, measured.twice, measured.others, measured.errors) == (0, 0, 0, [])
    assert len(measured.confirmed) == measured.stored == 20
    assert measured.pupils == 5
    assert len(measured.on_wall) == 20, "the wall has shown all of them"


class NoServer:
    """Where only what is compared counts."""


def test_what_is_lost_or_twice_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'classes.sqlite3'}")
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)

    async def lesson() -> class_work.Lesson:
        return class_work.Lesson(NoServer(), options())

    lesson = asyncio.run(lesson())
    for pupil in (pupils.join(lesson.found)[0] for _ in range(2)):
        drawings.send(lesson.found, pupil, hands.drawing(3), asked=3)
    stored = {class_work._digest(row.strokes): 0.0 for row in drawings.snapshot(lesson.found.id).rows}
    lesson.measured.confirmed = stored | {"another": 0.0}
    lesson._compare()
    assert (lesson.measured.stored, lesson.measured.lost, lesson.measured.twice) == (2, 1, 1)
    classes.delete(lesson.found.id)
    database.close()


@pytest.mark.parametrize("given", [[], ["--kill"], ["--database=postgresql"]])
def test_its_tables_have_a_place(given: list[str], tmp_path: Path) -> None:
    copy = tmp_path / "page.md"
    shutil.copy(markdown.DOCS / "BENCHMARKS.md", copy)
    content = class_work.table(Measured(), [], options(*given))
    markdown.keep(copy, class_work.name(options(*given)), content)
    assert "200 pupils × 20 drawings in 5 min" in copy.read_text("utf-8")
