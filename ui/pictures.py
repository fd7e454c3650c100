"""Arrays as pictures that a page can hold."""

import base64

import cv2
import numpy as np


def data_url(image: np.ndarray) -> str:
    """A PNG in a URL: no second request, nothing kept on the server. `image` is uint8 (H, W)."""
    _, png = cv2.imencode(".png", image)
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")
