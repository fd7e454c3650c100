"""The textbook net as a drawing: the digit, its most active neurons, the ten answers, the strongest lines."""

import base64

import numpy as np

from digitlab.inside import neuron
from digitlab.inside.neuron import Forward, Weights
from ui import style
from ui.pictures import data_url, grey, tinted

LINES = 3  # into each digit, the strongest
_WIDTH, _HEIGHT = 540, 440  # narrow, to be read on a phone
_TEXT = "#8290a5"  # to be read on light and on dark: a picture doesn't know which it is on
_LEFT, _MIDDLE, _RIGHT = 50, 215, 460


def network_diagram(
    picture: np.ndarray, weights: Weights, passed: Forward, active: list[int], chosen: int
) -> str:
    """HTML. `picture` is float (28, 28), `active` are the numbers of the neurons to draw; `chosen`, if among
    them, gets a frame."""
    adds = neuron.connections(weights, passed)
    weight_pictures = tinted(weights["hidden/kernel"].T.reshape(-1, 28, 28)[active])
    rows = {n: _at(place, len(active)) for place, n in enumerate(active)}
    outputs = {digit: _at(digit, 10) for digit in range(10)}
    strongest = float(np.abs(adds[active]).max(initial=1e-9))
    pairs = [(n, d) for d in range(10) for n in sorted(active, key=lambda n: -abs(adds[n, d]))[:LINES]]
    answer = int(passed.probabilities.argmax())
    parts = [
        _line(_LEFT + 50, _HEIGHT / 2, _MIDDLE - 22, y, passed.hidden[n] / passed.hidden.max())
        for n, y in rows.items()
    ]
    parts += [_line(_MIDDLE + 62, rows[n], _RIGHT - 16, outputs[d], adds[n, d] / strongest) for n, d in pairs]
    parts.append(_image(data_url(grey(picture)), _LEFT - 50, _HEIGHT / 2 - 50, 100))
    parts.append(_text(_LEFT, _HEIGHT / 2 + 70, "784 pixels", "middle"))
    for (n, y), weight_picture in zip(rows.items(), weight_pictures, strict=True):
        parts.append(_image(data_url(weight_picture), _MIDDLE - 20, y - 18, 36, framed=n == chosen))
        parts.append(_text(_MIDDLE + 22, y + 5, f"{passed.hidden[n]:.1f}"))
    for digit, y in outputs.items():
        color = style.MODEL if digit == answer else style.QUIET
        parts.append(f'<circle cx="{_RIGHT}" cy="{y}" r="14" fill="{color}"/>')
        parts.append(
            f'<text x="{_RIGHT}" y="{y + 5}" text-anchor="middle" fill="#fff" font-size="15" '
            f'font-weight="700">{digit}</text>'
        )
        parts.append(_text(_RIGHT + 24, y + 5, style.percent(float(passed.probabilities[digit]))))
    spoken = (
        f"The network from the digit through its {len(active)} most active neurons to the answer {answer}"
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif">{"".join(parts)}</svg>'
    )
    # as a picture: Streamlit takes bare SVG out of HTML
    url = "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode("ascii")
    return f'<img src="{url}" alt="{spoken}" style="width:100%;max-width:{_WIDTH}px">'


def _at(place: int, count: int) -> float:
    return (place + 0.5) * _HEIGHT / max(1, count)


def _line(x: float, y: float, to_x: float, to_y: float, share: float) -> str:
    red, green, blue = style.RIGHT_RGB if share > 0 else style.WRONG_RGB
    strength = abs(float(share))
    return (
        f'<line x1="{x}" y1="{y:.0f}" x2="{to_x}" y2="{to_y:.0f}" stroke="rgb({red},{green},{blue})" '
        f'stroke-width="{0.6 + 4.4 * strength:.1f}" stroke-opacity="{0.25 + 0.6 * strength:.2f}"/>'
    )


def _image(url: str, x: float, y: float, side: int, framed: bool = False) -> str:
    frame = (
        f'<rect x="{x - 2}" y="{y - 2}" width="{side + 4}" height="{side + 4}" rx="4" fill="{style.MODEL}"/>'
    )
    return (frame if framed else "") + (
        f'<image href="{url}" x="{x}" y="{y}" width="{side}" height="{side}" '
        'style="image-rendering:pixelated"/>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    words = words.replace("<", "&lt;").replace(">", "&gt;")
    return f'<text x="{x}" y="{y:.0f}" text-anchor="{anchor}" fill="{_TEXT}" font-size="14">{words}</text>'
