"""Training curves: loss and accuracy of the models, epoch by epoch, on training and validation data."""

import streamlit as st

from digitlab import numbers
from digitlab.numbers import percent
from digitlab.training import charts, histories
from digitlab.training.histories import History
from ui import headings
from ui.charts import chart
from ui.markup import joined, markup, put

VISIBLE_GAP = 0.003  # as a share


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
    st.markdown(
        "How each model learned, epoch by epoch. An **epoch** is once through all training images. Press a "
        "name above a chart to hide or show that model; press it twice to see it alone."
    )
    curves()


@st.fragment
def curves() -> None:
    known = histories.histories()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=520):
            names = st.multiselect(
                "Models",
                list(known),
                default=list(known),
                format_func=lambda name: known[name].title,
                key="models",
                bind="query-params",
            )
        training = st.toggle("Training data, too (dashed)", key="training", bind="query-params")
        log = st.toggle("Logarithmic axes", key="log", bind="query-params")
    shown = [known[name] for name in known if name in names]
    if not shown:
        st.info("Choose at least one model.", icon=":material/show_chart:")
        return
    order = tuple(history.name for history in shown)
    with st.container(horizontal=True, gap="medium"):
        for measure in charts.MEASURES:
            with st.container(width=540):
                chart(
                    charts.curves(order, measure, training, log),
                    f"{measure} of {titles(shown)} after each epoch. The table below has the last values.",
                    key=f"curves-{measure}",
                )
    st.caption(
        "Validation images are held out: no model learns from them. So they tell whether it learned digits, "
        "or only its own images by heart."
    )
    headings.subheader("Where each one ended")
    table(shown)
    if len(shown) > 1:
        chart(charts.gaps(order), f"The generalisation gap of {titles(shown)}, in points.", key="gaps")
    for sentence in explained(shown):
        st.markdown(sentence)


def titles(shown: list[History]) -> str:
    return ", ".join(history.title for history in shown)


def table(shown: list[History]) -> None:
    rows = joined(
        markup(
            '<tr><th scope="row">{title}</th><td>{optimizer}</td><td>{batch}</td><td>{steps:,}</td>'
            "<td>{epochs}</td><td>{validation}</td><td>{training}</td><td>{gap}</td></tr>",
            title=history.title,
            optimizer=optimizer(history),
            batch=history.card["recipe"]["batch_size"],
            steps=history.card["iterations_per_epoch"],
            epochs=history.epochs,
            validation=percent(history.validation_accuracy[-1], 2),
            training=percent(history.accuracy[-1], 2),
            gap=numbers.points(history.gap),
        )
        for history in shown
    )
    heads = joined(
        markup('<th scope="col">{head}</th>', head=head)
        for head in (
            "Model",
            "Optimiser",
            "Batch size",
            "Iterations per epoch",
            "Epochs",
            "Validation accuracy",
            "Training accuracy",
            "Gap in points",
        )
    )
    put(
        markup(
            '<div class="wide-table" tabindex="0" role="region" aria-label="Where each training ended">'
            '<table class="training-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
            "</div>",
            heads=heads,
            rows=rows,
        )
    )


def optimizer(history: History) -> str:
    return {"sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop", "adamw": "AdamW"}.get(
        history.card["recipe"]["optimizer"], "Adam"
    )


def explained(shown: list[History]) -> list[str]:
    """What the table means, each thing once: sentences in Markdown."""
    first = shown[0]
    size, steps = first.card["recipe"]["batch_size"], first.card["iterations_per_epoch"]
    said = [
        f"**Iterations.** The images come in batches. After each batch the weights move a little: that is "
        f"one iteration. {first.title} learns in batches of {size}, {steps:,} to an epoch, so "
        f"{steps * first.epochs:,} iterations in {numbers.count(first.epochs, 'epoch')}."
    ]
    by_gap: dict[str, list[History]] = {}
    for history in shown:
        by_gap.setdefault(gap(history), []).append(history)
    said += [f"**{titles(alike)}.** {sentence}" for sentence, alike in by_gap.items()]
    return said


def gap(history: History) -> str:
    """The generalisation gap in words."""
    if history.gap > VISIBLE_GAP:
        return (
            "Better on the training images than on the validation images: a **generalisation gap**. A part "
            "of what it learned fits only its own images."
        )
    recipe = history.card["recipe"]
    if history.gap < -VISIBLE_GAP and recipe["augmentation"]:
        how = "bends, turns and spoils" if recipe.get("spoil") else "bends and turns"
        return (
            f"Worse on the training images, because each epoch {how} them anew: they are harder "
            "than the validation images, and can’t be learned by heart."
        )
    if history.gap < -VISIBLE_GAP:
        return (
            "Worse on the training images, because their accuracy is a mean over the whole epoch, while the "
            "model was still getting better."
        )
    return "About as good on both: there is hardly a generalisation gap."
