"""One class against the rest: is it a 4, or not? Counts, figures, curves and pictures, at any threshold."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab import evaluation
from digitlab.evaluation import Evaluation, charts
from digitlab.evaluation.one_digit import THRESHOLDS, Counts, OneVsRest, one_vs_rest
from digitlab.inference import Model
from digitlab.numbers import a_digit, count, percent, probability
from ui import datasets, headings
from ui.charts import chart
from ui.datasets import choose_dataset, say_if_absent
from ui.markup import Markup, joined, markup, put
from ui.models import choose_model
from ui.pictures import data_url

IN_A_STRIP = 10
FEWEST = 10  # of a digit, and of the others, for a curve


@st.fragment
@datasets.calmly
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = choose_model()
        dataset = choose_dataset(("mnist", "digits"))
        digit = st.pills("Digit", range(10), default=4, required=True, key="digit", bind="query-params")
    st.markdown(
        f"**Is it {a_digit(digit)}?** The model says yes where it gives the {digit} at least the probability "
        "that you choose. Move the threshold: fewer mistakes of one kind, more of the other."
    )
    datasets.say_of_class(dataset, model)
    task = one_vs_rest(model.name, dataset, digit)
    if not task.positive.any():
        st.markdown(f"**There is no {digit} among {datasets.description(dataset)}.** Choose another digit.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="sticky-threshold"):
        threshold = st.slider(
            "Threshold: how probable the digit must be",
            *THRESHOLDS,
            value=0.5,
            step=0.01,
            key="threshold",
            bind="query-params",
            width=340,
        )
        counts = task.counts(threshold)
        st.markdown(effect(digit, counts), width="content")
    with st.container(horizontal=True, gap="medium", key="charts-one-digit"):
        with st.container():
            st.markdown(f"**What happened to {count(len(task.positive), 'test digit')}**")
            put(table(digit, counts))
        if lacking := too_few(task, digit):
            st.markdown(lacking)
        else:
            curves(task, model, dataset, digit, threshold)
    if not lacking:
        st.markdown(areas(task, digit))
    figures(digit, counts)
    strips(task, evaluation.evaluate(model.name, dataset), dataset, digit, threshold)


def too_few(task: OneVsRest, digit: int) -> str:
    """Why there are no curves; nothing where there are."""
    are = int(task.positive.sum())
    others = len(task.positive) - are
    if min(are, others) >= FEWEST:
        return ""
    return (
        f"{count(are, f'drawing of {a_digit(digit)}', f'drawings of {a_digit(digit)}')} and "
        f"{count(others, 'other digit')}: too few for curves, which would say more about chance than about "
        f"the model. From {FEWEST} of each on they stand here."
    )


def curves(task: OneVsRest, model: Model, dataset: str, digit: int, threshold: float) -> None:
    """ROC, and precision and recall."""
    now = spoken(task.counts(threshold))
    with st.container():
        st.markdown(f"**ROC curve:** {digit}s found, others taken for {a_digit(digit)}")
        chart(
            charts.roc(model.name, dataset, digit, threshold),
            f"ROC curve. Area under it: {area(task.roc.area)}. Now: {now}",
            key="roc",
        )
    with st.container():
        st.markdown(f"**Precision-recall curve:** right {digit}s, and {digit}s found")
        chart(
            charts.precision_recall(model.name, dataset, digit, threshold),
            f"Precision-recall curve. Average precision: {area(task.precision_recall.area)}. Now: {now}",
            key="precision_recall",
        )


def areas(task: OneVsRest, digit: int) -> str:
    """What the curves show, and the areas under them."""
    return (
        ":small[Each curve is shown where the threshold can move the point. The small picture has the whole "
        "curve, and this part in an orange frame. The dashed line is guessing. "
        f"The area under the whole ROC curve is {area(task.roc.area)}: how often {a_digit(digit)} gets a "
        f"higher probability of being {a_digit(digit)} than another digit does. Under the precision-recall "
        f"curve it is {area(task.precision_recall.area)}. 1 would be perfect.]"
    )


def effect(digit: int, counts: Counts) -> str:
    """What the threshold does, in one line beside it."""
    return (
        f"**{counts.fn:,}** of {counts.tp + counts.fn:,} {digit}s missed · "
        f"**{counts.fp:,}** others taken for {a_digit(digit)}  \n"
        f"Precision **{share(counts.precision)}** · recall **{share(counts.recall)}**"
    )


def spoken(counts: Counts) -> str:
    return f"precision {share(counts.precision)}, recall {share(counts.recall)}."


def table(digit: int, counts: Counts) -> Markup:
    """What happened, two by two."""
    yes, no = a_digit(digit), "another"

    def cell(number: int, name: str, sentence: str, kind: str) -> Markup:
        return markup(
            '<td class="{kind}"><b class="number">{number}</b><b>{name}</b><small>{sentence}</small></td>',
            number=f"{number:,}",
            name=name,
            sentence=sentence,
            kind=kind,
        )

    return markup(
        '<table class="two-by-two"><thead><tr><td></td><th scope="col">read as {yes}</th>'
        '<th scope="col">read as {no}</th></tr></thead><tbody>'
        '<tr><th scope="row">is {yes}</th>{tp}{fn}</tr>'
        '<tr><th scope="row">is {no}</th>{fp}{tn}</tr></tbody></table>',
        yes=yes,
        no=no,
        tp=cell(counts.tp, "True positives", f"is {yes}, read as {yes}", "tint-right"),
        fn=cell(counts.fn, "False negatives", f"is {yes}, read as {no}", "tint-wrong"),
        fp=cell(counts.fp, "False positives", f"is {no}, read as {yes}", "tint-wrong"),
        tn=cell(counts.tn, "True negatives", f"is {no}, read as {no}", "tint-right"),
    )


def figures(digit: int, counts: Counts) -> None:
    """Four figures, as the formulas that they come from."""
    tp, fp, fn, tn = counts
    formulas = (
        (
            "Precision",
            counts.precision,
            f"Of all that was read as {a_digit(digit)}, how much is one?",
            r"\dfrac{TP}{TP + FP}",
            rf"\dfrac{{{tp}}}{{{tp} + {fp}}}",
        ),
        (
            "Recall",
            counts.recall,
            f"Of all {digit}s, how many were found?",
            r"\dfrac{TP}{TP + FN}",
            rf"\dfrac{{{tp}}}{{{tp} + {fn}}}",
        ),
        (
            "F1",
            counts.f1,
            "Precision and recall in one number. It is low as soon as one of them is low.",
            r"\dfrac{2\,TP}{2\,TP + FP + FN}",
            rf"\dfrac{{2 \cdot {tp}}}{{2 \cdot {tp} + {fp} + {fn}}}",
        ),
        (
            "Specificity",
            counts.specificity,
            "Of all other digits, how many were not taken for it?",
            r"\dfrac{TN}{TN + FP}",
            rf"\dfrac{{{tn}}}{{{tn} + {fp}}}",
        ),
    )
    for column, (name, value, meaning, letters, numbers) in zip(st.columns(4), formulas, strict=True):
        column.markdown(
            f"**{name}: {share(value)}**  \n:small[{meaning}]\n\n"
            f"$\\text{{{name.lower()}}} = {letters}$\n\n${{}} = {numbers} = {latex(share(value))}$"
        )


def share(value: float | None) -> str:
    """A figure for people; None is 0 / 0."""
    if value is None:
        return "there is none"
    return percent(value, 2 if 0.9985 <= value < 1 else 1)  # finer where the differences are


def latex(text: str) -> str:
    return rf"\text{{{text}}}".replace("%", r"\%")


def area(value: float) -> str:
    """No 1 for what isn't perfect."""
    return "more than 0.9999" if 0.9999 < value < 1 else f"{value:.4f}"


def strips(task: OneVsRest, result: Evaluation, dataset: str, digit: int, threshold: float) -> None:
    """The pictures behind the four counts."""
    images = evaluation.pictures(dataset)
    if images is None:
        say_if_absent("The numbers are those of its 10,000 test digits.")
        return
    groups, names = task.groups(threshold), datasets.numbers(dataset)
    st.markdown(f"**The pictures.** Under each: the probability that the model gives the {digit}.")

    def strip(name: str, order: str, where: np.ndarray) -> None:
        with st.container():
            st.markdown(f"**{name}** :small[{order}]")
            if len(where):
                put(pictures(images, result, digit, where[:IN_A_STRIP], names))
            else:
                st.markdown(":small[None at this threshold.]")

    with st.container(horizontal=True, gap="medium", key="charts-strips"):
        strip("False positives", first(len(groups.fp), "most confident first"), groups.fp)
        strip("False negatives", first(len(groups.fn), "most confident first"), groups.fn)
        strip("True positives", first(len(groups.tp), "closest calls first"), groups.tp)
        strip("True negatives", first(len(groups.tn), "closest calls first"), groups.tn)


def first(number: int, order: str) -> str:
    """How many of a group are shown, and which."""
    return f"{IN_A_STRIP} of {number:,}, {order}" if number > IN_A_STRIP else order


def pictures(
    images: np.ndarray,
    result: Evaluation,
    digit: int,
    where: Sequence[int] | np.ndarray,
    names: Sequence[str] | None = None,
) -> Markup:
    """Each with the probability that the model gave the digit. `names` are the pictures' own."""
    return markup(
        '<div class="pictures">{all}</div>',
        all=joined(
            markup(
                '<figure><img src="{url}" alt="{name}" title="{name}">'
                "<figcaption>{caption}</figcaption></figure>",
                url=data_url(images[index]),
                name=f"{names[index] if names else f'Number {index}'}, labelled {result.labels[index]}",
                caption=probability(float(result.probabilities[index, digit])),
            )
            for index in where
        ),
    )


def render() -> None:
    headings.header("One digit against the rest", "Precision", "Recall", "F1", "Threshold", "ROC curve")
    page()
