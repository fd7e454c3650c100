"""From the drawing to the 28 x 28 pixels that a model sees, step by step."""

import streamlit as st

from digitlab import strokes
from digitlab.preprocess import trace
from ui import current, door, show

door.through_app()

STEPS = (
    ("1. Ink", "Paper becomes black and ink white, whatever colours you used."),
    ("2. Crop", "Only the part with ink in it counts. Stray dots are dropped."),
    ("3. Box", "It fills a box of 20 × 20 pixels, and its pen gets the width of MNIST’s pens."),
    (
        "4. Centre",
        "Its centre of mass, where it would balance on a fingertip, goes to the middle of 28 × 28 pixels. "
        "This is all that the model sees.",
    ),
)

st.header("What the model sees", anchor=False)
st.markdown(
    "The models learned from **MNIST**: 70,000 digits that people wrote on paper around 1990. Each was made "
    "into 28 × 28 pixels in the same four steps. Your drawing takes them, too."
)

drawn = current.picture()
traced = None if drawn is None else trace(drawn)
if traced is None:
    traced = trace(strokes.render(strokes.examples()[3]))
    st.info("This is our example. Draw a digit, and come back to see yours.", icon=":material/draw:")

with st.container(horizontal=True, gap="medium"):
    pictures = (traced.ink, traced.crop, traced.box, traced.centred)
    for picture, (name, why) in zip(pictures, STEPS, strict=True):
        with st.container(width=240):
            st.subheader(name, anchor=False)
            show.digit_picture(picture, why, f"The digit after step {name}", side=220)
st.page_link("pages/draw.py", label="Back to drawing", icon=":material/draw:")
