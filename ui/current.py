"""What is being read: the drawing on the pad, or a photo. It stays the same on every page."""

import numpy as np
import streamlit as st

from digitlab import photos, strokes
from digitlab.errors import PictureError
from ui import pad

_SOURCES = {"draw": ":material/draw: Draw", "upload": ":material/upload: Upload",
            "camera": ":material/photo_camera: Camera"}  # fmt: skip


def picture() -> np.ndarray | None:
    """uint8 (H, W), (H, W, 3) or (H, W, 4); None while there is nothing."""
    if st.session_state.get("source", "draw") != "draw":
        return st.session_state.get("_photo")
    return strokes.render(pad.drawing()) if pad.drawing() else None


def choose() -> None:
    """The pad, or a way to bring a photo; afterwards `picture()` is what was brought."""
    st.session_state.setdefault("source", "draw")
    source = st.segmented_control(
        "Where the digit comes from",
        _SOURCES,
        required=True,
        format_func=_SOURCES.get,
        key="source",
        label_visibility="collapsed",
        persist_state="session",
    )
    if source == "draw":
        pad.show()
        return
    if source == "upload":
        st.file_uploader(
            "A photo or scan of one digit",
            type=["png", "jpg", "jpeg", "webp"],
            key="upload",
            on_change=_take,
            args=("upload",),
        )
    else:
        st.camera_input("Hold one digit in front of the camera", key="camera", on_change=_take,
                        args=("camera",))  # fmt: skip
    if message := st.session_state.get("_photo_problem"):
        st.warning(message, icon=":material/broken_image:")
    elif (photo := st.session_state.get("_photo")) is not None and source == "upload":
        st.image(photo, width=strokes.PAD_SIZE, alt="The picture that you brought")


def _take(key: str) -> None:
    """Decode what was brought, once; a file that can't be read leaves the last picture as it was."""
    file = st.session_state[key]
    st.session_state["_photo_problem"] = None
    if file is None:
        st.session_state["_photo"] = None
        return
    try:
        st.session_state["_photo"] = photos.decode(file.getvalue())
    except PictureError as error:
        st.session_state["_photo_problem"] = str(error)
