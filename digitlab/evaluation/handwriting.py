"""How a digit is written, in numbers: pen width, slant, height, width."""

from typing import NamedTuple

import cv2
import numpy as np

from digitlab.preprocess import stroke_width

_ENLARGED = 4  # a pen is 2 to 4 pixels wide; its width is measured in fractions of one


class Handwriting(NamedTuple):
    """Each float32 (N,). Empty pictures have zeros."""

    pen: np.ndarray  # width of the pen in pixels
    slant: np.ndarray  # degrees to the right of upright, from the moments of the ink
    height: np.ndarray  # of the ink, in pixels
    width: np.ndarray


def handwriting(images: np.ndarray) -> Handwriting:
    """`images` is uint8 (N, 28, 28), ink bright on black. Takes a second for 10,000."""
    return Handwriting(*np.array([_measured(image) for image in images], np.float32).reshape(-1, 4).T)


def _measured(image: np.ndarray) -> tuple[float, float, float, float]:
    mask = (image >= 128).astype(np.uint8)
    if not mask.any():
        return 0, 0, 0, 0
    large = cv2.resize(image, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_LINEAR)
    moments = cv2.moments(image)
    # how far the ink moves to the right for each pixel that it goes up
    slant = np.degrees(np.arctan2(-moments["mu11"], max(moments["mu02"], 1e-9)))
    _, _, width, height = cv2.boundingRect(mask)
    return stroke_width(large / np.float32(255)) / _ENLARGED, slant, height, width
