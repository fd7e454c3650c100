"""Slicing: what x[i, 5:12, 3:20] means, and what a model makes of a part."""

import html

import numpy as np
import streamlit as st

from digitlab import data, inference
from digitlab.data import slicing
from digitlab.data.slicing import Rectangle
from pages.data.slicing.rectangle import rectangle
from ui import datasets, headings, style
from ui.pictures import data_url

SHOWN = 30  # pictures of a selection
FIRST = (5, 16, 8, 20)
EDGES = ("top", "bottom", "left", "right")


@st.fragment
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name, split, dataset = datasets.choose()
        index = st.number_input(
            "Picture i", 0, len(dataset.labels) - 1, 0, key="i", bind="query-params", width=150
        )
    datasets.say_if_absent()
    st.caption(
        f"x is all {len(dataset.labels):,} pictures in one array, y their labels: x.shape is "
        f"{dataset.images.shape}, y.shape is {dataset.labels.shape}."
    )
    start = slicing.START.format(name=name, split=split)
    a_part(dataset.images[index], int(index), start)
    whole_pictures(dataset, start)
    end_to_end(dataset.images[index], int(index), start)


def a_part(image: np.ndarray, index: int, start: str) -> None:
    st.subheader("A part of a picture", anchor=False)
    where = Rectangle.of(*(chosen(edge, first) for edge, first in zip(EDGES, FIRST, strict=True)))
    top, bottom, left, right = where
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=350):
            rectangle(image, where, key="rectangle", on_change=choose)
            st.caption("Drag over the digit. With the keyboard: arrows move it, Shift and arrows resize it.")
            rows = st.slider("Rows", 0, 28, (top, bottom), key=f"rows-{top}-{bottom}")
            columns = st.slider("Columns", 0, 28, (left, right), key=f"columns-{left}-{right}")
            if (asked := Rectangle.of(*rows, *columns)) != where:
                choose(asked)
                st.rerun(scope="fragment")
        with st.container(width=660):
            st.markdown(f"#### `x[{index}, {top}:{bottom}, {left}:{right}]`")
            numbers(slicing.part(image, where))
            st.caption(
                f"{bottom - top} rows of {right - left} numbers. A slice begins with its first number and "
                f"stops before its last: {top}:{bottom} are the rows {top} to {bottom - 1}."
            )
            answers(image, where)
    with st.popover("Show the code", icon=":material/code:"):
        st.code(start + slicing.code_of_part(index, where), language="python")


def chosen(edge: str, first: int) -> int:
    """From the link; what is no number there counts for nothing."""
    text = st.query_params.get(edge, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else first


def choose(where: Rectangle) -> None:
    for edge, value in zip(EDGES, where, strict=True):
        st.query_params[edge] = str(value)


def numbers(part: np.ndarray) -> None:
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="background:rgb({v},{v},{v});color:{"#000" if v > 127 else "#fff"};'
            f'min-width:1.75rem">{v}</td>'
            for v in map(int, row)
        )
        + "</tr>"
        for row in part
    )
    st.html(
        '<div tabindex="0" role="region" aria-label="The numbers of the part" '
        'style="overflow-x:auto;max-width:100%">'
        '<table style="border-collapse:collapse;font-size:0.68rem;line-height:1.7;text-align:center;'
        f'font-variant-numeric:tabular-nums">{rows}</table></div>'
    )


def answers(image: np.ndarray, where: Rectangle) -> None:
    """What each model says of the whole, of the part alone, of the rest."""
    ways = {
        "whole": image,
        "only this part": slicing.kept(image, where),
        "without it": slicing.removed(image, where),
    }
    pictures = np.stack(list(ways.values())) / np.float32(255)
    head = "".join(
        f'<th style="font-weight:400;padding:2px 8px"><img src="{data_url(picture)}" alt="" '
        f'style="width:56px;image-rendering:pixelated;border-radius:4px"><br>{way}</th>'
        for way, picture in ways.items()
    )
    rows = []
    for model in map(inference.load, inference.names()):
        cells = "".join(
            f'<td style="padding:2px 8px"><b style="color:{style.MODEL}">{row.argmax()}</b> '
            f"{html.escape(style.percent(float(row.max())))}</td>"
            for row in model.predict(pictures)
        )
        rows.append(f'<tr><th style="text-align:left;font-weight:400">{model.card["title"]}</th>{cells}</tr>')
    st.html(
        '<table style="font-size:0.85rem;text-align:center;border-collapse:collapse" '
        f'aria-label="What the models read"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    st.caption(
        "Which part does a model need? The parts go in as they are, so a model that never saw half a digit "
        "must still name one."
    )


def whole_pictures(dataset: data.Dataset, start: str) -> None:
    st.subheader("Many pictures at once", anchor=False)
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
    st.code(selection.code, language="python")
    st.markdown(f"{selection.meaning} **chosen.shape is {taken.shape}.**")
    figures = "".join(
        f'<img src="{data_url(np.ascontiguousarray(picture))}" alt="" style="height:46px;'
        'image-rendering:pixelated;border-radius:4px">'
        for picture in taken[:SHOWN]
    )
    st.html(
        f'<div role="img" aria-label="The first {min(SHOWN, len(taken))} of them" '
        f'style="display:flex;flex-wrap:wrap;gap:5px">{figures}</div>'
    )
    if len(taken) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(taken):,}.")
    with st.popover("Show the whole code", icon=":material/code:"):
        st.code(f"{start}{selection.code}\nprint(chosen.shape)\n", language="python")


def end_to_end(image: np.ndarray, index: int, start: str) -> None:
    st.subheader("784 numbers in a row, and back", anchor=False)
    st.markdown(
        "A linear or dense model gets no picture but one long row: `x[i].reshape(784)` lays the 28 rows "
        "end to end."
    )
    position = st.slider("Place in the long row", 0, 783, 437, key="place", bind="query-params")
    row, column = slicing.unflat(position)
    st.markdown(
        f"Place **{position}** is row **{row}**, column **{column}**: {row} × 28 + {column} = "
        f"{position}. "
        f"There stands **{image[row, column]}**."
    )
    marked = np.repeat(image[..., None], 3, axis=2)
    marked[row, column] = (30, 138, 234)  # orange, in OpenCV's order
    with st.container(horizontal=True, gap="medium"):
        st.html(
            f'<img src="{data_url(marked)}" alt="The digit with that pixel marked" '
            'style="width:224px;image-rendering:pixelated;border-radius:6px">'
        )
        st.html(
            f'<img src="{data_url(marked.reshape(1, 784, 3))}" alt="The same pixels in one row" '
            'style="width:100%;height:40px;image-rendering:pixelated">',
            width=560,
        )
    with st.popover("Show the code for this", icon=":material/code:"):
        st.code(
            f"{start}row = x[{index}].reshape(784)\nprint(row[{position}], x[{index}, {row}, {column}])"
            f"          # the same number\nback = row.reshape(28, 28)\nprint((back == x[{index}]).all())\n",
            language="python",
        )


def render() -> None:
    headings.header("Slicing lab", "Slicing and indexing", "Coordinate", "Boolean mask", "Flatten", "Pixel")
    page()
