"""Arrays as pictures that a page can hold."""

import base64

import cv2
import numpy as np

from digitlab import colours
from ui.markup import Markup, joined, markup

FIRST_LIGHT = 119  # greys from here on are read with black on them, darker ones with white: 4.5:1 (WCAG 2)


def data_url(image: np.ndarray) -> str:
    """A PNG in a URL: no second request, nothing kept on the server. `image` is uint8
    (H, W), or (H, W, 3) in the order blue, green, red."""
    _, png = cv2.imencode(".png", image)
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode("ascii")


def tinted(values: np.ndarray, strongest: float | None = None) -> np.ndarray:
    """Blue where a number is positive, orange where it is negative, dark where it is nothing: uint8
    (..., 3), as `data_url` wants. `strongest` gets the full colour; without it, the largest of the values."""
    values = np.asarray(values, np.float32)
    strongest = strongest or float(np.abs(values).max()) or 1.0
    share = np.clip(values / strongest, -1, 1)[..., None]
    ends = np.where(share > 0, np.array(colours.RIGHT[::-1]), np.array(colours.WRONG[::-1]))
    return np.round(24 + np.sqrt(np.abs(share)) * (ends - 24)).astype(np.uint8)


def overlaid(values: np.ndarray, picture: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Blue and orange as `tinted` has them, but laid over a picture, float (H, W) in [0, 1], which stays
    visible where the numbers are small: uint8 (H, W, 3). Numbers below `least` never get the full colour."""
    strongest = max(least, float(np.abs(values).max())) or 1.0
    share = np.abs(values / strongest)[..., None]
    ends = np.where(values[..., None] > 0, np.array(colours.RIGHT[::-1]), np.array(colours.WRONG[::-1]))
    ink = 24 + 150 * np.clip(picture, 0, 1)[..., None]
    return np.round(ink + share * (ends - ink)).astype(np.uint8)


def grey(picture: np.ndarray) -> np.ndarray:
    """Float in [0, 1] as uint8."""
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def number_table(values: np.ndarray, label: str, marked: int | None = None) -> Markup:
    """Pixel values, uint8 (H, W), each on its own grey; `label` names the table for a screen reader, `marked`
    is the column of a number to point at. It can be scrolled sideways where there is no room."""

    def cell(value: int, column: int) -> Markup:
        return markup(
            '<td class="{look}" style="--grey:{value}">{value}</td>',
            look=f"{'on-light' if value >= FIRST_LIGHT else ''} {'here' if column == marked else ''}".strip(),
            value=value,
        )

    rows = joined(
        markup("<tr>{cells}</tr>", cells=joined(cell(int(value), i) for i, value in enumerate(row)))
        for row in values
    )
    return markup(
        '<div class="number-table" tabindex="0" role="region" aria-label="{label}">'
        "<table>{rows}</table></div>",
        label=label,
        rows=rows,
    )
