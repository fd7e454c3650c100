"""Move my digit: what the models make of it when nothing puts it back into the middle."""

import html
from dataclasses import asdict

import numpy as np
import streamlit as st

from digitlab import inference, snippets
from digitlab.inside import move
from digitlab.inside.move import Map, Move, Scores
from pages.inside.move.heat_maps import HeatMap, heat_maps
from ui import answers, chosen_digit, headings, style

MODELS = ("linear", "dense", "cnn")


@st.fragment
def page(shown: chosen_digit.Subject) -> None:
    models = [inference.load(name) for name in MODELS]
    digit = shown.label
    if digit is None:  # nobody said which it is: what the CNN reads before anything is moved
        digit = inference.load("cnn").answer(shown.picture).guess
    with st.container(horizontal=True, gap="medium"):
        picture_place = st.container(width=200)
        maps_place = st.container(width=600)
        with st.container(width=250):
            chosen = sliders()
            st.button(
                "Back to the middle", icon=":material/center_focus_strong:", on_click=go, args=(Move(),)
            )
    picture = move.moved(shown.picture, chosen)
    with picture_place:
        answers.digit_picture(picture, "What the models get now.", "The moved digit", side=196)
        answer_table(models, picture, digit)
    scores = move.scores(models, shown.picture, digit, chosen)
    with maps_place:
        heat_maps(
            [
                (
                    model.card["title"],
                    [heat_map(*pair, digit, chosen) for pair in zip(move.MAPS, found, strict=True)],
                )
                for model, found in zip(models, scores, strict=True)
            ],
            key="maps",
            on_press=lambda number, row, column: go(move.MAPS[number].moves(chosen)[row][column]),
        )
    st.caption(
        f"Each cell is one move of the digit. Blue: the {digit} is probable. Orange: it isn’t. Pale: half "
        "and half. The mark is where the digit is now; press a cell to move it there. The strips turn it "
        "from 90° left to 90° right, make it half to one and a half times as large, and its pen from 2 "
        "pixels thinner to 4 wider."
    )
    st.markdown(sentence([model.card["title"] for model in models], [found[0].share for found in scores]))
    with st.popover("Show the code", icon=":material/code:"):
        st.code(move.code(snippets.picture(shown.name), chosen, digit), language="python")


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


def answer_table(models: list[inference.Model], picture: np.ndarray, digit: int) -> None:
    rows = []
    for model in models:
        probabilities = model.predict(picture[None])[0]
        guess = int(probabilities.argmax())
        tint = style.RIGHT_RGB if guess == digit else style.WRONG_RGB
        rows.append(
            f'<tr style="background:rgba{(*tint, 0.3)}"><th scope="row" style="font-weight:400;'
            'text-align:left;padding:4px 8px;border-radius:5px 0 0 5px">'
            f"{html.escape(model.card['title'])}</th>"
            f'<td style="font-size:1.3rem;font-weight:700">{guess}</td><td style="padding-right:8px;'
            'text-align:right;border-radius:0 5px 5px 0">'
            f"{html.escape(style.percent(float(probabilities[guess])))}</td></tr>"
        )
    st.html(
        '<table style="width:100%;border-collapse:separate;border-spacing:0 3px;font-size:0.9rem;'
        f'font-variant-numeric:tabular-nums" aria-label="The answers">{"".join(rows)}</table>'
    )


def heat_map(kind: Map, scores: Scores, digit: int, chosen: Move) -> HeatMap:
    return HeatMap(
        scores.probability,
        kind.place(chosen),
        f"{kind.title}: probability of {digit}, here",
        f"{kind.title}: {scores.share:.0%} right".replace("%", " %"),
    )


def sentence(titles: list[str], shares: list[float]) -> str:
    said = "; ".join(
        f"**{title}** reads it right in **{share:.0%}**" for title, share in zip(titles, shares, strict=True)
    )
    return (
        f"Of {len(move.RIGHT.values) * len(move.DOWN.values)} shifts: {said}. ".replace("%", " %")
        + "The linear model has one weight for each pixel, so a digit that moves meets the weights of other "
        "places. The CNN slides small filters over the whole picture: a stroke that moves still meets them. "
        "Dense and CNN have also practised with digits that were shifted and turned a little."
    )


def render() -> None:
    headings.header("Move my digit", "Convolutional network", "Linear model", "Dense layer", "Coordinate")
    st.markdown(
        "The preprocessing puts each digit into the middle. Here you move it afterwards, and the models get "
        "it as it is. Where do they lose it?"
    )
    page(chosen_digit.choose())
