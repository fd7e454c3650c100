"""Any picture of a digit -> the 28x28 picture that a model sees, made the way MNIST was made.

MNIST (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document recognition",
and http://yann.lecun.com/exdb/mnist/): the digit is scaled into a 20x20 box with its aspect ratio kept
and its edges anti-aliased, then shifted so that its centre of mass is the centre of a 28x28 field.
To that we add what MNIST's scanner and its writers did for it: find the ink on whatever paper, forget
stray dots, and bring the pen to the width that MNIST's pens have.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from digitlab.errors import PictureError

MIN_SIDE, MAX_SIDE = 8, 4096  # pixels, of a picture's width and height
FIELD, BOX = 28, 20  # MNIST's picture, and the box in it that the digit fills
CENTRE = 14  # row and column of the centre of mass, as measured on MNIST's training images
PEN_WIDTH = 2.6  # pixels of the 28x28 picture: the median over MNIST's training images

_FINE = 6  # the digit is shaped at this many times the final resolution, then averaged down
_LONGER = BOX * _FINE - (_FINE - 1)  # so long, it touches 20 pixels at most, wherever its centre falls
_MIN_CONTRAST = 24  # grey levels (of 255) between ink and paper; less is no ink but dust
_WORK_SIDE = 200  # pixels of the crop's longer side: enough for the thinnest pen, little to compute


@dataclass(frozen=True)
class Settings:
    """Which steps run. All of them do for the models; a page or an ablation switches some off."""

    crop: bool = True  # cut out the ink; off: shrink the whole picture, and no other step runs
    box: bool = True  # scale it into 20x20 pixels; off: it fills 28x28, up to the edges
    despeck: bool = True  # forget stray dots
    pen_width: bool = True  # bring the strokes to MNIST's width
    centre: bool = True  # by mass; off: the box stands in the middle


@dataclass(frozen=True)
class Steps:
    """The pictures on the way, float32 in [0, 1], ink bright on black."""

    ink: np.ndarray  # (H, W) how different from the paper each pixel is
    crop: np.ndarray  # (h, w) the part with ink in it, stray dots gone
    fine: np.ndarray  # scaled, strokes at MNIST's width, at six times the final resolution
    centred: np.ndarray  # (28, 28) what the model sees

    @cached_property
    def box(self) -> np.ndarray:
        """(<=20, <=20), up to 28 without the box: scaled, anti-aliased."""
        return self.centred if self.fine is self.ink else _averaged(self.fine)


def to_mnist(image: np.ndarray) -> np.ndarray | None:
    """The 28x28 picture that a model sees, float32 in [0, 1], ink bright on black; None without ink.

    `image` is uint8, (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, sides from 8 to 4096 pixels, with
    the ink on any paper: light on dark or dark on light, transparent, or unevenly lit as in a photo.
    Raises PictureError for anything else.
    """
    steps = trace(image)
    return None if steps is None else steps.centred


def trace(image: np.ndarray, settings: Settings = Settings()) -> Steps | None:
    """As `to_mnist`, with the pictures in between; None without ink. Raises PictureError."""
    ink = _ink(_checked(image))
    if ink is None:
        return None
    if not settings.crop:
        whole = cv2.resize(ink, (FIELD, FIELD), interpolation=cv2.INTER_AREA)
        return Steps(ink, ink, ink, whole)
    crop = _cut_out(ink)
    crop = _resized(crop, _WORK_SIDE / max(crop.shape))
    if settings.despeck:
        crop = _cut_out(_without_specks(crop))
    longer = _LONGER if settings.box else FIELD * _FINE
    shape = _fine_shape(crop, longer, PEN_WIDTH if settings.pen_width else None)
    return Steps(ink, crop, shape, _placed(shape, settings.centre))


def _checked(image: np.ndarray) -> np.ndarray:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise PictureError("A picture must be an array of bytes (uint8).")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise PictureError(f"A picture must be grey, RGB or RGBA; this one has the shape {image.shape}.")
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in image.shape[:2]):
        height, width = image.shape[:2]
        raise PictureError(
            f"A picture must be {MIN_SIDE} to {MAX_SIDE} pixels wide and high; "
            f"this one is {width} × {height}."
        )
    return image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image


# --- ink: what differs from the paper ---------------------------------------------------------------


def _ink(image: np.ndarray) -> np.ndarray | None:
    """How much each pixel differs from the paper: float32 (H, W) in [0, 1], or None without ink."""
    if image.ndim == 3 and image.shape[2] == 4:
        alpha = image[:, :, 3]
        if np.median(_border(alpha)) < 128:  # transparent paper: whatever is opaque is ink
            return _scaled(alpha)
        image = image[:, :, :3]
    paper = _median(_border(image))
    difference = cv2.absdiff(image, np.broadcast_to(paper.astype(np.uint8), image.shape))
    if difference.ndim == 3:  # the channel that shows it best: red on green has no grey contrast
        difference = difference.max(axis=2)
    is_photo = min(image.shape[:2]) >= 64 and np.mean(_border(difference) <= 6) < 0.6
    return _photo_ink(image) if is_photo else _scaled(difference)


def _border(image: np.ndarray) -> np.ndarray:
    """The outermost pixels, (N,) or (N, channels)."""
    return np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])


def _median(values: np.ndarray) -> np.ndarray:
    """As np.median along the first axis, (N, ...), float32, but in a fifth of its time."""
    ordered = np.sort(values, axis=0).astype(np.float32)
    return (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2


def _scaled(difference: np.ndarray) -> np.ndarray | None:
    strongest = int(difference.max())
    if strongest < _MIN_CONTRAST:
        return None
    return np.divide(difference, np.float32(strongest), dtype=np.float32)


def _photo_ink(image: np.ndarray) -> np.ndarray | None:
    """Ink on unevenly lit paper: the paper is the median of a wide neighbourhood, in which any pen
    is a minority; noise is what remains of it."""
    image = shrink(image, 1024)
    grey = cv2.GaussianBlur(image, (3, 3), 0)
    grey = grey if grey.ndim == 2 else cv2.cvtColor(grey, cv2.COLOR_RGB2GRAY)
    small = shrink(grey, 160)
    paper = cv2.GaussianBlur(cv2.medianBlur(small, 81), (0, 0), 4)
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    difference = grey.astype(np.int16) - paper
    noise = 1.4826 * np.median(np.abs(difference))
    floor = max(_MIN_CONTRAST, 5 * noise)
    darker, lighter = np.clip(-difference - floor, 0, None), np.clip(difference - floor, 0, None)
    ink = (darker if darker.sum() >= lighter.sum() else lighter).astype(np.float32)
    ink = _without_frame(ink)
    if not ink.any():
        return None
    return np.clip(ink / np.percentile(ink[ink > 0], 80), 0, 1)


def _without_frame(ink: np.ndarray) -> np.ndarray:
    """A photo shows the table's edge and the page's rules, too: what touches the picture's border
    goes, unless nothing else is there."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8))
    at_border = np.unique(_border(labels))
    inner = np.setdiff1d(np.arange(1, count), at_border)
    if len(inner) == 0 or stats[inner, cv2.CC_STAT_AREA].max() < 64:
        return ink
    return np.where(np.isin(labels, inner), ink, 0)


# --- shape: crop, stray dots, pen width, box ---------------------------------------------------------


def _cut_out(ink: np.ndarray) -> np.ndarray:
    """The rectangle with the ink in it, and a pixel around for its soft edge."""
    x, y, width, height = cv2.boundingRect(_mask(ink))
    return ink[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1]


def _mask(ink: np.ndarray) -> np.ndarray:
    return (ink >= 0.5).view(np.uint8)


def shrink(image: np.ndarray, side: int) -> np.ndarray:
    """The image with its longer side at most `side` pixels."""
    return _resized(image, min(1, side / max(image.shape[:2])))


def _resized(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    size = [max(1, round(length * scale)) for length in image.shape[1::-1]]
    kernel = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(image, size, interpolation=kernel)


def stroke_width(ink: np.ndarray) -> float:
    """Width of the pen in pixels: twice the typical distance from a stroke's middle line to its edge.

    `ink` is float (H, W) in [0, 1].
    """
    distance = _depth(_mask(ink))
    middle = _middle_line(distance)
    return max(1.0, 2 * float(_median(distance[middle])) - 1) if middle.any() else 1.0


def _depth(mask: np.ndarray) -> np.ndarray:
    """How far each pixel is from the nearest pixel outside the mask; beyond the picture is outside."""
    framed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]


def _middle_line(depth: np.ndarray) -> np.ndarray:
    """Where the depth is a local maximum."""
    return (depth >= cv2.dilate(depth, np.ones((3, 3)))) & (depth > 0)


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """A stray dot is no longer than the pen is wide, and a small part of the ink."""
    mask = _mask(ink)
    if cv2.connectedComponents(mask)[0] <= 2:  # the paper and one piece, told fast
        return ink
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, ltype=cv2.CV_16U)
    longest = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    area = stats[1:, cv2.CC_STAT_AREA]
    speck = (longest <= 1.6 * stroke_width(ink)) & (area <= 0.08 * area.sum())
    gone = np.isin(labels, 1 + np.flatnonzero(speck)).astype(np.uint8)
    return np.where(cv2.dilate(gone, np.ones((3, 3))) > 0, 0, ink)  # with its soft edge


def _fine_shape(crop: np.ndarray, side: int, pen_width: float | None) -> np.ndarray:
    """The crop scaled so that its longer side is `side`, at six times the final resolution, so that all that
    follows is one averaging and blurs nothing twice; its pen `pen_width` final pixels wide."""
    longer = max(cv2.boundingRect(_mask(crop))[2:])
    width = stroke_width(crop)
    if pen_width is None or longer < 2 * width:  # a blob is not made of strokes
        scale, grow = side / _FINE / longer, 0.0
    else:  # the ends of the strokes move with their edges, so the middle lines fill the rest
        scale = (side / _FINE - pen_width) / (longer - width)
        grow = (pen_width - width * scale) / 2
    shape = _resized(crop, scale * _FINE)
    if pen_width is not None and grow:
        shape = _redrawn(shape, grow * _FINE, pen_width * _FINE / 2)
    x, y, width, height = cv2.boundingRect(_mask(shape))
    # rounding may leave a row too many
    return shape[y : y + min(height, side), x : x + min(width, side)]


def _redrawn(shape: np.ndarray, grow: float, radius: float) -> np.ndarray:
    """The shape with its edge moved outwards by `grow` pixels (inwards if negative), by the distance to
    the edge, so that it works in fractions of a pixel. Where a stroke is thinner than the others,
    its middle line is kept and drawn with a pen of `radius`, so that nothing falls apart."""
    margin = int(np.ceil(max(grow, 0))) + 2
    shape = cv2.copyMakeBorder(shape, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    mask = _mask(shape)
    depth, gap = _depth(mask), cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    # a pixel next to the edge has distance 1, although its middle is half a pixel away
    moved = np.where(mask, depth, 1 - gap) + grow
    if grow < 0:
        off_line = 1 - (_middle_line(depth) & (depth > radius / 2)).astype(np.uint8)
        if off_line.all():
            return np.clip(moved, 0, 1)
        to_line = cv2.distanceTransform(off_line, cv2.DIST_L2, cv2.DIST_MASK_5)
        moved = np.maximum(moved, np.minimum(radius + 0.5 - to_line, depth))
    return np.clip(moved, 0, 1)


def _averaged(fine: np.ndarray) -> np.ndarray:
    """From six times the resolution to the final one, the shape in the middle of whole pixels."""
    rows, columns = (-(-length // _FINE) for length in fine.shape)
    top, left = (rows * _FINE - fine.shape[0]) // 2, (columns * _FINE - fine.shape[1]) // 2
    return _on_field(fine, rows, columns, top, left)


def _placed(fine: np.ndarray, by_mass: bool) -> np.ndarray:
    """The shape in the 28x28 field, its centre of mass, or else its box, in the middle."""
    height, width = fine.shape
    side = FIELD * _FINE
    top, left = (side - height) / 2, (side - width) / 2
    if by_mass:
        moments = cv2.moments(fine)
        middle = CENTRE * _FINE + (_FINE - 1) / 2
        top, left = middle - moments["m01"] / moments["m00"], middle - moments["m10"] / moments["m00"]
    top, left = (round(min(max(at, 0), side - n)) for at, n in ((top, height), (left, width)))
    return _on_field(fine, FIELD, FIELD, top, left)


def _on_field(fine: np.ndarray, rows: int, columns: int, top: int, left: int) -> np.ndarray:
    """A black field of rows x columns final pixels with the shape put on it, averaged down."""
    field = np.zeros((rows * _FINE, columns * _FINE), np.float32)
    field[top : top + fine.shape[0], left : left + fine.shape[1]] = fine
    return cv2.resize(field, (columns, rows), interpolation=cv2.INTER_AREA)
