"""Latent space: few numbers for a digit, a digit for any few numbers, and what lies between two digits."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from digitlab.data import samples
from digitlab.inside import autoencoder, charts, generated, latent
from digitlab.inside.autoencoder import Row
from digitlab.numbers import a_digit, percent, probability
from pages.inside.latent.film import film
from pages.inside.latent.latent_map import latent_map
from ui import chosen_digit, datasets, headings
from ui.charts import chart
from ui.chosen_digit import ChosenDigit
from ui.datasets import Chosen
from ui.figures import figure, row
from ui.markup import joined, markup, put
from ui.pictures import data_url, grey
from ui.snippets import show_code

DOTS, PICTURES = "Test digits", "What is drawn where"
SLIDERS = 8
WHOSE = {"mnist": "the first of MNIST’s training digits", "digits": "UCI’s, as MNIST can’t be had here"}


@st.fragment
def the_map(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("A map of all digits", "Variational autoencoder", "Decoder")
    st.markdown(
        "This network (a *variational autoencoder*) squeezes a digit into two numbers, a place on this map, "
        "and draws a digit from any two numbers. Move over the map. Where does one digit turn into another?"
    )
    shown = st.pills(
        "Show",
        (PICTURES, DOTS),
        default=PICTURES,
        required=True,
        key="map",
        bind="query-params",
        label_visibility="collapsed",
    )
    place = latent.vae().encode(mine.picture[None])[0]
    latent_map(latent.places(digits.name), place, as_pictures=shown == PICTURES, key="latent-map")
    if shown == DOTS:
        st.markdown(
            "Each dot is a test digit, placed by its two numbers alone: nobody told the network which digit "
            "it is. Those that lie further out stand at the edge."
        )
    st.markdown(
        f"The blue ring is {mine.whose}. On the keyboard: arrow keys, with Shift for larger steps. "
        f":small[{latent.SIDE} × {latent.SIDE} places were drawn beforehand; between them the picture is "
        "blended.]"
    )
    show_code(latent.code(mine.name))


# --- from one digit to another ----------------------------------------------------------------------------


@st.fragment
def a_walk(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("From one digit to another", "Autoencoder", "Latent space")
    st.markdown(
        "The *autoencoder* squeezes a digit into 32 numbers. Above, these numbers change step by step into "
        "those of another digit. Below, the pixels themselves are blended."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        target = st.pills("To this digit", range(10), default=8, required=True, key="to", bind="query-params")
        which = st.number_input("Which of them", 0, 99, 0, key="which", bind="query-params", width=150)
    index = int(samples.ordered(digits.name, digits.split, target, samples.IN_ORDER, 0)[which])
    through, blended = autoencoder.between(mine.picture, digits.dataset.images[index] / np.float32(255))
    steps("Through latent space", through)
    steps("Pixels blended", blended)
    st.markdown(
        "Under each step: what the CNN reads. A line stands where its answer changes. Through latent space, "
        "one stroke bends into another, if all goes well. Blended, one digit fades in over the other. The "
        "upper row begins and ends with digits as the network redraws them."
    )
    show_code(autoencoder.code_between(mine.name, digits.name, index))


def steps(title: str, of: Row) -> None:
    changes = [f"from {of.answers[i - 1]} to {of.answers[i]} at step {i + 1}" for i in of.changes]
    said = f"The answer changes {', '.join(changes)}." if changes else "The answer never changes."
    st.markdown(f"**{title}.** {said}")
    figures = joined(
        markup(
            '<figure class="{look}"><img src="{url}" alt="Step {step}, read as {answer}"><figcaption>'
            "<b>{answer}</b> <span>{sure}</span></figcaption></figure>",
            look="figure changed" if number in of.changes else "figure",
            url=data_url(grey(picture)),
            step=number + 1,
            answer=answer,
            sure=probability(float(sure)),
        )
        for number, (picture, answer, sure) in enumerate(
            zip(of.pictures, of.answers, of.confidence, strict=True)
        )
    )
    put(
        markup(
            '<div role="group" aria-label="{title}" class="walk">{figures}</div>',
            title=title,
            figures=figures,
        )
    )


# --- digits that no one wrote -----------------------------------------------------------------------------


def another(key: str) -> None:
    st.session_state[key] = (st.session_state.get(key, 0) + 1) % 1000


@st.fragment
def a_random_walk(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("A random walk", "Random walk", "Seed")
    st.markdown("From place to place on the map, each step at random. The network draws all that you see.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        speed = st.slider("Pictures a second", 1, 20, 8, key="speed", bind="query-params", width=200)
        step = st.slider("Step size", 0.02, 1.0, 0.2, 0.02, key="step", bind="query-params", width=200)
        seed = st.number_input("Seed", 0, 999, 0, key="walk", bind="query-params", width=130)
        st.button(
            "Another walk", icon=":material/casino:", on_click=another, args=("walk",), key="walk-again"
        )
    frames = generated.film(int(seed), step)
    film(frames, latent.on_map(generated.walk(int(seed), step)), speed, key="film")
    st.download_button(
        "Save as GIF",
        lambda: generated.gif(frames, speed),
        f"walk-{seed}.gif",
        "image/gif",
        on_click="ignore",
        icon=":material/download:",
    )
    show_code(generated.code_walk(int(seed), step))


@st.fragment
def a_chosen_digit(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("Ask for a digit", "Generative network")
    st.markdown(
        "This network was told which digit each picture is, so you can ask for one. Eight random numbers say "
        "how it is written."
    )
    digit = st.pills("Draw this digit", range(10), default=7, required=True, key="draw", bind="query-params")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = st.number_input("Seed", 0, 999, 0, key="hands", bind="query-params", width=130)
        st.button("Again", icon=":material/casino:", on_click=another, args=("hands",), key="hands-again")
    made = autoencoder.read_all(generated.digits(int(digit), int(seed)))
    figures = joined(
        markup(
            '<img class="{look}" src="{url}" alt="Read as {answer}">',
            look="right" if answer == digit else "wrong",
            url=data_url(grey(picture)),
            answer=answer,
        )
        for picture, answer in zip(made.pictures, made.answers, strict=True)
    )
    put(
        markup(
            '<div role="group" aria-label="Generated digits" class="asked">{figures}</div>', figures=figures
        )
    )
    st.markdown(
        f"The CNN reads **{made.read_as(int(digit))} of {generated.MOST}** as {a_digit(int(digit))}. "
        "Orange: the others."
    )
    show_code(generated.code(int(digit), int(seed)))


# --- the 32 numbers ---------------------------------------------------------------------------------------


@st.fragment
def the_numbers(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("The autoencoder’s numbers", "Autoencoder", "Mean and standard deviation")
    st.markdown(
        "These eight of the 32 numbers matter most for this digit. Move them. No one chose what a number "
        "means: the network found them itself, and one often changes several things at once."
    )
    keys = {int(number): f"n{number + 1}" for number in autoencoder.mattering(mine.picture)[:SLIDERS]}
    with st.container(horizontal=True, gap="medium"):
        pictures = st.container(width=350)
        with st.container(width=700):
            columns = st.columns(2)
            by = {
                number: columns[place % 2].slider(
                    f"Number {number + 1}", -3.0, 3.0, 0.0, 0.1, key=key, bind="query-params"
                )
                for place, (number, key) in enumerate(keys.items())
            }
            st.button("Reset", icon=":material/undo:", on_click=reset, args=(list(keys.values()),))
    both = autoencoder.read_all(np.stack([autoencoder.moved(mine.picture, far) for far in ({}, by)]))
    figures = (
        figure(grey(picture), f"{words}, read as {answer}", f"{words}, read as {answer}", 160)
        for picture, answer, words in zip(both.pictures, both.answers, ("Redrawn", "Moved"), strict=True)
    )
    with pictures:
        put(row(figures))
        st.markdown(
            "0 is this digit’s own number. 1 is as far as digits usually differ in it (a standard deviation)."
        )
    show_code(autoencoder.code_moved(mine.name, by))


def reset(keys: list[str]) -> None:
    for key in keys:
        st.session_state[key] = 0.0


@st.fragment
def fewer_and_fewer(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("Fewer and fewer numbers", "PCA", "Reconstruction error")
    st.markdown(
        "How much of a digit is left when fewer numbers are kept? Above, the autoencoder keeps those that "
        "are furthest from their mean, and the others become the mean. Below, *PCA*: the mean picture, and "
        "added to it the patterns in which digits differ most."
    )
    fewer = autoencoder.fewer_numbers(mine.picture)
    for title, left in (("Autoencoder", fewer), ("PCA", autoencoder.fewer_components(mine.picture))):
        st.markdown(f"**{title}**, with the mean squared error of a pixel")
        put(
            row(
                figure(
                    grey(picture),
                    markup("<b>{count}</b><br>{error:.4f}", count=count, error=float(error)),
                    f"{title}, {count} numbers",
                    96,
                )
                for picture, error, count in zip(left.pictures, left.errors, autoencoder.KEPT, strict=True)
            )
        )
    usual = autoencoder.usual()
    st.markdown(
        f"{about_rises(fewer)} With PCA it can’t rise: each further pattern only adds what was still "
        "missing. PCA was made for this: the most important pattern comes first. The autoencoder learned to "
        "draw from all 32 numbers together, never from fewer; so with few it is usually worse; with all 32 "
        f"it can do what no sum of fixed patterns can. :small[The means and patterns are those of "
        f"{usual.count:,} digits: {WHOSE[usual.dataset]}.]"
    )
    show_code(autoencoder.code_fewer(mine.name))


def about_rises(left: autoencoder.Fewer) -> str:
    """Whether more numbers made the autoencoder's error larger, and why that can be."""
    found = autoencoder.rise(left)
    if not found:
        return "Here the autoencoder’s error falls with each number that is added. That need not be so."
    low, high = found
    errors = dict(zip(autoencoder.KEPT, left.errors, strict=True))
    return (
        f"More numbers can make the autoencoder’s picture worse: {errors[low]:.4f} with {low}, "
        f"{errors[high]:.4f} with {high}. Its numbers work together: one that is right, among others that "
        "are not, can lead the decoder astray."
    )


@st.fragment
def in_three(mine: ChosenDigit, digits: Chosen) -> None:
    headings.subheader("The 32 numbers in 3-D", "Latent space", "PCA")
    found = autoencoder.in_three(digits.name)
    st.markdown(
        f"Nobody can look at 32 numbers at once. PCA finds the three directions in which the codes of "
        f"{len(found.labels)} test digits differ most; they keep {percent(found.explained)} of the "
        "differences. Turn it: digits that overlap from one side are apart from another. The diamond is "
        f"{mine.whose}. Press a digit in the legend to hide it."
    )
    chart(
        charts.codes(found, found.place(mine.picture)),
        "The autoencoder’s codes of test digits in three dimensions; each digit has its own colour.",
        key="codes",
        config={"modeBarButtons": [["resetCameraDefault3d", "toImage"]]},
    )
    show_code(autoencoder.code_in_three(digits.name))


# --- the page ---------------------------------------------------------------------------------------------

# What the page can show, by its name in the link (?view=), and the parameters of each: older links have only
# these.
VIEWS: dict[str, tuple[Callable[[ChosenDigit, Chosen], None], tuple[str, ...]]] = {
    "Map": (the_map, ("map",)),
    "Between two digits": (a_walk, ("to", "which")),
    "Random walk": (a_random_walk, ("walk", "step", "speed")),
    "Ask for a digit": (a_chosen_digit, ("draw", "hands")),
    "32 numbers": (the_numbers, tuple(f"n{number}" for number in range(1, 33))),
    "Fewer numbers": (fewer_and_fewer, ()),
    "In 3-D": (in_three, ()),
}


def meant() -> str | None:
    """The view that an older link means, one without ?view=."""
    if "view" in st.query_params:
        return None
    return next(
        (view for view, (_, names) in VIEWS.items() if any(name in st.query_params for name in names)), None
    )


def render() -> None:
    headings.header("Latent space", "Latent space", "Generative network")
    st.markdown(
        "A few numbers can hold a digit. Here you move these numbers and watch what is drawn from them."
    )
    mine = chosen_digit.choose()
    digits = datasets.test_digits()
    datasets.say_if_absent()
    if "view" not in st.session_state and (view := meant()):
        st.session_state["view"] = view
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="Map",
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    show, _ = VIEWS[view]
    show(mine, digits)
