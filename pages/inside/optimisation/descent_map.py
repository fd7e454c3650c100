"""A loss surface from above, and optimisers that walk on it. Steps and play live in the browser."""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from digitlab.inside.optimisation import FOLLOW_GRADIENT, Surface, grid
from ui.pictures import data_url

_HERE = Path(__file__)
_SIDE, _SHADES = 480, 16
_LOW, _HIGH = np.array((38, 66, 120)), np.array((226, 232, 240))  # deep in the valley, up on the hill
_component = st.components.v2.component(
    "digitlab_descent",
    html=(
        '<div class="map" tabindex="0" role="application" aria-roledescription="loss surface" '
        'aria-label="The surface from above. Press it to start somewhere else, or Shift and an arrow key; '
        'arrow keys alone go from step to step.">'
        '<canvas></canvas></div><div class="legend"></div>'
        '<div class="controls"><button type="button" class="play">Play</button>'
        '<button type="button" class="step">One step</button>'
        '<input type="range" min="0" value="0" aria-label="Step"></div>'
        '<p class="words" aria-live="polite"></p>'
    ),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
)


@st.cache_data(max_entries=8, show_spinner=False)
def _seen_from_above(title: str, _surface: Surface) -> str:
    """Bands of equal height, narrower near the ground."""
    heights = grid(_surface)
    heights = np.log(heights - heights.min() + 0.02 * np.ptp(heights))
    heights = cv2.resize(heights, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
    share = np.floor((heights - heights.min()) / np.ptp(heights) * _SHADES) / _SHADES
    shades = _LOW + share[..., None] * (_HIGH - _LOW)
    return data_url(cv2.convertScaleAbs(shades[..., ::-1]))


def descent_map(
    surface: Surface,
    paths: Mapping[str, np.ndarray],
    colours: Mapping[str, str],
    *,
    key: str,
    on_start: Callable[[float, float], None],
) -> None:
    """`paths` are float (steps + 1, 2), by the optimiser's name. `on_start` hears of a point that was
    pressed."""

    def started() -> None:
        point = st.session_state[key].start
        # it comes from the browser
        if isinstance(point, list) and len(point) == 2 and all(isinstance(n, int | float) for n in point):
            inside = [
                float(np.clip(n, c - surface.reach, c + surface.reach))
                for n, c in zip(point, surface.centre, strict=True)
            ]
            on_start(inside[0], inside[1])

    _component(
        key=key,
        data={
            "picture": _seen_from_above(surface.title, surface),
            "centre": list(surface.centre),
            "reach": surface.reach,
            "walks": [
                {
                    "name": name,
                    "colour": colours[name],
                    "points": np.round(path, 4).tolist(),
                    "heights": np.round(surface.height(path), 4).tolist(),
                    "gradients": np.round(surface.gradient(path), 4).tolist()
                    if name in FOLLOW_GRADIENT
                    else None,
                }
                for name, path in paths.items()
            ],
        },
        on_start_change=started,
    )
