"""The digit dialog: one digit in large, what every model reads, what it resembles, and the way to the pad."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab import colours, evaluation, inference
from digitlab.classroom import moments
from digitlab.data import NO_DIGIT, samples
from digitlab.evaluation.label_errors import DOUBTS
from digitlab.inference import Model
from digitlab.numbers import probability
from ui import answers, chosen_digit, confusion_cells, datasets
from ui.links import page_link
from ui.markup import joined, markup, put
from ui.pictures import data_url

NAMES = chosen_digit.NAMES | {"own": "your file"}
_PLACE = "_dialog_place"  # in the session: which of the pictures the dialog shows


def whose(dataset: str) -> str:
    """ "Number 7 of ...": a data set's name as in NAMES, or a class's."""
    return NAMES.get(dataset) or chosen_digit.whose(dataset)


def show_digits(
    images: np.ndarray,
    labels: np.ndarray,
    dataset: str,
    order: Sequence[int] | np.ndarray,
    at: int = 0,
    model: Model | None = None,
    names: Sequence[str] | None = None,
) -> None:
    """Open the dialog with picture `order[at]`; its buttons go through `order`, which are indices. `images`
    are uint8 (N, 28, 28), `labels` uint8 (N,), of a data set, one of NAMES or a class's; `names` are the
    pictures' own names, where they have some. `model` is the one that the page is about; a page about no
    model shows the pixels instead of what a model finds alike. Raises DataUnavailable."""
    st.session_state[_PLACE] = at
    movement = samples.by_movement(dataset)
    _dialog(images, labels, movement, dataset, [int(index) for index in order], model, names)


@st.dialog("Digit", width="medium")
def _dialog(
    images: np.ndarray,
    labels: np.ndarray,
    movement: np.ndarray | None,
    dataset: str,
    order: list[int],
    model: Model | None,
    names: Sequence[str] | None,
) -> None:
    place = min(st.session_state.get(_PLACE, 0), len(order) - 1)
    if len(order) > 1:
        _next_and_previous(place, len(order))
    index = order[place]
    name = str(names[index]) if names else f"Number {index}"
    moved = None if movement is None else movement[index]
    _digit(images[index], int(labels[index]), moved, dataset, index, name, model)


def _next_and_previous(place: int, number: int) -> None:
    """The arrow keys do the same."""
    with st.container(horizontal=True, vertical_alignment="center", key="dialog-steps"):
        st.button(
            "Previous",
            on_click=_go,
            args=(place - 1,),
            disabled=place == 0,
            shortcut="Left",
            key="dialog-previous",
        )
        st.button(
            "Next",
            on_click=_go,
            args=(place + 1,),
            disabled=place == number - 1,
            shortcut="Right",
            key="dialog-next",
        )
        st.markdown(f"{place + 1:,} of {number:,}", width="content")


def _go(place: int) -> None:
    st.session_state[_PLACE] = place


def _digit(
    image: np.ndarray,
    label: int,
    movement: np.ndarray | None,
    dataset: str,
    index: int,
    name: str,
    model: Model | None,
) -> None:
    """`movement` is what the reader of strokes says, float32 (10,), where it was drawn here."""
    seen = image / np.float32(255)
    models = [inference.load(of_zoo) for of_zoo in inference.names()]
    reading = [model, *models] if model is not None and model.name not in inference.names() else models
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=200):
            answers.digit_picture(seen, f"{name} of {whose(dataset)}.", "The digit", side=196)
            label_is = "What it shows" if datasets.of_class(dataset) else "Official label"
            st.markdown(f"{label_is}: **{confusion_cells.name_of(label)}**")
            if dataset != "own":
                sample = f"{moments.plain(dataset)}-{name.rpartition(' ')[2]}"
                page_link("draw", "Read it on the Draw page", query={"sample": sample})
        with st.container(width=450):
            probabilities = np.concatenate([one.predict(seen[None]) for one in reading])
            if movement is not None:
                both = zip(reading, probabilities, strict=True)
                probabilities = np.stack([one.together(its, movement) for one, its in both])
            _table([one.card["title"] for one in reading], probabilities, label)
            if movement is not None:
                alone = " and ".join(one.card["title"] for one in reading if not one.reads_movement)
                st.caption(f"How the pen moved counts, too, for all but {alone}.")
            if dataset == "mnist-train":
                st.caption("No surprise: most models have seen this very picture in training.")
            if not models[0].answer(seen).is_digit:
                st.caption("The detector finds that this is no digit. On the Draw page, all say “Not sure”.")
    if dataset == "mnist" and index in DOUBTS:
        doubt = DOUBTS[index]
        st.warning(
            f"Is the label wrong? Five people were asked: {doubt.for_label} said {label}, "
            f"{doubt.for_other} said {doubt.other}, {doubt.for_neither} neither (Northcutt et al. 2021).",
            icon=":material/help:",
        )
    if model is None:
        _pixels(image)
    elif dataset == "mnist":
        _alike(index, models, model)


def _table(titles: Sequence[str], probabilities: np.ndarray, label: int) -> None:
    """Ten probabilities of each model, a row each, float (M, 10); the label's column is framed."""
    red, green, blue = colours.RIGHT
    head = joined(
        markup(
            '<th scope="col" class="{kind}">{digit}</th>',
            kind="label" if digit == label else "",
            digit=digit,
        )
        for digit in range(10)
    )
    rows = []
    for title, row in zip(titles, map(np.ndarray.tolist, probabilities), strict=True):
        fields = joined(
            markup(
                '<td class="{kind}" style="background:rgba({red},{green},{blue},{strength:.2f})" '
                'aria-label="{digit}: {spoken}">{text}</td>',
                kind=" ".join(["best"] * (share == max(row)) + ["label"] * (digit == label)),
                red=red,
                green=green,
                blue=blue,
                strength=0.75 * share,
                digit=digit,
                spoken=probability(share),
                text=round(share * 100) if share >= 0.01 else "",
            )
            for digit, share in enumerate(row)
        )
        rows.append(markup('<tr><th scope="row">{title}</th>{fields}</tr>', title=title, fields=fields))
    framed = "" if label == NO_DIGIT else f" Framed: {label}, the label."
    put(
        markup(
            '<table class="digit-dialog"><caption>How probable each digit is, in %.{framed}</caption>'
            "<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>",
            framed=framed,
            head=head,
            rows=joined(rows),
        )
    )


def _pixels(image: np.ndarray) -> None:
    """The 784 numbers, each on its own grey."""
    rows = joined(
        markup(
            "<tr>{fields}</tr>",
            fields=joined(
                markup(
                    '<td style="background:rgb({value},{value},{value});color:{ink}">{text}</td>',
                    value=value,
                    ink="#000" if value > 127 else "#fff",
                    text=value or "",
                )
                for value in map(int, row)
            ),
        )
        for row in image
    )
    st.markdown("**All that a model gets:** 28 × 28 numbers from 0 (black, left empty here) to 255 (white).")
    put(
        markup(
            '<div class="dialog-pixels" tabindex="0" role="img" aria-label="The 784 pixel values">'
            "<table>{rows}</table></div>",
            rows=rows,
        )
    )


def _alike(index: int, models: Sequence[Model], chosen: Model) -> None:
    """The training images that a model finds most alike."""
    with_neighbours = {
        one.name: nearest for one in models if (nearest := evaluation.neighbours(one.name)) is not None
    }
    training = evaluation.training("mnist")
    if training is None or not with_neighbours:
        return
    names = list(with_neighbours)
    titles = {one.name: one.card["title"] for one in models}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**What it learned from:** the training digits most alike, as seen by")
        name = st.selectbox(
            "Model",
            names,
            names.index(chosen.name) if chosen.name in names else 0,
            format_func=titles.__getitem__,
            key="alike",
            label_visibility="collapsed",
            width=160,
        )
    images, labels = training
    figures = joined(
        markup(
            '<figure><img src="{url}" alt="Training digit {i}, labelled {label}">'
            "<figcaption>{label}</figcaption></figure>",
            url=data_url(images[i]),
            i=i,
            label=int(labels[i]),
        )
        for i in map(int, with_neighbours[name][index])
    )
    put(markup('<div class="dialog-alike">{figures}</div>', figures=figures))
    st.caption(
        "Alike means: just before it decides, the model has nearly the same numbers for both. "
        "Where the labels below the pictures disagree, it has reason to hesitate."
    )
