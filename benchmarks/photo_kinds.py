"""Photos and scans of one digit as people take them, made from pen strokes: twenty kinds of paper, pen, light
and accident. Each is a file, PNG or JPEG, as a phone or a scanner would write it.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from PIL import Image

Strokes = Sequence[np.ndarray]
Colour = tuple[float, float, float]

ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
# of a picture as the camera has it -> what turns it upright, as EXIF numbers it
TURNS = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
INKS: tuple[Colour, ...] = ((0.08, 0.08, 0.1), (0.1, 0.12, 0.4), (0.15, 0.15, 0.17))
COLOURS: tuple[Colour, ...] = (
    (0.8, 0.1, 0.12),
    (0.1, 0.5, 0.2),
    (0.2, 0.4, 0.85),
    (0.9, 0.45, 0.1),
    (0.5, 0.2, 0.6),
)
_NOISE = 1024  # pixels, of the field that noise is cut from
_SHIFT = 4  # cv2 takes points in fixed point: 1/16 of a pixel


@dataclass
class Sheet:
    """A digit, and how it is put on paper; lengths are shares of the digit's height."""

    rng: np.random.Generator
    strokes: Strokes
    sides: tuple[int, int] = (560, 760)  # pixels, of the shorter and the longer side, at least and at most
    height: tuple[float, float] = (0.35, 0.7)  # of the shorter side
    pen: tuple[float, float] = (0.04, 0.1)
    ink: Colour | None = None  # else one of INKS
    paper: Colour | None = None  # else nearly white
    picture: np.ndarray = field(init=False)  # float32 (H, W, 3): what light it gives back
    box: np.ndarray = field(init=False)  # left, top, right, bottom of the digit, pen included, in pixels

    def __post_init__(self) -> None:
        rng = self.rng
        shape = rng.permutation(rng.integers(*self.sides, 2, endpoint=True))
        paper = self.paper or tuple(rng.uniform(0.86, 0.97) * rng.uniform(0.97, 1, 3))
        self.ink = self.ink or INKS[rng.integers(len(INKS))]
        self.picture = np.empty((*shape, 3), np.float32)
        self.picture[:] = paper
        points = np.concatenate(self.strokes)
        low, span = points.min(axis=0), np.ptp(points, axis=0)
        tall = rng.uniform(*self.height) * shape.min()
        self.width = max(rng.uniform(*self.pen) * tall, 1)
        scale = (tall - self.width) / max(span.max(), 1e-6)
        size = span * scale + self.width
        margin = 0.06 * shape.min()
        room = shape[::-1] - size - 2 * margin
        corner = margin + rng.uniform(0.1, 0.9, 2) * np.maximum(room, 0)
        self.tall = tall
        self.box = np.concatenate([corner, corner + size])
        self.lines = [(stroke - low) * scale + corner + self.width / 2 for stroke in self.strokes]

    def write(self) -> "Sheet":
        """The digit itself."""
        self.mark(self.drawn(self.lines, self.width), self.ink)
        return self

    def drawn(self, lines: Strokes, width: float) -> np.ndarray:
        """How much of each pixel the lines cover: float32 (H, W) in [0, 1]."""
        cover = np.zeros(self.picture.shape[:2], np.uint8)
        for line in lines:
            points = np.round(np.atleast_2d(line) * (1 << _SHIFT)).astype(np.int32)
            points = np.repeat(points, 2, axis=0) if len(points) == 1 else points
            cv2.polylines(cover, [points[:, None]], False, 255, max(1, round(width)), cv2.LINE_AA, _SHIFT)
        return cover / np.float32(255)

    def mark(self, cover: np.ndarray, colour: Colour, strength: float = 1) -> None:
        """Ink of that colour where it covers the paper."""
        share = (cover * strength)[:, :, None]
        self.picture = self.picture * (1 - share) + share * np.array(colour, np.float32)

    def line(self, start: Sequence[float], end: Sequence[float], bend: float = 0.01) -> np.ndarray:
        """A line by hand, float (N, 2): nearly straight."""
        along = np.linspace(0, 1, 24)
        start, end = np.asarray(start, float), np.asarray(end, float)
        across = np.array([-(end - start)[1], (end - start)[0]])
        wave = np.sin(np.pi * along) * self.rng.normal(0, bend) + np.sin(2 * np.pi * along) * self.rng.normal(
            0, bend
        )
        return start + along[:, None] * (end - start) + wave[:, None] * across

    def rules(self, pitch: float, width: float, colour: Colour, upright: bool = False) -> None:
        """Printed lines over the whole sheet, `pitch` and `width` in pixels."""
        rows, columns = self.picture.shape[:2]
        start = self.rng.uniform(0, pitch)
        if upright:
            lines = [np.array([[x, -9], [x, rows + 9]]) for x in np.arange(start, columns, pitch)]
        else:
            lines = [np.array([[-9, y], [columns + 9, y]]) for y in np.arange(start, rows, pitch)]
        self.mark(self.drawn(lines, width), colour)


# --- the camera ----------------------------------------------------------------------------------------


def lit(sheet: Sheet, fall: float = 0.1) -> None:
    """Light that falls off to one side, by such a share."""
    rng, (rows, columns) = sheet.rng, sheet.picture.shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float32) / max(rows, columns) - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    light = np.float32(rng.uniform(0.8, 1)) - fall * (x * np.cos(angle) + y * np.sin(angle) + 0.5)
    sheet.picture = sheet.picture * light[:, :, None]


def photographed(sheet: Sheet, blur: float = 0.8, noise: float = 0.012) -> np.ndarray:
    """As a sensor has it: uint8 (H, W, 3)."""
    picture = cv2.GaussianBlur(sheet.picture.astype(np.float32), (0, 0), blur)
    return np.round((picture + noise * _noise(sheet)).clip(0, 1) * 255).astype(np.uint8)


def _noise(sheet: Sheet) -> np.ndarray:
    """Of a sensor, with a spread of 1: float32, as large as the picture. Cut from one field, for speed."""
    rows, columns = sheet.picture.shape[:2]
    places = (np.arange(side) + sheet.rng.integers(_NOISE) for side in (rows, columns))
    down, across = (place % _NOISE for place in places)
    return _field()[down[:, None], across]


@cache
def _field() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((_NOISE, _NOISE, 3), np.float32)


def turned(sheet: Sheet, degrees: float, tilt: float, beyond: Colour) -> None:
    """The sheet turned and seen from the side; what lies beyond it has that colour."""
    rows, columns = sheet.picture.shape[:2]
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    middle = np.array([columns, rows], np.float32) / 2
    angle = np.radians(degrees)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    seen = (corners - middle) @ matrix.T * 0.85 + middle
    seen += sheet.rng.uniform(-tilt, tilt, seen.shape).astype(np.float32) * min(rows, columns)
    warp = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    border = tuple(float(part) for part in beyond)
    sheet.picture = cv2.warpPerspective(
        sheet.picture, warp, (columns, rows), flags=cv2.INTER_AREA, borderValue=border
    )


def jpeg(pixels: np.ndarray, quality: int = 88, orientation: int | None = None) -> bytes:
    content, image, exif = io.BytesIO(), Image.fromarray(pixels), Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    image.save(content, "JPEG", quality=quality, exif=exif)
    return content.getvalue()


def png(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG", compress_level=1)
    return content.getvalue()


def _snapshot(sheet: Sheet) -> bytes:
    """Nothing special: fair light, a good camera."""
    lit(sheet)
    return jpeg(photographed(sheet))


# --- the kinds -----------------------------------------------------------------------------------------


def _white(rng: np.random.Generator, strokes: Strokes) -> bytes:
    return _snapshot(Sheet(rng, strokes).write())


def _shadow(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A hand's or a phone's shadow with a soft edge, across the sheet."""
    sheet = Sheet(rng, strokes).write()
    lit(sheet, rng.uniform(0.2, 0.5))
    rows, columns = sheet.picture.shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    angle, at = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.7, 2) * [columns, rows]
    beyond = (x - at[0]) * np.cos(angle) + (y - at[1]) * np.sin(angle)
    dark = rng.uniform(0.3, 0.55) / (1 + np.exp(-beyond / rng.uniform(8, 40)))
    sheet.picture = sheet.picture * (1 - dark)[:, :, None]
    return jpeg(photographed(sheet))


def _coloured(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A coloured pen, sometimes on coloured paper."""
    paper = None if rng.random() < 0.6 else tuple(rng.uniform([0.75, 0.75, 0.6], [0.98, 0.98, 0.98]))
    return _snapshot(Sheet(rng, strokes, ink=COLOURS[rng.integers(len(COLOURS))], paper=paper).write())


def _pencil(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """Grey and grainy."""
    sheet = Sheet(rng, strokes, pen=(0.02, 0.05))
    grain = cv2.GaussianBlur(_noise(sheet)[:, :, 0], (0, 0), 1.2)
    grain = np.clip(0.75 + grain * 1.2, 0.35, 1)
    sheet.mark(sheet.drawn(sheet.lines, sheet.width) * grain, (0.3, 0.3, 0.32), rng.uniform(0.6, 0.95))
    return _snapshot(sheet)


def _board(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """Chalk on a blackboard that was wiped."""
    paper = ((0.12, 0.2, 0.16), (0.13, 0.13, 0.14), (0.1, 0.16, 0.22))[rng.integers(3)]
    sheet = Sheet(rng, strokes, ink=tuple(rng.uniform(0.75, 0.95, 3)), paper=paper, pen=(0.05, 0.12))
    cloud = cv2.resize(
        rng.random((6, 6)).astype(np.float32), sheet.picture.shape[1::-1], interpolation=cv2.INTER_CUBIC
    )
    sheet.picture = sheet.picture + 0.05 * cloud[:, :, None]
    return _snapshot(sheet.write())


def _thin(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A line of one to three pixels in a large picture."""
    sheet = Sheet(rng, strokes, sides=(900, 2200), height=(0.5, 0.85))
    sheet.width = rng.integers(1, 4)
    sheet.write()
    if rng.random() < 0.5:
        return png(np.round(sheet.picture * 255).astype(np.uint8))
    return jpeg(photographed(sheet, blur=0.5, noise=0.006), 92)


def _poor(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """Small, shaken, in the dark, and saved too often."""
    sheet = Sheet(rng, strokes, sides=(240, 480)).write()
    lit(sheet, 0.3)
    sheet.picture = sheet.picture * rng.uniform(0.5, 0.9)
    return jpeg(photographed(sheet, rng.uniform(1, 2.2), rng.uniform(0.02, 0.05)), int(rng.integers(15, 45)))


def _tilted(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A page on a table, turned by up to 15 degrees and seen from the side."""
    sheet = Sheet(rng, strokes).write()
    table = ((0.35, 0.22, 0.12), (0.15, 0.15, 0.16), (0.6, 0.5, 0.38))[rng.integers(3)]
    turned(sheet, rng.uniform(-15, 15), 0.05, table)
    return _snapshot(sheet)


def _phone(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """The phone was held on its side or upside down, and its file says so."""
    sheet = Sheet(rng, strokes).write()
    lit(sheet)
    orientation = int(rng.choice(list(TURNS)))
    image = Image.fromarray(photographed(sheet)).transpose(TURNS[orientation])
    return jpeg(np.asarray(image), orientation=orientation)


def _quarter(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """The sheet, ruled or white, lies on its side, and so does the digit."""
    sheet = Sheet(rng, strokes)
    if rng.random() < 0.5:
        sheet.rules(_pitch(sheet, 1.2), 2, (0.6, 0.68, 0.85))
    sheet.write()
    sheet.picture = np.rot90(sheet.picture, rng.choice([1, 3]))
    return _snapshot(sheet)


def _twelve_bits(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A scanner's grey in 16 bits, of which it uses 12."""
    sheet = Sheet(rng, strokes).write()
    grey = sheet.picture.mean(axis=2) + 0.008 * _noise(sheet)[:, :, 0]
    return png(np.round(grey.clip(0, 1) * 4095).astype(np.uint16))


def _pitch(sheet: Sheet, most: float = 0.8) -> float:
    """From one printed line to the next."""
    return sheet.tall * sheet.rng.uniform(0.25, most)


def _print(rng: np.random.Generator) -> Colour:
    """The colour of printed lines: dark blue, grey, nearly black."""
    return ((0.25, 0.35, 0.65), (0.45, 0.45, 0.5), (0.2, 0.2, 0.22))[rng.integers(3)]


def _ruled(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """Dark rules across, as dark as some pens; the sheet hardly ever straight."""
    sheet = Sheet(rng, strokes)
    pitch = _pitch(sheet, 1.2)
    sheet.rules(pitch, max(1, pitch * rng.uniform(0.015, 0.05)), _print(rng))
    sheet.write()
    _skewed(sheet)
    return _snapshot(sheet)


def _squared(rng: np.random.Generator, strokes: Strokes) -> bytes:
    sheet = Sheet(rng, strokes)
    pitch, colour = _pitch(sheet), _print(rng)
    width = max(1, pitch * rng.uniform(0.02, 0.06))
    for upright in (False, True):
        sheet.rules(pitch, width, colour, upright)
    sheet.write()
    _skewed(sheet)
    return _snapshot(sheet)


def _skewed(sheet: Sheet) -> None:
    """Not quite straight, and nearer, so that the paper fills the picture."""
    rows, columns = sheet.picture.shape[:2]
    angle, scale = sheet.rng.normal(0, 1.5), 1.06
    warp = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, scale)
    sheet.picture = cv2.warpAffine(sheet.picture, warp, (columns, rows), borderMode=cv2.BORDER_REPLICATE)


def _margin(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A red line from top to bottom beside the digit, sometimes through it; pale rules on half of the
    sheets."""
    sheet = Sheet(rng, strokes)
    if rng.random() < 0.5:
        sheet.rules(_pitch(sheet, 1.2), 2, (0.75, 0.82, 0.92))
    left, _, right, _ = sheet.box
    x = left - rng.uniform(0.02, 0.3) * sheet.tall if rng.random() < 0.8 else rng.uniform(left, right)
    line = np.array([[x, -9], [x, sheet.picture.shape[0] + 9]])
    sheet.mark(sheet.drawn([line], rng.uniform(2, 5)), (0.85, 0.2, 0.25))
    sheet.write()
    _skewed(sheet)
    return _snapshot(sheet)


def _boxed(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A form's printed box, or one drawn by hand with the same pen."""
    sheet = Sheet(rng, strokes, height=(0.3, 0.55))
    gaps = rng.uniform(0.06, 0.35, 4) * sheet.tall + sheet.width / 2
    left, top, right, bottom = sheet.box + gaps * [-1, -1, 1, 1]
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])
    if rng.random() < 0.5:
        sheet.mark(sheet.drawn([corners], rng.uniform(2, 6)), _print(rng))
    else:
        corners = corners + rng.normal(0, 0.015, corners.shape) * sheet.tall
        sides = [sheet.line(corners[n], corners[n + 1]) for n in range(4)]
        sheet.mark(sheet.drawn(sides, sheet.width), sheet.ink)
    return _snapshot(sheet.write())


def _yellow(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A text marker, which is all but as bright as the paper."""
    return _snapshot(Sheet(rng, strokes, ink=(0.97, 0.93, rng.uniform(0.15, 0.45)), pen=(0.08, 0.16)).write())


def _hollow(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """Only the outline of fat strokes, as on a poster."""
    sheet = Sheet(rng, strokes, height=(0.5, 0.75), pen=(0.12, 0.2))
    fat = sheet.drawn(sheet.lines, sheet.width)
    thin = max(2, round(sheet.width * rng.uniform(0.1, 0.25)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thin + 1, thin + 1))
    sheet.mark(cv2.morphologyEx(fat, cv2.MORPH_GRADIENT, kernel), sheet.ink)
    return _snapshot(sheet)


def _underlined(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """Once or twice, now and then so near that it touches."""
    sheet = Sheet(rng, strokes, height=(0.35, 0.6))
    left, _, right, bottom = sheet.box
    wide = (right - left) * rng.uniform(1, 1.6) + 0.15 * sheet.tall
    middle = (left + right) / 2 + rng.normal(0, 0.05) * sheet.tall
    y = bottom + rng.uniform(-0.02, 0.2) * sheet.tall + sheet.width / 2
    for _ in range(1 + (rng.random() < 0.25)):
        lean = rng.normal(0, 0.04) * wide
        line = sheet.line((middle - wide / 2, y - lean), (middle + wide / 2, y + lean))
        sheet.mark(sheet.drawn([line], sheet.width), sheet.ink)
        y += sheet.width + rng.uniform(0.04, 0.12) * sheet.tall
    return _snapshot(sheet.write())


def _crossed_out(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """With one line, with two, or with a zigzag, which reach beyond the digit."""
    sheet = Sheet(rng, strokes, height=(0.35, 0.6)).write()
    beyond = rng.uniform(0.08, 0.3, 4) * sheet.tall
    left, top, right, bottom = sheet.box + beyond * [-1, -1, 1, 1]
    middle = (top + bottom) / 2 + rng.normal(0, 0.06) * sheet.tall
    how = rng.integers(4)
    if how == 0:
        lines = [sheet.line((left, middle), (right, middle + rng.normal(0, 0.1) * sheet.tall))]
    elif how == 1:
        lines = [
            sheet.line((left, bottom), (right, top))
            if rng.random() < 0.7
            else sheet.line((left, top), (right, bottom))
        ]
    elif how == 2:
        lines = [sheet.line((left, bottom), (right, top)), sheet.line((left, top), (right, bottom))]
    else:
        turns = int(rng.integers(5, 9))
        x, y = np.linspace(left, right, turns), np.where(np.arange(turns) % 2, top, bottom)
        lines = [np.column_stack([x, y]) + rng.normal(0, 0.03, (turns, 2)) * sheet.tall]
    sheet.mark(sheet.drawn(lines, sheet.width), sheet.ink)
    return _snapshot(sheet)


def _cut(rng: np.random.Generator, strokes: Strokes) -> bytes:
    """A tenth to a third of the digit is beyond the picture's edge."""
    sheet = Sheet(rng, strokes).write()
    left, top, right, bottom = sheet.box
    away, side = rng.uniform(0.1, 0.35), rng.integers(4)
    if side == 0:
        sheet.picture = sheet.picture[:, round(left + away * (right - left)) :]
    elif side == 1:
        sheet.picture = sheet.picture[round(top + away * (bottom - top)) :]
    elif side == 2:
        sheet.picture = sheet.picture[:, : round(right - away * (right - left))]
    else:
        sheet.picture = sheet.picture[: round(bottom - away * (bottom - top))]
    return _snapshot(sheet)


KINDS: dict[str, Callable[[np.random.Generator, Strokes], bytes]] = {
    "white paper": _white,
    "in the shadow": _shadow,
    "coloured pen": _coloured,
    "pencil": _pencil,
    "chalk on a board": _board,
    "thin line in a large picture": _thin,
    "small, shaken, strong JPEG": _poor,
    "tilted page on a table": _tilted,
    "phone turned": _phone,
    "page turned by a quarter": _quarter,
    "12-bit scan": _twelve_bits,
    "ruled paper": _ruled,
    "squared paper": _squared,
    "red margin line": _margin,
    "in a box": _boxed,
    "yellow marker": _yellow,
    "hollow": _hollow,
    "underlined": _underlined,
    "crossed out": _crossed_out,
    "cut by the picture’s edge": _cut,
}
