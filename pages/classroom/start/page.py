"""A class is started here, and shown on the projector: code, QR code, and how many have joined."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
import streamlit as st

from digitlab.classroom import classes
from digitlab.classroom.classes import BALANCED, FREE, ONE, Class
from digitlab.classroom.limits import LIFE_S
from digitlab.errors import ClassError, DatabaseGone, NoSuchClass
from ui import classroom, links, menu
from ui.components.kept import kept
from ui.links import page_link
from ui.markup import Markup, markup, put

OWN = "digitlab-class"  # the tab keeps id and key under this name
TASKS = {
    BALANCED: "All ten digits, in another order for each pupil",
    ONE: "The same digit for everybody",
    FREE: "Whatever each pupil likes",
}
NOTES = {
    classes.PAUSED: "The class is paused: who is in may draw, and sends later.",
    classes.CLOSED: "This class is over: nobody can join it any more.",
}
EXAMPLE = "This is an example class with made-up pupils: nobody can join it."
ONLY_HERE = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104 - a name to recognize, not to bind
QUIET_ZONE = 4  # modules, of white around the code
EVERY_S = 2  # seconds, for the count
_KEY = "_class_started"


@dataclass
class Started:
    """What this session has started. Nothing here reads the session between two changes: there, a run may be
    cut short by the next one."""

    class_id: str = ""
    key: str = ""
    number: int = 0  # how many so far
    problem: ClassError | None = None
    code: str = ""  # of the class to whose desk the teacher goes at once

    def start(self, number: int, alone: bool = False) -> None:
        """The class that is to be this session's `number`th: a second press finds it there."""
        self.problem = None
        if self.number >= number:
            return
        task = st.session_state.get("class-task") or BALANCED
        digit = st.session_state.get("class-digit")
        try:
            found, self.key = classes.start(task, digit if task == ONE else None)
        except ClassError as error:
            self.problem = error
            return
        self.class_id, self.number = found.id, number
        if alone:
            self.code = found.code
        else:
            st.query_params[classroom.PARAMETER] = found.code


def render() -> None:
    started = st.session_state.setdefault(_KEY, Started())
    if started.code:  # before anything on this page could answer, and bring the tab back to it
        query, started.code = {classroom.PARAMETER: started.code, "key": started.key}, ""
        st.switch_page(menu.page(menu.ENTRIES["desk"], _nothing), query_params=query)
    own = own_class(started)
    code = classroom.code_in_link()
    if own and own[0].code == code:
        classroom.remember(own[0])
        show(*own)
        return
    if not code:
        st.title("Start a class", anchor=False)
        form(started)
    else:
        try:
            show(classroom.find(code), None)
            return
        except DatabaseGone as error:
            classroom.wait(error)
        except ClassError as error:
            classroom.say(error)
    if own:
        page_link("class", f"Your class {own[0].code} is still there", query=_query(own[0]))
    elif code:
        page_link("class", "Start another class")


def own_class(started: Started) -> tuple[Class, str] | None:
    """The class that this tab has started, and the key of its desk."""
    mine = f"{started.class_id} {started.key}" if started.class_id else None
    said = kept(OWN, mine)
    class_id, _, key = (mine or said or "").partition(" ")
    if not key:
        return None
    try:
        return classes.with_key(classes.by_id(class_id).code, key), key
    except ClassError:  # it has ended; or the database is gone, and the page says so
        return None


def form(started: Started) -> None:
    st.markdown(
        "Everybody draws on their own phone or tablet, and the drawings come together on the wall. "
        "Nobody needs an account or a name."
    )
    task = st.radio("What does everybody draw?", TASKS, format_func=TASKS.__getitem__, key="class-task")
    if task == ONE:
        st.segmented_control("Which digit?", range(10), default=7, required=True, key="class-digit")
    press = (started.number + 1,)
    with st.container(horizontal=True):
        st.button("Start a class", type="primary", on_click=started.start, args=press)
        st.button("Try it alone first", on_click=started.start, args=(*press, True))
    if started.problem:
        classroom.say(started.problem)
    st.caption(
        f"Everything of a class is deleted {LIFE_S // 3600} hours after its start, unless you delete it "
        "earlier or keep it longer."
    )
    page_link("stored", "What a class stores, and for how long")


def show(found: Class, key: str | None) -> None:
    """For the projector. With the key, the teacher has started the class in this tab."""
    with st.container(key="class-page"):
        with st.container(key="class-qr"):
            put(qr_code(classroom.absolute("join", _query(found))))
        with st.container(key="class-words"):
            st.title("Join the class", anchor=False)
            put(way_in())
            with st.container(key="class-code"):
                put(
                    markup(
                        '<p class="code" aria-label="{spelt}">{code}</p>',
                        spelt=" ".join(found.code),
                        code=found.code,
                    )
                )
            joined_so_far(found, key)
            with st.container(key="settings-class", horizontal=True):
                st.link_button("Open the wall", links.url("wall", _query(found)), icon=":material/wallpaper:")
                if key:
                    private_link(found, key)


def qr_code(link: str) -> Markup:
    """A picture of the link, dark on white also in the dark: not every phone reads the other way round."""
    code = segno.make(link, error="m", boost_error=False, micro=False)
    return markup(
        '<img class="qr-code" src="{url}" alt="QR code of the link to join">',
        url=code.svg_data_uri(dark="#000", light="#fff", border=QUIET_ZONE),
    )


def way_in() -> Markup:
    """For who has no camera at hand."""
    link = urlsplit(classroom.absolute("join"))
    words = markup(
        "<p>Point your camera at the picture. Or open <b>{address}</b> and type:</p>",
        address=f"{link.netloc}{link.path}",
    )
    if link.hostname in ONLY_HERE:
        words += markup(
            '<p class="note">Other devices can’t open an address with “{host}” in it: open this page by '
            "this computer’s own address in your network.</p>",
            host=link.hostname,
        )
    return words


@st.fragment(run_every=EVERY_S)
def joined_so_far(found: Class, key: str | None) -> None:
    """This one page asks again and again; pupils’ pages never do."""
    try:
        now = classes.by_id(found.id)
    except DatabaseGone as error:
        classroom.say(error)
        return
    except NoSuchClass:
        st.rerun()
    if now.code != found.code and key:
        st.query_params[classroom.PARAMETER] = now.code  # who has no key doesn't get the new one
    if (now.code, now.state, now.simulated) != (found.code, found.state, found.simulated):
        st.rerun()
    note = EXAMPLE if now.simulated else NOTES.get(now.state)
    with st.container(key="class-count"):
        put(
            markup(
                '<p class="count"><b>{number}</b> {word} joined</p>{note}',
                number=now.pupils,
                word="has" if now.pupils == 1 else "have",
                note=markup('<p class="note">{note}</p>', note=note) if note else "",
            )
        )


def private_link(found: Class, key: str) -> None:
    """Behind a press, and blurred: the class sees the projector."""
    with st.popover("Your private link", icon=":material/key:", key="class-private"):
        st.markdown(
            "This link opens **your desk**: pause, hide, download, delete. Whoever has it rules the class. "
            "Keep it, and don’t show it."
        )
        st.link_button(
            "Open the desk in a new tab", links.url("desk", _desk(found, key)), icon=":material/open_in_new:"
        )
        st.markdown("Or copy the link, to open it on another device:")
        with st.container(key="class-desk-link"):
            st.code(classroom.absolute("desk", _desk(found, key)), language=None)


def _query(found: Class) -> dict[str, str]:
    return {classroom.PARAMETER: found.code}


def _desk(found: Class, key: str) -> dict[str, str]:
    return _query(found) | {"key": key}


def _nothing() -> None:
    """A page is only named here; ui/site.py shows it."""
