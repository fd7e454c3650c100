"""The digits that models learn from and are tested on, to look at."""

import numpy as np
import streamlit as st

from digitlab.classroom import moments
from digitlab.data import samples
from digitlab.numbers import a_digit, count
from ui import datasets, headings
from ui.components.picture_buttons import Picture, picture_buttons
from ui.digit_dialog import show_digits
from ui.pictures import data_url

COLUMNS, PER_PAGE = 12, 120
ALL = "all"
SEEDS = 1000


def first_page() -> None:
    """Other pictures: begin with the first of them."""
    st.query_params.pop("page", None)


def turn_to(key: str) -> None:
    st.query_params["page"] = str(st.session_state[key])


def page_in_link(pages: int) -> int:
    """The number of the page that the link names; 1 where it names none."""
    text = st.query_params.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), pages)


def title(digit: str) -> str:
    return "All" if digit == ALL else digit


@st.fragment
@datasets.calmly
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name, split, dataset = chosen = datasets.choose(on_change=first_page)
        digit = st.selectbox(
            "Digit",
            [ALL, *map(str, range(10))],
            format_func=title,
            key="is",
            bind="query-params",
            width=110,
            on_change=first_page,
        )
        order = st.selectbox(
            "Order", samples.ORDERS, key="order", bind="query-params", width=190, on_change=first_page
        )
        seed = 0
        if order == samples.SHUFFLED:
            # The browser counts the presses of its + itself: none is lost, however fast they come.
            seed = st.number_input(
                "Shuffle number",
                0,
                SEEDS - 1,
                0,
                key="seed",
                bind="query-params",
                width=160,
                on_change=first_page,
                help="Press + to shuffle again. The same number always gives the same order.",
            )
    if not datasets.of_class(name):
        datasets.say_if_absent()
    datasets.say_of_class(name)
    pages = number = 1
    full = False
    if digit == ALL:
        rows = samples.by_class(name, split, order, seed, COLUMNS)
        full = all(len(row) == COLUMNS for row in rows)
        shown = np.concatenate(rows)
        a_row = "a row for each of 0 to 9" if full else f"up to {COLUMNS} of each digit, one after the other"
        st.caption(
            f"{count(len(dataset.labels), 'digit')}; {a_row}. Press one to see it large, with all its "
            f"numbers."
        )
    else:
        all_of_it = samples.ordered(name, split, int(digit), order, seed)
        pages = max(1, -(-len(all_of_it) // PER_PAGE))
        number = page_in_link(pages)
        shown = all_of_it[(number - 1) * PER_PAGE :][:PER_PAGE]
        st.caption(
            f"{count(len(all_of_it), 'picture')} of {a_digit(int(digit))}. Press one to see it large, with "
            "all its numbers."
            if len(all_of_it)
            else f"Nobody has drawn {a_digit(int(digit))} yet."
        )
    if order in (samples.TYPICAL, samples.ODD):
        st.caption(
            "Typical pictures are near the mean picture of their digit, pixel by pixel. Odd ones are far "
            "from it: slanted, thick, cut off, or with a wrong label."
        )
    names = datasets.numbers(name)
    picture_buttons(
        [
            Picture(
                data_url(dataset.images[i]), f"{names[i] if names else f'Number {i}'}: {dataset.labels[i]}"
            )
            for i in map(int, shown)
        ],
        key="samples",
        columns=COLUMNS if digit == ALL and full else None,
        side=62,
        on_press=lambda place: st.session_state.update(opened=place),
        label="Samples",
    )
    if pages > 1:
        # A key of its own for each choice above, so that another choice begins with page 1.
        key = f"page-{moments.plain(chosen.link)}-{digit}-{order}-{seed}"
        st.pagination(pages, default=number, key=key, on_change=turn_to, args=(key,))
    place = st.session_state.pop("opened", None)
    if place is not None and place < len(shown):
        show_digits(dataset.images, dataset.labels, chosen.link, shown, place, names=names)


def render() -> None:
    headings.header("Samples", "MNIST", "Label", "Training data", "Test data", "Seed")
    page()
