"""The fifteen corruptions of MNIST-C (Mu, Gilmer 2019, arXiv 1906.02337), as strong as in the published set.

What differs from the original: the random numbers are others; fog is cut from 64 maps instead of one for each
image; affine moves and Canny's edges are OpenCV's, which rounds places to 1/32 of a pixel and directions to
45 degrees.

Each takes a strength: 1 is the published one, 0 leaves the picture alone, and up to STRONGEST it gets worse.
"""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

SIDE = 28
STRONGEST = 1.5
FOG_MAPS = 64
Corruption = Callable[[np.ndarray, np.random.Generator, float], np.ndarray]


def corrupt(name: str, images: np.ndarray, seed: int = 0, strength: float = 1) -> np.ndarray:
    """Images uint8 (N, 28, 28), bright on black, as CORRUPTIONS[name] spoils them: the same shape and type,
    and the same for the same seed. `strength` is from 0 (a copy) over 1 (as published) to STRONGEST. Raises
    ValueError for a name that isn't there, and for another strength."""
    if name not in CORRUPTIONS:
        raise ValueError(f"{name!r} is none of the corruptions")
    if not 0 <= strength <= STRONGEST:
        raise ValueError(f"the strength must be from 0 to {STRONGEST}, not {strength}")
    if strength == 0:
        return images.copy()
    rng = np.random.default_rng([seed, list(CORRUPTIONS).index(name)])
    spoiled = CORRUPTIONS[name](images / np.float32(255), rng, strength)
    return np.round(spoiled.clip(0, 1) * 255).astype(np.uint8)


def _shot_noise(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Three photons for white, more or less."""
    photons = 3 / strength**2  # so that the noise grows as the strength does
    return rng.poisson(images * photons) / photons


def _impulse_noise(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Salt and pepper on 17 % of the pixels."""
    struck = rng.random(images.shape) < 0.17 * strength
    return np.where(struck, rng.random(images.shape) < 0.5, images)


def _glass_blur(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Blurred, neighbours exchanged twice, blurred again."""
    blurred, every = _blurred(images, 0.7 * strength), np.arange(len(images))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                exchange = rng.random(len(images)) < 0.5 * strength
                dx, dy = rng.integers(-1, 1, (2, len(images))) * exchange
                here, there = (every, row, column), (every, row + dy, column + dx)
                blurred[here], blurred[there] = blurred[there], blurred[here]
    return _blurred(blurred, 0.7 * strength)


def _motion_blur(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Smeared to one side, in a direction between -45 and 45 degrees: as ImageMagick does, sigma 3."""
    along = np.arange(21)
    weights = np.exp(-(along**2) / (2 * (3 * strength) ** 2))
    weights /= weights.sum()
    smeared = np.empty_like(images)
    for number, angle in enumerate(np.radians(rng.uniform(-45, 45, len(images)))):
        kernel = np.zeros((41, 41))
        x, y = (np.ceil(along * part - 0.5).astype(int) for part in (np.cos(angle), np.sin(angle)))
        np.add.at(kernel, (20 + y, 20 + x), weights)
        smeared[number] = cv2.filter2D(images[number], -1, kernel, borderType=cv2.BORDER_REPLICATE)
    return smeared


def _shear(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    angle = 0.4 * strength  # radians; as scikit-image understood it then, it stretches a little, too
    return _moved(images, [[[1, -np.sin(a)], [0, np.cos(a)]] for a in angle * _signs(rng, len(images))])


def _scale(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Shrunk to 70 %."""
    return _moved(images, [np.eye(2) / (1 - 0.3 * strength)] * len(images))


def _rotate(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """By 0.4 radians, 23 degrees, to either side."""
    angles = 0.4 * strength * _signs(rng, len(images))
    return _moved(images, [[[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in angles])


def _brightness(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    return images + 0.5 * strength


def _translate(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """By three pixels along a diagonal."""
    offsets = 3 * strength * np.stack([_signs(rng, len(images)), _signs(rng, len(images))], axis=1)
    return _moved(images, [np.eye(2)] * len(images), offsets)


def _stripe(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """The left and the right quarter inverted."""
    wide, striped = round(7 * strength), images.copy()
    for quarter in (slice(wide), slice(SIDE - wide, None)):
        striped[:, :, quarter] = 1 - striped[:, :, quarter]
    return striped


def _fog(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    # as long as there are fewer pictures, each has a map of its own, and one is spoiled in a blink
    maps = np.stack([_plasma(rng) for _ in range(min(FOG_MAPS, len(images)))])
    which = rng.integers(len(maps), size=len(images))
    corners = rng.integers(maps.shape[1] - SIDE, size=(len(images), 2))
    pairs = zip(which, corners, strict=True)
    clouds = np.stack([maps[n, y : y + SIDE, x : x + SIDE] for n, (y, x) in pairs])
    brightest = images.max(axis=(1, 2), keepdims=True)
    return (images + 3 * strength * clouds) * brightest / (brightest + 3 * strength)


def _spatter(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Drops of dark grey mud."""
    liquid = _blurred(rng.normal(0.65, 0.3, images.shape), 1) > 0.65 + 0.15 * (1 - strength)
    mud = _blurred(liquid.astype(np.float32), 1.5)
    mud[mud < 0.8] = 0
    return images * (1 - mud) + mud * 63 / 255


def _dotted_line(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """From edge to edge, two pixels on, two off."""
    on = np.arange(SIDE) // 2 % 2 == 1
    ends = rng.integers(0, 27, (len(images), 2))
    return images + strength * np.stack([_line(0, first, 27, last) * on for first, last in ends])


def _zigzag(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    lines = []
    for _ in range(len(images)):
        start = rng.integers(0, 27)
        lines.append(_zigzag_line(start, start + rng.integers(-5, 5)))
    return images + strength * np.stack(lines)


def _canny_edges(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    unit = 4096  # so that the slope of an edge, up to 4, fits 16 bits
    edges = np.empty_like(images)
    for number, image in enumerate(_blurred(images, 1)):
        dx, dy = (cv2.Sobel(image * unit, cv2.CV_16S, *axis) for axis in ((1, 0), (0, 1)))
        edges[number] = cv2.Canny(dx, dy, 0.1 * unit, 0.2 * unit, L2gradient=True) / 255
    return (1 - strength) * images + strength * edges


CORRUPTIONS: dict[str, Corruption] = {
    "shot noise": _shot_noise,
    "impulse noise": _impulse_noise,
    "glass blur": _glass_blur,
    "motion blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted line": _dotted_line,
    "zigzag": _zigzag,
    "canny edges": _canny_edges,
}


# --- what several of them need -----------------------------------------------------------------------


def _signs(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.choice([-1, 1], count)


def _blurred(images: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(images, (0, sigma, sigma), mode="nearest")


def _moved(images: np.ndarray, matrices: list, offsets: np.ndarray | None = None) -> np.ndarray:
    """Each image warped: pixel p shows what was at matrix (p - middle) + middle + offset."""
    middle = np.full(2, (SIDE - 1) / 2)
    moved = np.empty_like(images)
    for number, matrix in enumerate(np.array(matrices, float)):
        shift = middle - matrix @ middle + (0 if offsets is None else offsets[number])
        inverse = np.column_stack([matrix, shift])
        moved[number] = cv2.warpAffine(
            images[number], inverse, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
    return moved


def _plasma(rng: np.random.Generator, side: int = 256, decay: float = 1.4) -> np.ndarray:
    """Clouds by the diamond-square algorithm (Fournier, Fussell, Carpenter 1982): float (side, side) in [0,
    1], which repeat at the edges."""
    clouds, step, wobble = np.zeros((side, side)), side, 100.0

    def mean(total: np.ndarray) -> np.ndarray:
        return total / 4 + wobble * rng.uniform(-wobble, wobble, total.shape)

    while step > 1:
        half = step // 2
        corners = clouds[::step, ::step]
        rows = corners + np.roll(corners, -1, axis=0)
        clouds[half::step, half::step] = mean(rows + np.roll(rows, -1, axis=1))
        middles = clouds[half::step, half::step]
        beside = middles + np.roll(middles, 1, axis=0) + corners + np.roll(corners, -1, axis=1)
        clouds[::step, half::step] = mean(beside)
        above = middles + np.roll(middles, 1, axis=1) + corners + np.roll(corners, -1, axis=0)
        clouds[half::step, ::step] = mean(above)
        step, wobble = half, wobble / decay
    clouds -= clouds.min()
    return clouds / clouds.max()


def _line(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """A line between columns, fading out over some two pixels above and below: float (28, 28) in [0, 1]."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    distance = np.abs(rows - (y0 + (columns - x0) * (y1 - y0) / (x1 - x0)))
    ink = np.clip(np.log(1 - np.minimum(distance, 2.3 - 1e-10) / 2.3) + 1, 0, 1)
    return np.where((columns >= np.floor(x0)) & (columns < np.ceil(x1)), ink, 0)


@cache
def _zigzag_line(first: int, last: int, length: float = 2, width: float = 2) -> np.ndarray:
    """Up and down along the line from column 2 to 25."""
    angle = np.arctan((last - first) / 23)
    whole = 23 / np.cos(angle)
    turns = np.arange((whole - length) // (2 * length) + 1)
    along, across = (2 * turns + 1) * length, width * (-1) ** turns
    rest = whole - 2 * length * (whole // (2 * length))
    if rest:
        along, across = np.append(along, whole), np.append(across, across[-1] / (2 * rest))
    along, across = np.append(0, along), np.append(0, across)
    x = 2 + along * np.cos(angle) - across * np.sin(angle)
    y = first + along * np.sin(angle) + across * np.cos(angle)
    ink = np.zeros((SIDE, SIDE))
    for start in range(len(x) - 1):
        if x[start] != x[start + 1]:
            ink += _line(x[start], y[start], x[start + 1], y[start + 1])
    return ink
