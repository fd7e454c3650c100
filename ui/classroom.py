"""What the pages of class work share: the class that the link names, and what is said where there is none."""

from urllib.parse import urlsplit

import streamlit as st

from digitlab.classroom import attempts, classes, database
from digitlab.classroom.classes import Class
from digitlab.errors import ClassError, DatabaseGone, NoSuchClass, WrongKey
from ui import links

PARAMETER = "class"  # in the link
AGAIN_S = 3  # seconds until the database is asked again, where it was gone
_SEEN = "_class"  # in the session: the code of the class that was opened last


def code_in_link() -> str:
    """As it is kept; empty where there is none."""
    return classes.tidy(st.query_params.get(PARAMETER, ""))


def find(code: str) -> Class:
    """The class with this code; from now on it is the one of this visit. Whoever tries too many codes is
    sent away for a while. Raises ClassError."""
    address = st.context.ip_address
    if code != seen():  # who is in it stays in it
        attempts.check(address)
    try:
        found = classes.find(code)
    except NoSuchClass:
        attempts.wrong(address, classes.tidy(code))
        raise
    st.session_state[_SEEN] = found.code
    return found


def with_key(code: str, key: str) -> Class:
    """As `find`, for the teacher. Raises ClassError."""
    try:
        found = classes.with_key(code, key)
    except (NoSuchClass, WrongKey):  # a right key can't be guessed, and always opens
        attempts.check(st.context.ip_address)
        attempts.wrong(st.context.ip_address, classes.tidy(code), key)
        raise
    st.session_state[_SEEN] = found.code
    return found


def remember(found: Class) -> None:
    """As `find`, for a class that was found by a secret: it is the one of this visit."""
    st.session_state[_SEEN] = found.code


def opened() -> Class | None:
    """The class that the link names. None where there is no such; a sentence then says so."""
    try:
        return find(code_in_link())
    except ClassError as error:
        say(error)
        return None


def of_this_visit(opened_from: str) -> Class | None:
    """The class that the link names, else the one that was opened last, which then stands in the link. None,
    and a sentence, without any: `opened_from` is the page that leads here."""
    if not code_in_link():
        if not seen():
            st.info(
                f"This page belongs to a class. Open it from the class’s {opened_from}.",
                icon=":material/groups:",
            )
            links.page_link("class", "Start a class")
            return None
        st.query_params[PARAMETER] = seen() or ""
    return opened()


def seen() -> str | None:
    """The code of the class that was opened last in this visit, if any."""
    return st.session_state.get(_SEEN)


def say(error: ClassError) -> None:
    """Calm words for what can't be done."""
    if isinstance(error, DatabaseGone):
        st.info(f"{error} Nothing that was sent is lost. Please wait a moment.", icon=":material/cloud_off:")
    else:
        st.info(str(error), icon=":material/info:")


@st.fragment(run_every=AGAIN_S)
def wait(error: DatabaseGone) -> None:
    """Say that the database is gone; the page runs again once it is there."""
    try:
        database.answers()
    except DatabaseGone:
        say(error)
    else:
        st.rerun()


def absolute(address: str, query: links.Query | None = None) -> str:
    """A link to be opened on another device: "https://school.example/join?class=KFRTW"."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}{links.url(address, query)}"
