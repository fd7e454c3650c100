"""A map of a latent space: dots for digits, and beside it what the decoder draws where the pointer is."""

import numpy as np

from digitlab import colours
from digitlab.caches import once
from digitlab.inside import latent
from digitlab.inside.latent import Places
from ui.components import component
from ui.pictures import data_url

_component = component(
    __file__,
    html=(
        '<div class="both"><div class="map" tabindex="0" role="application" aria-label="Latent space" '
        'aria-roledescription="map of digits"><canvas class="field"></canvas></div>'
        '<div class="card"><canvas class="digit" width="28" height="28" role="img" '
        'aria-label="What the decoder draws here"></canvas><p aria-live="polite"></p></div></div>'
        '<div class="legend"></div>'
    ),
)


@once(maxsize=1)
def _sheet() -> str:
    return data_url(latent.sheet())


def latent_map(digits: Places, mine: np.ndarray, *, as_pictures: bool, key: str) -> None:
    """`mine` is the code of my digit, float (2,). The map shows the dots of `digits`, or what is drawn
    everywhere (`as_pictures`). All that moves, moves in the browser."""
    _component(
        key=key,
        data={
            "sheet": _sheet(),
            "side": latent.SIDE,
            "span": latent.SPAN,
            "answers": latent.answers().tolist(),
            "labels": digits.labels.tolist(),
            "places": np.round(latent.on_map(digits.codes), 4).tolist(),
            "mine": np.round(latent.on_map(mine[None])[0], 4).tolist(),
            "colours": list(colours.DIGITS),
            "mark": colours.css(colours.RIGHT),
            "asPictures": as_pictures,
        },
    )
