"""You against the machine: twenty of the hardest test digits."""

from html import escape

import numpy as np
import streamlit as st

from digitlab import evaluation, inference
from digitlab.evaluation import guess
from digitlab.evaluation.guess import Game, Question
from ui import answers, headings, style
from ui.pictures import data_url

SOURCE = "[Northcutt, Athalye, Mueller 2021](https://arxiv.org/abs/2103.14749)"
MACHINE = inference.load(guess.MACHINE).card


def game() -> Game:
    """The one that this session plays; the first round is the one in the link (?round=3), else round 1."""
    begun = st.session_state.get("game")
    if begun is None or evaluation.pictures(begun.dataset) is None:
        wanted = st.query_params.get("round", "")
        number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 1
        st.session_state["game"] = guess.start(dataset(), number)
    return st.session_state["game"]


def dataset() -> str:
    return "digits" if evaluation.pictures("mnist") is None else "mnist"


@st.fragment
def play() -> None:
    now = game()
    images = evaluation.pictures(now.dataset)
    if now.over:
        the_end(now, images)
        return
    score = now.score
    st.progress(
        len(now.guesses) / guess.QUESTIONS,
        f"Digit {now.number + 1} of {guess.QUESTIONS} · you {score.you}, machine {score.machine} right",
    )
    with st.container(horizontal=True, gap="large"):
        with st.container(width=280):
            answers.digit_picture(
                images[now.question.index] / np.float32(255), "", "The digit to read", side=280
            )
        with st.container(width=380, key="turn"):
            if now.revealed:
                reveal(now.question, now.guesses[-1])
                st.button("Next", on_click=go_on, type="primary", shortcut="Enter", key="next")
            else:
                st.subheader("Which digit is this?", anchor=False)
                keypad()


def keypad() -> None:
    for row in (range(5), range(5, 10)):
        with st.container(horizontal=True, gap="small"):
            for digit in row:
                st.button(
                    "\u2063",  # the shortcut's hint shows the digit already
                    key=f"guess-{digit}",
                    on_click=take_guess,
                    args=(digit,),
                    shortcut=str(digit),
                    width=58,
                )


def take_guess(digit: int) -> None:
    st.session_state["game"] = game().guess(digit)


def go_on() -> None:
    st.session_state["game"] = game().go_on()


def again() -> None:
    st.session_state["game"] = game().again(dataset())


def reveal(question: Question, answer: int) -> None:
    """What everybody says."""
    rows = (
        ("You", answer, ""),
        (MACHINE["title"], question.machine, f"{style.percent(question.confidence)} sure"),
        ("Official label", question.label, ""),
    )
    st.html(
        '<div role="status" style="display:flex;gap:0.5rem">'
        + "".join(
            f'<div style="flex:1"><div style="font-size:0.85rem;opacity:0.8">{escape(who)}</div>'
            f'<div style="font-size:3.4rem;line-height:1.2;font-weight:700;color:{color(digit, question)}">'
            f'{digit}</div><div style="font-size:0.85rem;opacity:0.8">{escape(how)}</div></div>'
            for who, digit, how in rows
        )
        + "</div>"
    )
    st.markdown(verdict(question, answer))
    if question.doubt:
        doubt = question.doubt
        st.info(
            f"**Is the label right?** Five people were asked. For {question.label}: {doubt.for_label}. "
            f"For {doubt.other}: {doubt.for_other}. For neither: {doubt.for_neither}. (Source: {SOURCE}.)",
            icon=":material/how_to_vote:",
        )


def color(digit: int, question: Question) -> str:
    return f"rgb{style.RIGHT_RGB if digit == question.label else style.WRONG_RGB}"


def verdict(question: Question, answer: int) -> str:
    match answer == question.label, question.machine == question.label:
        case True, True:
            return "You and the machine agree with the label."
        case True, False:
            return "You agree with the label. The machine doesn’t."
        case False, True:
            return "The machine agrees with the label. You don’t."
    return "Neither you nor the machine agrees with the label."


def the_end(now: Game, images: np.ndarray) -> None:
    score = now.score
    st.subheader(
        f"You: {score.you} of {guess.QUESTIONS} · {MACHINE['title']}: {score.machine} of {guess.QUESTIONS}",
        anchor=False,
    )
    st.markdown(
        f"You both said the same {score.agreed} times. These were the hardest. Of all the test digits, the "
        f"machine reads {score.machine_overall:.1%} as the label says.".replace("%", " %")
    )
    if score.doubtful:
        st.markdown(
            f"How many of the labels are doubtful, because most of the people who were asked don’t agree: "
            f"**{score.doubtful}**. ({SOURCE})"
        )
    st.button("Play again", on_click=again, type="primary", icon=":material/replay:", key="again")
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:12px">{strip(now, images)}</div>')
    with st.container(horizontal=True, gap="large"):
        matrix("Your answers", score.your_matrix)
        matrix(f"The {MACHINE['title']}’s answers", score.machine_matrix)
    st.caption("Each row is a label, each column an answer: on the diagonal, in blue, they are the same.")


def strip(now: Game, images: np.ndarray) -> str:
    """All twenty, with what everybody said."""
    return "".join(
        f'<figure style="margin:0;width:96px"><img src="{data_url(images[question.index])}" '
        f'alt="Question {number}" style="width:96px;height:96px;display:block;border-radius:6px;'
        f'image-rendering:pixelated"><figcaption style="font-size:0.8rem;line-height:1.35;margin-top:3px">'
        f'<span style="{said(answer, question)}">you {answer}</span> · '
        f'<span style="{said(question.machine, question)}">it {question.machine}</span><br>'
        f'<span style="opacity:0.8">label {question.label}{" (doubtful)" if question.doubt else ""}</span>'
        "</figcaption></figure>"
        for number, (question, answer) in enumerate(zip(now.questions, now.guesses, strict=True), 1)
    )


def said(digit: int, question: Question) -> str:
    return f"font-weight:600;color:{color(digit, question)}"


def matrix(title: str, counts: np.ndarray) -> None:
    """A small confusion matrix."""

    def cell(label: int, answer: int) -> str:
        count = counts[label, answer]
        rgb = style.RIGHT_RGB if label == answer else style.WRONG_RGB
        background = f"rgba({rgb[0]}, {rgb[1]}, {rgb[2]}, 0.55)" if count else style.TRACK
        return (
            f'<td style="background:{background};border:none;border-radius:4px;padding:0;width:26px;'
            f'height:26px;text-align:center">{count or ""}</td>'
        )

    def head(text: str, scope: str) -> str:
        return (
            f'<th scope="{scope}" style="border:none;padding:0;width:26px;text-align:center;font-weight:600">'
            f"{text}</th>"
        )

    columns = "".join(head(str(answer), "col") for answer in range(10))
    rows = "".join(
        f"<tr>{head(str(label), 'row')}{''.join(cell(label, answer) for answer in range(10))}</tr>"
        for label in range(10)
    )
    st.html(
        '<table style="border-collapse:separate;border-spacing:2px;font-size:0.85rem;'
        'font-variant-numeric:tabular-nums"><caption style="text-align:left;font-weight:600;'
        f'padding-bottom:4px">{escape(title)}</caption><thead><tr><td style="border:none"></td>{columns}</tr>'
        f"</thead><tbody>{rows}</tbody></table>",
        width="content",
    )


def render() -> None:
    headings.header("You against the machine", "Label", "Test data")
    st.markdown(
        "Twenty of the digits that our models find hardest. Say what you see; then see what the "
        f"{MACHINE['title']} says, and what the label says. Press a button, or a number key."
    )
    if game().dataset != "mnist":
        st.info(
            "MNIST’s pictures can’t be had here, so these are digits by other people (UCI). Connect once to "
            "the internet, or name an mnist.npz in MNIST_NPZ.",
            icon=":material/cloud_off:",
        )
    play()
