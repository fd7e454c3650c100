"""The network's layers light up while one draws: the CNN that answers, looked into in the browser."""

import streamlit as st

from digitlab.inference import Model
from digitlab.inside.convolution import BY_NAME
from ui import links
from ui.pad.in_browser import in_browser

MODEL = "cnn"
# the layers whose maps are shown, and what is said of them
LAYERS = {
    "maps_1": "24 filters look for short strokes and edges.",
    "maps_2": "36 filters combine what those found.",
    "maps_3": "36 more combine that again.",
    "maps_4": "48 see most of the digit. From them comes the answer.",
}

_inside = in_browser(__file__, html='<div class="inside"></div>', isolated=False)


def switch(model: Model | None) -> bool:
    """Whether to look inside the model that answers: None is none or several."""
    looked_into = model is not None and model.name == MODEL
    on = st.toggle(
        "Look inside",
        key="inside",
        bind="query-params",
        disabled=not looked_into,
        help="See the CNN’s layers light up while you draw."
        if looked_into
        else "Choose the CNN to look inside it.",
    )
    return on and looked_into


def layers() -> None:
    """The layers of the model, as they answer."""
    layers = {name: {"title": BY_NAME[name].title, "says": says} for name, says in LAYERS.items()}
    _inside(
        key="layers",
        data={"layers": layers, "link": links.url("convolution")},
    )
