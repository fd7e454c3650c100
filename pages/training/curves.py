"""Training curves: how loss and accuracy went, epoch by epoch, one model beside another."""

import streamlit as st

from digitlab.training import charts, histories
from digitlab.training.histories import History
from ui import headings

FIRST = ("Textbook net", "Textbook net, SGD")
VISIBLE_GAP = 0.003  # as a share


@st.fragment
def page() -> None:
    by_title = {history.title: history for history in histories.histories().values()}
    chosen = st.multiselect(
        "Models",
        list(by_title),
        default=[title for title in FIRST if title in by_title] or list(by_title)[:1],
        max_selections=len(charts.colours.SERIES),
        key="models",
        bind="query-params",
    )
    if not chosen:
        st.caption("Choose a model or two.")
        return
    shown = [by_title[title] for title in chosen]
    with st.container(horizontal=True, gap="medium"):
        for what in charts.WHAT:
            with st.container(width=540):
                st.altair_chart(charts.curves(shown, what))
    for history in shown:
        explain(history)


def explain(history: History) -> None:
    """What the curves say, with this run's own numbers."""
    card = history.card
    recipe = card["recipe"]
    per_epoch = card["iterations_per_epoch"]
    how = f"{recipe['optimizer'].upper() if recipe['optimizer'] == 'sgd' else recipe['optimizer'].title()}"
    with st.container(border=True):
        st.markdown(
            f"**{history.title}**, taught with {how}: after **{history.epochs} epochs** it reads "
            f"**{history.validation_accuracy[-1]:.2%}** of the validation images. {gap(history)}"
        )
        st.caption(
            f"An epoch is once through all training images. They come in batches of {recipe['batch_size']}; "
            f"after each batch the weights move a little. That makes {per_epoch:,} iterations an epoch "
            f"(number of images / {recipe['batch_size']}, rounded up), {per_epoch * history.epochs:,} in "
            f"all. It took {card['seconds']:,} seconds on two processor cores."
        )


def gap(history: History) -> str:
    """The generalisation gap in words."""
    points = f"{abs(history.gap) * 100:.1f} points"
    if history.gap > VISIBLE_GAP:
        return (
            f"On the training images it is {points} better: the **generalisation gap**. Part of what it "
            "learned is those images, not the digits."
        )
    if history.gap < -VISIBLE_GAP and history.card["recipe"]["augmentation"]:
        return (
            f"On the training images it is {points} worse, because each epoch bends and turns them anew: "
            "they are harder than the validation images. So it can’t learn them by heart."
        )
    if history.gap < -VISIBLE_GAP:
        return f"On the training images it is {points} worse: it was still getting better as each epoch went."
    return "On the training images it is about as good: there is hardly a generalisation gap."


def render() -> None:
    headings.header(
        "Training curves",
        "Epoch",
        "Batch",
        "Iteration",
        "Loss",
        "Accuracy",
        "Validation data",
        "Generalisation gap",
        "Optimiser",
    )
    st.caption(
        "Validation images are never trained on: they tell whether a model learned digits or only its "
        "pictures. Solid: validation. Dashed: training. Point at a curve for the exact figure."
    )
    page()
