"""More handwriting out of MNIST's: every image a little turned, bent, thinner or thicker, each epoch anew.

Simard, Steinkraus, Platt 2003, "Best practices for convolutional neural networks applied to visual
document analysis". Pictures are float32 (N, 28, 28) in [0, 1], ink bright on black.
"""

from itertools import pairwise

import cv2
import numpy as np

SIDE = 28
Point = np.ndarray | tuple[float, float]  # x, y
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_GRID = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE))).astype(np.float32)  # (x or y, 28, 28)
_MIDDLE = (SIDE - 1) / 2


def distort(images: np.ndarray, rng: np.random.Generator, strength: float = 1) -> np.ndarray:
    """A randomly distorted copy. At strength 1: turned by up to 12 degrees, slanted by up to a fifth, zoomed
    by up to 15 %, shifted by up to 1.5 pixels, bent by about 1.2, its pen thinner or thicker by up to 0.6;
    now and then faint, or cut off at one side."""
    turn, slant, zoom, shift, bend, pen = (strength * most for most in (12, 0.2, 0.15, 1.5, 1.2, 0.6))
    count = len(images)
    maps = _affine(count, rng, turn, slant, zoom, shift)
    maps += rng.uniform(0, bend, (count, 1, 1, 1)).astype(np.float32) * _waves(count, rng)
    pens = rng.uniform(-pen, pen, count).astype(np.float32)
    out = np.empty_like(images)
    for i, (image, (x, y), change) in enumerate(zip(images, maps, pens, strict=True)):
        moved = cv2.remap(image, x, y, cv2.INTER_LINEAR)
        other = cv2.dilate(moved, _CROSS) if change > 0 else cv2.erode(moved, _CROSS)
        out[i] = moved + abs(change) * (other - moved)
    for i in np.flatnonzero(rng.random(count) < 0.1 * strength):
        out[i] *= rng.uniform(0.4, 1)  # faint ink
    for i in np.flatnonzero(rng.random(count) < 0.03 * strength):
        _cut(out[i], rng)
    return out


def _cut(image: np.ndarray, rng: np.random.Generator) -> None:
    """Take up to three pixels off one side of the digit, as at the edge of a photo."""
    image = np.rot90(image, rng.integers(4))  # a view
    rows = np.flatnonzero(image.any(axis=1))
    if len(rows):
        image[: rows[0] + rng.integers(1, 4)] = 0


def _affine(
    count: int, rng: np.random.Generator, turn: float, slant: float, zoom: float, shift: float
) -> np.ndarray:
    """Where each pixel comes from: float32 (N, 2, 28, 28)."""
    angle = np.radians(rng.uniform(-turn, turn, count))
    cos, sin = np.cos(angle), np.sin(angle)
    skew = rng.uniform(-slant, slant, count)
    scale = 1 / rng.uniform(1 - zoom, 1 + zoom, (2, count))
    matrix = np.array([[cos, -sin + skew * cos], [sin, cos + skew * sin]]) * scale[:, None]
    offset = rng.uniform(-shift, shift, (count, 2, 1, 1)) + _MIDDLE
    moved = np.einsum("ijn,jyx->niyx", matrix, _GRID - _MIDDLE) + offset
    return moved.astype(np.float32)


def _waves(count: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth random displacements of about a pixel: float32 (N, 2, 28, 28)."""
    coarse = rng.standard_normal((count * 2, 5, 5)).astype(np.float32)
    fine = np.stack([cv2.resize(field, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for field in coarse])
    return fine.reshape(count, 2, SIDE, SIDE)


def as_others_write(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A copy in which some digits have what MNIST's American writers left out, and many people write:
    a slash through the 0, a flag and a foot on the 1, a bar across the 7, a hook under the 9."""
    out = images.copy()
    for digit, share, add in _HABITS:
        chosen = np.flatnonzero(labels == digit)
        for i in chosen[rng.random(len(chosen)) < share]:
            add(out[i], rng)
    return out


def _line(image: np.ndarray, start: Point, end: Point) -> None:
    points = (np.array([start, end]) * 16).round().astype(int)  # fixed point, 1/16 of a pixel
    ink = np.zeros((SIDE, SIDE), np.uint8)
    cv2.line(ink, tuple(points[0]), tuple(points[1]), 255, 2, cv2.LINE_AA, 4)
    np.maximum(image, ink / np.float32(255), out=image)


def _slash(image: np.ndarray, rng: np.random.Generator) -> None:
    x, y, width, height = cv2.boundingRect((image > 0.5).astype(np.uint8))
    over = rng.uniform(-0.15, 0.3, 2)  # from just inside the ring to well outside it
    start = (x - over[0] * width, y + height * (1 + over[0] / 2))
    end = (x + width * (1 + over[1]), y - over[1] / 2 * height)
    _line(image, start, end)


def _flag(image: np.ndarray, rng: np.random.Generator) -> None:
    rows, columns = np.nonzero(image > 0.5)
    if len(rows) == 0:
        return
    height = np.ptp(rows) + 1
    top = np.array([columns[rows == rows.min()].mean(), rows.min()])
    bottom = np.array([columns[rows == rows.max()].mean(), rows.max()])
    length = rng.uniform(0.15, 0.9)
    angle = np.radians(rng.uniform(20 + 25 * length, 70))  # a long flat flag would make it a 7
    _line(image, top, top + height * length * np.array([-np.cos(angle), np.sin(angle)]))
    if rng.random() < 0.5:
        left, right = height * rng.uniform(0.15, 0.4, 2)
        _line(image, bottom - np.array([left, 0]), bottom + np.array([right, 0]))


def _hook(image: np.ndarray, rng: np.random.Generator) -> None:
    rows, columns = np.nonzero(image > 0.5)
    if len(rows) == 0:
        return
    end = np.array([columns[rows == rows.max()].mean(), rows.max()])
    radii = np.array([rng.uniform(3, 6), rng.uniform(1, 3.5)])
    bend = np.linspace(0, np.radians(rng.uniform(90, 190)), 8)  # down, to the left and up again
    points = end + radii * np.stack([np.cos(bend) - 1, np.sin(bend)], axis=1)
    for start, stop in pairwise(points):
        _line(image, start, stop)


def _bar(image: np.ndarray, rng: np.random.Generator) -> None:
    rows, _ = np.nonzero(image > 0.5)
    if len(rows) == 0:
        return
    row = int(rows.min() + np.ptp(rows) * rng.uniform(0.4, 0.65))
    at = np.flatnonzero(image[row] > 0.5)
    if len(at) == 0:
        return
    left, right = rng.uniform(2.5, 6, 2)
    tilt = rng.uniform(-1.5, 1.5)
    _line(image, (at.mean() - left, row + tilt), (at.mean() + right, row - tilt))


_HABITS = ((0, 0.2, _slash), (1, 0.5, _flag), (7, 0.3, _bar), (9, 0.3, _hook))
