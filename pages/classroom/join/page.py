"""A pupil's page: draw the digit that the class asks for, send it, read what the model reads."""

import streamlit as st

from digitlab.classroom import classes
from digitlab.classroom.limits import CODE_LENGTH, MOST_DRAWINGS
from digitlab.errors import ClassError, DatabaseGone
from digitlab.inference import Answer
from digitlab.numbers import a_digit, probability
from pages.classroom.join import visit as visits
from pages.classroom.join.visit import Visit
from ui import classroom, pad, style
from ui.components.kept import kept
from ui.links import page_link
from ui.markup import Markup, markup, put
from ui.pad import tools

KEPT_AS = "digitlab-pupil"  # under this name the tab keeps the pupil's secret
FIRST = "Draw it large, then press Send. The class sees drawings, and not who drew them."
STATES = {
    classes.PAUSED: "Your teacher has paused the class. You can draw, and send it later.",
    classes.CLOSED: "This class is over. Thank you for drawing!",
}
_CODE = "join-code"


def render() -> None:
    visit = visits.current()
    code = classroom.code_in_link()
    told = visit.secret  # the tab
    answer = kept(KEPT_AS, told)
    if not code:
        st.title("Join a class", anchor=False)
        ask()
        go_on(visit)
        return
    if answer is None and visit.pupil is None:  # whatever only looks at a link, as messengers do, is no pupil
        st.title("Join a class", anchor=False)
        st.caption("One moment …")
        return
    try:
        visit.enter(code, answer or "")
    except DatabaseGone as error:
        st.title("Join a class", anchor=False)
        classroom.wait(error)
        return
    except ClassError as error:
        st.title("Join a class", anchor=False)
        classroom.say(error)
        ask()
        return
    if visit.found:
        classroom.remember(visit.found)
    if visit.secret not in (told, answer):
        st.rerun()
    with st.container(
        key="join-unsent"
    ):  # always: a pad that moves to another place on the page is made anew
        if visit.unsent:
            send_again(visit)
    draw(visit, waits=visit.unsent is not None)


def ask() -> None:
    """The five letters."""
    with st.form("join-form", width=420):
        st.text_input(
            "The five letters of your class",
            key=_CODE,
            max_chars=4 * CODE_LENGTH,
            placeholder="For example K F R T W",
            help="Your teacher shows them. Small letters and spaces don’t matter.",
        )
        st.form_submit_button("Join", type="primary", on_click=_take_code)


def go_on(visit: Visit) -> None:
    """Who has joined before, and has lost the link."""
    if visit.pupil and visit.found:
        query = {classroom.PARAMETER: visit.found.code}
        page_link("join", f"Go on as the {visit.pupil.name} {visit.pupil.symbol}", query=query)


def _take_code() -> None:
    code = classes.tidy(st.session_state[_CODE])
    if code:
        st.query_params[classroom.PARAMETER] = code


@st.fragment(run_every=classroom.AGAIN_S)
def send_again(visit: Visit) -> None:
    """Until it is sent. Only where something waits: on the pages of a whole class it would cost the server
    three processors."""
    st.info(
        "Not sent yet: the server can’t store it just now. It is kept here, and sent again by itself.",
        icon=":material/cloud_off:",
    )
    visit.try_again()
    if not visit.unsent:
        st.rerun()


@st.fragment
def draw(visit: Visit, waits: bool) -> None:
    """What a stroke and a press of Send rerun."""
    if visit.unsent and not waits:
        st.rerun()
    with st.container(key="join-page", gap="xsmall"):
        with st.container(key="join-head"):
            with st.container(key="task"):
                put(task(visit))
            put(markup('<p class="join-name">{name}</p>', name=name(visit)))
        said = st.container(key="result")
        pad.canvas()
        with said:
            put(tools.kept(result(visit), exactly=True))
            if visit.last and not visit.unsent:
                correct(visit)
        with st.container(key="join-tools"):
            tools.tools(visit.presses)
            st.button(
                "Send", type="primary", key="send", on_click=visit.send, disabled=waits, width="stretch"
            )


def task(visit: Visit) -> Markup:
    if visit.pupil and visit.pupil.drawings >= MOST_DRAWINGS:
        words = markup("Thank you!")
    elif visit.asked is None:
        words = markup("Draw any digit")
    else:
        article, digit = a_digit(visit.asked).split()
        words = markup("Draw {article} <b>{digit}</b>", article=article, digit=digit)
    return markup("<h1>{words}</h1>", words=words)


def name(visit: Visit) -> Markup:
    if visit.pupil is None:
        return Markup()
    return markup(
        'You are the <b>{name}</b> <span aria-hidden="true">{symbol}</span>',
        name=visit.pupil.name,
        symbol=visit.pupil.symbol,
    )


def result(visit: Visit) -> Markup:
    """What became of the last drawing."""
    state = visit.found.state if visit.found else classes.OPEN
    if visit.problem:
        words = markup("{problem}", problem=visit.problem)
    elif state != classes.OPEN:
        words = markup("{words}", words=STATES[state])
    elif visit.unsent:
        words = Markup()  # it is said above; what was sent before would contradict it
    elif visit.last:
        return what_it_read(visit, visit.last.answer)
    else:
        words = markup("{words}", words=FIRST)
    return markup('<p role="status">{words}</p>', words=words)


def what_it_read(visit: Visit, answer: Answer) -> Markup:
    shows = visit.shows if visit.shows is not None else answer.guess
    if answer.digit is None:
        words = markup("The model is <b>not sure</b>. {why}", why=style.sentence(answer))
    else:
        article, digit = a_digit(answer.digit).split()
        words = markup(
            "The model read {article} <b>{digit}</b>, {share} sure",
            article=article,
            digit=digit,
            share=probability(float(answer.probabilities[answer.digit])),
        ) + ("." if answer.digit == shows else markup(", and not {yours}.", yours=a_digit(shows)))
    return markup(
        '<p role="status" class="{look}">Sent. {words}</p>',
        look="right" if answer.digit == shows else "other",
        words=words,
    )


def correct(visit: Visit) -> None:
    """The right digit by one press."""
    if not visit.last or not visit.corrects:
        st.button("That’s not what I drew", type="tertiary", key="correct", on_click=visit.correct)
        return
    key = f"shows-{visit.last.id}"
    with st.container(key="shows"):
        st.segmented_control(
            "What did you draw?",
            range(10),
            key=key,
            on_change=visit.say,
            args=(key,),
            label_visibility="collapsed",
            width="stretch",
        )
