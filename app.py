"""The door: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

# an icon of our own: a Material one would be fetched from a foreign server
st.set_page_config(
    page_title="Digit Lab", page_icon=Path(__file__).with_name("ui") / "icon.png", layout="wide"
)

st.navigation(
    {
        "": [
            st.Page("pages/draw.py", title="Draw", icon=":material/draw:", url_path="home", default=True),
            # The default page stands at the root only; a link may name it by its file, as the others.
            st.Page("pages/draw.py", title="Draw", visibility="hidden"),
            st.Page("pages/steps.py", title="What the model sees", icon=":material/grid_on:"),
        ],
        "Data": [
            st.Page("pages/samples.py", title="Samples", icon=":material/apps:"),
            st.Page("pages/data_set.py", title="The data in numbers", icon=":material/bar_chart:"),
            st.Page("pages/slicing.py", title="Slicing lab", icon=":material/crop:"),
        ],
        "Training": [
            st.Page("pages/curves.py", title="Training curves", icon=":material/show_chart:"),
            st.Page("pages/replay.py", title="Replay a training", icon=":material/replay:"),
            st.Page("pages/train_one.py", title="Train one yourself", icon=":material/school:"),
        ],
        "Inside the network": [
            st.Page("pages/move.py", title="Move my digit", icon=":material/open_with:"),
        ],
        "Evaluation": [
            st.Page("pages/mistakes.py", title="Mistakes", icon=":material/grid_4x4:"),
            st.Page("pages/one_digit.py", title="One digit", icon=":material/filter_1:"),
            st.Page("pages/confidence.py", title="Confidence", icon=":material/speed:"),
            st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
            st.Page("pages/guess.py", title="You against the machine", icon=":material/sports_esports:"),
        ],
    },
    position="top",
).run()
