"""Two models on the same digits: what one reads and the other does not; is that more than chance?"""

import math
import re

import numpy as np
import streamlit as st

from digitlab import evaluation, metrics
from digitlab.evaluation import Evaluation
from digitlab.inference import Model
from digitlab.metrics import Comparison
from ui import confusion_cells, headings, style
from ui.components.matrix import Cell, matrix
from ui.components.picture_buttons import Picture, picture_buttons
from ui.digit_dialog import large
from ui.models import choose_model
from ui.pictures import data_url

DATA = {
    "MNIST": ("mnist", "MNIST’s 10,000 test digits"),
    "Other people": ("digits", "1,797 digits of 13 other people (UCI)"),
}
ONLY_A, ONLY_B, NEITHER = GROUPS = ("Only A right", "Only B right", "Both wrong")
PER_PAGE = 24
SAME = "rgba(128, 140, 160, 0.08)"  # where both models have the same count


@st.fragment
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        a = choose_model("a", "Model A", on_change=start)
        b = choose_model("b", "Model B", default="dense", on_change=start)
        chosen = st.selectbox("Digits", DATA, key="digits", bind="query-params", width=160, on_change=start)
    if a is b:
        st.info(
            "A and B are the same model. Choose another one to compare.", icon=":material/compare_arrows:"
        )
        return
    dataset, description = DATA[chosen]
    result_a, result_b = (evaluation.evaluate(model.name, dataset) for model in (a, b))
    compared = metrics.compare(result_a.labels, result_a.probabilities, result_b.probabilities)
    counts = score(a, b, description, compared)
    st.markdown(f"{counts} **{verdict(compared.p)}** :small[{meaning(compared.p)}]")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=530):
            st.markdown(
                "**In each cell: B’s count minus A’s.** Rows: what a digit is. Columns: what it was read "
                "as. Blue: B is better. Orange: B is worse. Press a cell to see its digits."
            )
            differences(compared, result_a, result_b)
        with st.container(width=550):
            digits((a, b), (result_a, result_b), compared, dataset)


# --- the numbers ---------------------------------------------------------------------------------------


def score(a: Model, b: Model, description: str, compared: Comparison) -> str:
    return (
        f"Of {description}, {compared.both_right:,} are read rightly by both. "
        f"**{len(compared.only_a):,} only by A ({a.card['title']}), {len(compared.only_b):,} only by B "
        f"({b.card['title']}),** and {len(compared.neither):,} by neither."
    )


def verdict(p: float) -> str:
    if p < 0.05:
        return f"The difference is larger than chance would give: {p_value(p)}."
    return f"The difference may well be chance: {p_value(p)}."


def p_value(p: float) -> str:
    text = "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def meaning(p: float) -> str:
    often = (
        "in fewer than 1 of 1,000 such comparisons"
        if p < 0.001
        else "almost always"
        if p > 0.95
        else f"in about {round(p * 1000)} of 1,000 such comparisons"
    )
    return f"Two equally good models would differ by this much or more {often} (McNemar’s exact test)."


# --- the matrix ----------------------------------------------------------------------------------------


def differences(compared: Comparison, a: Evaluation, b: Evaluation) -> None:
    figures_a, figures_b = (metrics.per_class(result.labels, result.answers) for result in (a, b))

    def cell(label: int, answer: int) -> Cell:
        more = int(compared.more[label, answer])
        how = "read rightly" if label == answer else f"read as {answer}"
        return Cell(
            signed(more) if more else "",
            f"{label} {how}: A {a.matrix[label, answer]:,}, B {b.matrix[label, answer]:,}",
            color(more if label == answer else -more),
        )

    def margin(what: str, digit: int, of_a: np.ndarray, of_b: np.ndarray) -> Cell:
        points = (of_b[digit] - of_a[digit]) * 100
        return Cell(signed_points(points), f"{what} of {digit}: A {of_a[digit]:.1%}, B {of_b[digit]:.1%}")

    shares = [result.right.mean() for result in (a, b)]
    names = [str(digit) for digit in range(10)]
    matrix(
        names,
        names,
        [[cell(label, answer) for answer in range(10)] for label in range(10)],
        recalls=[margin("Recall", digit, figures_a.recall, figures_b.recall) for digit in range(10)],
        precisions=[
            margin("Precision", digit, figures_a.precision, figures_b.precision) for digit in range(10)
        ],
        accuracy=Cell(
            signed_points((shares[1] - shares[0]) * 100),
            f"All digits read rightly: A {shares[0]:.2%}, B {shares[1]:.2%}",
        ),
        chosen=chosen_cell() or (-1, -1),
        key="differences",
        on_press=lambda label, answer: choose(label, answer, int(compared.more[label, answer])),
    )
    st.caption("In the margins: percentage points that B gains or loses in recall and precision.")


def signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")


def signed_points(points: float) -> str:
    text = f"{points:+.1f}".replace("-", "−")
    return "0" if text[1:] == "0.0" else text


def color(better: int) -> str:
    """Blue where B is better, orange where it is worse; a single digit can be seen beside fifty."""
    if not better:
        return SAME
    red, green, blue = style.RIGHT_RGB if better > 0 else style.WRONG_RGB
    strength = min(0.8, 0.15 + 0.1 * math.sqrt(abs(better)))
    return f"rgba({red}, {green}, {blue}, {strength:.2f})"


def chosen_cell() -> tuple[int, int] | None:
    """From the link; what is no cell there counts for nothing."""
    found = re.fullmatch("([0-9])-([0-9])", st.query_params.get("cell", ""))
    return (int(found[1]), int(found[2])) if found else None


def choose(label: int, answer: int, more: int) -> None:
    """The digits of a cell; first those on which the difference rests."""
    st.query_params["cell"] = f"{label}-{answer}"
    b_better = more > 0 if label == answer else more < 0
    st.session_state["group"] = ONLY_B if b_better else ONLY_A
    st.session_state["page"] = 1


def start() -> None:
    """Forget the cell and the page: other digits are shown now."""
    st.query_params.pop("cell", None)
    st.session_state["page"] = 1


# --- the digits ----------------------------------------------------------------------------------------


def digits(
    models: tuple[Model, Model], results: tuple[Evaluation, Evaluation], compared: Comparison, dataset: str
) -> None:
    """Where the models differ, or both fail: 24 pictures at a time."""
    a, b = results
    with st.container(horizontal=True, vertical_alignment="center"):
        group = st.segmented_control(
            "Digits that are",
            GROUPS,
            default=ONLY_A,
            required=True,
            key="group",
            bind="query-params",
            on_change=first_page,
            label_visibility="collapsed",
        )
        where = dict(zip(GROUPS, (compared.only_a, compared.only_b, compared.neither), strict=True))[group]
        cell = chosen_cell()
        # always there, so that nothing moves when a cell is chosen
        st.button(
            "All", icon=":material/close:", key="all", on_click=start, type="tertiary", disabled=not cell
        )
        if cell:
            where = metrics.in_cell(where, a.labels, (a.answers, b.answers), *cell)
    st.markdown(f"**{headline(models, group, len(where), cell)}**")
    if not len(where):
        st.caption("Choose another group above, or another cell." if cell else "Nothing to show here.")
        return
    images = evaluation.pictures(dataset)
    if images is None:
        st.info(
            "The numbers are those of MNIST’s 10,000 test digits; their pictures can’t be had here. To get "
            "them: connect once to the internet, or set MNIST_NPZ to an mnist.npz that you have. The digits "
            "of other people can be seen without.",
            icon=":material/cloud_off:",
        )
        return
    pages = math.ceil(len(where) / PER_PAGE)
    number = min(st.session_state.get("page", 1), pages)
    shown = where[(number - 1) * PER_PAGE :][:PER_PAGE]
    st.caption(f"{CAPTIONS[group]} The surest mistakes first. Press one to see it large.")
    picture_buttons(
        [picture(images, results, group, int(index)) for index in shown],
        key="compared-grid",
        side=62,
        on_press=lambda place: st.session_state.update(compared=int(shown[place])),
    )
    if pages > 1:
        st.pagination(pages, key="page")
    index = st.session_state.pop("compared", None)
    if index is not None:
        large(images[index], int(a.labels[index]), dataset, index, models[0])


CAPTIONS = {
    ONLY_A: "Under each: what it is → what B read.",
    ONLY_B: "Under each: what it is → what A read.",
    NEITHER: "Under each: what it is → what A read, what B read.",
}


def first_page() -> None:
    st.session_state["page"] = 1


def headline(models: tuple[Model, Model], group: str, count: int, cell: tuple[int, int] | None) -> str:
    a, b = (model.card["title"] for model in models)
    who = {
        ONLY_A: f"{a} is right, {b} is wrong",
        ONLY_B: f"{b} is right, {a} is wrong",
        NEITHER: "Both are wrong",
    }[group]
    if cell:
        return f"{who}. {confusion_cells.sentence(*cell, count)}."
    return f"{who}: {count:,} {'digit' if count == 1 else 'digits'}."


def picture(images: np.ndarray, results: tuple[Evaluation, Evaluation], group: str, index: int) -> Picture:
    a, b = results
    label, of_a, of_b = int(a.labels[index]), int(a.answers[index]), int(b.answers[index])
    read = {ONLY_A: f"{of_b}", ONLY_B: f"{of_a}", NEITHER: f"{of_a}, {of_b}"}[group]
    return Picture(
        data_url(images[index]),
        f"Number {index}: {label}. A reads {of_a} with {style.percent(float(a.confidence[index]))}, "
        f"B {of_b} with {style.percent(float(b.confidence[index]))}",
        f"{label} → {read}",
    )


def render() -> None:
    headings.header("Compare two models", "McNemar's test", "Confusion matrix", "Test data")
    page()
