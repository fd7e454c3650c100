"""Choosing a data set, and what to say where MNIST can't be had."""

from typing import NamedTuple

import streamlit as st

from digitlab import data
from digitlab.data import Dataset
from digitlab.errors import DataUnavailable

CHOICES = {
    "MNIST, training": ("mnist", "train"),
    "MNIST, test": ("mnist", "test"),
    "Other people": ("digits", "test"),
}


class Chosen(NamedTuple):
    name: str
    split: str
    dataset: Dataset

    @property
    def link(self) -> str:
        """As ui.digit_dialog and ?sample= call it."""
        return f"{self.name}-train" if self.split == "train" else self.name


def choose() -> Chosen:
    """The data set that the user chose; it stands in the link. Without MNIST: UCI's digits."""
    title = st.selectbox("Digits", CHOICES, key="digits", bind="query-params", width=180)
    return _had(*CHOICES[title])


def test_digits() -> Chosen:
    """MNIST's test digits; without MNIST: UCI's."""
    return _had("mnist", "test")


def _had(name: str, split: str) -> Chosen:
    try:
        return Chosen(name, split, data.load(name, split))
    except DataUnavailable:
        st.session_state["_no_mnist"] = True
        return Chosen("digits", "test", data.load("digits", "test"))


def say_if_absent() -> None:
    """The banner, where MNIST was wanted and could not be had."""
    if st.session_state.pop("_no_mnist", False):
        st.info(
            "MNIST can’t be had here, so you see 1,797 digits of 13 other people (UCI). To get it: connect "
            "once to the internet, or set MNIST_NPZ to an mnist.npz that you have.",
            icon=":material/cloud_off:",
        )
