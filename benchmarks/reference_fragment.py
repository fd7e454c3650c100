"""The smallest app that answers a stroke: a canvas and one line of HTML in a fragment."""

import streamlit as st
from streamlit_drawable_canvas import st_canvas


@st.fragment
def page() -> None:
    result = st_canvas(width=280, height=280, stroke_width=14, key="pad")
    strokes = (result.json_data or {}).get("objects", [])
    with st.container(key="answer"):
        st.html(f"<p>{len(strokes)}</p>")


page()
