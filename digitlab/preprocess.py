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

from digitlab import clutter, paper
from digitlab.clutter import Cleared
from digitlab.errors import PictureError
from digitlab.ink import border, depth_of, mask_of, middle_line, resized, shrink, stroke_width
from digitlab.paper import MIN_CONTRAST

MIN_SIDE, MAX_SIDE = 8, 4096  # pixels, of a picture's width and height
FIELD, BOX = 28, 20  # MNIST's picture, and the box in it that the digit fills
CENTRE = 14  # row and column of the centre of mass, as measured on MNIST's training images
PEN_WIDTH = 2.6  # pixels of the 28x28 picture: the median over MNIST's training images

_DRAWN = 280  # pixels: a grey picture no larger than the pad is a drawing
_FINE = 6  # the digit is shaped at this many times the final resolution, then averaged down
_LONGER = BOX * _FINE - (_FINE - 1)  # so long, it touches 20 pixels at most, wherever its centre falls
_WORK_SIDE = 200  # pixels of the crop's longer side: enough for the thinnest pen, little to compute
_THIN = 3  # pixels: a thinner line in a photo is broken by its own soft edges, or lost in being shrunk


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
    doubt: str | None = None  # why it may be misread, in a sentence

    @cached_property
    def box(self) -> np.ndarray:
        """(<=20, <=20), up to 28 without the box: scaled, anti-aliased."""
        return self.centred if self.fine is self.ink else _averaged(self.fine)


class Doubtful(np.ndarray):
    """What a model sees of a photo that may well be misread, and why: whoever asks a model for its answer
    passes that on without knowing."""

    doubt: str | None = None  # a sentence


def to_mnist(image: np.ndarray) -> np.ndarray | None:
    """The 28x28 picture that a model sees, float32 in [0, 1], ink bright on black; None without ink.

    `image` is uint8, (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA, sides from 8 to 4096 pixels, with
    the ink on any paper: light on dark or dark on light, transparent, or unevenly lit as in a photo. Where a
    photo shows that it may be misread, the picture is a Doubtful one. Raises PictureError for anything else.
    """
    steps = trace(image)
    if steps is None:
        return None
    if steps.doubt is None:
        return steps.centred
    seen = steps.centred.view(Doubtful)
    seen.doubt = steps.doubt
    return seen


def trace(image: np.ndarray, settings: Settings = Settings()) -> Steps | None:
    """As `to_mnist`, with the pictures in between; None without ink. Raises PictureError."""
    found = _ink(_checked(image))
    if found is None:
        return None
    ink, doubt = found
    if not settings.crop:
        whole = cv2.resize(ink, (FIELD, FIELD), interpolation=cv2.INTER_AREA)
        return Steps(ink, ink, ink, whole, doubt)
    whole = _thick(_cut_out(ink))
    crop, shape = _shaped(whole, settings)
    while not shape.any():
        whole = cv2.dilate(whole, np.ones((3, 3)))
        crop, shape = _shaped(whole, settings)
    return Steps(ink, crop, shape, _placed(shape, settings.centre), doubt)


def _shaped(crop: np.ndarray, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """The part with ink in it, and its fine shape, as in `Steps`."""
    crop = resized(crop, _WORK_SIDE / max(crop.shape))
    if not mask_of(crop).any():  # a hair, lost in being shrunk
        return crop, crop[:0]
    if settings.despeck:
        crop = _cut_out(_without_specks(crop))
    longer = _LONGER if settings.box else FIELD * _FINE
    return crop, _fine_shape(crop, longer, PEN_WIDTH if settings.pen_width else None)


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


def _ink(image: np.ndarray) -> Cleared | None:
    """How much each pixel differs from the paper: float32 (H, W) in [0, 1], or None without ink. What the pad
    draws stays as it is; a photo or a scan may have more on it than the digit."""
    if image.ndim == 3 and image.shape[2] == 4:
        alpha = image[:, :, 3]
        if np.median(border(alpha)) < 128:  # transparent paper: whatever is opaque is ink
            return Cleared(ink, None) if (ink := _scaled(alpha)) is not None else None
        image = image[:, :, :3]
    difference = paper.from_border(image)
    is_even = paper.is_even(difference)
    is_drawn = image.ndim == 2 and max(image.shape) <= _DRAWN
    if is_even and (is_drawn or min(image.shape[:2]) < paper.PHOTO_SIDE):
        return Cleared(ink, None) if (ink := _scaled(difference)) is not None else None
    if is_even and difference.max() < MIN_CONTRAST:
        return None
    image, difference = (shrink(of, paper.WORK_SIDE) for of in (image, difference))
    from_border = is_even and not paper.is_table(difference)
    left, doubt = clutter.cleared(difference if from_border else paper.from_photo(image))
    if not left.any():
        return None
    if stroke_width(left > 0) < _THIN:
        left = cv2.dilate(left, np.ones((3, 3)))
    usual = np.float32(np.percentile(left[left > 0], 80))
    return Cleared(np.minimum(left / usual, 1), doubt)


def _scaled(difference: np.ndarray) -> np.ndarray | None:
    strongest = int(difference.max())
    if strongest < MIN_CONTRAST:
        return None
    return np.divide(difference, np.float32(strongest), dtype=np.float32)


# --- shape: crop, stray dots, pen width, box ---------------------------------------------------------


def _cut_out(ink: np.ndarray) -> np.ndarray:
    """The rectangle with the ink in it, and a pixel around for its soft edge."""
    x, y, width, height = cv2.boundingRect(mask_of(ink))
    return ink[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1]


def _thick(crop: np.ndarray) -> np.ndarray:
    """The crop with its lines so thick that they outlast being shrunk."""
    times = max(crop.shape) / _WORK_SIDE
    if times < 2:  # as on the pad
        return crop
    more = _THIN * times - stroke_width(crop)
    return cv2.dilate(crop, np.ones((round(more) + 1,) * 2)) if more > 0.5 else crop


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """A stray dot is no longer than the pen is wide, and a small part of the ink."""
    mask = mask_of(ink)
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
    longer = max(cv2.boundingRect(mask_of(crop))[2:])
    width = stroke_width(crop)
    if pen_width is None or longer < 2 * width:  # a blob is not made of strokes
        scale, grow = side / _FINE / longer, 0.0
    else:  # the ends of the strokes move with their edges, so the middle lines fill the rest
        scale = (side / _FINE - pen_width) / (longer - width)
        grow = (pen_width - width * scale) / 2
    shape = resized(crop, scale * _FINE)
    if pen_width is not None and grow:
        shape = _redrawn(shape, grow * _FINE, pen_width * _FINE / 2)
    x, y, width, height = cv2.boundingRect(mask_of(shape))
    # rounding may leave a row too many
    return shape[y : y + min(height, side), x : x + min(width, side)]


def _redrawn(shape: np.ndarray, grow: float, radius: float) -> np.ndarray:
    """The shape with its edge moved outwards by `grow` pixels (inwards if negative), by the distance to
    the edge, so that it works in fractions of a pixel. Where a stroke is thinner than the others,
    its middle line is kept and drawn with a pen of `radius`, so that nothing falls apart."""
    margin = int(np.ceil(max(grow, 0))) + 2
    shape = cv2.copyMakeBorder(shape, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    mask = mask_of(shape)
    depth, gap = depth_of(mask), cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    # a pixel next to the edge has distance 1, although its middle is half a pixel away
    moved = np.where(mask, depth, 1 - gap) + grow
    if grow < 0:
        off_line = 1 - (middle_line(depth) & (depth > radius / 2)).astype(np.uint8)
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
