"""Two models on the same digits: what one reads and the other does not; is that more than chance?"""

import math
import re
from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab import evaluation, inference, metrics
from digitlab.data import once_each
from digitlab.evaluation import Evaluation
from digitlab.evaluation.compare import Compared, compared, pairs, seeds
from digitlab.inference import Model
from digitlab.metrics import Comparison
from digitlab.numbers import count, percent, points, probability, signed
from ui import confusion_cells, datasets, headings, style
from ui.components.matrix import Cell, matrix
from ui.components.picture_buttons import Picture, picture_buttons
from ui.datasets import choose_dataset, description, say_if_absent
from ui.digit_dialog import show_digits
from ui.models import choose_model
from ui.pictures import data_url

ONLY_A, ONLY_B, NEITHER = GROUPS = ("Only A right", "Only B right", "Both wrong")
PER_PAGE = 24
UNLIKELY = 0.05  # a p-value below it is usually called significant
SAME = "rgba(128, 140, 160, 0.08)"  # where both models have the same count


@st.fragment
@datasets.calmly
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        a = choose_model("a", "Model A", on_change=start)
        b = choose_model("b", "Model B", default="dense", on_change=start)
        dataset = choose_dataset(("mnist", "digits"), on_change=start)
    datasets.say_of_class(dataset, a, b)
    if a is b:
        st.info(
            "A and B are the same model. Choose another one to compare.", icon=":material/compare_arrows:"
        )
        return
    both = compared(a.name, b.name, dataset)
    p = both.comparison.p
    st.markdown(f"{score(a, b, description(dataset), both.comparison)} **{verdict(p)}** {meaning(p)}")
    st.markdown(f":small[{caution((a, b), dataset)}]")
    with st.container(horizontal=True, gap="medium", key="charts-compare"):
        with st.container():
            st.markdown(
                "**In each cell: B’s count minus A’s.** Rows: what a digit is. Columns: what it was read "
                "as. On the diagonal are right answers: more is better (+). Everywhere else are mistakes: "
                "fewer is better (−). Where B is better a cell is blue, where it is worse, orange. "
                "Press a cell to see its digits."
            )
            differences(a.name, b.name, dataset)
        with st.container():
            digits((a, b), both, dataset)


# --- the numbers ---------------------------------------------------------------------------------------


def score(a: Model, b: Model, description: str, compared: Comparison) -> str:
    return (
        f"Of {description}, {compared.both_right:,} are read rightly by both. "
        f"**{len(compared.only_a):,} only by A ({a.card['title']}), {len(compared.only_b):,} only by B "
        f"({b.card['title']}),** and {len(compared.neither):,} by neither."
    )


def verdict(p: float) -> str:
    """What a p-value lets one say; never that something is certain."""
    if p < UNLIKELY:
        return f"Chance alone hardly explains the difference: {p_value(p)}."
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


def caution(models: tuple[Model, Model], dataset: str) -> str:
    """What the p-value does not say: it is one of many, and knows one training of each model."""
    of_zoo = all(model.name in inference.names() for model in models)
    start = "This is one of" if of_zoo else "The models of the zoo alone make"
    text = (
        f"{start} {pairs()} pairs. Who tries them all may expect a p below {UNLIKELY} in about "
        f"{round(pairs() * UNLIKELY)} of them by chance, even if all models were equally good."
    )
    if datasets.of_class(dataset):
        text += (
            " The test takes each digit for a case of its own. The digits of one hand are alike, so with few "
            "hands chance has more to say than p tells."
        )
    spread = [(model, seeds(model.name)) for model in models]
    known = [
        f"{model.card['title']} between {percent(ends[0], 2)} and {percent(ends[1], 2)}"
        for model, ends in spread
        if ends
    ]
    if dataset == "mnist" and known:
        text += (
            " Trained again with other random numbers at the start, the same network reads a little more or "
            f"less: {', '.join(known)}."
        )
    return text


# --- the matrix ----------------------------------------------------------------------------------------


def differences(a: str, b: str, dataset: str) -> None:
    both = compared(a, b, dataset)
    names = [str(digit) for digit in range(10)]
    cells, recalls, precisions, accuracy = difference_cells(a, b, dataset)
    matrix(
        names,
        names,
        cells,
        recalls=recalls,
        precisions=precisions,
        accuracy=accuracy,
        chosen=chosen_cell() or (-1, -1),
        key="differences",
        on_press=lambda label, answer: choose(label, answer, int(both.comparison.more[label, answer])),
    )
    st.markdown(":small[In the margins: percentage points that B gains or loses in recall and precision.]")


@once_each(maxsize=64)
def difference_cells(a: str, b: str, dataset: str) -> tuple[list[list[Cell]], list[Cell], list[Cell], Cell]:
    """The cells of the matrix, of its right and of its lower margin, and of their corner."""
    first, second, figures_a, figures_b, comparison = compared(a, b, dataset)

    def cell(label: int, answer: int) -> Cell:
        more = int(comparison.more[label, answer])
        how = "read rightly" if label == answer else f"read as {answer}"
        counts = f"A {first.matrix[label, answer]:,}, B {second.matrix[label, answer]:,}"
        better = more if label == answer else -more
        result = "B is better" if better > 0 else "B is worse" if better else "no difference"
        return Cell(
            signed(more, 0) if more else "", f"{label} {how}: {counts}. {result.capitalize()}", color(better)
        )

    def margin(what: str, digit: int, of_a: np.ndarray, of_b: np.ndarray) -> Cell:
        if what == "Recall" and not figures_a.support[digit]:
            return Cell("", f"There is no {digit}")
        title = f"{what} of {digit}: A {percent(of_a[digit], 1)}, B {percent(of_b[digit], 1)}"
        return Cell(points(of_b[digit] - of_a[digit]), title)

    shares = [float(result.right.mean()) for result in (first, second)]
    return (
        [[cell(label, answer) for answer in range(10)] for label in range(10)],
        [margin("Recall", digit, figures_a.recall, figures_b.recall) for digit in range(10)],
        [margin("Precision", digit, figures_a.precision, figures_b.precision) for digit in range(10)],
        Cell(
            points(shares[1] - shares[0]),
            f"All digits read rightly: A {percent(shares[0], 2)}, B {percent(shares[1], 2)}",
        ),
    )


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


def digits(models: tuple[Model, Model], both: Compared, dataset: str) -> None:
    """Where the models differ, or both fail: 24 pictures at a time."""
    a, b, comparison = both.a, both.b, both.comparison
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
        groups = {ONLY_A: comparison.only_a, ONLY_B: comparison.only_b, NEITHER: comparison.neither}
        where = groups[group]
        cell = chosen_cell()
        # always there, so that nothing moves when a cell is chosen
        st.button(
            "All", icon=":material/close:", key="all", on_click=start, type="tertiary", disabled=not cell
        )
        if cell:
            where = metrics.in_cell(where, a.labels, (a.answers, b.answers), *cell)
    st.markdown(f"**{headline(models, group, len(where), cell)}**")
    if not len(where):
        st.markdown("Choose another group above, or another cell." if cell else "Nothing to show here.")
        return
    images = evaluation.pictures(dataset)
    if images is None:
        say_if_absent("The numbers are those of its 10,000 test digits. Digits by other people can be seen.")
        return
    st.markdown(f":small[{CAPTIONS[group]} The surest mistakes first. Press one to see it large.]")
    names = datasets.numbers(dataset)
    place = st.container()  # above the page numbers, which are asked first
    pages = math.ceil(len(where) / PER_PAGE)
    number = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    shown = where[(number - 1) * PER_PAGE :][:PER_PAGE]
    with place:
        picture_buttons(
            [picture(images, (a, b), group, int(index), names) for index in shown],
            key="compared-grid",
            side=62,
            on_press=lambda pressed: st.session_state.update(compared=pressed),
        )
    at = st.session_state.pop("compared", None)
    if at is not None:
        show_digits(images, a.labels, dataset, shown, at, models[0], names)


CAPTIONS = {
    ONLY_A: "Under each: what it is → what B read.",
    ONLY_B: "Under each: what it is → what A read.",
    NEITHER: "Under each: what it is → what A read, what B read.",
}


def first_page() -> None:
    st.session_state["page"] = 1


def headline(models: tuple[Model, Model], group: str, number: int, cell: tuple[int, int] | None) -> str:
    a, b = (model.card["title"] for model in models)
    who = {
        ONLY_A: f"{a} is right, {b} is wrong",
        ONLY_B: f"{b} is right, {a} is wrong",
        NEITHER: "Both are wrong",
    }[group]
    if cell:
        return f"{who}. {confusion_cells.sentence(*cell, number)}."
    return f"{who}: {count(number, 'digit')}."


def picture(
    images: np.ndarray,
    results: tuple[Evaluation, Evaluation],
    group: str,
    index: int,
    names: Sequence[str] | None = None,
) -> Picture:
    a, b = results
    label, of_a, of_b = int(a.labels[index]), int(a.answers[index]), int(b.answers[index])
    read = {ONLY_A: f"{of_b}", ONLY_B: f"{of_a}", NEITHER: f"{of_a}, {of_b}"}[group]
    return Picture(
        data_url(images[index]),
        f"{names[index] if names else f'Number {index}'}: {label}. A reads {of_a} with "
        f"{probability(float(a.confidence[index]))}, B {of_b} with {probability(float(b.confidence[index]))}",
        f"{label} → {read}",
    )


def render() -> None:
    headings.header("Compare two models", "McNemar's test", "Confusion matrix", "Test data")
    page()
