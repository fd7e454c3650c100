"""A map of digits: a dot for each, and the digit under the pointer, large, beside it."""

import numpy as np

from digitlab import colours, data
from digitlab.data import once_each, tsne_map
from digitlab.data.tsne_map import DataMap
from ui.components import component
from ui.pictures import data_url

_COLUMNS = 60  # digits in a row of the sheet that goes to the browser
_component = component(
    __file__,
    '<div class="whole"><div class="map" tabindex="0" role="application" '
    'aria-roledescription="map of digits" aria-label="Map of digits: the arrow keys walk from dot to dot">'
    '<canvas class="dots"></canvas></div><div class="card"><canvas class="digit" width="112" height="112" '
    'role="img" aria-label="The chosen digit"></canvas><p aria-live="polite"></p></div>'
    '<div class="legend" role="group" aria-label="Show one digit alone"></div></div>',
)


def sheet(images: np.ndarray) -> np.ndarray:
    """All pictures, uint8 (N, 28, 28), in one."""
    count = -(-len(images) // _COLUMNS) * _COLUMNS
    padded = np.zeros((count, 28, 28), np.uint8)
    padded[: len(images)] = images
    return padded.reshape(-1, _COLUMNS, 28, 28).swapaxes(1, 2).reshape(-1, _COLUMNS * 28)


@once_each(maxsize=2)
def _sheet_url(name: str) -> str:
    return data_url(sheet(data.load(name, "test").images[tsne_map.load(name).indices]))


def digit_map(name: str, labels: np.ndarray, places: DataMap, *, key: str) -> None:
    """The map of a data set's test digits, with their labels. Everything happens in the browser."""
    _component(
        key=key,
        data={
            "sheet": _sheet_url(name),
            "columns": _COLUMNS,
            "labels": labels.tolist(),
            "places": np.round(places.places, 4).tolist(),
            "colours": list(colours.DIGITS),
        },
    )
