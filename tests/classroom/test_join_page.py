"""The pupil's page, without a browser: who becomes a pupil, what is sent, and what is said where it isn't."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from benchmarks.streamlit_client import Canvas, canvas_value
from digitlab.classroom import classes, database, drawings, pupils
from digitlab.classroom.classes import Class
from digitlab.classroom.limits import MOST_DRAWINGS, MOST_PUPILS
from digitlab.classroom.tables import classes as class_table
from digitlab.classroom.tables import pupils as pupil_table
from digitlab.draw import link
from digitlab.errors import DatabaseGone
from digitlab.strokes import PAD_SIZE, examples
from pages.classroom.join import page, visit
from tests.apptest import open_page
from ui.components import kept
from ui.pad import _Pad

GONE = DatabaseGone("The server can’t reach its database just now.")


class Tab:
    """What a browser does with the component `kept`."""

    def __init__(self) -> None:
        self.text: str | None = ""

    def __call__(self, name: str, put: str | None = None) -> str | None:
        self.text = put or self.text
        return self.text


@pytest.fixture(autouse=True)
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Class]:
    """A class in a database of its own."""
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'classes.sqlite3'}")
    yield classes.start()[0]
    database.close()


@pytest.fixture(autouse=True)
def tab(monkeypatch: pytest.MonkeyPatch) -> Tab:
    tab = Tab()
    monkeypatch.setattr(page, "kept", tab)
    return tab


def joined(found: Class, digit: int | None = None) -> AppTest:
    """The page of a pupil; with a digit on the pad, if one is named."""
    drawn = _Pad()
    if digit is not None:
        drawn.give(examples()[digit])
    return open_page("join", {"class": found.code}, {"_pad": drawn} if digit is not None else None)


def draw(test: AppTest, digit: int) -> AppTest:
    test.session_state["_pad"].give(examples()[digit])
    return test.run()


def send(test: AppTest) -> AppTest:
    test = test.button(key="send").click().run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    return "".join(html.proto.body for html in test.get("html")) + "".join(info.value for info in test.info)


def asked(test: AppTest) -> int | None:
    return test.session_state["_join"].asked


def on_pad(test: AppTest) -> int:
    return len(test.session_state["_pad"].drawing)


def now(found: Class) -> Class:
    return classes.by_id(found.id)


def wait(found: Class) -> None:
    """As if two seconds went by."""
    with database.writing() as connection:
        connection.execute(pupil_table.update().values(last=0.0))


def test_without_a_code_it_asks_for_one(found: Class) -> None:
    test = open_page("join")
    spaced = " ".join(found.code.lower())
    test.text_input[0].set_value(spaced)
    test.button[0].click().run()
    assert test.query_params["class"] == found.code
    assert "Draw a" in said(test)


def test_who_only_looks_at_the_link_is_no_pupil(found: Class, tab: Tab) -> None:
    tab.text = None  # no component has said anything
    test = joined(found)
    assert "One moment" in test.caption[0].value
    assert now(found).pupils == 0


def test_one_tab_is_one_pupil_also_after_a_reload_and_with_another_code(found: Class) -> None:
    for _ in range(2):
        test = joined(found)
        assert "blue fox" in said(test)
        assert now(found).pupils == 1
    classes.renew_code(found.id)
    assert "blue fox" in said(joined(found)), "the link has the old code"
    another, _ = classes.start()
    assert "blue fox" in said(joined(another))
    assert (now(found).pupils, now(another).pupils) == (1, 1)


def test_a_drawing_is_sent_once_and_the_pad_is_empty(found: Class, tab: Tab) -> None:
    test = joined(found, 4)
    first = asked(test)
    send(test)
    (row,) = drawings.snapshot(found.id).rows
    assert (row.asked, row.label, row.guess, row.strokes) == (first, first, 4, link.pack(examples()[4]))
    assert "The model read a <b>4</b>" in said(test)
    assert on_pad(test) == 0
    assert asked(test) != first
    send(test)  # the second half of a double press
    assert "nothing on the pad" not in said(test)
    # the server was stopped before the pupil read "sent": the tab brings the drawing back
    again = send(joined(found, 4))
    assert "Sent" in said(again)
    assert now(found).drawings == 1


def test_what_comes_with_the_press_counts(found: Class) -> None:
    """The last stroke may arrive together with the press, and a second press with the same drawing."""
    test = joined(found)
    canvas = next(each.proto for each in test.get("bidi_component") if each.proto.id.endswith("-pad"))
    settings = Canvas("", "", PAD_SIZE, PAD_SIZE, 18, "#000", "#fff", wants_image=False)
    drawn = canvas_value((((60.0, 60.0), (60.0, 220.0)), ((200.0, 60.0), (200.0, 220.0))), settings)
    states = [
        WidgetState(id=canvas.id, json_value=drawn),
        WidgetState(id=test.button(key="send").proto.id, trigger_value=True),
    ]
    for _ in range(2):
        test._run(WidgetStates(widgets=states))
        assert not test.exception
        assert "Sent. " in said(test)
        assert on_pad(test) == 0
    assert [len(link.decode(row.strokes)) for row in drawings.snapshot(found.id).rows] == [2]


def test_what_was_drawn_is_corrected_by_one_press(found: Class) -> None:
    classes.choose_task(found.id, classes.ONE, 7)
    test = joined(found, 4)
    assert "Draw a <b>7</b>" in said(test)
    send(test)
    assert "and not a 7" in said(test)
    test.button(key="correct").click().run()
    (digits,) = test.button_group
    digits.set_value(4).run()
    (row,) = drawings.snapshot(found.id).rows
    assert (row.label, row.label_by) == (4, drawings.PUPIL)
    assert "and not" not in said(test)
    assert not test.button_group


def test_where_all_draw_what_they_like_the_guess_stands(found: Class) -> None:
    classes.choose_task(found.id, classes.FREE)
    test = send(joined(found, 8))
    assert "Draw any digit" in said(test)
    assert drawings.snapshot(found.id).labels.tolist() == [8]


def full(found: Class) -> None:
    with database.writing() as connection:
        connection.execute(class_table.update().values(pupils=MOST_PUPILS))


def simulate(found: Class) -> None:
    with database.writing() as connection:
        connection.execute(class_table.update().values(simulated=True))


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda found: classes.close(found.id), "This class is over"),
        (full, "full"),
        (simulate, "example class"),
        (lambda found: classes.delete(found.id), "no class with this code"),
    ],
)
def test_who_comes_and_cannot_join_reads_why(
    found: Class, happens: Callable[[Class], Any], words: str
) -> None:
    happens(found)
    test = joined(found)
    assert words in said(test)
    assert test.text_input, "another code can be typed"


def all_sent(found: Class) -> None:
    with database.writing() as connection:
        connection.execute(pupil_table.update().values(drawings=MOST_DRAWINGS))


def just_sent(found: Class) -> None:
    pupil = pupils.of_class(found.id)[0]
    drawings.send(found, pupil, examples()[1], 1)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda found: classes.pause(found.id), "has paused the class"),
        (lambda found: classes.close(found.id), "This class is over"),
        (lambda found: classes.delete(found.id), "has ended"),
        (all_sent, f"You have sent {MOST_DRAWINGS} drawings"),
        (just_sent, "That was quick!"),
    ],
)
def test_what_cannot_be_sent_stays_on_the_pad(
    found: Class, happens: Callable[[Class], Any], words: str
) -> None:
    test = joined(found, 4)
    happens(found)
    send(test)
    assert words in said(test)
    assert on_pad(test) == len(examples()[4])


def test_a_paused_class_goes_on(found: Class) -> None:
    classes.pause(found.id)
    test = joined(found, 4)
    assert "has paused the class" in said(test)
    classes.open_again(found.id)
    send(test)
    assert "Sent" in said(test)
    assert "paused" not in said(test)


def test_the_database_goes_while_somebody_sends(found: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise GONE

    test = send(joined(found, 3))
    wait(found)
    draw(test, 4)
    first = asked(test)
    monkeypatch.setattr(visit, "SOON_S", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(database, "writing", gone)
        patch.setattr(database, "reading", gone)
        send(test)
        assert "Not sent yet" in said(test)
        assert "Sent. " not in said(test), "that was the one before"
        assert test.button(key="send").disabled
        test.run()  # as every three seconds
        assert "Not sent yet" in said(test)
        assert on_pad(test) == len(examples()[4])
    test.run()
    assert "Sent. " in said(test)
    assert not test.button(key="send").disabled
    assert on_pad(test) == 0
    assert [row.asked for row in drawings.snapshot(found.id).rows][1:] == [first]


def test_the_database_is_gone_when_somebody_comes(found: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise GONE

    with monkeypatch.context() as patch:
        patch.setattr(database, "reading", gone)
        test = joined(found)
        assert not test.exception
        assert str(GONE) in said(test)
    test.run()
    assert "blue fox" in said(test)


@pytest.mark.parametrize(
    "value", [None, 7, [], {}, "a\ud800", "x" * 101, "<img src=x>", "é", "\n", ["x"], True]
)
def test_a_tab_that_says_nonsense_says_nothing(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_component", lambda **_: {"text": value})
    assert kept.kept("digitlab-pupil") is None


def test_a_secret_that_is_nobodys_makes_a_new_pupil(found: Class, tab: Tab) -> None:
    tab.text = "somebody-elses"
    assert "blue fox" in said(joined(found))
    assert tab.text != "somebody-elses"
