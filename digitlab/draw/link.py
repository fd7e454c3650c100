"""A drawing as a short text, so that a link can hold it: ?drawing=1JAQ...

The text is the version, "1", then base64 for URLs without padding (RFC 4648, section 5). What it packs are
varints, 7 bits in a byte, the lowest first, as in Protocol Buffers. Each stroke is its width, how many points
it has, its first point, and for each further point how far it is from the one before; numbers that may be
negative are zigzagged (0, -1, 1, -2 ... become 0, 1, 2, 3 ...). The unit is a quarter of a pixel.

ui/pad/browser/drawing.js does the same in the browser; tests/corpus/drawings.json holds both to it.
"""

import binascii
import cmath
import math
import re
from collections.abc import Sequence
from itertools import accumulate

from digitlab.errors import DrawingError
from digitlab.strokes import FAR, MAX_POINTS, MAX_STROKES, PAD_SIZE, Drawing, Stroke

VERSION = "1"
LONGEST = 3_500  # characters; programs that pass links on begin to cut them at about 4,000
TOLERANCES = (0.3, 1.0, 2.0)  # pixels; the finest that fits
_UNITS = 4  # in a pixel
_BYTES = 3  # of a varint, at most: 20,000 pixels, the longest step, are 18 bits once zigzagged


def encode(drawing: Drawing, longest: int = LONGEST) -> str | None:
    """The drawing as a text of at most `longest` characters, or None where it doesn't fit.

    Points that the drawing doesn't need are left out. No line is half a pixel off then; where a drawing
    wouldn't fit otherwise, at most three and a half. Points are float, at most FAR from the pad's corner.
    """
    if len(drawing) > MAX_STROKES or sum(len(stroke.points) for stroke in drawing) > MAX_POINTS:
        return None
    for tolerance in TOLERANCES:
        drawing = tuple(simplified(stroke, tolerance) for stroke in drawing)
        text = pack(drawing)
        if len(text) <= longest:
            return text
    return None


def simplified(stroke: Stroke, tolerance: float) -> Stroke:
    """The stroke with fewer of its points: neither line is anywhere more than `tolerance` pixels from the
    other. From each point that stays, a straight line is pulled on for as long as it passes all points on the
    way closely enough: the cone of Sklansky and Gonzalez (1980), one look at each point. A line that turns
    back keeps its end, which a distance from the endless line, as in Douglas and Peucker's, would lose."""
    points = [complex(x, y) for x, y in stroke.points]
    kept, last = points[:1], points[0]
    start, reach, ahead, low, high = last, 0.0, 1 + 0j, 0.0, 0.0
    for point in points[1:]:
        way = point - start
        length, turn = abs(way), cmath.phase(way * ahead)
        if reach and (length < reach or not low <= turn <= high):
            kept.append(last)
            start, reach, way = last, 0.0, point - last
            length = abs(way)
        if length > tolerance:
            if not reach:
                ahead, turn, low, high = way.conjugate(), 0.0, -4.0, 4.0  # any direction, in radians
            width = tolerance / length  # a little less than its arc sine: the safe side
            reach, low, high = length, max(low, turn - width), min(high, turn + width)
        last = point
    if len(points) > 1:
        kept.append(last)
    return Stroke([(point.real, point.imag) for point in kept], stroke.width)


def pack(drawing: Drawing) -> str:
    """The drawing with all its points, as text of any length. `decode(pack(d))` is d, rounded to quarters of
    a pixel."""
    packed = bytearray()
    for points, width in drawing:
        numbers = [_rounded(width), len(points)]
        x = y = 0
        for right, down in points:
            x, y, was_x, was_y = _rounded(right), _rounded(down), x, y
            numbers += (_zigzag(x - was_x), _zigzag(y - was_y))
        for number in numbers:
            while number > 127:
                packed.append(number & 127 | 128)
                number >>= 7
            packed.append(number)
    text = binascii.b2a_base64(packed, newline=False).decode("ascii")
    return VERSION + text.rstrip("=").translate(_TO_URL)


def decode(text: str, longest: int = LONGEST) -> Drawing:
    """The drawing that the text holds; points and widths are whole quarters of a pixel.

    Raises DrawingError, with a sentence for whoever followed the link, for what `encode` can't have written:
    the text may come from anybody."""
    if len(text) > longest:
        raise _too_long()
    if not text.startswith(VERSION):
        raise DrawingError("The drawing in this link is of a kind that this app doesn’t know.")
    numbers = _numbers(_bytes(text[len(VERSION) :]))
    strokes: list[Stroke] = []
    budget, at = MAX_POINTS, 0
    while at < len(numbers):
        width, count = numbers[at] / _UNITS, numbers[at + 1] if at + 1 < len(numbers) else 0
        start, at = at + 2, at + 2 + 2 * count
        budget -= count
        if not 1 <= width <= PAD_SIZE or not count or at > len(numbers):
            raise _damaged()
        if budget < 0 or len(strokes) == MAX_STROKES:
            raise _too_long()
        strokes.append(Stroke(_points(numbers[start:at]), width))
    return tuple(strokes)


_TO_URL, _FROM_URL = str.maketrans("+/", "-_"), str.maketrans("-_", "+/")


def _damaged() -> DrawingError:
    return DrawingError("The drawing in this link is damaged; perhaps a part of the link is missing.")


def _too_long() -> DrawingError:
    return DrawingError("The drawing in this link is too long.")


def _rounded(pixels: float) -> int:
    return math.floor(pixels * _UNITS + 0.5)  # halves upwards, as JavaScript does


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else ~(number << 1)


def _bytes(text: str) -> bytes:
    if len(text) % 4 == 1 or not re.fullmatch("[A-Za-z0-9_-]*", text):
        raise _damaged()
    return binascii.a2b_base64(text.translate(_FROM_URL) + "=" * (-len(text) % 4))


def _numbers(packed: bytes) -> list[int]:
    numbers: list[int] = []
    number = shift = 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
        elif shift == 7 * _BYTES:
            raise _damaged()
    if shift:  # it ends within a number
        raise _damaged()
    return numbers


def _points(zigzagged: Sequence[int]) -> list[tuple[float, float]]:
    steps = [number >> 1 ^ -(number & 1) for number in zigzagged]
    xs, ys = list(accumulate(steps[::2])), list(accumulate(steps[1::2]))
    if max(map(abs, [*xs, *ys])) > FAR * _UNITS:
        raise _damaged()
    return [(x / _UNITS, y / _UNITS) for x, y in zip(xs, ys, strict=True)]
