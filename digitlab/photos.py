"""A picture file from a stranger -> pixels. Its header is read before anything decodes it."""

import io
import math

import numpy as np
from PIL import Image, ImageOps

from digitlab.errors import PictureError
from digitlab.preprocess import MIN_SIDE

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 6 * 1024 * 1024  # as server.maxUploadSize
MAX_PIXELS = 50_000_000  # today's largest phone cameras; decoded shrunk, never whole, if it is a JPEG
_SIDE = 1024  # pixels of the longer side: enough for any pen
_FEWEST_BITS = 12  # of a scanner that writes 16
_MAX_SCANS = 200  # a progressive JPEG has about ten, and each goes over the whole picture


def decode(content: bytes) -> np.ndarray:
    """The picture, upright, its longer side at most 1024 pixels: uint8 (H, W, 3) RGB, or (H, W, 4)
    RGBA if it has transparency. Raises PictureError."""
    if len(content) > MAX_BYTES:
        raise PictureError(f"This file is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)  # reads the header only
        size = image.size
        _check(image, content)
        shrink = min(1, _SIDE / max(size))  # a JPEG can be decoded at a fraction of its size
        image.draft("RGB", (math.ceil(size[0] * shrink), math.ceil(size[1] * shrink)))
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I;16"):  # a scanner's 16 bits: Pillow would clip them to 8
            image = Image.fromarray(_of_8_bits(np.asarray(image)))
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    except PictureError:
        raise
    except Exception as error:  # a decoder fails in many ways on what strangers send
        raise PictureError("This file is not a picture that can be read: use PNG, JPEG or WebP.") from error
    if min(image.size) < MIN_SIDE:
        raise PictureError(f"This picture is too small or too narrow: {size[0]} × {size[1]} pixels.")
    return np.asarray(image)


def _of_8_bits(grey: np.ndarray) -> np.ndarray:
    """The upper 8 of the bits that are used: many a scanner has 12, or 14."""
    used = max(_FEWEST_BITS, int(grey.max()).bit_length())
    return (grey >> (used - 8)).astype(np.uint8)


def _check(image: Image.Image, content: bytes) -> None:
    """Refuse what would take much memory or time to decode."""
    width, height = image.size
    shrinkable = image.format in ("JPEG", "MPO") and not image.info.get("progressive")  # MPO: as iPhones do
    if width * height > (MAX_PIXELS if shrinkable else MAX_PIXELS // 3):
        raise PictureError(f"This picture is too large: {width} × {height} pixels.")
    if image.info.get("progressive") and content.count(b"\xff\xda") > _MAX_SCANS:
        raise PictureError("This JPEG would take too long to read: save it as an ordinary one.")
