"""The drawing pad: the only module that knows the canvas package, so that it can be replaced.

The strokes are kept in the session and are the truth: the canvas shows them, forgets them when its page
is left, and is given them again. The canvas itself stays as long as its page does, since a stroke that is
begun while another one takes its place is lost. What the package lacks, `ui/pad/browser/` adds around it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from digitlab.errors import DrawingError
from digitlab.strokes import PAD_SIZE, PEN_WIDTH, Drawing
from ui import observed
from ui.pad import strokes_json

KEY = "pad"
_INK, _PAPER = "#1f2733", "#ffffff"
_NOTHING = object()


@dataclass
class _Pad:
    drawing: Drawing = ()
    base: Drawing = ()  # what the canvas was given; strokes drawn since then come on top
    version: int = 0  # another number for each drawing that the canvas is given
    touched: bool = False  # whether somebody has drawn, or has put a drawing on it
    session: str = field(default_factory=lambda: f"{random.getrandbits(48):x}")
    shown: dict[str, Any] | None = None  # what the canvas was given, as it wants it
    value: Any = None  # what the canvas sent last
    overtaken: Any = _NOTHING  # a value from before another drawing was put on the pad
    pen: int = PEN_WIDTH

    def give(self, drawing: Drawing) -> None:
        self.drawing = self.base = drawing
        self.version = random.getrandbits(48)  # a server that doesn't know the others' numbers repeats none
        self.shown = strokes_json.from_strokes(drawing, _INK) | {"nonce": self.version}


def _pad() -> _Pad:
    return st.session_state.setdefault("_pad", _Pad())


def used() -> bool:
    """Whether this session has had a pad yet."""
    return "_pad" in st.session_state


def put(drawing: Drawing) -> None:
    """Show this drawing instead of what is on the pad. Call it before `canvas`, or in a callback."""
    pad = _pad()
    pad.give(drawing)
    pad.touched = True
    pad.overtaken = pad.value


def begin_with(drawing: Drawing) -> None:
    """As `put`, for a link's example: it gives way to what the tab kept of an earlier visit."""
    _pad().give(drawing)


def drawing() -> Drawing:
    """What is on the pad; also on the other pages."""
    return _pad().drawing


def session() -> str:
    """Another one for each visit."""
    return _pad().session


def is_touched() -> bool:
    """Whether what is on the pad is the visitor's own."""
    return _pad().touched


def base() -> tuple[Drawing, int]:
    """What the canvas was given to start from, and a number that is another one each time."""
    return _pad().base, _pad().version


def pen_width() -> int:
    """Pixels of the pad."""
    return _pad().pen


def take_pen(width: int) -> None:
    _pad().pen = width


def catch_up() -> None:
    """In a callback: take the stroke that came with the press, which `canvas` has not seen yet; `drawing()`
    is then what is on the canvas. Raises DrawingError."""
    value = st.session_state.get(KEY)
    sent = value.get("drawing") if isinstance(value, Mapping) else None
    if isinstance(sent, Mapping):  # it comes from the browser
        _take(_pad(), sent.get("raw"))


def _take(pad: _Pad, value: Any) -> bool:
    """Whether the canvas shows what it was given, and what was drawn on it. Raises DrawingError."""
    pad.value = value
    if value == pad.overtaken:  # it has not shown yet what was put on it
        return False
    pad.overtaken = _NOTHING
    before, pad.drawing = len(pad.drawing), strokes_json.to_strokes(value)
    if len(pad.drawing) > before:
        observed.stroke()
    return True


def canvas() -> None:
    """The canvas itself; afterwards `drawing()` is what is on it."""
    # The package can only be imported while Streamlit runs: so tests can import every page.
    from streamlit_drawable_canvas import st_canvas

    pad = _pad()
    try:
        arrives = KEY not in st.session_state
        if arrives:  # new here, or back from another page
            pad.give(pad.drawing)
            pad.overtaken = _NOTHING
        result = st_canvas(
            width=PAD_SIZE,
            height=PAD_SIZE,
            stroke_width=pad.pen,
            stroke_color=_INK,
            background_color=_PAPER,
            initial_drawing=pad.shown,
            key=KEY,
        )
        if _take(pad, result.json_data) and len(pad.drawing) != len(pad.base):
            pad.touched = True
            if arrives:  # the server is new, the tab is not: it has this drawing, and is to keep it
                pad.give(pad.drawing)
                st.rerun()
    except DrawingError as error:
        st.warning(str(error))
    except Exception:  # the package trusts what the browser sends, and any sender can break it in a new way
        st.warning("The pad sent something that is not a drawing.")
