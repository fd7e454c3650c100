"""Move my digit: shift, turn, scale, thicken it, and see which model still reads it."""

import html

import numpy as np
import streamlit as st

from digitlab import inference, moving, samples
from digitlab.inference import Model
from digitlab.moving import ANGLES, SCALES, SHIFTS, WIDTHS, Move
from ui import about, door, style, subject
from ui.pictures import data_url, figure, grey, row, tinted
from ui.subject import Subject

door.through_app()

MODELS = ("linear", "dense", "cnn")
STRIPS = {
    "angle": ("Turned", f"{-ANGLES[0]}° with the clock", f"{ANGLES[-1]}° against it", ANGLES),
    "scale": ("Scaled", "half as large", "half as large again", SCALES),
    "wider": ("Pen", "thinner", "wider", WIDTHS),
}


@st.fragment
def page(seen: Subject) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=330):
            move = chosen()
        with st.container(width=700):
            models = [inference.load(name) for name in MODELS]
            digit = (
                seen.label
                if seen.label is not None
                else int(models[-1].predict(seen.picture[None])[0].argmax())
            )
            answers(models, moving.moved(seen.picture, move), digit)
            heat_maps(models, seen.picture, move, digit)
            strips(models, seen.picture, move, digit)
    with st.popover("Show the code", icon=":material/code:"):
        st.code(
            moving.CODE.format(picture=samples.code(seen.name), move=move, digit=digit), language="python"
        )


def chosen() -> Move:
    def slider(label: str, amounts: tuple, start: float, key: str, form: str) -> float:
        return st.select_slider(label, amounts, start, format_func=form.format, key=key, bind="query-params")

    move = Move(
        int(slider("To the right, in pixels", SHIFTS, 0, "right", "{}")),
        int(slider("Down, in pixels", SHIFTS, 0, "down", "{}")),
        int(slider("Turned against the clock, in degrees", ANGLES, 0, "angle", "{}")),
        float(slider("Times as large", SCALES, 1.0, "scale", "{:g}")),
        float(slider("Pen wider, in pixels", WIDTHS, 0.0, "wider", "{:g}")),
    )
    st.button("Put it back", icon=":material/undo:", on_click=put_back, disabled=move == Move())
    return move


def put_back() -> None:
    for key, start in Move()._asdict().items():
        st.session_state[key] = start


def answers(models: list[Model], picture: np.ndarray, digit: int) -> None:
    """The moved digit, and what each model makes of it."""
    cells = ""
    for model in models:
        probabilities = model.predict(picture[None])[0]
        guess = int(probabilities.argmax())
        color = style.MODEL if guess == digit else f"rgb{style.WRONG_RGB}"
        share = html.escape(style.percent(float(probabilities[guess])))
        cells += (
            f'<div style="min-width:7rem"><div style="font-size:0.9rem;opacity:0.8">{model.card["title"]}'
            f'</div><div style="font-size:3rem;line-height:1.1;font-weight:700;color:{color}">{guess}</div>'
            f'<div style="font-size:0.9rem;opacity:0.8">{share}</div></div>'
        )
    picture_html = figure(data_url(grey(picture)), "", "The moved digit", 132)
    st.html(
        '<div role="status" style="display:flex;flex-wrap:wrap;gap:18px;align-items:center">'
        f"{picture_html}{cells}</div>"
    )


def heat_maps(models: list[Model], picture: np.ndarray, move: Move, digit: int) -> None:
    st.markdown(f"**Shifted by up to 8 pixels: how probable the {digit} is**")
    shifted = moving.shifts(picture, move).reshape(-1, 28, 28)
    figures = []
    for model in models:
        probabilities = model.predict(shifted)
        chances = probabilities[:, digit].reshape(len(SHIFTS), -1)
        image = tinted(chances, 1.0)
        image[SHIFTS.index(move.down), SHIFTS.index(move.right)] = style.WRONG_RGB[::-1]
        right = float((probabilities.argmax(axis=1) == digit).mean())
        words = f"<b>{model.card['title']}</b>: right for {right:.0%} of the shifts"
        figures.append(
            figure(data_url(image), words.replace("%", " %"), f"Shifts, {model.card['title']}", 165)
        )
    st.html(row(figures, 16))
    st.caption("Blue: probable. Dark: not. The middle is where the digit was; orange is where it stands now.")


def strips(models: list[Model], picture: np.ndarray, move: Move, digit: int) -> None:
    st.markdown("**Turned, scaled, drawn with another pen**")
    rows = ""
    for field, pictures in moving.sweeps(picture, move).items():
        title, low, high, amounts = STRIPS[field]
        here = amounts.index(getattr(move, field))
        for number, model in enumerate(models):
            image = tinted(model.predict(pictures)[:, digit][None], 1.0)
            image[0, here] = style.WRONG_RGB[::-1]
            head = f'<th rowspan="3" style="text-align:left;padding-right:12px">{title}</th>' * (number == 0)
            rows += (
                f'<tr>{head}<td style="padding-right:12px;white-space:nowrap">{model.card["title"]}</td>'
                f'<td style="width:70%"><img src="{data_url(image)}" alt="{title}: {model.card["title"]}" '
                'style="width:100%;height:16px;image-rendering:pixelated;border-radius:3px;display:block">'
                "</td></tr>"
            )
        rows += (
            '<tr><td></td><td></td><td style="display:flex;justify-content:space-between;opacity:0.75;'
            f'padding-bottom:8px"><span>{low}</span><span>{high}</span></td></tr>'
        )
    st.html(f'<table style="width:100%;font-size:0.85rem;line-height:1.5">{rows}</table>')


about.header("Move my digit", "Convolutional network", "Linear model", "Dense layer", "Coordinate")
st.markdown(
    "Your digit is moved, and nobody puts it right again: the models get it as it is. That is why "
    "drawings are centred and scaled before they are read, and why convolution matters."
)
page(subject.choose())
