"""You against the machine: twenty of the hardest test digits."""

import numpy as np
import streamlit as st

from digitlab import data, evaluation, inference
from digitlab.evaluation import guess
from digitlab.evaluation.guess import Game, Question
from digitlab.numbers import percent, probability
from ui import answers, datasets, headings
from ui.confusion_cells import small_matrix
from ui.datasets import say_if_absent
from ui.markup import Markup, joined, markup, put
from ui.pictures import data_url

SOURCE = "[Northcutt, Athalye, Mueller 2021](https://arxiv.org/abs/2103.14749)"
PICTURE = 232  # pixels: on a phone, it and the ten buttons are in sight together
MACHINE = inference.load(guess.MACHINE).card


def game() -> Game:
    """The one in the link (?round=3&answers=471, of a class with the numbers of its drawings), so that it
    outlives a reload; else the one that this session plays, because the menu's links don't carry it; else
    round 1."""
    given, digits = st.query_params, dataset()
    if "round" in given or "answers" in given:
        asked = given.get("asked", "")
        now = guess.read(digits, given.get("round", ""), given.get("answers", ""), asked)
    else:
        now = guess.on(st.session_state.get("game") or guess.start(digits, 1), digits)
    st.session_state["game"] = now
    return now


def keep(now: Game) -> None:
    """In the session and in the link, in one step of the browser's history."""
    st.session_state["game"] = now
    st.query_params.update(
        {
            "round": str(now.round_number),
            "answers": guess.written(now),
            "asked": guess.written_numbers(now) or [],  # [] takes it out
        }
    )


def dataset() -> str:
    """The one to play with: a class as it is now, where one is chosen that has enough for a game."""
    chosen = st.session_state.get("digits")
    if not isinstance(chosen, str) or not datasets.of_class(chosen):
        return usual()
    chosen = datasets.fixed(chosen, usual())
    return chosen if datasets.of_class(chosen) and guess.enough(chosen) else usual()


def usual() -> str:
    return "digits" if evaluation.pictures("mnist") is None else "mnist"


def new_digits() -> None:
    """Another data set: another game."""
    st.session_state.pop("game", None)
    st.query_params.update({name: [] for name in ("round", "answers", "asked")})


def choose() -> None:
    """Whose digits are asked, where a class is known."""
    if not datasets.known("digits", usual()):
        datasets.say_of_class(usual())  # perhaps another one was asked for
        return
    chosen = datasets.choose_dataset((usual(),), on_change=new_digits)
    datasets.say_of_class(chosen)
    if datasets.of_class(chosen) and not guess.enough(chosen):
        st.info(
            f"A game asks {guess.QUESTIONS} digits whose labels people have given, and this class hasn’t "
            f"drawn so many yet. Until then you play with {datasets.description(usual())}.",
            icon=":material/hourglass_empty:",
        )


@st.fragment
@datasets.calmly
def play() -> None:
    choose()
    now = game()
    if not datasets.of_class(now.dataset):
        say_if_absent("These are digits by other people (UCI).")
    images = data.load(now.dataset, "test").images
    if now.over:
        the_end(now, images)
        return
    score = now.score
    st.progress(
        len(now.guesses) / guess.QUESTIONS,
        f"Digit {now.number + 1} of {guess.QUESTIONS} · you {score.you}, machine {score.machine} right",
    )
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=PICTURE):
            answers.digit_picture(
                images[now.question.index] / np.float32(255), "", "The digit to read", side=PICTURE
            )
        with st.container(width=380, key="turn"):
            if now.revealed:
                reveal(now.question, now.guesses[-1])
                st.button("Next", on_click=go_on, type="primary", shortcut="Enter", key="next")
            else:
                headings.subheader("Which digit is this?")
                keypad()


def keypad() -> None:
    with st.container(key="keypad"):
        for row in (range(5), range(5, 10)):
            with st.container(horizontal=True, gap="small"):
                for digit in row:
                    st.button(
                        str(digit),
                        key=f"guess-{digit}",
                        on_click=take_guess,
                        args=(digit,),
                        shortcut=str(digit),
                        width=58,
                    )


def take_guess(digit: int) -> None:
    keep(game().guess(digit))


def go_on() -> None:
    keep(game().go_on())


def again() -> None:
    keep(game().again(dataset()))


def reveal(question: Question, answer: int) -> None:
    """What everybody says."""
    rows = (
        ("You", answer, mark(answer, question)),
        (
            MACHINE["title"],
            question.machine,
            f"{mark(question.machine, question)} · {probability(question.confidence)} sure",
        ),
        ("Official label", question.label, ""),
    )
    put(
        markup(
            '<div role="status" class="said">{all}</div>',
            all=joined(
                markup(
                    '<div class="{tint}"><small>{who}</small><b>{digit}</b><small>{how}</small></div>',
                    tint=tint(digit, question) if how else "",
                    who=who,
                    digit=digit,
                    how=how,
                )
                for who, digit, how in rows
            ),
        )
    )
    st.markdown(verdict(question, answer))
    if question.doubt:
        doubt = question.doubt
        st.info(
            f"**Is the label right?** Five people were asked. For {question.label}: {doubt.for_label}. "
            f"For {doubt.other}: {doubt.for_other}. For neither: {doubt.for_neither}. (Source: {SOURCE}.)",
            icon=":material/how_to_vote:",
        )


def mark(digit: int, question: Question) -> str:
    """The colour in words."""
    return "as the label" if digit == question.label else "not the label"


def tint(digit: int, question: Question) -> str:
    return "tint-right" if digit == question.label else "tint-wrong"


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
    headings.subheader(
        f"You: {score.you} of {guess.QUESTIONS} · {MACHINE['title']}: {score.machine} of {guess.QUESTIONS}"
    )
    times = "once" if score.agreed == 1 else f"{score.agreed} times"
    st.markdown(
        f"You and the machine said the same {times}. These digits are among the hardest. Of all "
        f"{whose(now.dataset)}, the machine "
        f"reads {percent(score.machine_overall, 1)} as the label says."
    )
    if score.doubtful:
        st.markdown(
            f"Doubtful labels among the twenty: **{score.doubtful}**. Most of the people who were asked "
            f"don’t agree with these labels. ({SOURCE})"
        )
    st.button("Play again", on_click=again, type="primary", icon=":material/replay:", key="again")
    put(strip(now, images))
    with st.container(horizontal=True, gap="large"):
        put(small_matrix(score.your_matrix, "Your answers"), width="content")
        put(small_matrix(score.machine_matrix, f"The {MACHINE['title']}’s answers"), width="content")
    st.markdown(
        ":small[Each row is a label, each column an answer. On the diagonal, in blue, both are the same; "
        "elsewhere, in orange, they differ.]"
    )


def whose(dataset: str) -> str:
    """All of them, at the end of the game."""
    return "these digits by other people" if dataset == "digits" else datasets.whose(dataset)


def strip(now: Game, images: np.ndarray) -> Markup:
    """All twenty, with what everybody said."""
    return markup(
        '<div class="answered">{all}</div>',
        all=joined(
            markup(
                '<figure><img src="{url}" alt="Question {number}"><figcaption>'
                '<span class="{your_tint}">you {answer}</span> '
                '<span class="{its_tint}">it {machine}</span><br>label {label}</figcaption></figure>',
                url=data_url(images[question.index]),
                number=number,
                your_tint=tint(answer, question),
                answer=answer,
                its_tint=tint(question.machine, question),
                machine=question.machine,
                label=f"{question.label} (doubtful)" if question.doubt else question.label,
            )
            for number, (question, answer) in enumerate(zip(now.questions, now.guesses, strict=True), 1)
        ),
    )


def render() -> None:
    headings.header("You against the machine", "Label", "Test data")
    st.markdown(
        "Twenty of the digits that our models find hardest. Say what you see; then see what the "
        f"{MACHINE['title']} says, and what the label says. Press a button, or a number key."
    )
    play()
