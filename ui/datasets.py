"""The data sets on screen: their names, how one is chosen, and what is said where MNIST can't be had.

A data set's name here is the one that ?sample= uses: "mnist" are MNIST's test digits, "mnist-train" those to
learn from; the others are named as in `digitlab.data`."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from digitlab import data
from digitlab.data import Dataset
from digitlab.errors import DataUnavailable


class Entry(NamedTuple):
    title: str  # in a list to choose from, and in the link
    description: str  # how many of what, for a sentence
    whose: str  # "number 7 of ..."


ENTRIES = {
    "mnist": Entry("MNIST, test", "MNIST’s 10,000 test digits", "MNIST’s test digits"),
    "mnist-train": Entry("MNIST, training", "MNIST’s 60,000 training digits", "MNIST’s training digits"),
    "digits": Entry(
        "Other people", "1,797 digits by 13 other people (UCI)", "the digits by other people (UCI)"
    ),
    "scribbles": Entry("Scribbles", "2,000 letters, scribbles and dots", "the scribbles"),
    "own": Entry("Your file", "the digits that you brought", "your file"),
}
TITLES = {name: entry.title for name, entry in ENTRIES.items()}
DESCRIPTIONS = {name: entry.description for name, entry in ENTRIES.items()}
WHOSE = {name: entry.whose for name, entry in ENTRIES.items()}
# What a link may say, in small letters, and the title that it means.
ALIASES = TITLES | {title.casefold(): title for title in TITLES.values()}

MNIST = ("mnist", "mnist-train")


class Chosen(NamedTuple):
    name: str  # as `digitlab.data.load` has it
    split: str
    dataset: Dataset

    @property
    def link(self) -> str:
        """As ?sample= and the tables above have it."""
        return f"{self.name}-train" if self.split == "train" else self.name


def split_of(name: str) -> tuple[str, str]:
    """What `digitlab.data.load` wants: "mnist-train" is ("mnist", "train")."""
    return ("mnist", "train") if name == "mnist-train" else (name, "test")


def have_mnist() -> bool:
    """Whether MNIST's pictures can be had now. The first call may take the time of a download."""
    try:
        data.load("mnist", "test")
    except DataUnavailable:
        return False
    return True


def choose_dataset(
    among: Sequence[str],
    key: str = "digits",
    *,
    pictures: bool = False,
    on_change: Callable[[], None] | None = None,
) -> str:
    """The name of the data set that the visitor chose; its title stands in the link. The first of `among` is
    the usual one. A page that shows nothing without the pictures says `pictures=True`: then MNIST isn't
    offered where it can't be had."""
    offered = [name for name in among if not (pictures and name in MNIST and not have_mnist())]
    return st.selectbox(
        "Digits",
        offered,
        format_func=TITLES.__getitem__,
        key=key,
        bind="query-params",
        width=180,
        on_change=on_change,
    )


def choose(on_change: Callable[[], None] | None = None) -> Chosen:
    """The digits that the visitor chose to look at. Without MNIST: those by other people."""
    return _had(choose_dataset(("mnist-train", "mnist", "digits"), pictures=True, on_change=on_change))


def test_digits() -> Chosen:
    """MNIST's test digits; without MNIST: those by other people."""
    return _had("mnist")


def _had(name: str) -> Chosen:
    name, split = split_of(name)
    try:
        return Chosen(name, split, data.load(name, split))
    except DataUnavailable:
        return Chosen("digits", "test", data.load("digits", "test"))


def say_if_absent(instead: str = f"You see {DESCRIPTIONS['digits']} instead.") -> None:
    """The banner of a page that wants MNIST's pictures, where they can't be had. `instead` is a sentence on
    what the page shows without them."""
    if not have_mnist():
        st.info(
            f"MNIST’s pictures can’t be had here. {instead} To get them: connect once to the internet, or "
            "set MNIST_NPZ to an mnist.npz that you have.",
            icon=":material/cloud_off:",
        )
