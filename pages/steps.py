"""From the drawing to the 28 x 28 pixels that a model sees, step by step."""

import streamlit as st

from digitlab.preprocess import trace
from ui import current, show, style

st.header("What the model sees", anchor=False)
st.markdown(
    "The models learned from **MNIST**: 60,000 digits that people wrote on paper around 1990, each made "
    "into 28 × 28 pixels in the same way. Your drawing goes that way, too."
)

picture = current.picture()
steps = None if picture is None else trace(picture)
if steps is None:
    st.info(f"{style.EMPTY} first: its way to the model is shown here.", icon=":material/draw:")
    st.page_link("pages/draw.py", label="Draw a digit", icon=":material/draw:")
else:
    for column, image, name, why in zip(
        st.columns(4, gap="medium"),
        (steps.ink, steps.crop, steps.box, steps.centred),
        ("1. Ink", "2. Crop", "3. Box", "4. Centred"),
        (
            "Paper becomes black, ink white, whatever colours you used.",
            "Only the part with ink in it counts. Stray dots are dropped.",
            "It fills a box of 20 × 20 pixels, and the pen gets the width of MNIST’s pens.",
            "Its centre of mass, where it would balance on a fingertip, goes to the middle. "
            "This is all that the model sees.",
        ),
        strict=True,
    ):
        with column:
            st.subheader(name, anchor=False)
            show.digit_picture(image, why, f"The digit after the step {name}", side=200)
