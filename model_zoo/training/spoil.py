"""Pictures as nobody should hand them in: noise, fog, smears, lines, stripes, edges; each epoch anew.

Families of faults, drawn at random and one after the other, in the manner of PRIME (Modas et al. 2022, arXiv
2112.13547), so that a network learns the digit and not the paper. What each has in common with MNIST-C, by
which it is measured, stands in docs/robustness.md. A picture is float32 (28, 28) in [0, 1], ink bright on
black.
"""

from collections.abc import Callable

import cv2
import numpy as np

SIDE = 28
MOVED = 0.4  # of the spoiled pictures
_MIDDLE = (SIDE - 1) / 2
_X, _Y = (part.astype(np.float32) for part in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = np.ones((3, 3), np.uint8)

Family = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def spoil(pictures: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """A copy of float32 pictures (N, 28, 28) in which about so large a share is moved, or went through one or
    two of FAMILIES, or both; in [0, 1] again after each."""
    out = pictures.copy()
    for number in np.flatnonzero(rng.random(len(out)) < share):
        moved = rng.random() < MOVED
        faults = rng.choice(len(FAMILIES), rng.integers(0 if moved else 1, 3), replace=False)
        for family in [_moved] * moved + [FAMILIES[fault] for fault in faults]:
            out[number] = family(out[number], rng).clip(0, 1)
    return out


def _moved(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turned by up to 30 degrees, slanted, at 0.6 to 1.2 times its size, four to five pixels away at most."""
    angle, slant = rng.uniform(-0.52, 0.52), rng.uniform(-0.5, 0.5) * (rng.random() < 0.5)
    zoom = rng.uniform(0.6, 1.2) * rng.uniform(0.9, 1.1, 2)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, slant - sin], [sin, cos]]) * zoom
    shift = _MIDDLE - matrix @ np.full(2, _MIDDLE) + rng.uniform(-4.5, 4.5, 2)
    return cv2.warpAffine(picture, np.column_stack([matrix, shift]), (SIDE, SIDE))


def _toned(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Brighter, fainter, or inverted: black, greys and white become others."""
    while True:
        tones = rng.random(4)
        if abs(tones[0] - tones[3]) > 0.2:
            return np.interp(picture, (0, 0.33, 0.67, 1), tones).astype(np.float32)


def _in_parts(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some part, or every other band, toned in its own way, often inverted."""
    other = 1 - picture if rng.random() < 0.6 else _toned(picture, rng)
    part = _part(rng)
    return np.where(part, other, picture) if rng.random() < 0.5 else np.where(part, picture, other)


def _clouded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Faint under clouds."""
    kept = rng.uniform(0.2, 0.9)
    return kept * picture + (1 - kept) * rng.uniform(0.5, 1.3) * _clouds(rng)


def _noisy(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grains of any kind: added, multiplied, photons, or pixels that say anything."""
    most, grain = rng.random(), rng.standard_normal(picture.shape, np.float32)
    match rng.integers(5):
        case 0:
            return picture + 0.5 * most * grain
        case 1:
            return picture * (1 + most * grain)
        case 2:
            photons = 2 + 30 * (1 - most) ** 2
            return (rng.poisson(picture * photons) / photons).astype(np.float32)
        case 3:
            anything = rng.random(picture.shape, np.float32)
            return np.where(rng.random(picture.shape) < 0.4 * most, anything, picture)
        case _:
            black_or_white = rng.random(picture.shape, np.float32) < rng.random()
            return np.where(rng.random(picture.shape) < 0.3 * most, black_or_white, picture)


def _filtered(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Through a random filter: any of 3 x 3 to 5 x 5, or one that smears along a line."""
    if rng.random() < 0.5:
        side = 2 * rng.integers(1, 3) + 1
        kernel = rng.standard_normal((side, side)) * rng.uniform(0.2, 1)
        kernel[side // 2, side // 2] += 1
        filtered = cv2.filter2D(picture, -1, kernel / max(0.5, abs(kernel.sum())))
        filtered = filtered - filtered.min() if rng.random() < 0.5 else abs(filtered)
        return filtered / max(1, filtered.max())
    x, y = np.meshgrid(np.arange(-8, 9), np.arange(-8, 9))
    angle, long, wide = rng.uniform(0, np.pi), rng.uniform(0.5, 4), rng.uniform(0.3, 1.2)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    kernel = np.exp(-((along / long) ** 2 + (across / wide) ** 2) / 2)
    if rng.random() < 0.5:
        kernel *= along >= 0
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def _shaken(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each pixel from somewhere near, then perhaps blurred."""
    x, y = rng.standard_normal((2, SIDE, SIDE), np.float32) * rng.uniform(0.3, 1.4)
    if rng.random() < 0.5:
        x, y = (3 * cv2.GaussianBlur(part, (0, 0), rng.uniform(0.8, 2)) for part in (x, y))
    moved = cv2.remap(picture, _X + x, _Y + y, cv2.INTER_LINEAR)
    return cv2.GaussianBlur(moved, (0, 0), rng.uniform(0.3, 1.2)) if rng.random() < 0.7 else moved


def _lined(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ruled, crossed out, scribbled on; whole or in dots."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    if rng.random() < 0.2:
        step, start = rng.integers(4, 12), rng.integers(0, 8)
        ink[start::step] = 255
        if rng.random() < 0.5:
            ink[:, start::step] = 255
    else:
        for _ in range(rng.integers(1, 4)):
            corners = rng.uniform(-4, SIDE + 4, (rng.integers(2, 12), 2))
            if rng.random() < 0.6:  # from side to side, in little steps
                corners[:, 0] = np.linspace(-3, SIDE + 3, len(corners))
                corners[:, 1] = np.linspace(*rng.uniform(0, SIDE, 2), len(corners))
                corners[:, 1] += rng.uniform(0, 4) * rng.standard_normal(len(corners))
            if rng.random() < 0.5:
                corners = corners[:, ::-1]
            points = (corners * 16).round().astype(np.int32)
            cv2.polylines(ink, [points], False, 255, int(rng.integers(1, 3)), cv2.LINE_AA, 4)
    lines = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1)) / np.float32(255)
    if rng.random() < 0.4:
        period, angle = rng.uniform(2.5, 8), rng.uniform(0, np.pi)
        lines = lines * (np.sin((_X * np.cos(angle) + _Y * np.sin(angle)) * 2 * np.pi / period) > 0)
    lines = lines * rng.uniform(0.4, 1.5)
    return picture + lines if rng.random() < 0.8 else picture * (1 - lines.clip(0, 1))


def _stained(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Drops, holes and boxes of any grey."""
    if rng.random() < 0.7:
        drops = cv2.GaussianBlur(rng.standard_normal((SIDE, SIDE), np.float32), (0, 0), rng.uniform(0.8, 2.5))
        where = (drops > np.quantile(drops, rng.uniform(0.7, 0.97))).astype(np.float32)
    else:
        where = np.zeros((SIDE, SIDE), np.float32)
        (x, y), (width, height) = rng.integers(0, SIDE - 4, 2), rng.integers(3, 11, 2)
        where[y : y + height, x : x + width] = 1
    where = cv2.GaussianBlur(where, (0, 0), rng.uniform(0.1, 1))
    return picture + (rng.random() - picture) * where


def _outlined(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Only where it gets brighter or darker; drawn faintly or in full white."""
    soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.2))
    kernel = _SQUARE if rng.random() < 0.5 else _CROSS
    match rng.integers(4):
        case 0:
            edges = cv2.dilate(soft, kernel) - cv2.erode(soft, kernel)
        case 1:
            edges = soft - cv2.erode(soft, kernel)
        case 2:
            edges = cv2.dilate(soft, kernel) - soft
        case _:
            edges = abs(cv2.Laplacian(soft, -1))
    edges = edges / max(edges.max(), 0.1)
    return (edges > rng.uniform(0.25, 0.7)).astype(np.float32) if rng.random() < 0.5 else edges


FAMILIES: tuple[Family, ...] = (
    _toned,
    _in_parts,
    _clouded,
    _noisy,
    _filtered,
    _shaken,
    _lined,
    _stained,
    _outlined,
)


# --- what several of them need -----------------------------------------------------------------------


def _clouds(rng: np.random.Generator) -> np.ndarray:
    """Smooth at random from coarse to fine: float32 (28, 28) in [0, 1]."""
    clouds, weight, decay = np.zeros((SIDE, SIDE), np.float32), 1.0, rng.uniform(0.3, 0.9)
    for side in (2, 4, 7, 14, SIDE):
        coarse = rng.standard_normal((side, side), np.float32)
        clouds += weight * cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        weight *= decay
    clouds -= clouds.min()
    return clouds / clouds.max()


def _part(rng: np.random.Generator) -> np.ndarray:
    """One side of a line, a band, a box, or stripes: bool (28, 28)."""
    if rng.random() < 0.3:
        left, top, wide, high = rng.integers((0, 0, 3, 3), (SIDE, SIDE, 15, 15))
        return (abs(_X - left) < wide) & (abs(_Y - top) < high)
    angle = rng.choice((0, np.pi / 2, rng.uniform(0, np.pi)))
    across = (_X - _MIDDLE) * np.cos(angle) + (_Y - _MIDDLE) * np.sin(angle)
    if rng.random() < 0.5:
        start = rng.uniform(-12, 8)
        return (across > start) & (across < start + rng.uniform(4, 30))
    return np.sin(across * 2 * np.pi / rng.uniform(6, 40) + rng.uniform(0, 6.28)) > 0
