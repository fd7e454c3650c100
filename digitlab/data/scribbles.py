"""What is not a digit, drawn from a seed: letters, symbols, scribbles, dots, noise and blank paper.

Pictures as the pad would show them; letters from OpenCV's Hershey fonts, bent and slanted as by hand.
Letters that many people write like a digit are left out: nobody could tell an O from a 0.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from digitlab.preprocess import FIELD, to_mnist
from digitlab.strokes import PAD_SIZE, Stroke, render

LETTERS = "ACEFHJKLMNPRTUVWXYcdefhikmnprtvwx"
SYMBOLS = "?!#&%$@*+=<>{}"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
)


def scribble(rng: np.random.Generator, kind: str | None = None) -> np.ndarray:
    """A picture of something that is no digit: uint8 (280, 280), dark on light; `kind` is one of KINDS."""
    kind = kind or str(rng.choice(list(KINDS)))
    return KINDS[kind](rng)


def letter(character: str, seed: int) -> np.ndarray:
    """That character, as `scribble` would draw it: uint8 (280, 280), dark on light."""
    return _text(character)(np.random.default_rng(seed))


def seen(count: int, seed: int) -> np.ndarray:
    """So many of them, as a model sees them: uint8 (count, 28, 28), bright on black; blank where the
    preprocessing finds no ink."""
    rng = np.random.default_rng(seed)
    blank = np.zeros((FIELD, FIELD), np.float32)
    pictures = [to_mnist(scribble(rng)) for _ in range(count)]
    return np.stack([np.round(255 * (blank if p is None else p)) for p in pictures]).astype(np.uint8)


def _pen(rng: np.random.Generator) -> float:
    return rng.uniform(8, 28)


def _drawn(strokes: Sequence[np.ndarray], rng: np.random.Generator, width: float | None = None) -> np.ndarray:
    """The strokes, given in the unit square, at a random size and place."""
    width, size = width or _pen(rng), rng.uniform(0.4, 0.95) * PAD_SIZE
    room = PAD_SIZE - size
    corner = rng.uniform(0, 1, 2) * room
    inner = size - width
    return render([Stroke(corner + width / 2 + np.asarray(s) * inner, width) for s in strokes])


def _text(characters: str) -> Callable[[np.random.Generator], np.ndarray]:
    def draw(rng: np.random.Generator) -> np.ndarray:
        picture = np.full((PAD_SIZE, PAD_SIZE), 255, np.uint8)
        character, font = str(rng.choice(list(characters))), int(rng.choice(_FONTS))
        cv2.putText(
            picture, character, (90, 180), font, rng.uniform(4, 6), 0, int(_pen(rng) * 0.8), cv2.LINE_AA
        )
        return _bent(picture, rng)

    return draw


def _bent(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slanted, turned and bent, so that print looks like a hand."""
    corners = np.array([[0, 0], [PAD_SIZE, 0], [0, PAD_SIZE]], np.float32)
    moved = corners + rng.normal(0, 22, (3, 2)).astype(np.float32)
    matrix = cv2.getAffineTransform(corners, moved)
    grid = np.stack(np.meshgrid(np.arange(PAD_SIZE), np.arange(PAD_SIZE)), -1).astype(np.float32)
    source = cv2.transform(grid, matrix)
    waves = rng.normal(0, 9, (5, 5, 2)).astype(np.float32)
    source += cv2.resize(waves, (PAD_SIZE, PAD_SIZE), interpolation=cv2.INTER_CUBIC)
    return cv2.remap(picture, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderValue=255)


def _scrawl(rng: np.random.Generator) -> np.ndarray:
    """One to four strokes that wander about."""
    strokes = []
    for _ in range(rng.integers(1, 5)):
        knots = rng.uniform(0, 1, (rng.integers(4, 11), 2)).astype(np.float32)
        strokes.append(_smooth(knots))
    return _drawn(strokes, rng)


def _zigzag(rng: np.random.Generator) -> np.ndarray:
    """Hatching: back and forth, and forward."""
    turns = int(rng.integers(5, 12))
    along = np.linspace(0, 1, turns) + rng.normal(0, 0.02, turns)
    across = np.arange(turns) % 2 + rng.normal(0, 0.08, turns)
    strokes = [_turned(np.stack([along, across], 1), rng)]
    return _drawn(strokes, rng)


def _spiral(rng: np.random.Generator) -> np.ndarray:
    angle = np.linspace(0, rng.uniform(4, 8) * np.pi, 80) * rng.choice([-1, 1])
    radius = np.linspace(rng.uniform(0.02, 0.15), 0.5, 80)
    turns = np.stack([np.cos(angle), np.sin(angle)], 1) * radius[:, None] + 0.5
    return _drawn([turns], rng, width=8)  # a thick pen would make it a ring, which is a 0


def _shape(rng: np.random.Generator) -> np.ndarray:
    """A polygon, a star, a cross, a pair of lines, an arrow."""
    kind = rng.integers(5)
    if kind == 0:
        corners = int(rng.integers(3, 5))  # with five it would be near a 0
        angle = np.linspace(0, 2 * np.pi, corners + 1) + rng.uniform(0, 6)
        strokes = [np.stack([np.cos(angle), np.sin(angle)], 1)]
    elif kind == 1:
        angle = np.arange(6) * 4 * np.pi / 5
        strokes = [np.stack([np.sin(angle), -np.cos(angle)], 1)]
    elif kind == 2:
        strokes = [np.array([[-1, 0], [1, 0]]), np.array([[0, -1], [0, 1]])]
    elif kind == 3:
        gap = rng.uniform(0.25, 0.6)
        strokes = [np.array([[-1, y], [1, y]]) for y in (-gap, gap)]
    else:
        strokes = [np.array([[-1, 0], [1, 0]]), np.array([[0.4, -0.6], [1, 0], [0.4, 0.6]])]
    strokes = [(s + rng.normal(0, 0.06, np.shape(s))) / 2 + 0.5 for s in strokes]
    turned = _turned(np.concatenate(strokes), rng)
    return _drawn(np.split(turned, np.cumsum([len(s) for s in strokes])[:-1]), rng)


def _dash(rng: np.random.Generator) -> np.ndarray:
    """A line that lies: no 1 does."""
    slope = rng.uniform(-0.35, 0.35)
    bow = np.array([0, rng.normal(0, 0.05), 0])
    points = np.stack([np.linspace(0, 1, 3), 0.5 + slope * np.array([-0.5, 0, 0.5]) + bow], 1)
    return _drawn([points], rng)


def _dot(rng: np.random.Generator) -> np.ndarray:
    """A tap or a few."""
    spots = rng.uniform(20, PAD_SIZE - 20, (rng.integers(1, 4), 1, 2))
    width = _pen(rng)
    return render([Stroke(spot + rng.uniform(-4, 4, (2, 2)), width) for spot in spots])


def _blob(rng: np.random.Generator) -> np.ndarray:
    """A filled patch."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radius = rng.uniform(0.5, 1, 12) * rng.uniform(30, 120)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1) * radius[:, None] + PAD_SIZE / 2
    picture = np.full((PAD_SIZE, PAD_SIZE), 255, np.uint8)
    cv2.fillPoly(picture, [ring.round().astype(np.int32)], 0, cv2.LINE_AA)
    return picture


def _noise(rng: np.random.Generator) -> np.ndarray:
    grain = int(rng.choice([28, 56, 140]))
    coarse = (rng.random((grain, grain)) * 255).astype(np.uint8)
    if rng.random() < 0.5:
        coarse = np.where(coarse > rng.uniform(128, 230), 0, 255).astype(np.uint8)
    return cv2.resize(coarse, (PAD_SIZE, PAD_SIZE), interpolation=cv2.INTER_NEAREST)


def _blank(rng: np.random.Generator) -> np.ndarray:
    return np.full((PAD_SIZE, PAD_SIZE), rng.integers(200, 256), np.uint8)


def _smooth(knots: np.ndarray) -> np.ndarray:
    """A curve near the knots: (N, 2) -> (10 N, 2)."""
    dense = cv2.resize(knots[:, None], (1, 10 * len(knots)), interpolation=cv2.INTER_CUBIC)
    return np.clip(dense[:, 0], 0, 1)


def _turned(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turned by any angle and brought back into the unit square."""
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = points @ turn
    low, span = points.min(axis=0), np.ptp(points, axis=0).max()
    return (points - low) / span


KINDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "letter": _text(LETTERS),
    "symbol": _text(SYMBOLS),
    "scrawl": _scrawl,
    "zigzag": _zigzag,
    "spiral": _spiral,
    "shape": _shape,
    "dash": _dash,
    "dot": _dot,
    "blob": _blob,
    "noise": _noise,
    "blank": _blank,
}
