"""The wall without a browser: what it says and sends of a class, and what it keeps to itself."""

import json
import math
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab import evaluation
from digitlab.classroom import classes, database, drawings, pupils
from digitlab.classroom.drawings import HIDDEN, SHOWN, Snapshot
from digitlab.numbers import percent
from digitlab.strokes import Stroke, examples
from pages.classroom.wall import tally, wall_tiles
from tests.apptest import open_page
from tests.classroom.class_work import ClassWork, work

__all__ = ["work"]  # a fixture
NOWHERE = "postgresql://127.0.0.1:1/nowhere"


def wall(work: ClassWork, **query: str) -> AppTest:
    page = open_page("wall", {"class": work.found.code} | query)
    assert not page.exception, page.exception[0].message
    return page


def words(page: AppTest) -> str:
    assert not page.exception, page.exception[0].message
    texts = [element.value for element in (*page.title, *page.markdown, *page.caption, *page.info)]
    return "\n".join([*texts, *(element.proto.body for element in page.get("html"))])


def sent(page: AppTest, place: int = 0) -> list[dict[str, Any]]:
    """What the tiles of the page are made from: first those of the wall, then those behind a cell."""
    tiles = [each.proto for each in page.get("bidi_component") if each.proto.bytes]
    return json.loads(tiles[place].bytes)["groups"]


def read(groups: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Label and guess of each tile."""
    return [(tile[4], tile[5]) for group in groups for tile in group["tiles"]]


def hide(work: ClassWork, number: int, state: str = HIDDEN) -> None:
    rows = {row.number: row for row in work.snapshot.rows}
    drawings.set_state(work.made.id, rows[number].id, state)


# --- what is shown -------------------------------------------------------------------------------------


def test_it_says_how_many_drawings_there_are_and_how_many_were_read_correctly(work: ClassWork) -> None:
    work.draw(3, pupil=1)
    work.draw(5, pupil=1)
    work.draw(7, asked=1, pupil=2)
    page = wall(work)
    assert "3 drawings by 2 people" in words(page)
    assert "This class: 2 of 3 right" in words(page)
    assert "MNIST: 9,9" in words(page)
    assert "Misread: 1 of 3" in words(page)
    assert read(sent(page)) == [(1, 7), (5, 5), (3, 3)], "the newest first"
    assert read(sent(page, 1)) == [(1, 7)]


def test_only_what_everybody_may_see_gets_there(work: ClassWork) -> None:
    work.draw(3)
    waiting, hidden = work.scrawl(), work.draw(5)
    work.draw(6, pupil=2)
    hide(work, hidden)
    pupils.hold(work.made.id, 2)
    page = wall(work)
    assert "1 drawing by 1 person" in words(page)
    assert read(sent(page)) == [(3, 3)]
    hide(work, waiting, SHOWN)
    pupils.hold(work.made.id, 2, held=False)
    page.run()
    assert "3 drawings by 2 people" in words(page)
    assert len(read(sent(page))) == 3


def test_grouped_by_digit_each_has_a_line(work: ClassWork) -> None:
    for digit in (4, 2, 4):
        work.draw(digit)
    groups = sent(wall(work, by_digit="true"))
    assert [group["digit"] for group in groups] == list(range(10))
    assert [group["total"] for group in groups] == [0, 0, 1, 0, 2, 0, 0, 0, 0, 0]
    assert all(label == group["digit"] for group in groups for label, _ in read([group]))


def test_a_cell_shows_its_drawings_and_what_share_they_are(work: ClassWork) -> None:
    work.draw(7, asked=1)
    work.draw(1)
    page = wall(work, **{"is": "1", "read_as": "7"})
    assert "1 read as 7: once" in words(page)
    mnist = evaluation.evaluate("cnn", "mnist")
    ones = mnist.probabilities[mnist.labels == 1].argmax(axis=1)
    share = percent(float((ones == 7).mean()), 1)
    assert f"50.0 % of this class’s 1s, {share} of MNIST’s." in words(page)
    assert read(sent(page, 1)) == [(1, 7)]
    page.button(key="no-cell").click().run()
    assert "Misread: 1 of 2" in words(page)
    assert "is" not in page.query_params


@pytest.mark.parametrize("cell", [("4", ""), ("x", "7"), ("11", "7"), ("-1", "7")])
def test_a_link_to_no_cell_shows_all_misread_ones(work: ClassWork, cell: tuple[str, str]) -> None:
    work.draw(7, asked=1)
    assert "Misread: 1 of 1" in words(wall(work, **{"is": cell[0], "read_as": cell[1]}))


def test_where_nobody_said_what_it_is_the_model_is_not_judged_by_itself(work: ClassWork) -> None:
    work.draw(3)
    found, pupil = work.found, work.pupils[0]
    drawings.send(found, pupil, examples()[8], asked=None)
    page = wall(work)
    assert "2 drawings by 1 person" in words(page)
    assert "This class: 1 of 1 right" in words(page)
    assert "1 drawing not counted: nobody has said what they show." in words(page)


def test_many_drawings_are_counted_and_the_newest_sent(
    work: ClassWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_tiles, "MOST", 2)
    for digit in (1, 2, 3):
        work.draw(digit)
    (group,) = sent(wall(work))
    assert group["total"] == 3
    assert read([group]) == [(3, 3), (2, 2)]


# --- what is said --------------------------------------------------------------------------------------


def test_an_empty_wall_says_how_to_join(work: ClassWork) -> None:
    page = wall(work)
    assert "0 drawings" in words(page)
    assert f"Nobody has drawn yet. Join with the code {work.found.code}." in words(page)
    assert f"/join with <b>{work.found.code}</b>" in words(page)


def test_it_says_when_nothing_is_taken(work: ClassWork) -> None:
    work.draw(3)
    page = wall(work)
    classes.pause(work.made.id)
    assert "Paused" in words(page.run())
    classes.close(work.made.id)
    assert "This class is over" in words(page.run())
    assert "join with" not in words(page)
    assert "1 drawing" in words(page)


def test_an_example_class_is_marked(work: ClassWork) -> None:
    work.draw(3)
    classes.change(work.made.id, simulated=True)
    page = wall(work)
    assert "Example class: made-up pupils" in words(page)
    assert "join with" not in words(page)


def test_without_a_class_it_says_where_the_link_is() -> None:
    assert "names its class" in words(open_page("wall"))
    assert "no class with this code" in words(open_page("wall", {"class": "BBBBB"}))


def test_a_deleted_class_leaves_the_wall(work: ClassWork) -> None:
    work.draw(3)
    page = wall(work)
    classes.delete(work.made.id)
    assert "Everything that it drew is deleted" in words(page.run())
    assert not page.get("bidi_component")
    assert "_wall" not in page.session_state


def test_while_the_database_is_gone_all_stays(work: ClassWork, monkeypatch: pytest.MonkeyPatch) -> None:
    work.draw(3)
    page = wall(work)
    before = sent(page)
    with monkeypatch.context() as gone:
        gone.setenv(database.VARIABLE, NOWHERE)
        page.run()
        assert "can’t reach its database" in words(page)
        assert sent(page) == before
        assert "can’t reach its database" in words(open_page("wall", {"class": work.made.code}))
    work.draw(4)
    assert "can’t reach its database" not in words(page.run())
    assert "2 drawings" in words(page)


# --- what it keeps to itself ---------------------------------------------------------------------------


def test_tiles_tell_nothing_of_who_drew_them(work: ClassWork) -> None:
    other = ClassWork()
    for digit, pupil in ((3, 1), (5, 2), (8, 1)):
        work.draw(digit, pupil=pupil)
        other.draw(digit, pupil=3 - pupil)
    for function in (wall_tiles.newest, wall_tiles.by_digit, wall_tiles.misread):
        one, two = (nameless(function(each.snapshot)) for each in (work, other))
        assert one == two
    classes.delete(other.made.id)


def nameless(tiles: bytes) -> Any:
    groups = json.loads(tiles)["groups"]
    for group in groups:
        group["tiles"] = [tile[1:] for tile in group["tiles"]]
    return groups


# --- its parts -----------------------------------------------------------------------------------------


def test_as_long_as_nothing_changes_nothing_is_made_anew(work: ClassWork) -> None:
    work.draw(3)
    snapshot = work.snapshot
    for function in (wall_tiles.newest, wall_tiles.by_digit, wall_tiles.misread, tally.tally):
        assert function(snapshot) is function(work.snapshot)
    work.draw(4)
    assert tally.tally(work.snapshot).total == 2


def test_the_counts_are_those_of_the_drawings(work: ClassWork) -> None:
    work.draw(7, asked=1)
    work.draw(7)
    counted = tally.tally(work.snapshot)
    assert (counted.known, counted.right, counted.matrix[1, 7], counted.matrix[7, 7]) == (2, 1, 1, 1)
    np.testing.assert_array_equal(tally.shares(counted.matrix)[[1, 7, 0]].sum(axis=1), [1, 1, 0])
    assert tally.tally(Snapshot(0, ())).sentence == "0 drawings"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, ""),
        (1e-6, "0.1"),
        (0.003, "0.3"),
        (0.0994, "9.9"),
        (0.0999, "10"),
        (0.5, "50"),
        (0.999, "99"),
        (1, "100"),
    ],
)
def test_no_share_is_rounded_to_nothing_or_all(share: float, text: str) -> None:
    assert tally.short(share) == text


def test_a_pad_that_is_filled_weighs_as_little_as_a_digit(work: ClassWork) -> None:
    turns = np.linspace(0, 60 * math.pi, 2_500)
    spiral = np.column_stack([140 + 2 * turns * np.cos(turns) / 3, 140 + 2 * turns * np.sin(turns) / 3])
    work.send((Stroke(spiral, 6),), asked=0, pupil=1)
    work.send((Stroke([(140, 140)], 18),), asked=1, pupil=1)
    for number in (1, 2):
        hide(work, number, SHOWN)
    dot, filled = sent(wall(work))[0]["tiles"]
    assert len(filled[2]) < 20 * wall_tiles.MOST_POINTS
    assert dot[2].endswith("l0 0"), "a dot, for round ends"
    assert float(dot[1].split()[2]) > 5 * 18, "a dot stays small"
