"""What the database holds in all."""

import pytest

from digitlab import strokes
from digitlab.classroom import classes, database, drawings, pupils
from digitlab.classroom.figures import figures
from digitlab.errors import DatabaseGone


def test_all_that_has_not_ended_is_counted(store: str) -> None:
    assert sum(figures().classes.values()) == figures().pupils == figures().drawings == 0
    ours, paused, ended, example = (classes.start()[0] for _ in range(4))
    pupil, _ = pupils.join(ours)
    drawings.send(ours, pupil, strokes.examples()[3], asked=3)
    pupils.join(ended)
    pupils.join(example)
    classes.change(paused.id, state=classes.PAUSED)
    classes.change(ended.id, ends=0.0)
    classes.change(example.id, simulated=True)
    found = figures()
    assert found.classes == {classes.OPEN: 1, classes.PAUSED: 1, classes.CLOSED: 0}
    assert (found.pupils, found.drawings) == (1, 1)
    assert found.size > 10_000
    assert 0 < found.seconds < 60
    shared = store.startswith("postgresql")
    assert (found.free is None) == shared
    assert (found.trainers is None) == (not shared)
    if found.trainers:
        assert found.trainers == (0, 0.0)


def test_a_database_that_is_gone_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, "postgresql://digitlab@127.0.0.1:1/nowhere")
    with pytest.raises(DatabaseGone):
        figures()
