"""Answers and digits on the page, each as one piece of HTML: a chart in here would cost a class seconds.

Everything that goes into the HTML is ours: numbers, titles from the cards, captions from the pages.
"""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from digitlab.inference import Answer
from ui import style
from ui.pictures import data_url


def nothing() -> None:
    """The empty state, in the place of the answer."""
    with st.container(key="answer"):
        st.html(_headline(style.EMPTY, style.EMPTY_HINT, quiet=True))


def headline(answer: Answer) -> None:
    """The answer in big type."""
    st.html(_headline(style.headline(answer), style.sentence(answer), answer.digit is None))


def _headline(big: str, small: str, quiet: bool) -> str:
    size = "2.2rem" if quiet else "7rem"
    color = "inherit" if quiet else style.MODEL
    return (
        f'<div role="status" style="min-height:9.5rem;display:flex;flex-direction:column;'
        f'justify-content:center">'
        f'<div style="font-size:{size};line-height:1.05;font-weight:700;color:{color}">{big}</div>'
        f'<div style="opacity:0.8">{small}</div></div>'
    )


def headlines(titles: Sequence[str], answers: Sequence[Answer]) -> None:
    """Several models' answers side by side."""
    cells = "".join(
        f'<div><div style="font-size:0.85rem;opacity:0.8">{html.escape(title)}'
        f'</div><div style="font-size:{"1.1rem" if answer.digit is None else "4rem"};line-height:4.4rem;'
        f'font-weight:700;color:{"inherit" if answer.digit is None else style.MODEL}">'
        f"{style.headline(answer)}</div></div>"
        for title, answer in zip(titles, answers, strict=True)
    )
    look = "display:grid;grid-template-columns:repeat(auto-fill,minmax(4.8rem,1fr));gap:0.5rem"
    st.html(f'<div role="status" style="{look}">{cells}</div>')


def table(titles: Sequence[str], answers: Sequence[Answer]) -> None:
    """Several models' two best guesses."""
    rows = "".join(
        f"<tr><td>{html.escape(title)}</td><td>{_guess(answer, answer.guess)}</td>"
        f"<td>{_guess(answer, answer.runner_up)}</td></tr>"
        for title, answer in zip(titles, answers, strict=True)
    )
    st.html(
        '<table style="width:100%;font-size:0.9rem;border-collapse:collapse;line-height:2">'
        '<thead style="text-align:left;opacity:0.75"><tr><th>Model</th><th>Best guess</th>'
        f"<th>Runner-up</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _guess(answer: Answer, digit: int) -> str:
    return f"<b>{digit}</b> &nbsp;{_percent(answer.probabilities[digit])}"


def bars(answer: Answer) -> None:
    """Ten bars of probability, and the runner-up in a sentence."""
    rows = "".join(
        _bar(digit, float(share), digit == answer.digit) for digit, share in enumerate(answer.probabilities)
    )
    second = answer.runner_up
    spoken = ", ".join(f"{digit}: {_percent(share)}" for digit, share in enumerate(answer.probabilities))
    st.html(
        f'<div role="img" aria-label="Probability of each digit. {spoken}">{rows}</div>'
        f'<p style="margin:0.4rem 0 0;font-size:0.9rem;opacity:0.8">Runner-up: {second}, with '
        f"{_percent(answer.probabilities[second])}.</p>"
    )


def _bar(digit: int, share: float, chosen: bool) -> str:
    color, weight = (style.MODEL, 700) if chosen else (style.QUIET, 400)
    label = _percent(share) if share >= 0.01 else ""  # nine times "less than" would be noise
    return (
        f'<div style="display:grid;grid-template-columns:1rem 1fr 3.6rem;gap:0.5rem;'
        f'align-items:center;height:1.35rem;font-size:0.9rem;font-weight:{weight}">'
        f'<span>{digit}</span><span style="height:0.7rem;border-radius:4px;background:{style.TRACK}">'
        f'<span style="display:block;height:100%;width:{share:.1%};border-radius:4px;'
        f'background:{color}"></span></span><span style="text-align:right;'
        f'font-variant-numeric:tabular-nums">{label}</span></div>'
    )


def _percent(share: float) -> str:
    return html.escape(style.percent(share))


def digit_picture(picture: np.ndarray, caption: str, alt: str, side: int = 112) -> None:
    """A picture whose pixels are to be seen: float (H, W) in [0, 1], ink bright on black."""
    source = data_url(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))
    st.html(
        f'<figure style="margin:0;width:{side}px"><img src="{source}" alt="{html.escape(alt)}" '
        f'style="width:{side}px;height:{side}px;image-rendering:pixelated;border-radius:6px;'
        f'object-fit:contain;background:#000"><figcaption style="font-size:0.8rem;opacity:0.8;'
        f'line-height:1.3;margin-top:4px">{html.escape(caption)}</figcaption></figure>',
        width="content",
    )
