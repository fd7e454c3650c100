"""Labels to check."""

from digitlab.classroom import drawings, labels
from digitlab.classroom.drawings import HIDDEN, PUPIL, TEACHER
from tests.classroom.class_work import ClassWork, work

__all__ = ["work"]


def test_where_model_and_label_disagree_most_comes_first(work: ClassWork) -> None:
    work.draw(3)
    for digit in range(10):
        work.draw(digit, asked=(digit + 1) % 10)
    work.scrawl()
    snapshot = work.snapshot
    found = labels.to_check(snapshot).tolist()
    rows = [snapshot.rows[index] for index in found]
    assert {row.number for row in rows} == set(range(2, 12)), "neither what is right nor what waits"
    assert [row.sureness for row in rows] == sorted((row.sureness for row in rows), reverse=True)
    assert len({row.sureness for row in rows}) > 5


def test_what_the_teacher_has_said_is_checked(work: ClassWork) -> None:
    numbers = [work.draw(3, asked=5) for _ in range(4)]
    ids = work.snapshot.ids
    drawings.relabel(work.made.id, ids[0], 5, by=TEACHER)  # kept
    drawings.relabel(work.made.id, ids[1], 8, by=TEACHER)  # neither of the two
    drawings.relabel(work.made.id, ids[2], 8, by=PUPIL)
    left = [work.snapshot.rows[index].number for index in labels.to_check(work.snapshot)]
    assert sorted(left) == numbers[2:]
    drawings.set_state(work.made.id, ids[3], HIDDEN)
    assert [work.snapshot.rows[index].number for index in labels.to_check(work.snapshot)] == numbers[2:3]


def test_nothing_drawn_is_nothing_to_check(work: ClassWork) -> None:
    assert labels.to_check(work.snapshot).tolist() == []
