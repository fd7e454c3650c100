"""Small pictures with words below, side by side, and the bar that says what their colours mean."""

from collections.abc import Iterable

import numpy as np

from ui.markup import Markup, joined, markup
from ui.pictures import data_url


def figure(image: np.ndarray, caption: Markup | str, alt: str, width: int) -> Markup:
    """`image` is uint8 as `data_url` wants it, shown `width` pixels wide with its pixels to be seen; `alt` is
    empty where the caption says it all."""
    return markup(
        '<figure class="figure" style="width:{width}px"><img src="{url}" alt="{alt}">'
        "<figcaption>{caption}</figcaption></figure>",
        width=width,
        url=data_url(image),
        alt=alt,
        caption=caption,
    )


def row(figures: Iterable[Markup]) -> Markup:
    """Side by side; below each other where there is no room."""
    return markup('<div class="figures">{figures}</div>', figures=joined(figures))


def colour_bar(below: str, middle: str, above: str, *, fades: bool = False) -> Markup:
    """From orange to blue, with words at its ends and in its middle. The middle is dark as in
    `ui.pictures.tinted`; with `fades` it is the page's own background."""
    return markup(
        '<div class="colour-bar"><div class="{look}"></div><span>{below}</span><span>{middle}</span>'
        "<span>{above}</span></div>",
        look="fades" if fades else "dark",
        below=below,
        middle=middle,
        above=above,
    )
