"""Latent space: few numbers for a digit, a digit for any few numbers, and what lies between two digits."""

import html

import numpy as np
import streamlit as st

from digitlab.data import samples
from digitlab.inside import autoencoder, generated, latent
from digitlab.inside.autoencoder import Row
from pages.inside.latent.film import film
from pages.inside.latent.latent_map import latent_map
from ui import chosen_digit, datasets, headings, style
from ui.chosen_digit import Subject
from ui.datasets import Chosen
from ui.pictures import data_url, figure, grey, row

DOTS, PICTURES = "Test digits", "What is drawn where"
SLIDERS = 8
WRONG = f"rgb{style.WRONG_RGB}"
WHOSE = {"mnist": "the first of MNIST’s training digits", "digits": "UCI’s, as MNIST can’t be had here"}


@st.fragment
def the_map(mine: Subject, digits: Chosen) -> None:
    headings.subheader("A map of all digits", "Variational autoencoder", "Decoder")
    st.markdown(
        "This network (a *variational autoencoder*) squeezes a digit into two numbers, a place on this map, "
        "and draws a digit from any two numbers. Move over the map. Where does one digit turn into another?"
    )
    shown = st.pills(
        "Show",
        (DOTS, PICTURES),
        default=DOTS,
        required=True,
        key="map",
        bind="query-params",
        label_visibility="collapsed",
    )
    place = latent.vae().encode(mine.picture[None])[0]
    latent_map(latent.places(digits.name), place, as_pictures=shown == PICTURES, key="latent-map")
    st.caption(
        f"Blue ring: {mine.whose}. Each dot is a test digit, placed by its two numbers alone: nobody told "
        "the network which digit it is. A few that lie further out stand at the edge. With the keyboard: "
        f"arrows, with Shift for larger steps. {latent.SIDE} × {latent.SIDE} places were drawn beforehand; "
        "between them the picture is blended."
    )
    with st.popover("Show the code", icon=":material/code:"):
        st.code(latent.code(mine.name), language="python")


# --- from one digit to another ----------------------------------------------------------------------------


@st.fragment
def a_walk(mine: Subject, digits: Chosen) -> None:
    headings.subheader("From one digit to another", "Autoencoder", "Latent space")
    st.markdown(
        "The *autoencoder* squeezes a digit into 32 numbers. Above, these numbers change step by step into "
        "those of another digit. Below, the pixels themselves are blended."
    )
    target = st.pills("To a", range(10), default=8, required=True, key="to", bind="query-params")
    which = st.number_input("Which of them", 0, 99, 0, key="which", bind="query-params", width=150)
    index = int(samples.ordered(digits.name, digits.split, target, samples.IN_ORDER, 0)[which])
    through, blended = autoencoder.between(mine.picture, digits.dataset.images[index] / np.float32(255))
    steps("Through latent space", through)
    steps("Pixels blended", blended)
    st.caption(
        "Under each step: what the CNN reads. A line stands where it changes its mind. Above, one stroke "
        "bends into another, if all goes well; below, one digit fades in over the other. The upper row "
        "begins and ends with digits as the network redraws them."
    )
    with st.popover("Show the code for the walk", icon=":material/code:"):
        st.code(autoencoder.code_between(mine.name, digits.name, index), language="python")


def steps(title: str, of: Row) -> None:
    changes = [f"from {of.answers[i - 1]} to {of.answers[i]} at step {i + 1}" for i in of.changes]
    said = f"It changes its mind {', '.join(changes)}." if changes else "It never changes its mind."
    st.markdown(f"**{title}.** {said}")
    figures = "".join(
        f'<figure style="margin:0;padding-left:4px;border-left:4px solid '
        f'{style.QUIET if number in of.changes else "transparent"}"><img src="{data_url(grey(picture))}" '
        f'alt="Step {number + 1}, read as {answer}" style="width:100%;image-rendering:pixelated;'
        'border-radius:5px;display:block"><figcaption style="text-align:center;font-size:0.85rem;'
        f'line-height:1.5"><b style="color:{style.MODEL}">{answer}</b> '
        f'<span style="white-space:nowrap">{html.escape(style.percent(float(sure)))}</span></figcaption>'
        "</figure>"
        for number, (picture, answer, sure) in enumerate(
            zip(of.pictures, of.answers, of.confidence, strict=True)
        )
    )
    look = "display:grid;grid-template-columns:repeat(auto-fill,minmax(64px,1fr));gap:6px;max-width:960px"
    st.html(f'<div role="group" aria-label="{title}" style="{look}">{figures}</div>')


# --- digits that no one wrote -----------------------------------------------------------------------------


def another(key: str) -> None:
    st.session_state[key] = (st.session_state.get(key, 0) + 1) % 1000


@st.fragment
def a_random_walk() -> None:
    headings.subheader("A random walk", "Random walk", "Seed")
    st.markdown(
        "From place to place on the map above, each step at random. The network draws all that you see."
    )
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


@st.fragment
def a_class_asked_for() -> None:
    headings.subheader("Ask for a digit", "Generative network")
    st.markdown(
        "This network was told which digit each picture is, so you can ask for one. Eight random numbers say "
        "how it is written."
    )
    digit = st.pills("Draw a", range(10), default=7, required=True, key="draw", bind="query-params")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = st.number_input("Seed", 0, 999, 0, key="hands", bind="query-params", width=130)
        st.button("Again", icon=":material/casino:", on_click=another, args=("hands",), key="hands-again")
    made = autoencoder.read_all(generated.digits(int(digit), int(seed)))
    figures = (
        f'<img src="{data_url(grey(picture))}" alt="Read as {answer}" style="width:64px;'
        f"border:3px solid {'transparent' if answer == digit else WRONG};box-sizing:border-box;"
        'image-rendering:pixelated;border-radius:6px">'
        for picture, answer in zip(made.pictures, made.answers, strict=True)
    )
    st.html(
        f'<div role="group" aria-label="Digits that were made" style="max-width:900px">{row(figures)}</div>'
    )
    st.markdown(
        f"The CNN reads **{made.read_as(int(digit))} of {generated.MOST}** as a {digit}. Orange: the others."
    )
    with st.popover("Show the code for these digits", icon=":material/code:"):
        st.code(generated.CODE.format(digit=digit, seed=seed, count=generated.MOST), language="python")


# --- the 32 numbers ---------------------------------------------------------------------------------------


@st.fragment
def the_numbers(mine: Subject) -> None:
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
        figure(data_url(grey(picture)), f"{words}, read as {answer}", f"{words}, read as {answer}", 160)
        for picture, answer, words in zip(both.pictures, both.answers, ("Redrawn", "Moved"), strict=True)
    )
    with pictures:
        st.html(row(figures))
        st.caption(
            "0 is this digit’s own number. 1 is as far as digits usually differ in it (a standard deviation)."
        )


def reset(keys: list[str]) -> None:
    for key in keys:
        st.session_state[key] = 0.0


@st.fragment
def fewer_and_fewer(mine: Subject) -> None:
    headings.subheader("Fewer and fewer numbers", "PCA", "Reconstruction error")
    st.markdown(
        "How much of a digit is left when fewer numbers are kept? Above, the autoencoder keeps those that "
        "are furthest from their mean, and the others become the mean. Below, *PCA*: the mean picture, and "
        "added to it the patterns in which digits differ most."
    )
    for title, left in (
        ("Autoencoder", autoencoder.fewer_numbers(mine.picture)),
        ("PCA", autoencoder.fewer_components(mine.picture)),
    ):
        st.markdown(f"**{title}** :small[with the mean squared error of a pixel]")
        st.html(
            row(
                figure(
                    data_url(grey(picture)), f"<b>{count}</b><br>{error:.4f}", f"{title}, {count} numbers", 96
                )
                for picture, error, count in zip(left.pictures, left.errors, autoencoder.KEPT, strict=True)
            )
        )
    usual = autoencoder.usual()
    st.caption(
        f"The means and the patterns of PCA are those of {usual.count:,} digits: {WHOSE[usual.dataset]}. The "
        "autoencoder was trained to draw from all 32 numbers, never from fewer. PCA puts the most important "
        "number first, so it is better with few; with all 32, the autoencoder can do what no sum of fixed "
        "patterns can."
    )
    with st.popover("Show the code for fewer numbers", icon=":material/code:"):
        st.code(autoencoder.code_fewer(mine.name), language="python")


def render() -> None:
    headings.header("Latent space", "Latent space", "Generative network")
    st.markdown(
        "A few numbers can hold a digit. Here you move these numbers and watch what is drawn from them."
    )
    mine = chosen_digit.choose()
    digits = datasets.test_digits()
    datasets.say_if_absent()
    the_map(mine, digits)
    a_walk(mine, digits)
    a_random_walk()
    a_class_asked_for()
    the_numbers(mine)
    fewer_and_fewer(mine)
