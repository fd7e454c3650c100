"""The example class."""

import numpy as np
import pytest

from digitlab import inference
from digitlab.classroom import classes, database, drawings, example, pupils
from digitlab.classroom.classes import ONE
from digitlab.errors import ClassError, ClassNotOpen
from digitlab.strokes import examples


@pytest.mark.usefixtures("store")
def test_thirty_pupils_have_drawn_and_it_can_be_emptied() -> None:
    made, _ = classes.start()
    filled = example.fill(made)
    assert (filled.simulated, filled.pupils, filled.drawings) == (True, 30, 600)
    snapshot = drawings.snapshot(made.id)
    assert len(snapshot.rows) == 600
    assert np.unique(snapshot.pupils, return_counts=True)[1].tolist() == [20] * 30
    assert np.bincount(snapshot.labels).tolist() == [60] * 10, "balanced"
    assert snapshot.shown.sum() > 500
    assert snapshot.shown.sum() + snapshot.waiting.sum() == 600
    shown = snapshot.public
    assert 0.9 < (shown.guesses == shown.labels).mean() < 1, "some of them are misread"
    # they are as if they had been sent
    model = inference.load(made.model)
    for index in (0, 299, 599):
        row = snapshot.rows[index]
        assert np.array_equal(drawings.see(snapshot.drawing(index)), snapshot.pictures[index])
        answer = model.answer(snapshot.pictures[index] / np.float32(255), snapshot.drawing(index))
        assert answer.guess == row.guess
        assert answer.probabilities[row.guess] == pytest.approx(row.sureness, abs=1e-5)
    with pytest.raises(ClassError, match="already"):
        example.fill(filled)
    classes.empty(made.id)
    emptied = classes.by_id(made.id)
    assert (emptied.simulated, emptied.pupils, emptied.drawings) == (False, 0, 0)
    assert not drawings.snapshot(made.id).rows
    pupil, _ = pupils.join(emptied)
    drawings.send(emptied, pupil, examples()[3], asked=3)
    assert drawings.snapshot(made.id).labels.tolist() == [3]


@pytest.mark.usefixtures("store")
def test_made_up_and_real_ones_are_never_mixed() -> None:
    made, _ = classes.start()
    pupil, _ = pupils.join(made)
    for known in (made, classes.by_id(made.id)):  # whoever fills it may not know yet that somebody joined
        with pytest.raises(ClassError, match="Start another class"):
            example.fill(known)
    assert not drawings.snapshot(made.id).rows
    assert not classes.by_id(made.id).simulated
    # somebody who joined at the very moment when it was filled
    classes.change(made.id, simulated=True)
    with pytest.raises(ClassNotOpen, match="example class"):
        drawings.send(made, pupil, examples()[3], asked=3)


def test_they_draw_what_the_class_is_asked_to() -> None:
    made, _ = classes.start(ONE, 7)
    example.fill(made)
    snapshot = drawings.snapshot(made.id)
    assert {*snapshot.labels.tolist()} == {7}
    assert {row.asked for row in snapshot.rows} == {7}
    assert len({row.picture for row in snapshot.rows}) > 590, "each drawing is another one"
    classes.delete(made.id)


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = classes.start()
    monkeypatch.setattr(example, "hashed", lambda secret: "the same for all")
    with pytest.raises(Exception, match=r"(?i)unique"):
        example.fill(made)
    kept = classes.by_id(made.id)
    assert (kept.simulated, kept.pupils, kept.drawings) == (False, 0, 0)
    assert database.answers()
    classes.delete(made.id)
