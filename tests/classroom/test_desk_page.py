"""The desk: what each press changes for everybody, and who may open it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from digitlab.classroom import classes, database, drawings, pupils
from digitlab.classroom.classes import FREE, ONE
from digitlab.classroom.limits import LIFE_S, LONGEST_LIFE_S
from digitlab.errors import DatabaseGone, NoSuchClass
from pages.classroom.desk import drawn, now, side
from tests.apptest import open_page
from tests.classroom.class_work import ClassWork, work
from ui import classroom

__all__ = ["work"]


def opened(work: ClassWork) -> AppTest:
    desk = open_page("desk", work.link)
    assert not desk.exception
    return desk


def press(desk: AppTest, label: str) -> None:
    next(button for button in desk.button if button.label == label).click().run()
    assert not desk.exception


def said(desk: AppTest) -> str:
    """All that the page says in words."""
    kinds = (desk.markdown, desk.caption, desk.info, desk.success, desk.title, desk.header)
    return "\n".join(element.value for kind in kinds for element in kind)


def link_buttons(desk: AppTest) -> dict[str, str]:
    return {each.proto.label: each.proto.url for each in desk.get("link_button")}


# --- the drawings ------------------------------------------------------------------------------------


def test_hide_and_show(work: ClassWork) -> None:
    work.draw(3)
    work.draw(5)
    drawn.act(work.made.id, 1, drawn.HIDE)
    assert work.shown() == [2]
    drawn.act(work.made.id, 1, drawn.SHOW)
    assert work.shown() == [1, 2]


def test_what_waits_comes_onto_the_wall_or_never(work: ClassWork) -> None:
    work.scrawl()
    work.scrawl()
    assert work.shown() == []
    drawn.act(work.made.id, 1, drawn.SHOW)
    drawn.act(work.made.id, 2, drawn.HIDE)
    assert work.shown() == [1]
    assert not work.snapshot.waiting.any()


def test_holding_a_pupil_hides_all_of_theirs(work: ClassWork) -> None:
    for pupil in (1, 2, 1):
        work.draw(7, pupil=pupil)
    work.scrawl()
    drawn.act(work.made.id, 3, drawn.HOLD)
    assert work.shown() == [2]
    assert not work.snapshot.waiting.any()
    work.draw(7)
    assert work.shown() == [2], "later ones, too"
    drawn.act(work.made.id, 1, drawn.RELEASE)
    assert work.shown() == [1, 2, 3, 5]


def test_a_label_is_kept_or_mended(work: ClassWork) -> None:
    for _ in range(3):
        work.draw(3, asked=5)
    for number, digit in ((1, 5), (2, 3), (3, 8)):
        drawn.act(work.made.id, number, f"{drawn.IS}{digit}")
    assert work.snapshot.labels.tolist() == [5, 3, 8]
    assert {row.label_by for row in work.snapshot.rows} == {drawings.TEACHER}


@pytest.mark.parametrize("do", ["", "is-10", "is--1", "is-٣", "delete", "hidden", "__class__"])
def test_nothing_else_is_done(work: ClassWork, do: str) -> None:
    work.draw(3)
    before = work.snapshot
    drawn.act(work.made.id, 1, do)
    drawn.act(work.made.id, 99, drawn.HIDE)
    drawn.act(work.made.id, -1, drawn.HIDE)
    assert work.snapshot is before


def test_each_button_has_a_name_of_its_own(work: ClassWork) -> None:
    work.draw(4, asked=9)
    work.draw(4, asked=4, pupil=2)
    work.scrawl()
    names = {pupil.number: pupil for pupil in work.pupils}
    rows = work.snapshot.rows
    shown = [drawn.tile(row, names) for row in rows] + [drawn.check_tile(rows[0])]
    for tile in shown:
        for action in tile.actions:
            assert action.label.startswith(action.text), "what is seen is what is heard"
            assert f"drawing {tile.number}" in action.label
    assert shown[0].actions[0].label == "Hide drawing 1: a 9 read as 4"
    assert shown[0].marked
    assert not shown[1].marked
    assert "🦊 blue fox" in shown[0].lines
    assert {action.do for action in shown[3].actions} == {drawn.HIDE, *(f"is-{d}" for d in range(10))}


# --- the class ---------------------------------------------------------------------------------------


def test_pause_close_and_open_again(work: ClassWork) -> None:
    desk = opened(work)
    for state in (classes.PAUSED, classes.CLOSED, classes.OPEN):
        desk.segmented_control(key="desk-state").set_value(state).run()
        assert work.found.state == state
        assert now.MEANS[state] in said(desk)
    classes.pause(work.made.id)  # at another desk
    desk.run()
    assert desk.segmented_control(key="desk-state").value == classes.PAUSED


def test_what_to_draw(work: ClassWork) -> None:
    desk = opened(work)
    desk.segmented_control(key="desk-task").set_value(ONE).run()
    assert (work.found.task, work.found.digit) == (ONE, side.FIRST)
    desk.segmented_control(key="desk-digit").set_value(0).run()
    assert (work.found.task, work.found.digit) == (ONE, 0)
    desk.segmented_control(key="desk-task").set_value(FREE).run()
    assert (work.found.task, work.found.digit) == (FREE, None)


def test_with_a_new_code_the_link_is_another_one(work: ClassWork) -> None:
    desk = opened(work)
    old = work.made.code
    press(desk, "Renew the code")
    new = work.found.code
    assert new != old
    assert "".join(desk.query_params["class"]) == new
    assert "".join(desk.query_params["key"]) == work.key
    assert f"The new code is **{new}**" in said(desk)
    assert all(new in url for url in link_buttons(desk).values())
    again = opened(work)
    assert again.title[0].value == f"Class {new}"
    assert "The new code" not in said(again)


def test_how_long_it_is_kept(work: ClassWork) -> None:
    desk = opened(work)
    desk.selectbox(key="desk-life").set_value(LONGEST_LIFE_S).run()
    assert work.found.ends == pytest.approx(work.made.made + LONGEST_LIFE_S, abs=1)
    assert "30 days" in said(desk)


def test_no_choice_ends_a_class_by_accident() -> None:
    made = classes.Class("", "", "open", FREE, None, "cnn", False, 0, 7 * side.DAY_S, 0, 0, 0)
    assert [*side.lives(made, now=60)] == [LIFE_S, 3 * side.DAY_S, 7 * side.DAY_S, LONGEST_LIFE_S]
    assert [*side.lives(made, now=3.5 * side.DAY_S)] == [7 * side.DAY_S, LONGEST_LIFE_S]
    odd = replace(made, ends=5 * side.DAY_S)
    assert side.lives(odd, now=4 * side.DAY_S)[5 * side.DAY_S] == "as it is"


@pytest.mark.parametrize(
    ("left", "zone", "told"),
    [
        (23.9 * 3_600, "Europe/Berlin", "in 24 hours: on Friday, 2 January, at 00:54"),
        (23.9 * 3_600, "America/New_York", "in 24 hours: on Thursday, 1 January, at 18:54"),
        (3 * 24 * 3_600, None, "in 3 days."),
        (600, "../../etc/passwd", "in 10 minutes."),
        (5, "Nowhere/Land", "in 1 minute."),
    ],
)
def test_when_it_ends(left: float, zone: str | None, told: str) -> None:
    made = classes.Class("", "", "open", FREE, None, "cnn", False, 0, left, 0, 0, 0)
    assert told in now.ends(made, 0, zone)


def test_a_held_pupil_is_released_by_name(work: ClassWork) -> None:
    work.draw(7, pupil=2)
    pupils.hold(work.made.id, 2)
    desk = opened(work)
    press(desk, "Release the green owl")
    assert work.shown() == [1]
    assert "**Held:**" not in said(desk)


# --- the way out -------------------------------------------------------------------------------------


def test_the_key_stays_at_the_desk(work: ClassWork) -> None:
    work.draw(3)
    urls = link_buttons(opened(work))
    assert {label for label, url in urls.items() if work.key in url} == {"Train it on us"}
    assert urls["Mistakes"].endswith(f"/mistakes?digits=class%3A{work.made.code}")
    assert urls["QR code"].endswith(f"/class?class={work.made.code}")
    for label, address in {"Wall": "wall", "Whose hands?": "hands", "Train it on us": "train_us"}.items():
        assert f"/{address}?class={work.made.code}" in urls[label]


def test_a_file_is_made_of_what_is_there_when_it_is_asked_for(work: ClassWork) -> None:
    make = side.content(work.made.id, "pictures.csv", everything=False)
    everything = side.content(work.made.id, "pictures.csv", everything=True)
    work.draw(3)
    work.scrawl()
    assert len(make().splitlines()) == 2
    assert len(everything().splitlines()) == 3


def test_an_example_class_is_filled_marked_and_emptied() -> None:
    made, key = classes.start()
    desk = open_page("desk", {"class": made.code, "key": key})
    press(desk, "Fill it with an example class")
    assert classes.by_id(made.id).drawings == 600
    assert "Example class: made-up pupils" in said(desk)
    press(desk, "Empty it")
    assert classes.by_id(made.id).drawings == 0
    assert "Example class" not in said(desk)
    pupil, _ = pupils.join(classes.by_id(made.id))  # since the page has run
    press(desk, "Fill it with an example class")
    assert "never mixed with real ones" in said(desk)
    assert classes.by_id(made.id).pupils == 1
    assert pupil.number == 1
    classes.delete(made.id)


def test_deleted_with_two_presses_nothing_is_left(work: ClassWork) -> None:
    work.draw(3)
    row = work.snapshot.rows[0]
    desk = opened(work)
    press(desk, "Delete everything now")
    assert work.found.drawings == 1, "not at the first press"
    press(desk, "Keep it")
    assert work.found.drawings == 1
    press(desk, "Delete everything now")
    press(desk, "Delete everything")
    with pytest.raises(NoSuchClass):
        classes.by_id(work.made.id)
    assert "is gone" in said(desk)
    assert not desk.query_params
    assert work.made.id not in drawings._all
    database.close()
    url = database.address()
    if url.get_backend_name() == "sqlite":
        assert url.database
        files = Path(url.database).parent.glob(f"{Path(url.database).name}*")  # the log of changes, too
        left = b"".join(file.read_bytes() for file in files)
        for secret in (work.made.id, work.made.code, row.id, row.strokes):
            assert secret.encode() not in left


# --- who may open it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"key": ""}, {"key": "x"}, {"class": "BBBBB"}, {"class": ""}])
def test_calm_words_for_a_wrong_link(work: ClassWork, change: dict[str, str]) -> None:
    work.draw(3)
    desk = open_page("desk", work.link | change)
    assert not desk.exception
    assert len(desk.info) == 1
    assert not desk.segmented_control
    assert not link_buttons(desk)


def test_calm_words_where_the_database_is_gone(work: ClassWork, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise DatabaseGone("The server can’t reach its database just now.")

    desk = opened(work)
    with monkeypatch.context() as patched:
        patched.setattr(classes, "pause", gone)
        patched.setitem(now.CHANGES, classes.PAUSED, gone)
        desk.segmented_control(key="desk-state").set_value(classes.PAUSED).run()
        assert "can’t reach its database" in said(desk)
        assert desk.segmented_control(key="desk-state").value == classes.OPEN
    with monkeypatch.context() as patched:
        patched.setattr(classes, "by_id", gone)
        desk.run()
        assert not desk.exception
        assert "can’t reach its database" in said(desk)
    with monkeypatch.context() as patched:
        patched.setattr(classroom, "with_key", gone)
        desk.run()
        assert not desk.exception
        assert "can’t reach its database" in said(desk)
        assert not desk.segmented_control
    desk.run()
    assert desk.segmented_control(key="desk-state").value == classes.OPEN


def test_what_changed_at_another_desk_is_here_too(work: ClassWork) -> None:
    desk = opened(work)
    changes: list[Callable[[], Any]] = [
        lambda: classes.choose_task(work.made.id, ONE, 2),
        lambda: classes.keep(work.made.id, LONGEST_LIFE_S),
        lambda: work.draw(3),
    ]
    before = now.settled(work.found)
    for change in changes:
        change()
        assert now.settled(work.found) != before, "all of the page runs again"
        before = now.settled(work.found)
    work.draw(3)
    assert now.settled(work.found) == before, "but not for each drawing"
    desk.run()
    assert desk.segmented_control(key="desk-digit").value == 2
    assert time.time() < work.found.ends
