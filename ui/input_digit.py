"""What is being read: the drawing on the pad, or a photo. It stays the same on every page."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from digitlab import photos, strokes
from digitlab.errors import PictureError
from digitlab.strokes import Drawing
from ui import pad
from ui.pad.tools import tools

_SOURCES = {
    "draw": ":material/draw: Draw",
    "upload": ":material/upload: Upload",
    "camera": ":material/photo_camera: Camera",
}


@dataclass
class _Photo:
    """A picture from one source. A file that can't be read leaves the last good one in place."""

    picture: np.ndarray | None = None
    drawing: Drawing = ()  # its strokes, if it isn't one really
    last_good: np.ndarray | None = None  # Streamlit takes the old file away before it brings the new one
    problem: str | None = None


def source() -> str:
    """Where the digit comes from: a key of _SOURCES."""
    return st.session_state.get("source", "draw")


def picture() -> np.ndarray | None:
    """uint8 (H, W), (H, W, 3) or (H, W, 4); None while there is nothing."""
    if source() == "draw":
        return strokes.render(pad.drawing()) if pad.drawing() else None
    return _photo(source()).picture


def drawing() -> Drawing:
    """The strokes of what is read; none of a photo."""
    return pad.drawing() if source() == "draw" else _photo(source()).drawing


def choose() -> None:
    """The pad, or a way to bring a photo; afterwards `picture()` is what was brought."""
    choose_source()
    if source() == "draw":
        pad.canvas()
        tools()
    else:
        bring_photo()


def choose_source() -> None:
    """Pad, file or camera. The caller shows what was chosen in its own place: the pad (`pad.canvas`), so
    that a stroke reruns little else, or `bring_photo`."""
    st.session_state.setdefault("source", "draw")
    st.segmented_control(
        "Where the digit comes from",
        _SOURCES,
        required=True,
        format_func=_SOURCES.__getitem__,
        key="source",
        label_visibility="collapsed",
        persist_state="session",
    )


def bring_photo() -> None:
    """A way to bring a photo, and what was brought."""
    if source() == "upload":
        st.file_uploader(
            "A photo or scan of one digit",
            type=["png", "jpg", "jpeg", "webp"],
            key="upload",
            on_change=_take,
            args=("upload",),
        )
    else:
        st.camera_input(
            "Hold one digit in front of the camera", key="camera", on_change=_take, args=("camera",)
        )
    photo = _photo(source())
    if photo.problem:
        st.warning(photo.problem, icon=":material/broken_image:")
    # a camera shows its picture itself, except after a visit to another page
    if photo.picture is not None and (source() == "upload" or st.session_state.get("camera") is None):
        st.image(photo.picture, width=strokes.PAD_SIZE, alt="The picture that you brought")


def bring(image: np.ndarray, drawing: Drawing = ()) -> None:
    """Read this picture, uint8, from now on, as if it had been uploaded; with the strokes, where it is of a
    drawing. Not after `choose`, in one run."""
    photo = _photo("upload")
    photo.picture = photo.last_good = image
    photo.drawing = drawing
    photo.problem = None
    st.session_state["source"] = "upload"


def _photo(where: str) -> _Photo:
    return st.session_state.setdefault("_photos", {}).setdefault(where, _Photo())


def _take(where: str) -> None:
    """Decode what was brought, once."""
    photo, file = _photo(where), st.session_state[where]
    photo.problem = None
    if file is None:
        photo.picture, photo.drawing = None, ()
        return
    try:
        photo.picture = photo.last_good = photos.decode(file.getvalue())
        photo.drawing = ()
    except PictureError as error:
        photo.picture, photo.problem = photo.last_good, str(error)
