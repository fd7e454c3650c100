"""A kernel that slides over a digit: by hand, with the arrow keys, or by itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from digitlab import colours
from digitlab.inside.convolution import convolve, frame

_HERE = Path(__file__)
_component = st.components.v2.component(
    "digitlab_sliding",
    html=(
        '<div class="all"><div class="digit"><p class="title">Your digit</p>'
        '<canvas class="input" tabindex="0" role="application" aria-roledescription="digit under a kernel" '
        'aria-label="Slide the kernel with the arrow keys"></canvas></div>'
        '<div class="sums"><p class="title">Pixel × weight</p><table></table><p class="sum"></p>'
        '<button type="button" class="play">Play</button></div>'
        '<div class="result"><p class="title">All sums</p><canvas class="output" role="img" '
        'aria-label="The result of the convolution"></canvas><p class="place"></p></div></div>'
    ),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


def sliding(
    picture: np.ndarray,
    kernel: np.ndarray,
    stride: int,
    padding: str,
    *,
    key: str,
    on_change: Callable[[list[float]], None],
) -> None:
    """`picture` is float (28, 28) in [0, 1], `kernel` float (3, 3). Sliding happens in the browser;
    `on_change` hears of a new kernel, nine numbers row by row."""

    def changed() -> None:
        weights = st.session_state[key].kernel
        if not isinstance(weights, list) or len(weights) != kernel.size:
            return  # it comes from the browser
        if all(isinstance(weight, int | float) and abs(weight) <= 99 for weight in weights):
            on_change([float(weight) for weight in weights])

    before, after = frame(len(picture), len(kernel), stride, padding)
    _component(
        key=key,
        data={
            "picture": np.round(np.pad(picture, (before, after)), 3).tolist(),
            "frame": [before, after],
            "kernel": np.round(kernel, 4).tolist(),
            "output": np.round(convolve(picture, kernel, stride, padding), 4).tolist(),
            "stride": stride,
            "colours": [list(colours.RIGHT), list(colours.WRONG)],
        },
        on_kernel_change=changed,
    )
