"""A data set in numbers: how many, how bright, what is typical, what is near what."""

import numpy as np
import streamlit as st

from digitlab import data
from digitlab.data import charts, data_set, once_each, tsne_map
from digitlab.errors import DataUnavailable
from digitlab.numbers import a_digit, count, decimal, percent
from pages.data.data_set.digit_map import digit_map
from ui import datasets, headings
from ui.charts import chart
from ui.components.picture_buttons import Picture, picture_buttons
from ui.markup import Markup, joined, markup, put
from ui.pictures import data_url, grey
from ui.snippets import show_code

NEIGHBOURS = 12  # shown, with the picture itself
MOST_OF_CLASS = 99_999  # drawings, and more


def page() -> None:
    name, split, dataset = datasets.choose()
    if not datasets.of_class(name):
        datasets.say_if_absent()
    datasets.say_of_class(name)
    how_many(name)
    left, right = st.columns(2, gap="large")
    with left:
        balance(name)
    with right:
        brightness(name, split)
    show_code(data_set.code(name, split))
    of_each_digit(name, split)
    neighbours(name, split, len(dataset.labels))
    the_map(name)


# --- how many --------------------------------------------------------------------------------------------


def labels_of(name: str, split: str) -> np.ndarray | None:
    return data.load(name, split).labels if split in data.splits(name) else None


def how_many(name: str) -> None:
    train, test = labels_of(name, "train"), data.load(name, "test").labels
    if datasets.of_class(name):
        drawn = datasets.description(name)
        st.markdown(f"**{drawn[0].upper()}{drawn[1:]}.** No model of the zoo has learned from them.")
    elif train is None:
        st.markdown(f"**{count(len(test), 'picture')}, all of them to test on.** No model learned from them.")
    else:
        st.markdown(
            f"**{count(len(train), 'picture')} to learn from, {len(test):,} to be tested on.** A model never "
            "learns from the test pictures. Otherwise it could know them by heart, and nobody would notice."
        )


def balance(name: str) -> None:
    headings.subheader("How many of each digit?")
    train, test = labels_of(name, "train"), data.load(name, "test").labels
    chart(charts.balance(train, test), spoken(train, test), key="balance")
    st.caption(
        ("" if datasets.of_class(name) else "About as many of each digit. ")
        + "If one of them were rare, a model could ignore it and still look good."
    )


def spoken(train: np.ndarray | None, test: np.ndarray) -> str:
    """The bars in a sentence."""
    parts = {"test": test} if train is None else {"training": train, "test": test}
    return "Pictures of each digit. " + " ".join(
        f"{part.capitalize()}: {counts.min():,} to {counts.max():,}."
        for part, counts in ((part, np.bincount(labels, minlength=10)) for part, labels in parts.items())
    )


# --- how bright ------------------------------------------------------------------------------------------


@st.fragment
def brightness(name: str, split: str) -> None:
    headings.subheader("How bright are the pixels?")
    place = st.container()  # the chart stands above its switch, level with the chart beside it
    scaling = st.segmented_control(
        "Pixel values",
        charts.SCALINGS,
        default=charts.AS_THEY_ARE,
        required=True,
        key="scale",
        bind="query-params",
    )
    pixels = data_set.brightness(name, split)
    offset, divisor = charts.offset_and_divisor(pixels, scaling)
    mean, deviation = decimal((pixels.mean - offset) / divisor), decimal(pixels.deviation / divisor)
    with place:
        chart(
            charts.histogram(pixels, scaling),
            f"Histogram of the pixels with ink. {percent(pixels.black)} of all pixels are black paper.",
            key="brightness",
        )
    st.caption(
        f"All pixels: mean {mean}, standard deviation {deviation}. The bars are the pixels with ink. Scaling "
        "changes the numbers, not the picture; with small numbers, training runs more steadily."
    )


# --- mean pictures ---------------------------------------------------------------------------------------


def of_each_digit(name: str, split: str) -> None:
    headings.subheader("The mean of each digit, and where they differ")
    means, deviations = strips(name, split)
    st.caption("Mean: what all pictures of a digit have in common")
    put(means)
    st.caption("Standard deviation: bright where they differ, at the edges, as each hand slants and curls")
    put(deviations)


@once_each(maxsize=3)
def strips(name: str, split: str) -> tuple[Markup, Markup]:
    """The mean pictures of the ten digits, and their standard deviations."""

    def strip(title: str, pictures: np.ndarray) -> Markup:
        figures = joined(
            markup(
                '<img src="{url}" alt="{title} of all {digit}s">',
                url=data_url(grey(picture / max(float(pictures.max()), 1e-6))),
                title=title,
                digit=digit,
            )
            for digit, picture in enumerate(pictures)
        )
        return markup('<div class="ten-digits">{figures}</div>', figures=figures)

    means, deviations = data_set.by_digit(name, split)
    return strip("Mean", means), strip("Standard deviation", deviations)


# --- what is near ----------------------------------------------------------------------------------------


@st.fragment
def neighbours(name: str, split: str, size: int) -> None:
    headings.subheader("Which pictures are near each other?")
    dataset = data.load(name, split)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.number_input(
            f"Picture number (0 to {size - 1:,})",
            0,
            # another end would begin anew with 0, and a class grows
            MOST_OF_CLASS if datasets.of_class(name) else size - 1,
            key="picture",
            bind="query-params",
            width=220,
        )
        index = min(int(chosen), size - 1)
        st.button("Another one", icon=":material/casino:", on_click=another, args=(size,))
    nearest = list(map(int, data_set.nearest(dataset, dataset.images[index], NEIGHBOURS)))
    if len(nearest) < 2:
        st.caption("A single picture has no neighbours.")
        return
    same = int((dataset.labels[nearest[1:]] == dataset.labels[index]).sum())
    st.markdown(
        f"Picture {index} is **{label_of(dataset, index)}**. Of the {count(len(nearest) - 1, 'picture')} "
        f"nearest to it, **{same}** {'has' if same == 1 else 'have'} the same label."
    )
    picture_buttons(
        [
            Picture(data_url(dataset.images[i]), caption(dataset, i, index), f"{dataset.labels[i]}")
            for i in nearest
        ],
        key="neighbours",
        side=84,
        on_press=lambda place: st.session_state.update(picture=nearest[place]),
        label="The picture and those nearest to it",
    )
    st.caption(
        "The first is the picture itself, then the nearest. Press one to see its own neighbours. Near means: "
        "subtract pixel by pixel, square, add up. The label of the nearest picture is right for most digits; "
        "it fails where a small shift changes every pixel."
    )
    show_code(data_set.code_nearest(name, split, int(index), NEIGHBOURS), "Show the code for this")


def label_of(dataset: data.Dataset, index: int) -> str:
    return a_digit(int(dataset.labels[index]))


def caption(dataset: data.Dataset, index: int, chosen: int) -> str:
    """What is read out for a neighbour."""
    itself = ", the picture itself" if index == chosen else ""
    return f"Number {index}: {label_of(dataset, index)}{itself}"


def another(size: int) -> None:
    st.session_state["picture"] = int(np.random.default_rng().integers(size))


# --- the map ---------------------------------------------------------------------------------------------


def the_map(name: str) -> None:
    headings.subheader("A map of digits")
    places = tsne_map.load(name)
    labels = data.load(name, "test").labels[places.indices]
    st.caption(
        f"{made(name, len(labels))} Move over the map, or walk with the arrow keys. Can you find dots among "
        "those of another colour? What do they look like?"
    )
    digit_map(name, labels, places, key="map")


def made(name: str, dots: int) -> str:
    """How the map came to be, in a sentence or two."""
    if not datasets.of_class(name):
        return (
            f"Each of the {dots:,} dots is a test picture. Pictures that look alike lie close together: "
            "t-SNE puts them there; it looks at pixels, never at labels."
        )
    whose = "MNIST’s" if tsne_map.base() == "mnist" else "UCI’s"
    dot = "The dot is a drawing" if dots == 1 else f"Each of the {dots:,} dots is a drawing"
    return (
        f"{dot} of the class, on the map of {whose} test digits: it lies among those {tsne_map.LIKE} of them "
        "that it is most like, pixel by pixel. The map never looks at labels."
    )


def render() -> None:
    headings.header(
        "The data in numbers",
        "MNIST",
        "Histogram",
        "Mean and standard deviation",
        "Scaling",
        "Standardising",
        "Nearest neighbours",
        "t-SNE",
    )
    try:
        page()
    except DataUnavailable as error:
        st.info(str(error), icon=":material/cloud_off:")
