"""Replay a training: one slider moves curve, matrix, filters, test digits and the answer to my drawing."""

import html

import numpy as np
import streamlit as st

from digitlab import evaluation, inference, strokes
from digitlab.preprocess import to_mnist
from digitlab.training import charts, histories
from digitlab.training.histories import Moments
from ui import headings, input_digit, style
from ui.models import choose_model
from ui.pictures import data_url, tinted

STRIP = 40  # test digits
SECONDS = 0.8  # of each moment, when it plays


def play() -> None:
    st.session_state["playing"] = True
    if st.session_state.get("moment", 0) >= st.session_state["last-moment"]:
        st.session_state["moment"] = 0


def pause() -> None:
    st.session_state["playing"] = False


def page() -> None:
    playing = st.session_state.setdefault("playing", False)
    st.fragment(replay, run_every=SECONDS if playing else None)(playing)


def replay(playing: bool) -> None:
    """All of it. When it plays, it runs again by itself, a moment further each time."""
    if playing != st.session_state["playing"]:  # only a run of the whole page sets or stops the clock
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choose_model(among=histories.with_moments()).name
        kept = histories.moments(name)
        last = len(kept.steps) - 1
        st.session_state["last-moment"] = last
        if playing:
            st.session_state["moment"] = min(st.session_state.get("moment", 0) + 1, last)
        elif st.session_state.get("moment", 0) > last:
            st.session_state["moment"] = last
        with st.container(width=520):
            moment = st.slider("Moment of the training", 0, last, key="moment", bind="query-params")
        if playing and moment == last:
            pause()
            st.rerun()
        if playing:
            st.button("Pause", icon=":material/pause:", on_click=pause, key="pause")
        else:
            st.button("Play", icon=":material/play_arrow:", on_click=play, key="play")
    st.markdown(when(kept, moment))
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=350):
            my_drawing(name, moment)
            pictures_of_weights(name, kept, moment)
        with st.container(width=350):
            matrix(kept.matrix(moment))
        with st.container(width=350):
            if name in histories.histories():
                history = histories.histories()[name]
                at = max(float(kept.epochs[moment]), 0.0)
                st.altair_chart(charts.curves([history], "Accuracy", at))
                st.caption("Solid: validation images. Dashed: training images. Orange: this moment.")
    test_digits(kept, moment)


def when(kept: Moments, moment: int) -> str:
    steps, epochs = int(kept.steps[moment]), float(kept.epochs[moment])
    accuracy = f"It reads **{kept.accuracy[moment]:.1%}** of MNIST’s 10,000 test digits."
    if steps == 0:
        return f"**Before the first step:** all weights are random. {accuracy}"
    far = f"{epochs:.2f} epochs" if epochs < 1 else f"{epochs:.1f} epochs"
    said = f"**After {steps:,} {'step' if steps == 1 else 'steps'}** ({far}). {accuracy}"
    if len(np.unique(kept.answers[moment])) < 4:
        said += " It says nearly the same to all: it has yet to find its scale."
    return said


def my_drawing(name: str, moment: int) -> None:
    drawn = input_digit.picture()
    seen = None if drawn is None else to_mnist(drawn)
    whose = "your drawing"
    if seen is None:
        seen, whose = to_mnist(strokes.render(strokes.examples()[3])), "our example"
    probabilities = inference.at_moment(name, moment).predict(seen[None])[0]
    guess = int(probabilities.argmax())
    share = html.escape(style.percent(float(probabilities[guess])))
    url = data_url(np.round(seen * 255).astype(np.uint8))
    st.html(
        '<div style="display:flex;gap:14px;align-items:center" role="status">'
        f'<img src="{url}" alt="{whose}" style="width:84px;image-rendering:pixelated;border-radius:6px">'
        f'<div><div style="font-size:3rem;line-height:1;font-weight:700;color:{style.MODEL}">{guess}</div>'
        f'<div style="opacity:0.8;font-size:0.9rem">with {share}: {whose}, as it was read then</div>'
        "</div></div>"
    )


def pictures_of_weights(name: str, kept: Moments, moment: int) -> None:
    """Blue adds, orange takes away."""
    filters = kept.filters[moment].astype(np.float32)
    strongest = float(np.abs(kept.filters[-1].astype(np.float32)).max())
    pictures = tinted(filters, strongest)
    what = "digit" if name == "linear" else "filter" if filters.shape[-1] < 28 else "neuron"
    figures = "".join(
        f'<img src="{data_url(picture)}" alt="Weights of {what} {number}" style="width:100%;min-width:0;'
        f'image-rendering:pixelated;border-radius:3px">'
        for number, picture in enumerate(pictures)
    )
    columns = 5 if len(filters) == 10 else 8
    look = f"display:grid;grid-template-columns:repeat({columns},minmax(0,1fr));gap:4px"
    st.html(f'<div style="{look}">{figures}</div>')
    whose = "each digit" if what == "digit" else f"{len(filters)} {what}s of the first layer"
    st.caption(f"The weights of {whose}. Blue: ink there counts for it. Orange: against it.")


def matrix(counts: np.ndarray) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def cell(label: int, answer: int) -> str:
        red, green, blue = style.RIGHT_RGB if label == answer else style.WRONG_RGB
        strength = (
            0.1 + 0.6 * shares[label, answer] if label == answer else min(0.85, shares[label, answer] * 3)
        )
        count = int(counts[label, answer])
        return (
            f'<td title="{label} read as {answer}: {count}" '
            f'style="background:rgba({red},{green},{blue},{strength:.2f})">{count or ""}</td>'
        )

    head = "".join(f'<th scope="col">{answer}</th>' for answer in range(10))
    rows = "".join(
        f'<tr><th scope="row">{label}</th>{"".join(cell(label, answer) for answer in range(10))}</tr>'
        for label in range(10)
    )
    look = (
        "width:100%;table-layout:fixed;border-collapse:separate;border-spacing:1px;font-size:0.68rem;"
        "text-align:center;line-height:2.4;font-variant-numeric:tabular-nums"
    )
    st.html(
        f'<table style="{look}" aria-label="Confusion matrix at this moment"><thead><tr><td></td>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )
    st.caption("Rows: what a test digit is. Columns: what it was read as.")


def test_digits(kept: Moments, moment: int) -> None:
    """A strip of digits that it learned on the way."""
    images = evaluation.pictures("mnist")
    if images is None:
        st.caption("MNIST’s pictures can’t be had here; with them you would see test digits turn right.")
        return
    figures = []
    for index in map(int, histories.interesting(kept, STRIP)):
        answer, label = int(kept.answers[moment, index]), int(kept.labels[index])
        color = style.MODEL if answer == label else f"rgb{style.WRONG_RGB}"
        figures.append(
            f'<figure style="margin:0;width:44px;text-align:center;font-size:0.8rem">'
            f'<img src="{data_url(images[index])}" alt="A {label}, read as {answer}" style="width:44px;'
            f'box-sizing:border-box;border:3px solid {color};border-radius:5px">'
            f'<figcaption style="font-weight:600">{answer}</figcaption></figure>'
        )
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:5px">{"".join(figures)}</div>')
    st.caption("Test digits that changed sides on the way, and what they are read as. Orange: wrong.")


def render() -> None:
    headings.header("Replay a training", "Iteration", "Epoch", "Weight", "Confusion matrix")
    page()
