"""The drawing pad: the only module that knows the canvas package, so that it can be replaced.

The strokes are kept in the session and are the truth: the canvas shows them, forgets them when its page
is left, and is given them again. A new version (a new key) makes the browser throw its own copy away.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from digitlab.errors import DrawingError
from digitlab.strokes import PAD_SIZE, PEN_WIDTH, Drawing
from ui.pad import strokes_json
from ui.pad.bare import bare

PEN_WIDTHS = (8, 32)  # pixels
_INK, _PAPER = "#1f2733", "#ffffff"


@dataclass
class _Pad:
    drawing: Drawing = ()
    version: int = 0
    shown: dict[str, Any] | None = None  # the very object that the canvas was given

    @property
    def key(self) -> str:
        return f"pad-{self.version}"


def _pad() -> _Pad:
    return st.session_state.setdefault("_pad", _Pad())


def used() -> bool:
    """Whether this session has had a pad yet."""
    return "_pad" in st.session_state


def put(drawing: Drawing) -> None:
    """Show this drawing instead of what is on the pad. Call it before `show`, or in a callback."""
    pad = _pad()
    pad.drawing = drawing
    pad.version += 1


def drawing() -> Drawing:
    """What is on the pad; also on the other pages."""
    return _pad().drawing


def canvas() -> None:
    """The canvas itself; afterwards `drawing()` is what is on it."""
    # The package can only be imported while Streamlit runs: so tests can import every page.
    from streamlit_drawable_canvas import st_canvas

    pad = _pad()
    if pad.key not in st.session_state:  # new here, or back from another page
        pad.shown = strokes_json.from_strokes(pad.drawing, _INK)
    try:
        result = st_canvas(
            width=PAD_SIZE,
            height=PAD_SIZE,
            stroke_width=st.session_state.get("pen-width", PEN_WIDTH),
            stroke_color=_INK,
            background_color=_PAPER,
            initial_drawing=pad.shown,
            key=pad.key,
        )
        pad.drawing = strokes_json.to_strokes(result.json_data)
    except DrawingError as error:
        st.warning(str(error))
    except Exception:  # the package trusts what the browser sends, and any sender can break it in a new way
        st.warning("The pad sent something that is not a drawing.")


def tools() -> None:
    """Pen width, Undo and Clear. They are never disabled: a stroke that ends over a disabled button is lost,
    because the button swallows the mouse-up."""
    bare(key="bare-pad")
    st.slider(
        "Pen width in pixels",
        *PEN_WIDTHS,
        PEN_WIDTH,
        key="pen-width",
        width=PAD_SIZE,
        persist_state="session",
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Undo", key="undo", icon=":material/undo:", on_click=_undo)
        st.button("Clear", key="clear", icon=":material/delete:", on_click=put, args=((),))


def _undo() -> None:
    put(drawing()[:-1])
