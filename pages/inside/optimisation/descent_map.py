"""A loss surface from above, and optimisers that walk on it. Steps and play live in the browser."""

import math
from collections.abc import Callable, Mapping

import cv2
import numpy as np
import streamlit as st
from PIL import ImageColor

from digitlab.caches import once
from digitlab.inside import charts, optimisation
from digitlab.inside.optimisation import Surface, grid
from ui.components import component
from ui.pictures import data_url

_SIDE, _SHADES = 480, 16
_component = component(
    __file__,
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
)


@once(maxsize=8)
def _seen_from_above(surface: Surface) -> str:
    """Bands of equal height, narrower near the ground."""
    heights = grid(surface)
    heights = np.log(heights - heights.min() + 0.02 * np.ptp(heights))
    heights = cv2.resize(heights, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
    share = np.floor((heights - heights.min()) / np.ptp(heights) * _SHADES) / _SHADES
    low, high = (np.array(ImageColor.getrgb(colour)) for colour in (charts.VALLEY, charts.HILL))
    shades = low + share[..., None] * (high - low)
    return data_url(cv2.convertScaleAbs(shades[..., ::-1]))


def descent_map(
    surface: Surface,
    ways: Mapping[str, optimisation.Path],
    colours: Mapping[str, str],
    *,
    key: str,
    on_start: Callable[[float, float], None],
) -> None:
    """`ways` and `colours` are by the optimiser's name. `on_start` hears of a point that was pressed."""

    def started() -> None:
        if point := place(st.session_state[key].start, surface):
            on_start(*point)

    _component(
        key=key,
        data={
            "picture": _seen_from_above(surface),
            "centre": list(surface.centre),
            "reach": surface.reach,
            "batches": "SGD" in ways,
            "walks": [
                {
                    "name": name,
                    "colour": colours[name],
                    "points": np.round(way.points, 4).tolist(),
                    "heights": np.round(way.heights, 4).tolist(),
                    "gradients": None if way.gradients is None else np.round(way.gradients, 4).tolist(),
                }
                for name, way in ways.items()
            ],
        },
        on_start_change=started,
    )


def place(value: object, surface: Surface) -> tuple[float, float] | None:
    """What the browser sent, as a point on the surface; None where it is no point."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(type(number) in (int, float) and math.isfinite(number) for number in value):
        return None
    x, y = np.clip(value, np.array(surface.centre) - surface.reach, np.array(surface.centre) + surface.reach)
    return float(x), float(y)
