"""Pictures with buttons under them: one tap for each. Newer ones wait while somebody is about to press."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from ui.components import component

_component = component(__file__, html='<p class="hint"></p><div class="row" role="group"></div>')


class Action(NamedTuple):
    """A button. What is said aloud begins with what is written on it."""

    do: str  # what `on_act` is told
    text: str  # on the button
    label: str  # read out by a screen reader
    rare: bool = False  # behind a button "Other"


class Tile(NamedTuple):
    number: int  # what it is called by
    url: str  # of the picture: see ui/pictures.py
    lines: Sequence[str]  # under it
    actions: Sequence[Action]
    marked: bool = False
    faded: bool = False  # nobody else sees it


def tiles(
    shown: Sequence[Tile],
    *,
    key: str,
    label: str,
    hint: str,
    on_act: Callable[[int, str], None],
    side: int = 104,
) -> None:
    """Tiles at least `side` pixels wide, and a sentence over them. `on_act` is called with a tile's number
    and what to do with it. What the browser sends may be about a tile that isn't shown any more."""

    def acted() -> None:
        sent = st.session_state[key].acted
        if not isinstance(sent, dict):
            return
        number, do = sent.get("number"), sent.get("do")
        # it comes from the browser, and True is no number
        if type(number) is int and isinstance(do, str):
            on_act(number, do)

    _component(
        key=key,
        data={
            "tiles": [
                tile._asdict() | {"actions": [action._asdict() for action in tile.actions]} for tile in shown
            ],
            "label": label,
            "hint": hint,
            "side": side,
        },
        on_acted_change=acted,
    )
