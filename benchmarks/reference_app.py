"""The digit app of the tutorials, which the class benchmark measures Digit Lab against.

Deliberately simple: TensorFlow in the server process, a rerun of the whole page and one
`model.predict` for every stroke, the canvas merely shrunk, Streamlit's default settings.
"""

from pathlib import Path

import cv2
import numpy as np
import streamlit as st
import tensorflow as tf
from streamlit_drawable_canvas import st_canvas

MODEL = Path(__file__).parents[1] / "model_zoo" / "artifacts" / "cnn" / "model.keras"


@st.cache_resource
def load_model() -> tf.keras.Model:
    """Load the trained network once for all sessions."""
    return tf.keras.models.load_model(MODEL)


st.title("Digit recognizer")

canvas = st_canvas(
    stroke_width=20,
    stroke_color="#FFFFFF",
    background_color="#000000",
    width=280,
    height=280,
    return_image_data=True,
    key="canvas",
)

if canvas.image_data is not None and canvas.json_data["objects"]:
    image = cv2.resize(canvas.image_data, (28, 28))
    grey = cv2.cvtColor(image, cv2.COLOR_RGBA2GRAY)
    probabilities = load_model().predict(grey.reshape(1, 28, 28) / 255.0)[0]
    st.write(f"Prediction: {np.argmax(probabilities)}")
    st.bar_chart(probabilities)
