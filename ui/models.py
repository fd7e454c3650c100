"""Choosing a model. Its name is kept under one key, so that the choice made on one page is found on all; in
the link stands its title, or its name: ?model=Dense, ?model=dense (ui/query.py)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab import inference
from digitlab.inference import Model
from digitlab.numbers import percent
from ui import query

ALL = "all"
DEFAULT = "cnn"


def title(name: str) -> str:
    """As people call it: "Deep CNN"."""
    return "All models" if name == ALL else inference.load(name).card["title"]


def choose_model(
    key: str = "model",
    label: str = "Model",
    default: str = DEFAULT,
    among: Sequence[str] | None = None,
    on_change: Callable[[], None] | None = None,
) -> Model:
    """One model, in little room. `among` are names; without them, all that read digits."""
    names = list(among or inference.names())
    if key == "model":
        _as_on_the_page_before(names)
    chosen = st.selectbox(
        label,
        names,
        index=names.index(default),
        format_func=title,
        key=key,
        bind="query-params",
        width=160,
        on_change=on_change,
    )
    if key == "model":
        _remember(chosen)
    return inference.load(chosen)


def choose_models() -> list[Model]:
    """One model or all of them side by side: a line that says which, and a button that opens the choice,
    each with its size and how well it reads."""
    options = [*inference.names(), ALL]
    _as_on_the_page_before(options)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="who-reads"):
        who = st.empty()
        with st.popover("Change", type="tertiary"):
            chosen = st.radio(
                "Model",
                options,
                index=options.index(DEFAULT),
                format_func=title,
                captions=[_caption(name) for name in options],
                key="model",
                bind="query-params",
            )
        compare = st.toggle("Compare all", key="compare", bind="query-params")
    _remember(chosen)
    if compare or chosen == ALL:
        who.markdown("**All models** read it.", width="content")
        return [inference.load(name) for name in inference.names()]
    model = inference.load(chosen)
    who.markdown(f"**{model.card['title']}** reads it.", width="content")
    return [model]


class _Choice(NamedTuple):
    name: str
    page: str  # where it was last shown


def _remember(name: str) -> None:
    st.session_state["_model"] = _Choice(name, _page())


def _as_on_the_page_before(options: Sequence[str]) -> None:
    """Who comes from another page of the app finds the model that was chosen there, also where a link chose
    it: what `persist_state` keeps are presses only."""
    before: _Choice | None = st.session_state.get("_model")
    if before and before.page != _page() and before.name in options and "model" not in st.query_params:
        query.put("model", title(before.name))


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def _caption(name: str) -> str:
    if name == ALL:
        return "Side by side."
    card = inference.load(name).card
    right, learned = percent(card["test_accuracy"], 1), f"{card['parameters']:,} learned numbers"
    return f"{card['summary']} {right} of MNIST’s test digits; {learned}."
