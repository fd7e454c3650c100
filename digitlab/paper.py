"""Ink on whatever paper: how much each pixel differs from it, in grey levels.

Even paper is the colour of the picture's border. Where that is uneven, the picture is a photo: its paper is
what remains where everything as thin as a pen is painted over with what lies around it.
"""

from functools import reduce

import cv2
import numpy as np

from digitlab.ink import border, median, shrink

MIN_CONTRAST = 24  # grey levels (of 255) between ink and paper; less is no ink but dust
PHOTO_SIDE = 64  # pixels; a smaller picture is none
WORK_SIDE = 1024  # pixels of a photo's longer side: enough for any pen
_SMALL = 320  # pixels: the paper changes slowly
_PEN = 61  # of these: wider than any pen
_TABLE = 0.45  # of the picture; more is no ink, but a sheet on a table
_RIM = 1  # percent of a photo's longer side: so near its edge nobody knows where a table or a stroke begins
_CHALK = 0.7  # so much smoother a dark board must be than light paper
_LIGHTEST = 4  # times: what lies in a shadow is made so much stronger, at most


def is_even(difference: np.ndarray) -> bool:
    """Whether the border is of one colour: uint8 (H, W), how far each pixel is from the border's median."""
    return min(difference.shape) < PHOTO_SIDE or bool(np.mean(border(difference) <= 6) >= 0.6)


def is_table(difference: np.ndarray) -> bool:
    """Whether the border is a table's, and the paper lies on it: too much for ink."""
    return bool(np.mean(difference > difference.max() // 2) > _TABLE)


def from_border(image: np.ndarray) -> np.ndarray:
    """How far each pixel is from the border's median: uint8 (H, W), in the channel that shows it best; red on
    green has no grey contrast."""
    paper = median(border(image))
    difference = cv2.absdiff(image, np.broadcast_to(paper.astype(np.uint8), image.shape))
    return reduce(cv2.max, cv2.split(difference))


def from_photo(image: np.ndarray) -> np.ndarray:
    """How much darker than the paper around it each pixel is, or lighter on a dark board: float32 in grey
    levels, as if all of the paper were lit alike; 0 where it is no more than noise. A narrow rim of the
    picture is left out. `image` is uint8, grey or RGB, PHOTO_SIDE to WORK_SIDE pixels wide and high."""
    smooth = cv2.GaussianBlur(image, (3, 3), 0)
    small = cv2.medianBlur(shrink(smooth, _SMALL), 3)
    # beyond the picture a table goes on, so that it is no line along the edge
    framed = cv2.copyMakeBorder(small, _PEN, _PEN, _PEN, _PEN, cv2.BORDER_REPLICATE)
    own = np.s_[_PEN:-_PEN, _PEN:-_PEN]
    lighter, darker = (
        np.ascontiguousarray(cv2.morphologyEx(framed, how, np.ones((_PEN, _PEN), np.uint8))[own])
        for how in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN)
    )
    # painted over, paper is smooth; and most of it was as light before, or on a board as dark
    smoother = _CHALK * _roughness(lighter) <= _roughness(darker)
    ink_is_dark = smoother or _alike(small, lighter) > _alike(small, darker) + 0.1
    small_paper = lighter if ink_is_dark else darker
    step = cv2.morphologyEx(small_paper, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))  # a sheet's edge
    paper, step = (
        cv2.resize(of, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        for of in (cv2.GaussianBlur(small_paper, (3, 3), 0), step)
    )
    above, below = (paper, smooth) if ink_is_dark else (smooth, paper)
    difference = cv2.subtract(cv2.subtract(above, below), step)  # not below 0
    channels = zip(*map(cv2.split, (difference, above, below)), strict=True)
    strength = reduce(cv2.max, [_beyond_noise(*parts) for parts in channels]).astype(np.float32)
    if ink_is_dark:  # in the shadow everything is darker, contrasts too
        light = reduce(cv2.max, cv2.split(paper))
        strength *= np.minimum(np.float32(light.max()) / np.maximum(light, 1), _LIGHTEST)
    rim = 1 + max(strength.shape) * _RIM // 100
    return strength[rim:-rim, rim:-rim]


def _roughness(image: np.ndarray) -> float:
    return sum(float(cv2.absdiff(image, np.roll(image, 1, axis)).sum()) for axis in (0, 1))


def _alike(image: np.ndarray, other: np.ndarray) -> float:
    return float(np.mean(cv2.absdiff(image, other) < MIN_CONTRAST))


def _beyond_noise(difference: np.ndarray, above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """One channel's difference, uint8 (H, W), less what noise makes of bare paper, which is nearly all."""
    some = np.s_[::5, ::5]
    signed = above[some].astype(np.int16) - below[some]
    usual = np.median(signed)
    noise = 1.4826 * np.median(np.abs(signed - usual))
    less = np.rint(difference - np.float32(max(usual, 0) + max(MIN_CONTRAST, 5 * noise)))
    return less.clip(0).astype(np.uint8)
