"""Spoil my digit: noise, blur, stripes, fog. Which reader holds out longest?"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import streamlit as st

from digitlab import inference
from digitlab.evaluation import spoil
from digitlab.evaluation.corruptions import CORRUPTIONS
from digitlab.evaluation.spoil import PUBLISHED, STRENGTHS, Spoiled
from digitlab.numbers import percent, probability
from ui import chosen_digit, headings, models
from ui.components.picture_buttons import Picture, picture_buttons
from ui.markup import Markup, joined, markup, put
from ui.pictures import data_url, grey
from ui.snippets import show_code

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "shot noise": "A camera in the dark catches few grains of light: the strokes get grainy.",
        "impulse noise": "Some pixels turn black or white at random, like salt and pepper.",
        "glass blur": "Seen through frosted glass: neighbouring pixels change places.",
        "motion blur": "The camera moved while it took the picture.",
        "shear": "The digit leans to one side.",
        "scale": "The digit shrinks.",
        "rotate": "The digit turns to one side.",
        "brightness": "Light falls on everything: black becomes grey, and white can’t become whiter.",
        "translate": "The digit moves away from the middle.",
        "stripe": "At the left and at the right, black and white change places.",
        "fog": "Clouds drift before the digit, and it fades.",
        "spatter": "Drops of mud cover parts of it.",
        "dotted line": "A dotted line runs across it.",
        "zigzag": "A zigzag line runs across it.",
        "canny edges": "Only the edges of the strokes are left.",
    }
)


@st.fragment
def page(shown: chosen_digit.ChosenDigit) -> None:
    picture = grey(shown.picture).tobytes()
    digit = shown.label
    if digit is None:  # nobody said which it is: what the CNN reads before anything is spoiled
        digit = inference.load("cnn").answer(shown.picture).guess
    with st.container(horizontal=True, gap="medium", key="spoil"):
        result_place = st.container(key="spoiled")  # stays in sight on a phone: ui/style.css
        with st.container(key="spoil-how"):
            name, strength = choose()
            overview(picture, digit, name)
    found = spoil.spoiled(picture, name)
    step = STRENGTHS.index(strength)
    with result_place:
        put(result(found, step, digit))
        st.markdown(said(found, step, digit))
        st.markdown(
            ":small[The strips go from 0 to 150 %: blue where a model is right, orange where it is wrong. "
            "The frame is where you are.]"
        )
    show_code(spoil.code(shown.name, name, strength, inference.names()))
    table(name)


def choose() -> tuple[str, int]:
    """Which corruption, and how strong, in per cent of the published strength. Both stand in the link."""
    with st.container(horizontal=True, gap="medium", key="spoil-choice"):
        name = st.selectbox(
            "What spoils it",
            list(CORRUPTIONS),
            index=list(CORRUPTIONS).index("fog"),
            format_func=str.capitalize,
            key="corruption",
            bind="query-params",
            width=170,
        )
        strength = st.slider(
            "How strongly, in % of the published strength",
            STRENGTHS[0],
            STRENGTHS[-1],
            PUBLISHED,
            STRENGTHS[1],
            key="strength",
            bind="query-params",
        )
    st.markdown(SENTENCES[name])
    return name, STRENGTHS[round(strength / STRENGTHS[1])]  # a link may say any number


def overview(picture: bytes, digit: int, name: str) -> None:
    """All fifteen as small pictures, to be pressed."""
    pictures, read = spoil.overview(picture)
    right = [sum(int(answers[n] == digit) for answers in read.values()) for n in range(len(pictures))]
    st.markdown(
        f"**All fifteen at {PUBLISHED} %**, and how many of the {len(read)} models still read the {digit}. "
        "Press one to look closer."
    )
    with st.container(width=460):
        picture_buttons(
            [
                Picture(
                    data_url(image),
                    f"{each.capitalize()}: {number} of {len(read)} models still read the {digit}",
                    f"{each.capitalize()}\n{number} of {len(read)}",
                )
                for each, image, number in zip(CORRUPTIONS, pictures, right, strict=True)
            ],
            key="fifteen",
            on_press=lambda number: st.session_state.update(corruption=list(CORRUPTIONS)[number]),
            columns=5,
            label="The fifteen corruptions",
            chosen=list(CORRUPTIONS).index(name),
        )


def result(found: Spoiled, step: int, digit: int) -> Markup:
    """The spoiled digit, and what each model reads in it; a strip says at which strengths it is right."""
    rows = joined(reader(models.title(name), answers, step, digit) for name, answers in found.answers.items())
    return markup(
        '<div class="spoiled"><img src="{url}" alt="The spoiled digit">'
        '<table aria-label="Who still reads it">'
        '<thead><tr><th scope="col">Model</th><th scope="col" colspan="2">It reads</th>'
        '<th scope="col" class="scale"><span>0 %</span><span>{last} %</span></th></tr></thead>'
        "<tbody>{rows}</tbody></table></div>",
        url=data_url(found.pictures[step]),
        last=STRENGTHS[-1],
        rows=rows,
    )


def reader(title: str, answers: np.ndarray, step: int, digit: int) -> Markup:
    """A line of the table; `answers` are probabilities (strengths, 10)."""
    right = answers.argmax(axis=1) == digit
    cells = joined(
        markup(
            '<i class="{look}{here}"></i>',
            look="right" if fine else "wrong",
            here=" here" if number == step else "",
        )
        for number, fine in enumerate(right)
    )
    return markup(
        '<tr class="{look}"><th scope="row">{title}</th><td class="read">{guess}</td><td>{share}</td>'
        '<td><span class="strip" role="img" aria-label="{spoken}">{cells}</span></td></tr>',
        look="right" if right[step] else "wrong",
        title=title,
        guess=int(answers[step].argmax()),
        share=probability(float(answers[step].max())),
        spoken=holds_out(right),
        cells=cells,
    )


def holds_out(right: Sequence[bool] | np.ndarray) -> str:
    """Up to which strength a model is right, in words; `right` is for each of STRENGTHS."""
    if all(right):
        return f"Right up to {STRENGTHS[-1]} %"
    first = list(right).index(False)
    if first == 0:
        return "Wrong from the start" if not any(right) else "Wrong at first, right at some strengths"
    again = ", and at some strengths after that" if any(right[first:]) else ""
    return f"Right up to {STRENGTHS[first - 1]} %{again}"


def said(found: Spoiled, step: int, digit: int) -> str:
    """How many still read it, and whether it still looks like a digit at all."""
    asked = len(found.answers)
    right = sum(int(answers[step].argmax() == digit) for answers in found.answers.values())
    if right == 0:
        who = f"None of the {asked} reads the {digit} any more"
    elif right == asked:
        who = f"All {asked} still read the {digit}"
    else:
        who = f"{right} of {asked} still {'reads' if right == 1 else 'read'} the {digit}"
    score = float(found.scores[step])
    detector = (
        "takes it for a digit"
        if score >= inference.load(inference.DETECTOR).card["threshold"]
        else "takes it for no digit, so on the Draw page the answer would be “Not sure”"
    )
    return f"**{who}.** The detector {detector} (digit score {score:.2f})."


def table(name: str) -> None:
    """What was measured beforehand, on all test digits."""
    headings.subheader("Measured on 10,000 digits", "Test data", "Augmentation")
    readers = sorted((each for each in inference.names() if each in spoil.measured()), key=spoil.mean_error)
    st.markdown(sentence(readers))
    put(figures(readers, name))
    st.markdown(
        f":small[Share of MNIST’s test digits that each model reads wrong: as they are, after "
        f"“{name}” at 100 %, and the mean over all fifteen, which is called the mean corruption error. The "
        "corruptions are those of MNIST-C (Mu and Gilmer 2019). The models get the pictures as they are: the "
        "app’s preprocessing, which would take away some of the fog and move the digit back to the middle, "
        "has no part in it.]"
    )


def sentence(readers: Sequence[str]) -> str:
    """`readers` are names, the sturdiest first."""
    best, worst = readers[0], readers[-1]
    return (
        f"One digit proves little. Over all fifteen corruptions **{models.title(best)}** misreads "
        f"{percent(spoil.mean_error(best), 1)} of the digits, **{models.title(worst)}** "
        f"{percent(spoil.mean_error(worst), 1)}. Only Sturdy CNN and Deep CNN have practised with noise, "
        "fog, stripes, lines and blurs; the committee is these two together."
    )


def figures(readers: Sequence[str], name: str) -> Markup:
    """The table; `readers` are names."""

    def row(reader: str) -> Markup:
        wrong = spoil.measured()[reader]
        return markup(
            '<tr><th scope="row">{title}</th><td>{clean}</td><td>{one}</td><td>{mean}</td></tr>',
            title=models.title(reader),
            clean=percent(wrong[spoil.CLEAN], 1),
            one=percent(wrong[name], 1),
            mean=percent(spoil.mean_error(reader), 1),
        )

    return markup(
        '<table class="measured"><thead><tr><th scope="col">Read wrong</th><th scope="col">As they are</th>'
        '<th scope="col">{name}</th><th scope="col">Mean of all fifteen</th></tr></thead>'
        "<tbody>{rows}</tbody></table>",
        name=name.capitalize(),
        rows=joined(row(reader) for reader in readers),
    )


def render() -> None:
    headings.header("Spoil my digit", "Robustness", "Convolutional network", "Ensemble", "Threshold")
    st.markdown(
        "You would still read it through fog, noise or frosted glass. Do the models? **Choose what spoils "
        "the digit, and move the slider** until the first of them gives up."
    )
    page(chosen_digit.choose())
