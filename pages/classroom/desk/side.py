"""What rules a class: what to draw, its code, its links, its files, its end."""

import time
from collections.abc import Callable

import streamlit as st

from digitlab.classroom import classes, download, drawings, example
from digitlab.classroom.classes import BALANCED, FREE, ONE, Class
from digitlab.classroom.limits import LIFE_S, LONGEST_LIFE_S
from digitlab.evaluation import own_data
from digitlab.numbers import count
from pages.classroom.desk.now import PROBLEM, attempt
from ui import classroom, headings
from ui.links import page_link

TASKS = {BALANCED: "All ten digits", ONE: "One digit", FREE: "What they like"}
FIRST = 4  # the one digit, until the teacher chooses another
DAY_S = 24 * 3_600
LIVES = {LIFE_S: "24 hours", 3 * DAY_S: "3 days", 7 * DAY_S: "7 days", LONGEST_LIFE_S: "30 days"}
LEAST_S = 600  # nobody chooses an end that is nearer
LABELS = {
    "pictures.zip": "Pictures (ZIP)",
    "pictures.csv": "Table (CSV)",
    "pictures.npz": "NumPy (npz)",
    "strokes.json": "Strokes (JSON)",
}
_DELETED = "_desk_deleted"  # in the session: the code of the class that was deleted on this page
_RENEWED = "_desk_renewed"  # in the session: the new code


def show(found: Class, key: str) -> None:
    """`key` is the one in the link."""
    task(found)
    ways_on(found, key)
    if found.simulated or not found.drawings:
        try_out(found)
    code(found)
    files(found)
    end(found)


# --- what to draw -----------------------------------------------------------------------------------


def task(found: Class) -> None:
    headings.subheader("What to draw")
    st.session_state["desk-task"] = found.task

    def changed() -> None:
        attempt(classes.choose_task, found.id, st.session_state["desk-task"], found.digit or FIRST)

    st.segmented_control(
        "Everybody draws",
        list(TASKS),
        format_func=TASKS.__getitem__,
        required=True,
        key="desk-task",
        on_change=changed,
    )
    if found.task != ONE:
        return
    st.session_state["desk-digit"] = found.digit
    st.segmented_control(
        "Which one?",
        list(range(10)),
        required=True,
        key="desk-digit",
        on_change=lambda: attempt(classes.choose_task, found.id, ONE, st.session_state["desk-digit"]),
    )


# --- links ------------------------------------------------------------------------------------------


def ways_on(found: Class, key: str) -> None:
    """Each opens in a tab of its own: the desk stays open, and its key stays here."""
    headings.subheader("Open beside it")
    here = {"class": found.code}
    with st.container(horizontal=True):
        for label, icon, address, query in (
            ("Wall", "wallpaper", "wall", here),
            ("QR code", "qr_code", "class", here),
            ("Mistakes", "grid_4x4", "mistakes", {"digits": found.dataset}),
            ("Whose hands?", "back_hand", "hands", here),
            ("Train it on us", "model_training", "train_us", here | {"key": key}),
        ):
            st.link_button(label, classroom.absolute(address, query), icon=f":material/{icon}:")
    st.caption(
        "The wall and the QR code are for the projector. Keep this page, and Train it on us, to yourself."
    )


# --- the code ----------------------------------------------------------------------------------------


def code(found: Class) -> None:
    headings.subheader("Code")
    if st.session_state.get(_RENEWED) == found.code:
        st.success(
            f"The new code is **{found.code}**. The old links lead nowhere now: open the wall anew, and keep "
            "the link to this desk that stands in the address bar.",
            icon=":material/key:",
        )
    st.caption("Does somebody join who doesn’t belong here? With a new code, whoever has joined stays.")
    st.button("Renew the code", icon=":material/autorenew:", on_click=renew, args=(found.id,))


def renew(class_id: str) -> None:
    renewed = attempt(classes.renew_code, class_id)
    if renewed:
        st.session_state[_RENEWED] = st.query_params[classroom.PARAMETER] = renewed.code


# --- files -------------------------------------------------------------------------------------------


def files(found: Class) -> None:
    headings.subheader("Download")
    everything = st.toggle(
        "Also what waits, is hidden or held", key="desk-everything", disabled=not found.drawings
    )
    with st.container(horizontal=True):
        for name, label in LABELS.items():
            st.download_button(
                label,
                content(found.id, name, everything),
                f"class-{'example-' if found.simulated else ''}{found.code}-{name}",
                download.FILES[name][1],
                on_click="ignore",
                disabled=not found.drawings,
                key=f"get-{name}",
            )
    words = "Pupils are numbers in them. "
    if found.drawings > download.MOST:
        words += f"Each holds the newest {download.MOST:,} drawings. "
    st.caption(
        f"{words}Mistakes reads the first three, up to {own_data.MAX_BYTES // 1024**2} MB. What you have "
        "downloaded isn’t deleted with the class."
    )


def content(class_id: str, name: str, everything: bool) -> Callable[[], bytes]:
    """What makes a file, of what is there when it is asked for."""
    make, _ = download.FILES[name]
    return lambda: make(download.chosen(drawings.snapshot(class_id), everything))


# --- an example, and the end -------------------------------------------------------------------------


def try_out(found: Class) -> None:
    if found.simulated:
        headings.subheader("Example class")
        st.caption("Its pupils are made up. Empty it, and it is a real class again.")
        st.button("Empty it", icon=":material/mop:", on_click=attempt, args=(classes.empty, found.id))
        return
    headings.subheader("Try it alone")
    if found.pupils:
        st.caption(
            "Somebody has joined, and made-up drawings are never mixed with real ones. Start another class, "
            "and fill that one."
        )
        page_link("class", "Start another class")
        return
    st.caption(
        f"See everything beforehand: {example.PUPILS} made-up pupils draw {example.EACH} digits each. Nobody "
        "else can join then, until you empty it."
    )
    if st.button("Fill it with an example class", icon=":material/smart_toy:"):
        with st.spinner("The made-up pupils are drawing…"):
            attempt(example.fill, found)
        st.rerun()


def lives(found: Class, now: float) -> dict[float, str]:
    """For how long it may be kept from its start on, in seconds and in words; not what is over already."""
    chosen: dict[float, str] = {s: words for s, words in LIVES.items() if found.made + s > now + LEAST_S}
    own = found.ends - found.made
    if all(abs(own - seconds) > 1 for seconds in chosen):
        chosen[own] = "as it is"
    return chosen


def end(found: Class) -> None:
    headings.subheader("Its end")
    choices = lives(found, time.time())
    st.session_state["desk-life"] = min(choices, key=lambda s: abs(s - (found.ends - found.made)))
    st.selectbox(
        "Kept for",
        list(choices),
        format_func=lambda seconds: choices.get(seconds, ""),
        key="desk-life",
        on_change=keep,
        args=(found,),
        width=160,
    )
    page_link("stored")
    if st.button("Delete everything now", icon=":material/delete_forever:"):
        confirm(found)


def keep(found: Class) -> None:
    seconds = st.session_state["desk-life"]
    if seconds in lives(found, time.time()):
        attempt(classes.keep, found.id, seconds)


@st.dialog("Delete everything?")
def confirm(found: Class) -> None:
    if st.session_state.get(_DELETED) == found.code:
        st.rerun()
    if problem := st.session_state.pop(PROBLEM, None):
        classroom.say(problem)
    st.markdown(
        f"{count(found.drawings, 'drawing')} of {count(found.pupils, 'pupil')}, and the models that the "
        "class has trained: all of it goes at once, and can’t be brought back."
    )
    with st.container(horizontal=True):
        st.button(
            "Delete everything",
            type="primary",
            icon=":material/delete_forever:",
            on_click=attempt,
            args=(delete, found),
        )
        if st.button("Keep it"):
            st.rerun()


def delete(found: Class) -> None:
    """Raises DatabaseGone."""
    classes.delete(found.id)
    drawings.forget(found.id)
    st.session_state[_DELETED] = found.code
    st.query_params.clear()


def said_goodbye() -> bool:
    """Whether a class was deleted on this page just now. A sentence then says so."""
    deleted = st.session_state.get(_DELETED)
    if not deleted:
        return False
    headings.header("All of it is deleted")
    st.success(
        f"The class {deleted} is gone: its drawings, its pupils, its models and its code. Nothing of it is "
        "left on this server.",
        icon=":material/check_circle:",
    )
    page_link("class", "Start another class")
    page_link("stored")
    return True
