"""A film of small pictures that plays in the browser, beside the way that it takes over a map."""

import numpy as np

from ui.components import component
from ui.pictures import data_url

_component = component(
    __file__,
    html=(
        '<div class="screens"><canvas class="picture" width="28" height="28" role="img" '
        'aria-label="The film"></canvas><canvas class="way" width="400" height="400" role="img" '
        'aria-label="The way over the map"></canvas></div><div class="controls">'
        '<button type="button"></button><input type="range" min="0" aria-label="Picture of the film">'
        "<output></output></div>"
    ),
)


def film(frames: np.ndarray, places: np.ndarray, per_second: float, *, key: str) -> None:
    """`frames` is uint8 (N, 28, 28); `places` float (N, 2), x and y from 0 to 1."""
    _component(
        key=key,
        data={
            "strip": data_url(np.hstack(list(frames))),
            "places": np.round(places, 4).tolist(),
            "pause": 1000 / per_second,
        },
    )
