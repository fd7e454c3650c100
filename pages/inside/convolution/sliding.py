"""A kernel that slides over a digit: by hand, with the arrow keys, or by itself."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from digitlab import colours
from digitlab.inside.convolution import convolve, zeros_around
from ui.components import component

_component = component(
    __file__,
    '<div class="all"><div class="digit"><p class="title">Your digit</p>'
    '<canvas class="input" tabindex="0" role="application" aria-roledescription="digit under a kernel" '
    'aria-label="Slide the kernel with the arrow keys"></canvas></div>'
    '<div class="sums"><p class="title">Pixel × weight</p><table></table><p class="sum"></p>'
    '<button type="button" class="play">Play</button></div>'
    '<div class="result"><p class="title">All sums</p><canvas class="output" role="img" '
    'aria-label="The result of the convolution"></canvas><p class="place"></p></div></div>',
)
LARGEST = 99  # that a weight may be, up or down


def sliding(
    picture: np.ndarray,
    kernel: np.ndarray,
    stride: int,
    padding: str,
    *,
    key: str,
    on_change: Callable[[list[float]], None],
) -> None:
    """`picture` is float (28, 28) in [0, 1], with two decimals, `kernel` float (3, 3), with four: so all sums
    that are written out are exact. Sliding happens in the browser; `on_change` hears of a new kernel, nine
    numbers row by row."""

    def changed() -> None:
        weights = st.session_state[key].kernel
        if usable(weights, kernel.size):
            on_change([float(weight) for weight in weights])

    before, after = zeros_around(len(picture), len(kernel), stride, padding)
    _component(
        key=key,
        data={
            "picture": np.round(np.pad(picture, (before, after)), 2).tolist(),
            "zeros": [before, after],
            "kernel": np.round(kernel, 4).tolist(),
            "output": np.round(convolve(picture, kernel, stride, padding), 6).tolist(),
            "stride": stride,
            "colours": [list(colours.RIGHT), list(colours.WRONG)],
        },
        on_kernel_change=changed,
    )


def usable(weights: object, count: int) -> bool:
    """Whether what the browser sent are `count` weights. NaN and infinity are not."""
    return (
        isinstance(weights, list)
        and len(weights) == count
        and all(type(weight) in (int, float) and abs(weight) <= LARGEST for weight in weights)
    )
