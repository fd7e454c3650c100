"""The confusion matrix page that the click benchmark measures Digit Lab against.

Written the straightforward way: a button for each cell, and every click reruns the script, which asks Keras
again for the 10,000 predictions. Model and data are cached, so as not to be a straw man.
"""

import os
from pathlib import Path

import numpy as np
import streamlit as st
import tensorflow as tf

MODEL = Path(__file__).parents[1] / "model_zoo" / "artifacts" / "cnn" / "model.keras"


@st.cache_resource
def load() -> tuple[tf.keras.Model, np.ndarray, np.ndarray]:
    with np.load(os.environ["MNIST_NPZ"]) as data:
        return tf.keras.models.load_model(MODEL), data["x_test"], data["y_test"]


model, images, labels = load()
answers = model.predict(images / 255.0, batch_size=512, verbose=0).argmax(axis=1)
for label in range(10):
    for answer, column in enumerate(st.columns(10)):
        count = int(((labels == label) & (answers == answer)).sum())
        if column.button(f"{count}", key=f"cell-{label}-{answer}"):
            st.session_state["cell"] = (label, answer)
label, answer = st.session_state.get("cell", (9, 4))
where = np.flatnonzero((labels == label) & (answers == answer))[:24]
st.markdown(f"{label} read as {answer}")
st.image(list(images[where]), width=62, caption=[f"Number {i}" for i in where])
