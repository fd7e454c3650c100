"""Slicing: what x[i, 5:12, 3:20] means, and what a model makes of a part."""

from functools import partial

import numpy as np
import streamlit as st

from digitlab import data, inference
from digitlab.data import slicing
from digitlab.data.slicing import Rectangle
from digitlab.numbers import probability
from pages.data.slicing.rectangle import rectangle
from ui import datasets, headings
from ui.markup import joined, markup, put
from ui.pictures import data_url, number_table
from ui.snippets import show_code

SHOWN = 30  # pictures of a selection
FIRST = (5, 16, 8, 20)
EDGES = ("top", "bottom", "left", "right")
MARK = (30, 138, 234)  # the marked pixel: orange, in OpenCV's order


@st.fragment
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name, split, dataset = datasets.choose(classes=False)
        index = st.number_input(
            f"Picture i (0 to {len(dataset.labels) - 1:,})",
            0,
            len(dataset.labels) - 1,
            0,
            key="i",
            bind="query-params",
            width=190,
        )
    datasets.say_if_absent()
    start = slicing.code_start(name, split)
    a_part(dataset.images[index], int(index), start)
    whole_pictures(dataset, start)
    end_to_end(dataset.images[index], int(index), start)


# --- a part of a picture ---------------------------------------------------------------------------------


def a_part(image: np.ndarray, index: int, start: str) -> None:
    headings.subheader("A part of a picture")
    st.markdown(
        "A picture is a table of 28 × 28 numbers. Drag a rectangle over the digit: on the right are its "
        "numbers, the code that takes them, and what the models read in that part alone."
    )
    where = Rectangle.of(*(chosen(edge, first) for edge, first in zip(EDGES, FIRST, strict=True)))
    top, bottom, left, right = where
    digit, numbers = st.columns([2, 3], gap="large")
    with digit:
        rectangle(image, where, key="rectangle", on_change=choose)
        st.caption("With the keyboard: the arrow keys move the rectangle, Shift and arrows resize it.")
        # Keys of their own for each rectangle: so the sliders begin anew where the pointer has put it.
        keys = f"rows-{top}-{bottom}", f"columns-{left}-{right}"
        st.slider("Rows", 0, 28, (top, bottom), key=keys[0], on_change=choose_by_sliders, args=keys)
        st.slider("Columns", 0, 28, (left, right), key=keys[1], on_change=choose_by_sliders, args=keys)
    with numbers:
        st.markdown(f"### `x[{index}, {top}:{bottom}, {left}:{right}]`")
        put(number_table(slicing.part(image, where), "The numbers of the part"))
        st.caption(
            f"{bottom - top} rows of {right - left} numbers, 0 is black, 255 is white. A slice begins with "
            f"its first number and stops before its last: {top}:{bottom} are the rows {top} to {bottom - 1}."
        )
        readings(image, where)
    show_code(start + slicing.code_of_part(index, where))


def chosen(edge: str, first: int) -> int:
    """An edge of the rectangle as the link has it; `first` where the link has no number."""
    text = st.query_params.get(edge, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else first


def choose(where: Rectangle) -> None:
    for edge, value in zip(EDGES, where, strict=True):
        st.query_params[edge] = str(value)


def choose_by_sliders(rows: str, columns: str) -> None:
    choose(Rectangle.of(*st.session_state[rows], *st.session_state[columns]))


def readings(image: np.ndarray, where: Rectangle) -> None:
    """What each model reads in the whole picture, in the part alone, and in the rest."""
    ways = {
        "whole": image,
        "only this part": slicing.kept(image, where),
        "without it": slicing.removed(image, where),
    }
    pictures = np.stack(list(ways.values())) / np.float32(255)
    head = joined(
        markup('<th scope="col"><img src="{url}" alt=""><br>{way}</th>', url=data_url(picture), way=way)
        for way, picture in ways.items()
    )
    rows = joined(
        markup(
            '<tr><th scope="row">{title}</th>{cells}</tr>',
            title=model.card["title"],
            cells=joined(
                markup("<td><b>{digit}</b> {share}</td>", digit=row.argmax(), share=probability(row.max()))
                for row in model.predict(pictures)
            ),
        )
        for model in map(inference.load, inference.names())
    )
    put(
        markup(
            '<table class="readings" aria-label="What the models read"><thead><tr><td></td>{head}</tr>'
            "</thead><tbody>{rows}</tbody></table>",
            head=head,
            rows=rows,
        )
    )
    st.caption(
        "What each model reads, and how probable it finds that. Which part does it need? No model has "
        "learned from half a digit, but each must name one."
    )


# --- many pictures ---------------------------------------------------------------------------------------


def whole_pictures(dataset: data.Dataset, start: str) -> None:
    headings.subheader("Many pictures at once")
    st.markdown(
        f"`x` holds all {len(dataset.labels):,} pictures in one array, `y` their labels: `x.shape` is "
        f"`{dataset.images.shape}`, `y.shape` is `{dataset.labels.shape}`. What to take from them:"
    )
    titles = [selection.title for selection in slicing.SELECTIONS]
    title = st.pills(
        "What to take",
        titles,
        default=titles[3],
        required=True,
        key="take",
        bind="query-params",
        label_visibility="collapsed",
    )
    selection = slicing.SELECTIONS[titles.index(title)]
    taken = selection.take(dataset.images, dataset.labels)
    st.code(selection.code, language="python", wrap_lines=True)
    st.markdown(f"{selection.meaning} **chosen.shape is {taken.shape}.**")
    figures = joined(
        markup('<img src="{url}" alt="">', url=data_url(np.ascontiguousarray(picture)))
        for picture in taken[:SHOWN]
    )
    put(
        markup(
            '<div class="some-digits" role="img" aria-label="The first {n} of them">{figures}</div>',
            n=min(SHOWN, len(taken)),
            figures=figures,
        )
    )
    if len(taken) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(taken):,}.")
    show_code(start + slicing.code_of_selection(selection), "Show the code for these pictures")


# --- one long row ----------------------------------------------------------------------------------------


def end_to_end(image: np.ndarray, index: int, start: str) -> None:
    headings.subheader("784 numbers in a row, and back")
    st.markdown(
        "A linear or dense model gets no picture but one long row: `x[i].reshape(784)` lays the 28 rows "
        "end to end. Move the slider and watch where the orange pixel stands."
    )
    position = st.slider("Place in the long row", 0, 783, 437, key="place", bind="query-params")
    row, column = slicing.unflat(position)
    st.markdown(
        f"Place **{position}** is row **{row}**, column **{column}**: {row} × 28 + {column} = {position}. "
        f"The number there is **{image[row, column]}**."
    )
    marked = np.repeat(image[..., None], 3, axis=2)
    marked[row, column] = MARK
    show = partial(markup, url=data_url(marked), top=row / 28 * 100, left=row / 28 * 100, wide=100 / 28)
    picture, strip = st.columns([2, 5], gap="large")
    with picture:
        put(
            show(
                '<div class="marked-row"><img src="{url}" alt="The digit; row and pixel are marked">'
                '<i style="top:{top:.3f}%;left:0;width:100%;height:{wide:.3f}%"></i></div>'
            )
        )
    with strip:
        st.markdown("**All 784 numbers**, left to right. The frame is that row of the picture:")
        put(
            show(
                '<div class="marked-row long"><img src="{long}" alt="The same pixels in one long row">'
                '<i style="left:{left:.3f}%;top:0;width:{wide:.3f}%;height:100%"></i></div>',
                long=data_url(marked.reshape(1, 784, 3)),
            )
        )
        st.markdown(f"**The frame, enlarged**: places {28 * row} to {28 * row + 27}")
        put(number_table(image[row : row + 1], "The numbers of the row", marked=column))
    show_code(start + slicing.code_of_place(index, position), "Show the code for the row")


def render() -> None:
    headings.header("Slicing lab", "Slicing and indexing", "Coordinate", "Boolean mask", "Flatten", "Pixel")
    st.markdown(
        "For all who write Python, or want to: how NumPy takes a part out of a picture, or some pictures out "
        "of thousands. If you don’t program, try the first section: which part of a digit does a model need?"
    )
    page()
