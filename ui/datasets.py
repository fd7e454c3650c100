"""The data sets on screen: their names, how one is chosen, and what is said where MNIST can't be had.

A data set's name here is the one that ?sample= uses: "mnist" are MNIST's test digits, "mnist-train" those to
learn from; the others are named as in `digitlab.data`. What a class has drawn may be chosen where the link
names it, and by whoever has opened the class in this visit."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import NamedTuple

import streamlit as st

from digitlab import data
from digitlab.classroom import moments
from digitlab.data import Dataset, samples
from digitlab.errors import ClassError, DataUnavailable, UnknownName
from digitlab.inference import Model
from digitlab.numbers import count
from ui import classroom, known_classes


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
_SAID = "_class_absent"  # in the session: why not the class is shown that was asked for


class Chosen(NamedTuple):
    name: str  # as `digitlab.data.load` has it
    split: str
    dataset: Dataset

    @property
    def link(self) -> str:
        """As ?sample= and the tables above have it."""
        return f"{self.name}-train" if self.split == "train" else self.name


def title(name: str) -> str:
    """In a list to choose from, and in the link."""
    code = moments.code_of(name)
    return known_classes.title(code) if code else TITLES[name]


def description(name: str) -> str:
    """How many of what, for a sentence. Raises DataUnavailable."""
    code = moments.code_of(name)
    if not code:
        return DESCRIPTIONS[name]
    drawn = len(data.load(name, "test").labels)
    return f"the {count(drawn, 'digit')} that class {code} has drawn"


def whose(name: str) -> str:
    """ "Number 7 of ..."."""
    code = moments.code_of(name)
    return f"class {code}’s digits" if code else WHOSE[name]


def in_link(text: str) -> str:
    """The title that somebody means who writes this into a link: "MNIST, test", for mnist."""
    code = known_classes.code_of(text)
    return known_classes.title(code) if code else ALIASES.get(text.casefold(), text)


def of_class(name: str) -> bool:
    """Whether a class has drawn it."""
    return name.startswith(data.OF_CLASS)


def numbers(name: str) -> Sequence[str] | None:
    """How a class's drawings are called, one after the other; None for other data sets, whose indices will
    do. Raises DataUnavailable."""
    return [f"Number {number}" for number in samples.numbers(name)] if of_class(name) else None


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
    classes: bool = True,
    on_change: Callable[[], None] | None = None,
) -> str:
    """The name of the data set that the visitor chose; its title stands in the link. The first of `among` is
    the usual one. A page that shows nothing without the pictures says `pictures=True`: then MNIST isn't
    offered where it can't be had. With `classes` a class may be chosen, too: the name is fixed to what it has
    drawn by now (`digitlab.data.fixed`), and `say_of_class` says what there is to say of it."""
    offered = [name for name in among if not (pictures and name in MNIST and not have_mnist())]
    chosen = st.selectbox(
        "Digits",
        [*offered, *(known(key, offered[0]) if classes else ())],
        format_func=title,
        key=key,
        bind="query-params",
        width=180,
        on_change=on_change,
    )
    return fixed(chosen, offered[0])


def known(key: str, usual: str) -> list[str]:
    """The names of the classes that can be chosen by the widget with this key, which stands in the link under
    it. Where one that was chosen isn't there, `say_of_class` says so: `usual` is seen instead."""
    asked = [known_classes.code_of(st.query_params.get(key)), _code_chosen(key)]
    found, problem = known_classes.there([classroom.seen(), *asked])
    st.session_state[_SAID] = None
    if problem and not set(found).issuperset(filter(None, asked)):
        st.session_state[_SAID] = _instead(problem, usual)
    return [f"{data.OF_CLASS}{code}" for code in found]


def _code_chosen(key: str) -> str | None:
    """What the widget says may be a name or, where its options are titles, one of these."""
    chosen = st.session_state.get(key)
    return known_classes.code_of(chosen) if isinstance(chosen, str) else None


def fixed(name: str, usual: str) -> str:
    """A class as it is now, where it has drawn anything; else `usual`. Other names stay."""
    if not of_class(name):
        return name
    try:
        name = data.fixed(name)
        data.load(name, "test")
    except DataUnavailable as problem:
        st.session_state[_SAID] = _instead(problem, usual)
        return usual
    return name


def _instead(problem: Exception, usual: str) -> str:
    return f"{problem} You see {DESCRIPTIONS[usual]} instead."


def calmly(page: Callable[[], None]) -> Callable[[], None]:
    """A page that says a sentence where its class ends, or its data can't be had, from one line to the
    next."""

    @wraps(page)
    def shown() -> None:
        try:
            page()
        except (ClassError, DataUnavailable, UnknownName) as problem:
            st.info(str(problem), icon=":material/info:")

    return shown


def say_of_class(name: str, *models: Model) -> None:
    """Below the pickers: why not the class is shown that was asked for; or what must be known of the one that
    is shown, and of these models' figures on it."""
    if problem := st.session_state.get(_SAID):
        st.info(problem, icon=":material/info:")
    for sentence in caveats(name, *models):
        st.info(sentence, icon=":material/groups:")


def caveats(name: str, *models: Model, guesses: bool = True) -> list[str]:
    """Sentences on what a class's figures don't tell. None for other data sets. Without `guesses`, of a page
    that leaves out what only a model has labelled."""
    code = moments.code_of(name)
    if not code:
        return []
    said = []
    try:
        if classroom.find(code).simulated:
            said.append("This is an example class. Its pupils are made up, and so are their hands.")
        guessed = int(samples.guessed(name).sum())
    except (ClassError, DataUnavailable):  # it has ended this moment
        return said
    if guessed and guesses:
        said.append(
            f"In this class pupils draw what they like. {count(guessed, 'label')} of "
            f"{len(samples.numbers(name)):,} {'is' if guessed == 1 else 'are'} nobody’s word, but what a "
            "model read. There the model is right by definition, so the figures here are too good. The "
            "teacher can set labels right at the desk."
        )
    if any(model.name.startswith(f"{data.OF_CLASS}{code}:") for model in models):
        said.append(
            "A model of this class has learned from some of these very digits, so it reads them better than "
            "new ones. How it reads pupils from whom it has not learned stands on “Train it on us”."
        )
    return said


def choose(on_change: Callable[[], None] | None = None, *, classes: bool = True) -> Chosen:
    """The digits that the visitor chose to look at. Without MNIST: those by other people. `classes` as of
    `choose_dataset`."""
    among = ("mnist-train", "mnist", "digits")
    return _had(choose_dataset(among, pictures=True, classes=classes, on_change=on_change))


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
