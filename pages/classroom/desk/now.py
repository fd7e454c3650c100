"""What the class does just now, again every two seconds: how many drew what, what waits, what was sent."""

import math
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from digitlab.classroom import classes, drawings, labels, pupils
from digitlab.classroom.classes import CLOSED, OPEN, PAUSED, Class
from digitlab.classroom.drawings import HIDDEN, Snapshot
from digitlab.classroom.pupils import Pupil
from digitlab.errors import ClassError, NoSuchClass
from digitlab.numbers import count
from pages.classroom.desk.drawn import act, check_tile, tile
from pages.classroom.desk.tiles import tiles
from ui import classroom, headings
from ui.markup import joined, markup, put

REFRESH_S = 2.0
PER_PAGE = 30
MOST_WAITING = 60  # pictures; the others follow as these go
MOST_DOUBTED = 24
MOST_HELD = 12  # buttons
SENT, DOUBTED = "Everything sent", "Labels to check"
STATES = {OPEN: "Open", PAUSED: "Paused", CLOSED: "Closed"}
CHANGES: dict[str, Callable[[str], None]] = {
    OPEN: classes.open_again,
    PAUSED: classes.pause,
    CLOSED: classes.close,
}
MEANS = {
    OPEN: "Everybody can join and draw.",
    PAUSED: "Nothing can be sent. Drawings stay on the pupils’ screens until you open the class again.",
    CLOSED: "Nothing can be sent any more. What is here stays until the class deletes itself.",
}
PROBLEM = "_desk_problem"  # in the session: why something that was pressed could not be done


def attempt(action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do what was pressed. Where it can't be done, the page says so; then this is None."""
    try:
        return action(*args, **kwargs)
    except ClassError as error:
        st.session_state[PROBLEM] = error
        return None


@st.fragment(run_every=REFRESH_S)
def watch(shown: Class) -> None:
    """`shown` is the class as the rest of the page shows it."""
    if problem := st.session_state.pop(PROBLEM, None):
        classroom.say(problem)
    try:
        found, snapshot = classes.by_id(shown.id), drawings.snapshot(shown.id)
        joined_ones = pupils.of_class(shown.id)
    except NoSuchClass:  # its time is up, or it was deleted in another tab
        st.rerun()
    except ClassError as error:
        classroom.say(error)
        return
    if settled(found) != settled(shown):
        st.query_params[classroom.PARAMETER] = found.code
        st.rerun()
    names = {pupil.number: pupil for pupil in joined_ones}
    state(found)
    figures(found, snapshot)
    held = [pupil for pupil in joined_ones if pupil.held]
    if held:
        release_buttons(found.id, held)
    waiting(found.id, snapshot, names)
    view = st.segmented_control(
        "Drawings",
        [SENT, DOUBTED],
        default=SENT,
        required=True,
        key="desk-view",
        label_visibility="collapsed",
    )
    if view == DOUBTED:
        doubted(found.id, snapshot)
    else:
        sent(found.id, snapshot, names)


def settled(found: Class) -> tuple[Any, ...]:
    """What the rest of the page shows of a class: when it changes, all of the page runs again."""
    return (
        found.code,
        found.task,
        found.digit,
        found.ends,
        found.simulated,
        found.pupils > 0,
        found.drawings > 0,
    )


# --- the class ----------------------------------------------------------------------------------------


def state(found: Class) -> None:
    if found.simulated:
        st.info("Example class: made-up pupils. Nobody can join it.", icon=":material/smart_toy:")
        st.caption(ends(found, time.time(), st.context.timezone))
        return
    st.session_state["desk-state"] = found.state
    st.segmented_control(
        "This class is",
        list(STATES),
        format_func=STATES.__getitem__,
        required=True,
        key="desk-state",
        on_change=lambda: attempt(CHANGES[st.session_state["desk-state"]], found.id),
    )
    st.caption(f"{MEANS[found.state]} {ends(found, time.time(), st.context.timezone)}")


def ends(found: Class, now: float, timezone: str | None) -> str:
    """When it deletes itself; `timezone` is the browser's, such as "Europe/Berlin"."""
    hours = (found.ends - now) / 3_600
    if hours < 1:
        left = count(max(1, math.ceil(hours * 60)), "minute")
    else:
        left = count(round(hours), "hour") if hours < 48 else count(round(hours / 24), "day")
    try:
        there = datetime.fromtimestamp(found.ends, UTC).astimezone(ZoneInfo(timezone or ""))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # it comes from the browser
        return f"It deletes itself in {left}."
    return f"It deletes itself in {left}: on {there:%A}, {there.day} {there:%B}, at {there:%H:%M}."


def figures(found: Class, snapshot: Snapshot) -> None:
    hidden = sum(row.state == HIDDEN or row.held for row in snapshot.rows)
    pairs = {
        "joined": found.pupils,
        "drawings": found.drawings,
        "on the wall": int(snapshot.shown.sum()),
        "waiting": int(snapshot.waiting.sum()),
        "hidden": hidden,
    }
    put(
        markup(
            '<dl class="desk-figures">{pairs}</dl>',
            pairs=joined(
                markup("<div><dt>{name}</dt><dd>{number}</dd></div>", name=name, number=f"{number:,}")
                for name, number in pairs.items()
            ),
        )
    )


def release_buttons(class_id: str, held: Sequence[Pupil]) -> None:
    st.markdown("**Held:** nothing that they draw is shown to anybody.")
    with st.container(horizontal=True):
        for pupil in held[:MOST_HELD]:
            st.button(
                f"Release the {pupil.name}",
                key=f"release-{pupil.number}",
                on_click=attempt,
                args=(pupils.hold, class_id, pupil.number, False),
            )
    if len(held) > MOST_HELD:
        st.caption(f"And {len(held) - MOST_HELD} more, who can be released beside their drawings.")


# --- the drawings ------------------------------------------------------------------------------------


def waiting(class_id: str, snapshot: Snapshot, names: dict[int, Pupil]) -> None:
    headings.subheader("Waits for you")
    rows = [row for row, waits in zip(snapshot.rows, snapshot.waiting, strict=True) if waits]
    if not rows:
        st.caption("Nothing. What doesn’t look like a digit comes here first, and isn’t on the wall.")
        return
    more = len(rows) - MOST_WAITING
    tiles(
        [tile(row, names)._replace(faded=False) for row in rows[:MOST_WAITING]],
        key="desk-waiting",
        label="Drawings that wait",
        hint=f"{count(len(rows), 'drawing')} in which the detector sees no digit. Nobody else sees them"
        + (f". The last {more} follow when these are gone." if more > 0 else "."),
        on_act=lambda number, do: attempt(act, class_id, number, do),
    )


def sent(class_id: str, snapshot: Snapshot, names: dict[int, Pupil]) -> None:
    """A page of all drawings, newest first."""
    if not snapshot.rows:
        st.caption("Nothing is drawn yet. Show the QR code: everybody joins with it.")
        return
    pages = -(-len(snapshot.rows) // PER_PAGE)
    page = min(st.session_state.get("desk-page", 1), pages)
    newest = snapshot.rows[::-1][(page - 1) * PER_PAGE :][:PER_PAGE]
    tiles(
        [tile(row, names) for row in newest],
        key=f"desk-sent-{page}",
        label="Everything sent",
        hint="The newest first. Orange: the model reads another digit. Pale: nobody else sees it.",
        on_act=lambda number, do: attempt(act, class_id, number, do),
    )
    if pages > 1:
        st.pagination(pages, key="desk-page")


def doubted(class_id: str, snapshot: Snapshot) -> None:
    """Where model and label disagree most."""
    found = labels.to_check(snapshot)
    if not len(found):
        st.caption("None: the model agrees with all labels that you haven’t checked.")
        return
    more = len(found) - MOST_DOUBTED
    tiles(
        [check_tile(snapshot.rows[int(index)]) for index in found[:MOST_DOUBTED]],
        key="desk-doubted",
        label="Labels to check",
        hint=f"{count(len(found), 'label')} that the model contradicts, the surest first. Who is right?"
        + (f" The last {more} follow when these are gone." if more > 0 else ""),
        side=152,
        on_act=lambda number, do: attempt(act, class_id, number, do),
    )
