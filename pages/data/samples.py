"""The digits that models learn from and are tested on, to look at."""

import streamlit as st

from digitlab.data import samples
from ui import datasets, headings
from ui.components.picture_buttons import Picture, picture_buttons
from ui.digit_dialog import large
from ui.pictures import data_url

COLUMNS, PER_PAGE = 12, 120
ANY = "all ten"


def first_page() -> None:
    st.session_state["page"] = 1


def shuffle() -> None:
    st.session_state["seed"] = (st.session_state.get("seed", 0) + 1) % 1000
    st.session_state["order"] = samples.SHUFFLED
    first_page()


@st.fragment
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name, split, dataset = chosen = datasets.choose()
        digit = st.selectbox(
            "Show",
            [ANY, *map(str, range(10))],
            key="is",
            bind="query-params",
            width=110,
            on_change=first_page,
        )
        order = st.selectbox(
            "First", samples.ORDERS, key="order", bind="query-params", width=210, on_change=first_page
        )
        seed = st.number_input("Shuffle number", 0, 999, 0, key="seed", bind="query-params", width=140)
        st.button("Shuffle again", icon=":material/shuffle:", on_click=shuffle)
    datasets.say_if_absent()
    if digit == ANY:
        shown = samples.by_class(name, split, order, seed, COLUMNS).ravel()
        st.caption(f"{len(dataset.labels):,} digits. A row for each; press one to see it large.")
    else:
        all_of_it = samples.ordered(name, split, int(digit), order, seed)
        number = min(st.session_state.get("page", 1), -(-len(all_of_it) // PER_PAGE))
        shown = all_of_it[(number - 1) * PER_PAGE :][:PER_PAGE]
        st.caption(f"{len(all_of_it):,} pictures of a {digit}; press one to see it large.")
    picture_buttons(
        [Picture(data_url(dataset.images[i]), f"Number {i}: {dataset.labels[i]}") for i in map(int, shown)],
        key="samples",
        columns=COLUMNS if digit == ANY else None,
        side=62,
        on_press=lambda place: st.session_state.update(opened=int(shown[place])),
    )
    if digit != ANY and len(all_of_it) > PER_PAGE:
        st.pagination(-(-len(all_of_it) // PER_PAGE), key="page")
    if order in (samples.TYPICAL, samples.ODD):
        st.caption(
            "Typical means: near the mean picture of its class, pixel by pixel. Odd ones are far from it: "
            "slanted, fat, cut off, or mislabelled."
        )
    index = st.session_state.pop("opened", None)
    if index is not None and index < len(dataset.labels):
        large(dataset.images[index], int(dataset.labels[index]), chosen.link, index)


def render() -> None:
    headings.header("Samples", "MNIST", "Label", "Training data", "Test data", "Seed")
    page()
