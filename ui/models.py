"""Choosing a model."""

from collections.abc import Callable

import streamlit as st

from digitlab import inference

ALL = "all"


def model_picker() -> list[inference.Model]:
    """The models that the user chose: one, or all of them. It stands in the link as ?model=..."""
    models = {name: inference.load(name) for name in inference.names()}
    options = [*models, ALL]
    chosen = st.radio(
        "Model",
        options,
        index=options.index("cnn"),
        format_func=lambda name: "All models" if name == ALL else models[name].card["title"],
        captions=[_caption(model) for model in models.values()] + ["Side by side."],
        key="model",
        bind="query-params",
        persist_state="session",
    )
    if chosen == ALL:
        return list(models.values())
    st.caption(f"**{models[chosen].card['title']}**: {models[chosen].card['summary']}")
    return [models[chosen]]


def one_model(
    key: str = "model",
    label: str = "Model",
    default: str = "CNN",
    on_change: Callable[[], None] | None = None,
) -> inference.Model:
    """One model of the zoo, in little room. It stands in the link under its key."""
    models = {inference.load(name).card["title"]: inference.load(name) for name in inference.names()}
    titles = list(models)
    chosen = st.selectbox(
        label,
        titles,
        index=titles.index(default),
        key=key,
        bind="query-params",
        width=160,
        on_change=on_change,
    )
    return models[chosen]


def _caption(model: inference.Model) -> str:
    """How well it reads digits that it never saw, and its size."""
    card = model.card
    return f"{card['test_accuracy']:.1%} of MNIST’s test digits; {card['parameters']:,} learned numbers"
