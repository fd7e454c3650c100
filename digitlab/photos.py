"""A picture file from a stranger -> pixels. Its header is read before anything decodes it."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from digitlab.errors import PictureError

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 6 * 1024 * 1024  # as server.maxUploadSize
MAX_PIXELS = 50_000_000  # today's largest phone cameras; decoded shrunk, never whole, if it is a JPEG
_SIDE = 1024  # pixels of the longer side: enough for any pen


def decode(content: bytes) -> np.ndarray:
    """The picture, upright, its longer side at most 1024 pixels: uint8 (H, W, 3) RGB, or (H, W, 4)
    RGBA if it has transparency. Raises PictureError."""
    if len(content) > MAX_BYTES:
        raise PictureError(f"This file is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow's own suspicion of a bomb, among others
            image = Image.open(io.BytesIO(content), formats=FORMATS)  # reads the header only
            width, height = image.size
            if width * height > (MAX_PIXELS if image.format == "JPEG" else MAX_PIXELS // 3):
                raise PictureError(f"This picture is too large: {width} × {height} pixels.")
            image.draft("RGB", (_SIDE, _SIDE))  # a JPEG can be decoded at a fraction of its size
            image = ImageOps.exif_transpose(image)
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
            image.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    except PictureError:
        raise
    except Exception as error:  # a decoder fails in many ways on what strangers send
        raise PictureError("This file is not a picture that can be read: use PNG, JPEG or WebP.") from error
    return np.asarray(image)
