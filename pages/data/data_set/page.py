"""A data set in numbers: how many, how bright, what is typical, what is near what."""

import numpy as np
import streamlit as st

from digitlab import data
from digitlab.data import charts, samples, tsne_map
from digitlab.errors import DataUnavailable
from pages.data.data_set.digit_map import digit_map
from ui import answers, datasets, headings
from ui.pictures import data_url

CODE = """from digitlab import data

x, y = data.load("{name}", "{split}")
print(x.shape, x.dtype, x.min(), x.max())      # all pictures in one array
scaled = x / 255                               # 0 to 1: what the models get
standardised = (x - x.mean()) / x.std()        # mean 0, standard deviation 1
means = [scaled[y == digit].mean(axis=0) for digit in range(10)]
"""


@st.fragment
def page() -> None:
    name, split, dataset = datasets.choose()
    datasets.say_if_absent()
    counts(name, split, dataset)
    of_each_digit(name, split)
    neighbours(dataset)
    the_map(name)


def counts(name: str, split: str, dataset: data.Dataset) -> None:
    other = labels_of(name, "train" if split == "test" else "test")
    train, test = (dataset.labels, other) if split == "train" else (other, dataset.labels)
    if train is not None and test is not None:
        st.markdown(
            f"**{len(train):,} pictures to learn from, {len(test):,} to be tested on.** A model never learns "
            "from the test pictures: else it could know them by heart, and nobody would notice."
        )
    else:
        st.markdown(
            f"**{len(dataset.labels):,} pictures, all of them to test on.** No model learned from them."
        )
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=520):
            st.altair_chart(charts.balance(train, dataset.labels if test is None else test))
            st.caption(
                "Nearly as many of each digit. A rare one could be ignored by a model that still looks good."
            )
        with st.container(width=520):
            way = st.segmented_control(
                "Pixel values",
                charts.WAYS,
                default="as they are",
                required=True,
                key="scale",
                bind="query-params",
                label_visibility="collapsed",
            )
            chart, mean, deviation = charts.pixels(dataset.images, way)
            st.altair_chart(chart)
            st.caption(
                f"Mean {mean:.3g}, standard deviation {deviation:.3g}. Most pixels are black paper. Scaling "
                "changes the numbers, not the picture; small numbers make training steadier."
            )
    with st.popover("Show the code", icon=":material/code:"):
        st.code(CODE.format(name=name, split=split), language="python")


def labels_of(name: str, split: str) -> np.ndarray | None:
    return data.load(name, split).labels if split in data.splits(name) else None


def of_each_digit(name: str, split: str) -> None:
    st.subheader("The mean of each digit, and where they differ", anchor=False)
    means, deviations = samples.by_digit(name, split)
    for title, pictures in (("Mean", means), ("Standard deviation", deviations)):
        scaled = np.round(255 * pictures / pictures.max()).astype(np.uint8)
        figures = "".join(
            f'<img src="{data_url(picture)}" alt="{title} of all {digit}s" style="width:100%;min-width:0;'
            f'image-rendering:pixelated;border-radius:4px">'
            for digit, picture in enumerate(scaled)
        )
        st.caption(title)
        look = "display:grid;grid-template-columns:repeat(10,minmax(0,1fr));gap:5px;max-width:900px"
        st.html(f'<div style="{look}">{figures}</div>')
    st.caption(
        "The mean is what all pictures of a digit have in common. The standard deviation is bright where "
        "they differ: at the edges, where hands slant and curl in their own ways."
    )


def neighbours(dataset: data.Dataset) -> None:
    st.subheader("Which pictures are near each other?", anchor=False)
    index = st.number_input(
        f"Picture number, 0 to {len(dataset.labels) - 1:,}",
        0,
        len(dataset.labels) - 1,
        7,
        key="picture",
        bind="query-params",
        width=220,
    )
    nearest = samples.nearest(dataset, dataset.images[index], 9)
    with st.container(horizontal=True, gap="small"):
        for i in map(int, nearest):
            text = f"The {dataset.labels[i]} itself" if i == index else f"a {dataset.labels[i]}"
            answers.digit_picture(dataset.images[i] / np.float32(255), text, f"Number {i}, {text}", side=92)
    st.caption(
        "Near means: subtract pixel by pixel, square, add up. Already this reads most digits rightly, by the "
        "label of the nearest picture; it fails where a small shift changes every pixel."
    )


def the_map(name: str) -> None:
    st.subheader("A map of digits", anchor=False)
    indices, places = tsne_map.load(name)
    images, labels = (part[indices] for part in data.load(name, "test"))
    st.caption(
        f"{len(labels):,} test pictures; alike ones lie together (t-SNE, which looks at pixels and never at "
        "labels). Move over it, or walk with the arrow keys. Look for dots in the wrong colour."
    )
    with st.container(width=620):
        digit_map(images, labels, places, key="map")


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
