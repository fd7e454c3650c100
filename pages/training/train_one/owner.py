"""Whose trainings these are: a name that nobody can guess, kept in the tab (owner.js), so that they are found
again after a reload. It doesn't stand in the link: who gets the link doesn't get the trainings."""

from collections.abc import Callable

from ui.components import component

_component = component(__file__, "<span></span>")
KEY = "trainings-owner"


def remember(owner: str, on_other: Callable[[], None]) -> None:
    """`on_other` is called when the tab had another owner before; `st.session_state[KEY].owner` then names
    it. It comes from the browser: check it."""
    _component(key=KEY, data={"owner": owner}, on_owner_change=on_other, height=0)
