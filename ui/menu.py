"""The table of chapters and pages: what each is called, where it stands, and which module shows it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st


class Entry(NamedTuple):
    """One page of the app. `module` is imported when somebody opens the page; its `render()` shows it."""

    address: str  # the last part of the page's URL
    title: str
    icon: str
    module: str
    hidden: bool = False  # not in the menu: who needs it has a link


def _chapter(name: str, *pages: tuple[str, str, str]) -> Sequence[Entry]:
    return [
        Entry(address, title, f":material/{icon}:", f"pages.{name}.{address}")
        for address, title, icon in pages
    ]


# Headings of the menu and what stands under them.
CHAPTERS: Mapping[str, Sequence[Entry]] = MappingProxyType(
    {
        "": _chapter(
            "draw",
            ("draw", "Draw", "draw"),
            ("steps", "What the model sees", "grid_on"),
        ),
        "Data": _chapter(
            "data",
            ("samples", "Samples", "apps"),
            ("data_set", "The data in numbers", "bar_chart"),
            ("slicing", "Slicing lab", "crop"),
        ),
        "Training": _chapter(
            "training",
            ("curves", "Training curves", "show_chart"),
            ("replay", "Replay a training", "replay"),
            ("train_one", "Train one yourself", "fitness_center"),
        ),
        "Inside the network": _chapter(
            "inside",
            ("move", "Move my digit", "open_with"),
            ("neuron", "A neuron and a layer", "hub"),
            ("convolution", "Convolution", "filter_center_focus"),
            ("optimisation", "Optimisation", "trending_down"),
            ("latent", "Latent space", "explore"),
            ("not_a_digit", "Not a digit", "block"),
        ),
        "Evaluation": _chapter(
            "evaluation",
            ("mistakes", "Mistakes", "grid_4x4"),
            ("one_digit", "One digit against the rest", "filter_1"),
            ("confidence", "Answer only when sure", "speed"),
            ("compare", "Compare two models", "compare_arrows"),
            ("spoil", "Spoil my digit", "foggy"),
            ("guess", "You against the machine", "sports_esports"),
        ),
        "Learn": _chapter(
            "learn",
            ("lessons", "Lessons", "school"),
            ("glossary", "Glossary", "menu_book"),
        ),
        "Classroom": [
            # Python reserves the word
            Entry("class", "Start a class", ":material/groups:", "pages.classroom.start"),
            *_chapter(
                "classroom",
                ("join", "Join a class", "login"),
                ("hands", "Whose hands?", "back_hand"),
                ("train_us", "Train it on us", "model_training"),
                ("stored", "What a class stores", "shield"),
            ),
            Entry("wall", "Wall of a class", ":material/wallpaper:", "pages.classroom.wall", hidden=True),
            Entry(
                "desk", "Desk of a class", ":material/table_restaurant:", "pages.classroom.desk", hidden=True
            ),
        ],
    }
)

ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {entry.address: entry for entries in CHAPTERS.values() for entry in entries}
)

FRONT = "draw"  # the page at the root of the site
# Addresses that lead to the front page, too: a link may name it like any other page.
ALSO_FRONT = ("draw", "home")


def page(entry: Entry, show: Callable[[], None]) -> st.Page:
    """Streamlit's object for a page. Only its address counts when it is compared with another one."""
    front = entry.address == FRONT
    return st.Page(
        show,
        title=entry.title,
        icon=entry.icon,
        url_path="" if front else entry.address,
        default=front,
        visibility="hidden" if entry.hidden else "visible",
    )
