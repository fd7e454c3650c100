"""One class against the rest: is it a 4, or not? Counts, figures, curves and pictures, at any threshold."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab import evaluation
from digitlab.evaluation import Evaluation, curve_charts
from digitlab.evaluation.one_digit import THRESHOLDS, Counts, OneVsRest, one_vs_rest
from ui import headings, style
from ui.models import choose_model
from ui.pictures import data_url

IN_A_STRIP = 10
RIGHT, WRONG = (f"rgba({r}, {g}, {b}, 0.16)" for r, g, b in (style.RIGHT_RGB, style.WRONG_RGB))


@st.fragment
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = choose_model()
        digit = st.pills(
            "Digit", range(10), default=4, required=True, key="digit", bind="query-params", width="content"
        )
        threshold = st.slider(
            "Threshold: how probable the digit must be",
            *THRESHOLDS,
            value=0.5,
            step=0.01,
            key="threshold",
            bind="query-params",
            width=340,
        )
    st.markdown(
        f"**Is it a {digit}?** The model says yes where it gives the {digit} a probability of at least "
        f"**{round(threshold * 100)} %**. Move the threshold: fewer mistakes of one kind, more of the other."
    )
    task = one_vs_rest(model.name, "mnist", digit)
    counts = task.counts(threshold)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=350):
            table(digit, counts)
            corner = st.toggle("Zoom the curves into their corner", value=True, key="corner")
        with st.container(width=350):
            st.altair_chart(
                curve_charts.roc(task, digit, threshold, corner),
                key="roc",
                alt=f"ROC curve. Area under it: {area(task.roc.area)}.",
            )
        with st.container(width=350):
            st.altair_chart(
                curve_charts.precision_recall(task, digit, threshold, corner),
                key="precision_recall",
                alt=f"Precision-recall curve. Average precision: {area(task.precision_recall.area)}.",
            )
    figures(digit, counts)
    strips(task, evaluation.evaluate(model.name, "mnist"), digit, threshold)
    st.caption(
        f"The area under the ROC curve is {area(task.roc.area)}: the chance that a {digit} gets a higher "
        f"probability than another digit does. Under the precision-recall curve it is "
        f"{area(task.precision_recall.area)}. 1 would be perfect. Switch the zoom off to see guessing: the "
        "dashed grey line."
    )


def table(digit: int, counts: Counts) -> None:
    """What happened, two by two."""
    yes, no = f"a {digit}", "another"

    def cell(count: int, name: str, sentence: str, color: str) -> str:
        return (
            f'<td style="background:{color};border:none;border-radius:8px;padding:0.6rem;width:42%;'
            f'vertical-align:top"><div style="font-size:1.9rem;line-height:1.2;font-weight:700;'
            f'font-variant-numeric:tabular-nums">{count:,}</div><div style="font-weight:600">{name}</div>'
            f'<div style="font-size:0.85rem;opacity:0.8;line-height:1.3">{sentence}</div></td>'
        )

    def head(text: str, scope: str) -> str:
        return (
            f'<th scope="{scope}" style="border:none;padding:0.2rem;font-size:0.85rem;font-weight:600;'
            f'text-align:left;line-height:1.25">{text}</th>'
        )

    st.html(
        '<table style="width:100%;border-collapse:separate;border-spacing:4px"><thead><tr>'
        f"<td></td>{head(f'read as {yes}', 'col')}{head(f'read as {no}', 'col')}</tr></thead><tbody>"
        f"<tr>{head(f'is {yes}', 'row')}"
        f"{cell(counts.tp, 'True positives', f'is {yes}, read as {yes}', RIGHT)}"
        f"{cell(counts.fn, 'False negatives', f'is {yes}, read as {no}', WRONG)}</tr>"
        f"<tr>{head(f'is {no}', 'row')}"
        f"{cell(counts.fp, 'False positives', f'is {no}, read as {yes}', WRONG)}"
        f"{cell(counts.tn, 'True negatives', f'is {no}, read as {no}', RIGHT)}</tr></tbody></table>"
    )


def figures(digit: int, counts: Counts) -> None:
    """Four figures, as the formulas that they come from."""
    tp, fp, fn, tn = counts
    formulas = (
        (
            "Precision",
            counts.precision,
            f"Of all that was read as a {digit}, how much is one?",
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
            "Precision and recall in one. One bad, both bad.",
            r"\dfrac{2\,TP}{2\,TP + FP + FN}",
            rf"\dfrac{{2 \cdot {tp}}}{{2 \cdot {tp} + {fp} + {fn}}}",
        ),
        (
            "Specificity",
            counts.specificity,
            "Of all other digits, how many were left alone?",
            r"\dfrac{TN}{TN + FP}",
            rf"\dfrac{{{tn}}}{{{tn} + {fp}}}",
        ),
    )
    for column, (name, share, meaning, letters, numbers) in zip(st.columns(4), formulas, strict=True):
        column.markdown(
            f"**{name}: {percent(share)}**  \n:small[{meaning}]\n\n"
            f"$\\text{{{name.lower()}}} = {letters}$\n\n${{}} = {numbers} = {latex(percent(share))}$"
        )


def percent(share: float | None) -> str:
    if share is None:
        return "there is none"
    return (f"{share:.1%}" if share < 0.9985 else f"{share:.2%}").replace("%", " %")


def latex(text: str) -> str:
    return rf"\text{{{text}}}".replace("%", r"\%")


def area(value: float) -> str:
    """No 1 for what isn't perfect."""
    return "more than 0.9999" if 0.9999 < value < 1 else f"{value:.4f}"


def strips(task: OneVsRest, result: Evaluation, digit: int, threshold: float) -> None:
    """The pictures behind the four counts."""
    images = evaluation.pictures("mnist")
    if images is None:
        st.info(
            "The numbers are those of MNIST’s 10,000 test digits; their pictures can’t be had here. Connect "
            "once to the internet, or name an mnist.npz in MNIST_NPZ.",
            icon=":material/cloud_off:",
        )
        return
    groups = task.groups(threshold)

    def strip(name: str, order: str, where: np.ndarray) -> None:
        with st.container(width=540, gap="small"):
            st.markdown(f"**{name}** :small[{order}]")
            if len(where):
                st.html(pictures(images, result, digit, where[:IN_A_STRIP]))
            else:
                st.caption("None at this threshold.")

    with st.container(horizontal=True, gap="medium"):
        strip("False positives", "most confident first", groups.fp)
        strip("False negatives", "most confident first", groups.fn)
        strip("True positives", "closest calls first", groups.tp)
        strip("True negatives", "closest calls first", groups.tn)


def pictures(images: np.ndarray, result: Evaluation, digit: int, where: Sequence[int]) -> str:
    """Each with the probability that the model gave the digit."""
    cells = "".join(
        f'<figure style="margin:0;width:48px"><img src="{data_url(images[index])}" alt="Labelled '
        f'{result.labels[index]}" title="Labelled {result.labels[index]}" style="width:48px;height:48px;'
        'display:block;border-radius:6px;image-rendering:pixelated"><figcaption style="font-size:0.75rem;'
        f'text-align:center;opacity:0.8;white-space:nowrap">{caption(result, digit, index)}</figcaption>'
        "</figure>"
        for index in where
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{cells}</div>'


def caption(result: Evaluation, digit: int, index: int) -> str:
    return style.percent(float(result.probabilities[index, digit])).replace("<", "&lt;").replace(">", "&gt;")


def render() -> None:
    headings.header("One digit against the rest", "Precision", "Recall", "F1", "Threshold", "ROC curve")
    page()
