"""What a class draws, for the projector: the drawings as they arrive, and the class's confusion matrix beside
MNIST's for the same model. It asks for news every second, by itself."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from digitlab import evaluation
from digitlab.caches import once
from digitlab.classroom import classes, database, drawings
from digitlab.classroom.classes import Class
from digitlab.classroom.drawings import Snapshot
from digitlab.errors import ClassError, DatabaseGone, DataUnavailable, NoSuchClass, UnknownName
from digitlab.numbers import count, percent
from pages.classroom.wall import tally, wall_tiles
from pages.classroom.wall.tally import Tally
from ui import classroom, confusion_cells, headings, models, query
from ui.components.matrix import Cell, matrix
from ui.links import page_link
from ui.markup import markup, put

EVERY_S = 1  # how often it asks for news
AGAIN_S = 3  # where the database couldn't be reached at the beginning
TITLE = "Wall of a class"
_LAST = "_wall"  # in the session: the newest that was shown


class Shown(NamedTuple):
    """What the wall was made from. While the database is gone, it stays."""

    found: Class
    snapshot: Snapshot
    title: str  # of the class's model
    of_mnist: np.ndarray | None  # its confusion matrix on MNIST's test digits; None where that can't be had


def render() -> None:
    code = classroom.code_in_link() or classroom.seen() or ""
    last: Shown | None = st.session_state.get(_LAST)
    if not code:
        _without_class("The link to a wall names its class. You find it where the class was started.")
        return
    try:
        class_id = classroom.find(code).id
    except DatabaseGone as error:
        if last is None or last.found.code != code:
            headings.header(TITLE)
            classroom.say(error)
            _again()
            return
        class_id = last.found.id
    except ClassError as error:
        st.session_state.pop(_LAST, None)
        was_here = last is not None and last.found.code == code
        _without_class(
            "This class has ended. Everything that it drew is deleted." if was_here else str(error)
        )
        return
    _wall(class_id)


def _without_class(sentence: str) -> None:
    headings.header(TITLE)
    st.info(sentence, icon=":material/info:")
    page_link("class", "Start a class")


@st.fragment(run_every=AGAIN_S)
def _again() -> None:
    """Open the page anew once the database is there."""
    try:
        database.answers()
    except DatabaseGone:
        return
    st.rerun()


# --- the wall --------------------------------------------------------------------------------------------


@st.fragment(run_every=EVERY_S)
def _wall(class_id: str) -> None:
    """All of it. What hasn't changed was computed before, and the browser has it."""
    problem = None
    try:
        st.session_state[_LAST] = _newest(class_id)
    except NoSuchClass:
        _end()
    except DatabaseGone as error:
        problem = error
    shown: Shown | None = st.session_state.get(_LAST)
    if shown is None or shown.found.id != class_id:
        if problem:
            classroom.say(problem)
        return
    found, snapshot = shown.found, shown.snapshot
    if classroom.code_in_link() != found.code:  # the teacher has renewed it
        st.query_params[classroom.PARAMETER] = found.code
    counted = tally.tally(snapshot)
    with st.container(key="wall-top", horizontal=True, vertical_alignment="center"):
        with st.container(key="wall-count", width="content"):
            put(markup("<h1>{sentence}</h1>", sentence=counted.sentence), "content")
        with st.container(key="settings-wall", width="content"):
            lines = st.toggle("By digit", key="by_digit", bind="query-params")
        with st.container(key="wall-note", width="content"):
            _note(found, problem)
        with st.container(key="wall-join", horizontal=True, vertical_alignment="center", width="content"):
            _how_to_join(found)
    with st.container(key="wall-page"):
        with st.container(key="wall-drawings"):
            _drawings(found, snapshot, counted, lines)
        with st.container(key="wall-measures"):
            if counted.total:
                _measures(shown, counted)


def _newest(class_id: str) -> Shown:
    """Raises NoSuchClass, DatabaseGone."""
    found = classes.by_id(class_id)
    snapshot = drawings.snapshot(class_id)
    try:
        title = models.title(found.model)
        return Shown(found, snapshot, title, evaluation.evaluate(found.model, "mnist").matrix)
    except UnknownName:  # a model of the class that has gone meanwhile
        return Shown(found, snapshot, "The class’s model", None)
    except DataUnavailable:
        return Shown(found, snapshot, title, None)


def _end() -> None:
    """The class was deleted while its wall was open: nothing of it is left here either."""
    tally.forget()
    wall_tiles.forget()
    st.rerun()  # the whole page says so


def _note(found: Class, problem: DatabaseGone | None) -> None:
    """What is special just now. All of it stands in one element, so that nothing below changes its place."""
    notes = []
    if found.simulated:
        notes.append("Example class: made-up pupils")
    if problem:
        notes.append("The server can’t reach its database just now. The wall goes on by itself.")
    elif found.state == classes.PAUSED:
        notes.append("Paused: no drawings are taken just now.")
    elif found.state == classes.CLOSED:
        notes.append("This class is over: no more drawings are taken.")
    put(markup('<p class="wall-note" role="status">{notes}</p>', notes=" · ".join(notes)), "content")


def _how_to_join(found: Class) -> None:
    """For those who come late: the code, where to type it, and the way to the large QR code."""
    if found.simulated or found.state == classes.CLOSED:
        return
    address = classroom.absolute("join").partition("://")[2]
    put(
        markup(
            '<p class="wall-join">Join at {address} with <b>{code}</b></p>', address=address, code=found.code
        ),
        "content",
    )
    page_link("class", "QR code", ":material/qr_code_2:", {classroom.PARAMETER: found.code})


def _drawings(found: Class, snapshot: Snapshot, counted: Tally, lines: bool) -> None:
    if counted.total:
        wall_tiles.wall_tiles(
            wall_tiles.by_digit(snapshot) if lines else wall_tiles.newest(snapshot), key="wall-tiles"
        )
        return
    how = "" if found.simulated or found.state != classes.OPEN else f" Join with the code {found.code}."
    put(markup('<p class="wall-empty">Nobody has drawn yet.{how}</p>', how=how))


# --- how they were read ----------------------------------------------------------------------------------


def _measures(shown: Shown, counted: Tally) -> None:
    label, answer = query.whole("is", 9), query.whole("read_as", 9)
    chosen = None if label is None or answer is None else (label, answer)
    of_mnist = shown.of_mnist
    with st.container(key="wall-matrices"):
        with st.container():
            _figure("This class", counted.right, counted.known)
            _matrix(counted.matrix, chosen, "class-matrix")
        with st.container():
            if of_mnist is not None:
                _figure("MNIST", int(np.trace(of_mnist)), int(of_mnist.sum()))
                _matrix(of_mnist, chosen, "mnist-matrix")
    st.caption(_explained(shown.title, counted))
    with st.container(key="wall-cell"):
        if chosen is None:
            _misread(shown.snapshot, counted)
        else:
            _cell(shown.snapshot, counted, of_mnist, *chosen)


def _figure(whose: str, right: int, known: int) -> None:
    """How many were read correctly, and of how many: few say little."""
    share = percent(right / known, 0 if known < 100 else 1) if known else "–"
    put(
        markup(
            '<p class="wall-figure"><b>{share}</b> <span>{whose}: {right:,} of {known:,} right</span></p>',
            share=share,
            whose=whose,
            right=right,
            known=known,
        )
    )


def _matrix(counts: np.ndarray, chosen: tuple[int, int] | None, key: str) -> None:
    """Shares of each row, so that few drawings and many can be compared."""
    digits = [str(digit) for digit in range(10)]
    # the bytes say what the counts are, and can be remembered
    cells = _cells(counts.astype(int).tobytes())
    matrix(
        digits,
        digits,
        cells,
        chosen=chosen or (-1, -1),
        key=key,
        on_press=_choose,
        leads_to="wall-cell",
    )


@once(maxsize=32)
def _cells(counts: bytes) -> list[list[Cell]]:
    matrix = np.frombuffer(counts, int).reshape(10, 10)
    shares = tally.shares(matrix)
    return [
        [
            Cell(
                tally.short(float(shares[label, answer])),
                confusion_cells.sentence(label, answer, int(matrix[label, answer])),
                confusion_cells.colour(float(shares[label, answer]), label == answer),
            )
            for answer in range(10)
        ]
        for label in range(10)
    ]


def _choose(label: int, answer: int) -> None:
    st.query_params["is"], st.query_params["read_as"] = str(label), str(answer)


def _choose_none() -> None:
    st.query_params.pop("is", None)
    st.query_params.pop("read_as", None)


def _explained(title: str, counted: Tally) -> str:
    words = (
        f"{title} reads both. Each row is what a digit is, each column what was read, in % of the row. "
        "Press a cell to see its drawings."
    )
    unknown = counted.total - counted.known
    if unknown:
        words += f" {count(unknown, 'drawing')} not counted: nobody has said what they show."
    return words


def _misread(snapshot: Snapshot, counted: Tally) -> None:
    wrong = counted.known - counted.right
    if not wrong:
        st.markdown("**Nothing has been misread so far.**" if counted.known else "")
        return
    st.markdown(f"**Misread: {wrong:,} of {counted.known:,}.** In the corner: what was read.")
    wall_tiles.wall_tiles(wall_tiles.misread(snapshot), key="cell-tiles")


def _cell(snapshot: Snapshot, counted: Tally, of_mnist: np.ndarray | None, label: int, answer: int) -> None:
    number = int(counted.matrix[label, answer])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{confusion_cells.sentence(label, answer, number)}**", width="content")
        st.button("All misread ones", type="tertiary", on_click=_choose_none, key="no-cell")
    st.caption(_compared(counted.matrix, of_mnist, label, answer))
    wall_tiles.wall_tiles(wall_tiles.of_cell(snapshot, label, answer), key="cell-tiles")


def _compared(matrix: np.ndarray, of_mnist: np.ndarray | None, label: int, answer: int) -> str:
    """A cell as a share of its row, here and there."""
    drawn = int(matrix[label].sum())
    if not drawn:
        return f"This class has drawn no {label} yet."
    here = f"{percent(matrix[label, answer] / drawn, 1)} of this class’s {label}s"
    if of_mnist is None:
        return f"{here}."
    return f"{here}, {percent(of_mnist[label, answer] / of_mnist[label].sum(), 1)} of MNIST’s."
