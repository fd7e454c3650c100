"""Move my digit: what the models make of it when nothing puts it back into the middle."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import streamlit as st

from digitlab import inference
from digitlab.inside import move
from digitlab.inside.move import Map, Move, Scores
from digitlab.numbers import count, percent, probability
from pages.inside.move.heat_maps import HeatMap, heat_maps
from ui import chosen_digit, headings
from ui.figures import colour_bar
from ui.markup import Markup, joined, markup, put
from ui.pictures import data_url, grey
from ui.snippets import show_code

MODELS = ("linear", "dense", "cnn")


@st.fragment
def page(shown: chosen_digit.ChosenDigit) -> None:
    models = [inference.load(name) for name in MODELS]
    titles = [model.card["title"] for model in models]
    digit = shown.label
    if digit is None:  # nobody said which it is: what the CNN reads before anything is moved
        digit = inference.load("cnn").answer(shown.picture).guess
    with st.container(horizontal=True, gap="medium"):
        moved_place = st.container(width=200, key="moved")  # stays in sight on a phone: ui/style.css
        with st.container(width=230, key="moves"):
            chosen = sliders()
            st.button(
                "Back to the middle", icon=":material/center_focus_strong:", on_click=go, args=(Move(),)
            )
        maps_place = st.container(width=600)
    picture = move.moved(shown.picture, chosen)
    with moved_place:
        put(moved_digit(picture, titles, [model.predict(picture[None])[0] for model in models], digit))
    scores = move.scores_of(MODELS, np.ascontiguousarray(shown.picture, np.float32).tobytes(), digit, chosen)
    with maps_place:
        st.markdown(
            f"Each cell is one move of the digit; its colour says how probable the {digit} is there. The "
            "frame is where the digit is now. **Press a cell** to move it there."
        )
        put(colour_bar("0 %", "50 %", "100 %", fades=True))
        heat_maps(
            [
                (title, [heat_map(*pair, digit, chosen) for pair in zip(move.MAPS, found, strict=True)])
                for title, found in zip(titles, scores, strict=True)
            ],
            key="maps",
            on_press=lambda number, row, column: go(move.MAPS[number].moves(chosen)[row][column]),
        )
    st.markdown(sentence(titles, [found[0].share for found in scores]))
    show_code(move.code(shown.name, chosen, digit))


def sliders() -> Move:
    """They stand in the link."""
    chosen = {
        amount.field: st.slider(
            f"{amount.title}, in {amount.unit}",
            amount.low,
            amount.high,
            getattr(Move(), amount.field),
            amount.step,
            key=amount.field,
            format="%g",
            bind="query-params",
        )
        for amount in move.AMOUNTS
    }
    return Move(**chosen)


def go(chosen: Move) -> None:
    st.session_state.update(asdict(chosen))


def moved_digit(
    picture: np.ndarray, titles: Sequence[str], answers: Sequence[np.ndarray], digit: int
) -> Markup:
    """The digit as the models get it, and what each reads; `answers` are their probabilities, (10,) each."""
    rows = joined(
        markup(
            '<tr class="{look}"><th scope="row">{title}</th><td class="read">{guess}</td>'
            "<td>{share}</td></tr>",
            look="right" if answer.argmax() == digit else "wrong",
            title=title,
            guess=int(answer.argmax()),
            share=probability(float(answer.max())),
        )
        for title, answer in zip(titles, answers, strict=True)
    )
    return markup(
        '<div class="moved"><img src="{url}" alt="The moved digit"><table aria-label="The answers">{rows}'
        "</table></div>",
        url=data_url(grey(picture)),
        rows=rows,
    )


def heat_map(kind: Map, scores: Scores, digit: int, chosen: Move) -> HeatMap:
    return HeatMap(
        scores.probability,
        kind.place(chosen),
        f"{kind.title}: probability of the {digit}, here",
        f"{kind.title}{reach(kind)}: {percent(scores.share)} right",
    )


def reach(kind: Map) -> str:
    """From where to where a strip goes; the map of shifts is square and needs no words."""
    if kind.rows:
        return ""
    low, high = (
        f"{value:+g}" if kind.columns.low < 0 else f"{value:g}"
        for value in (kind.columns.low, kind.columns.high)
    )
    return f", {low} to {high} {kind.columns.unit}".replace("-", "−")


def sentence(titles: list[str], shares: list[float]) -> str:
    said = "; ".join(
        f"**{title}** reads it right in **{percent(share)}**"
        for title, share in zip(titles, shares, strict=True)
    )
    return (
        f"Of {count(len(move.RIGHT.values) * len(move.DOWN.values), 'shift')}: {said}. "
        "The linear model has one weight for each pixel, so a digit that moves meets the weights of other "
        "places. The CNN slides small filters over the whole picture: a stroke that moves still meets them. "
        "But its last layer has weights for places, so it, too, loses a digit far from the middle. Dense and "
        "CNN have also practised with digits that were shifted and turned a little."
    )


def render() -> None:
    headings.header("Move my digit", "Convolutional network", "Linear model", "Dense layer", "Coordinate")
    st.markdown(
        "The preprocessing puts each digit into the middle. Here you move it afterwards, and the models get "
        "it as it is. Where do they go wrong?"
    )
    page(chosen_digit.choose())
