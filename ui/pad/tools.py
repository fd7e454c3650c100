"""What stands under the pad: undo, clear, replay, share, the pen’s width. And the tab keeps its drawing."""

from contextlib import suppress

import numpy as np
import streamlit as st

from digitlab.draw import link
from digitlab.errors import DrawingError
from ui import links, menu, pad
from ui.markup import Markup, markup
from ui.pad.in_browser import in_browser

PEN_WIDTHS = (8, 32)  # pixels
LONGEST_KEPT = 20_000  # characters of a drawing that the tab keeps for a reload
KEY = "pad-tools"

_component = in_browser(__file__, html='<div class="tools" role="group" aria-label="Tools of the pad"></div>')


def tools(sent: int | None = None) -> None:
    """Call it after `pad.canvas`; outside of what a stroke reruns, unless the pad is given drawings there.
    `sent` is for a page where a button with the key "send" takes the drawing from the pad: how often the page
    has answered it. Strokes that begin meanwhile are held back; there is no Replay and no Share then."""
    base, version = pad.base()
    _component(
        key=KEY,
        data={
            # exactly, for what the browser reads must be what the server reads
            "base": [{"points": np.asarray(points).tolist(), "width": width} for points, width in base],
            "version": version,
            "session": pad.session(),
            "fresh": not pad.is_touched(),
            "pen": pad.pen_width(),
            "pens": PEN_WIDTHS,
            "address": links.url(menu.FRONT),
            "longestKept": LONGEST_KEPT,
            "sent": sent,
        },
        on_pen_change=_take_pen,
        on_asked_change=_answer,
        on_kept_change=_restore,
    )


def kept(said: Markup, *, exactly: bool = False) -> Markup:
    """What a page says to a drawing, with the drawing, for the tab to keep (browser/state.js): `exactly` as
    it is, wherever that is short enough."""
    drawing = pad.drawing()
    text = link.pack(drawing) if exactly and drawing else ""
    if drawing and (not text or len(text) > LONGEST_KEPT):
        text = link.encode(drawing, LONGEST_KEPT) or ""
    return markup(
        '<div data-drawing="{text}" data-strokes="{strokes}" data-session="{session}">{said}</div>',
        text=text,
        strokes=len(drawing),
        session=pad.session(),
        said=said,
    )


def _take_pen() -> None:
    width = st.session_state[KEY].pen
    if type(width) is int and PEN_WIDTHS[0] <= width <= PEN_WIDTHS[1]:  # it comes from the browser
        pad.take_pen(width)


def _answer() -> None:
    """Take strokes away that the canvas was given: those that were drawn on it, it takes away itself."""
    match st.session_state[KEY].asked:
        case {"undo": count, "version": version} if type(count) is int and count > 0:
            base, now = pad.base()
            if version == now:
                pad.put(base[:-count])
        case {"clear": True}:
            pad.put(())
        case {"again": True}:  # its canvas was built anew
            pad.put(pad.drawing())


def _restore() -> None:
    """The tab was loaded anew, and has kept its drawing."""
    text = st.session_state[KEY].kept
    with suppress(DrawingError):  # from an older version of the app
        if isinstance(text, str):
            pad.put(link.decode(text, LONGEST_KEPT))
