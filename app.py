"""The door: `streamlit run app.py`."""

import streamlit as st

st.set_page_config(page_title="Digit Lab", page_icon=":material/draw:", layout="wide")

st.navigation(
    [
        st.Page("pages/draw.py", title="Draw", icon=":material/draw:", default=True),
        st.Page("pages/steps.py", title="What the model sees", icon=":material/grid_on:"),
    ],
    position="top",
).run()
