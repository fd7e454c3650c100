"""What stands in the link, before any widget reads it.

Streamlit's `bind="query-params"` breaks a page on an empty value of a required choice and on a number that is
not finite, and knows a choice only by the label that is shown. So links are made tidy first."""

import math
import re

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab import inference
from ui import datasets, known_classes

MODELS = ("model", "models", "a", "b", "train-model")  # parameters that name models
LONGEST = 4000  # characters of a value


def tidy() -> None:
    """Drop values that no widget can take, and let models and data sets be named as in the library, too:
    ?model=dense is ?model=Dense, ?digits=mnist-train is ?digits=MNIST,+training, ?digits=class:KFRTW is
    ?digits=Class+KFRTW. Call it once in a run of the whole page, before the first widget."""
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as params:
        given = params._initial_query_params  # what widgets start from; st.query_params comes too late
        for name, values in list(given.items()):
            usable = [value for value in values if _usable(value)]
            if name in MODELS:
                titles = _titles()
                usable = [titles.get(value.casefold(), value) for value in map(_title_of_class, usable)]
            elif name == "digits":
                usable = [datasets.in_link(value) for value in usable]
            if usable:
                given[name] = usable
            else:
                del given[name]


def put(name: str, value: str) -> None:
    """Let a widget that is bound to this parameter start from a value, as if the link had said so; the link
    says so then. Call it before the widget is first shown on a page."""
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as params:
        params._initial_query_params[name] = [value]
    st.query_params[name] = value


def _usable(value: str) -> bool:
    if not value.strip() or len(value) > LONGEST:
        return False
    try:
        return math.isfinite(float(value))
    except ValueError:
        return True  # a word


def _titles() -> dict[str, str]:
    return {name: inference.load(name).card["title"] for name in inference.names()}


def _title_of_class(value: str) -> str:
    """Of "class:KFRTW:1", where there is such a model."""
    name = known_classes.model_named(value)
    if name is None:
        return value
    return known_classes.models([name.split(":")[1]]).get(name, value)


def whole(name: str, most: int) -> int | None:
    """The whole number from 0 to `most` that the link has under this name; None where it has no such."""
    text = st.query_params.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,6}", text) and int(text) <= most else None
