"""Choosing a model. Its name is kept under one key, so that the choice made on one page is found on all; in
the link stands its title, or its name: ?model=Dense, ?model=dense (ui/query.py). What a class has trained may
be chosen where the link names it, and by whoever has opened the class in this visit."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digitlab import inference
from digitlab.errors import DigitLabError
from digitlab.inference import Model
from digitlab.numbers import percent
from ui import classroom, known_classes, query

ALL = "all"
DEFAULT = "cnn"


def title(name: str) -> str:
    """As people call it: "Deep CNN". Raises UnknownName, DatabaseGone."""
    if known_classes.model_named(name):
        return known_classes.model_title(name)
    return "All models" if name == ALL else inference.load(name).card["title"]


def choose_model(
    key: str = "model",
    label: str = "Model",
    default: str = DEFAULT,
    among: Sequence[str] | None = None,
    on_change: Callable[[], None] | None = None,
) -> Model:
    """One model, in little room. `among` are names; without them, all that read digits, those of a class that
    is known here too."""
    names = list(among or inference.names())
    of_classes = {} if among else _of_classes(key)
    titles = {name: title(name) for name in names} | of_classes
    names = list(titles)
    if key == "model":
        _as_on_the_page_before(titles)
    chosen = st.selectbox(
        label,
        names,
        index=names.index(default),
        format_func=titles.__getitem__,
        key=key,
        bind="query-params",
        width=240 if of_classes else 160,
        on_change=on_change,
    )
    if key == "model":
        _remember(chosen, titles[chosen])
    return _loaded(chosen, default)


def choose_models() -> list[Model]:
    """One model or all of them side by side: a line that says which, and a button that opens the choice,
    each with its size and how well it reads."""
    names = {name: title(name) for name in inference.names()} | _of_classes("model")
    titles = names | {ALL: title(ALL)}
    options = list(titles)
    _as_on_the_page_before(titles)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="who-reads"):
        who = st.empty()
        with st.popover("Change", type="tertiary"):
            chosen = st.radio(
                "Model",
                options,
                index=options.index(DEFAULT),
                format_func=titles.__getitem__,
                captions=[_caption(name) for name in options],
                key="model",
                bind="query-params",
            )
        compare = st.toggle("Compare all", key="compare", bind="query-params")
    _remember(chosen, titles[chosen])
    if compare or chosen == ALL:
        who.markdown("**All models** read it.", width="content")
        return [inference.load(name) for name in inference.names()]
    model = _loaded(chosen, DEFAULT)
    who.markdown(f"**{titles[chosen]}** reads it.", width="content")
    return [model]


def _of_classes(key: str) -> dict[str, str]:
    """The titles of classes' models by their names. Where the one that was asked for isn't among them, a
    sentence says so: the usual one is chosen then."""
    before: _Choice | None = st.session_state.get("_model") if key == "model" else None
    in_link = known_classes.model_named(st.query_params.get(key))
    asked = in_link or known_classes.model_named(st.session_state.get(key)) or (before and before.name) or ""
    code = asked.split(":")[1] if known_classes.model_named(asked) else None
    titles = known_classes.models([classroom.seen(), code])
    if code and asked not in titles and st.session_state.get("_model_gone") != asked:
        st.session_state["_model_gone"] = asked
        st.toast(
            "The class’s model that was chosen here isn’t there any more: perhaps its class has ended. The "
            "usual one reads now.",
            icon=":material/info:",
            duration="long",
        )
    return titles


def _loaded(name: str, otherwise: str) -> Model:
    """A class may end between two lines of a page."""
    try:
        return inference.load(name)
    except DigitLabError:
        return inference.load(otherwise)


class _Choice(NamedTuple):
    name: str
    title: str
    page: str  # where it was last shown


def _remember(name: str, title: str) -> None:
    st.session_state["_model"] = _Choice(name, title, _page())


def _as_on_the_page_before(titles: Mapping[str, str]) -> None:
    """Who comes from another page of the app finds the model that was chosen there, also where a link chose
    it: what `persist_state` keeps are presses only."""
    before: _Choice | None = st.session_state.get("_model")
    if before and before.page != _page() and before.name in titles and "model" not in st.query_params:
        query.put("model", titles[before.name])


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def _caption(name: str) -> str:
    if name == ALL:
        return "Side by side."
    card = _loaded(name, DEFAULT).card
    learned = f"{card['parameters']:,} learned numbers"
    if "test_accuracy" not in card:  # trained where MNIST wasn't
        return f"{card['summary']} {learned.capitalize()}."
    return f"{card['summary']} {percent(card['test_accuracy'], 1)} of MNIST’s test digits; {learned}."
