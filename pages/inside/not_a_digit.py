"""Not a digit: who notices that a letter is none, and what refusing costs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from digitlab import data, inference
from digitlab.inside import charts, not_a_digit
from digitlab.inside.not_a_digit import Scores
from ui import chosen_digit, datasets, headings
from ui.pictures import data_url, figure, grey, row, tinted

MINE = "No letter"
IN_A_STRIP = 18
DETECTOR, REDRAWING = "Digit score", "Redrawing error"


@dataclass(frozen=True)
class Judge:
    scores: Scores
    mine: float  # what it says of the picture shown
    first: float  # the threshold to begin with
    end: float  # of the scale
    step: float
    form: str
    key: str


def page() -> None:
    picture = chosen()
    dataset = datasets.test_digits()
    datasets.say_if_absent()
    detector = inference.load(inference.DETECTOR)
    redrawn, errors = not_a_digit.redrawing(picture[None])
    judges = {
        DETECTOR: Judge(
            not_a_digit.by_detector(dataset.name),
            float(detector.score(picture[None])[0]),
            round(detector.card["threshold"], 2),
            1.0,
            0.01,
            "%.2f",
            "score",
        ),
        REDRAWING: Judge(
            not_a_digit.by_redrawing(dataset.name), float(errors[0]), 0.021, 0.06, 0.001, "%.3f", "error"
        ),
    }
    two_opinions(picture, redrawn[0], judges)
    thresholds(judges, dataset)


def chosen() -> np.ndarray:
    """What the page is about: a ready letter, or my digit: float32 (28, 28) in [0, 1]."""
    mine = chosen_digit.choose()
    letter = st.pills(
        "Or try a letter",
        (MINE, *not_a_digit.LETTERS, *not_a_digit.LIKE_DIGITS),
        default=MINE,
        required=True,
        key="letter",
        bind="query-params",
    )
    return mine.picture if letter == MINE else not_a_digit.letter(letter)


def two_opinions(picture: np.ndarray, redrawn: np.ndarray, judges: dict[str, Judge]) -> None:
    headings.subheader("Two judges", "Autoencoder", "Reconstruction error")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=350):
            st.html(
                row(
                    figure(data_url(image), words, words, 104)
                    for image, words in (
                        (grey(picture), "what it saw"),
                        (grey(redrawn), "redrawn"),
                        (tinted(redrawn - picture, 1), "difference"),
                    )
                )
            )
            st.caption("Orange: ink that was lost. Blue: ink that was added.")
        with st.container(width=350):
            judge = judges[DETECTOR]
            st.metric("Digit score, from 0 to 1", f"{judge.mine:.3f}", border=True, help="1: surely a digit.")
            st.markdown(
                "A small network, the *detector*, has learned from digits and from letters, scribbles and "
                f"dots. {rank(judge)}"
            )
        with st.container(width=350):
            judge = judges[REDRAWING]
            st.metric(
                "Redrawing error", f"{judge.mine:.4f}", border=True, help="Mean squared error of a pixel."
            )
            st.markdown(
                "The *autoencoder* has only seen digits. It squeezes a picture into 32 numbers and draws it "
                f"again. What isn’t a digit should come back wrong. {rank(judge)}"
            )


def rank(judge: Judge) -> str:
    share = judge.scores.beyond(judge.mine)
    some = "None" if share == 0 else percent(share)
    return f"**{some} of the test digits look less like a digit to it than this.**"


@st.fragment
def thresholds(judges: dict[str, Judge], dataset: datasets.Chosen) -> None:
    headings.subheader("Where to draw the line?", "Threshold", "Histogram", "ROC curve")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.pills(
            "Judge", (DETECTOR, REDRAWING), default=DETECTOR, required=True, key="judge", bind="query-params"
        )
        judge = judges[name]
        threshold = st.slider(
            f"{name} at which a picture is refused",
            0.0,
            judge.end,
            judge.first,
            judge.step,
            format=judge.form,
            key=judge.key,
            bind="query-params",
            width=460,
        )
    price = judge.scores.price(threshold)
    verdict = "accepted as a digit" if judge.scores.accepts(judge.mine, threshold) else "refused"
    st.markdown(
        f"**This costs {price.refused:,} of {price.digits:,} digits** "
        f"({percent(price.refused / price.digits)}), which are refused, and lets "
        f"**{price.passed:,} of {price.scribbles:,} scribbles** "
        f"({percent(price.passed / price.scribbles)}) through. The picture above is **{verdict}**."
    )
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=640):
            bars = judge.scores.bars(threshold, judge.end)
            st.altair_chart(charts.histogram(bars, name.lower(), threshold, judge.mine), key="histogram")
            st.caption(
                "Upwards: digits. Downwards: scribbles. Blue is judged right, orange wrong. Each line counts "
                "ten times the last."
            )
        with st.container(width=440):
            st.altair_chart(charts.roc({n: j.scores.roc for n, j in judges.items()}), key="roc")
            st.caption(
                "All thresholds at once. The area under a curve is the chance that a digit looks more like a "
                "digit to this judge than a scribble does. 1 is perfect; 0.5, the dashed line, is a coin."
            )
    st.markdown(lesson(judges))
    strips(judge, threshold, dataset)
    with st.popover("Show the code", icon=":material/code:"):
        chosen = {key.key: st.session_state.get(key.key, key.first) for key in judges.values()}
        st.code(not_a_digit.CODE.format(dataset=dataset.name, **chosen), language="python")


def lesson(judges: dict[str, Judge]) -> str:
    return (
        f"**The detector is the better judge** ({judges[DETECTOR].scores.roc.area:.3f} against "
        f"{judges[REDRAWING].scores.roc.area:.3f}): it has seen what is no digit. The autoencoder redraws "
        "blank paper, a dot or a plain letter well, although it never saw one, and stumbles over a fanciful "
        "digit."
    )


def strips(judge: Judge, threshold: float, dataset: datasets.Chosen) -> None:
    refused, passed = judge.scores.worst(threshold)
    nothing = data.load(not_a_digit.SCRIBBLES, "test").images
    with st.container(horizontal=True, gap="medium"):
        for title, images, scores, where in (
            ("Digits refused", dataset.dataset.images, judge.scores.digits, refused),
            ("Scribbles let through", nothing, judge.scores.scribbles, passed),
        ):
            with st.container(width=540, gap="small"):
                st.markdown(f"**{title}** :small[the clearest mistakes first]")
                if len(where):
                    strip(images, scores, not_a_digit.different(images, where, IN_A_STRIP), judge.form)
                else:
                    st.caption("None at this threshold.")


def strip(images: np.ndarray, scores: np.ndarray, where: Sequence[int], form: str) -> None:
    figures = (
        figure(data_url(images[index]), form % scores[index], f"Number {index}, {form % scores[index]}", 48)
        for index in where
    )
    st.html(row(figures, gap=6))


def percent(share: float) -> str:
    return "< 0.1 %" if 0 < share < 0.001 else f"{share:.1%}".replace("%", " %")


def render() -> None:
    headings.header("Not a digit", "Anomaly detection")
    st.markdown(
        "A network that reads digits answers with a digit, whatever you draw. Who notices that there is "
        "none? Draw a letter, or try one of these."
    )
    page()
    st.subheader("What nobody can tell", anchor=False)
    st.markdown(
        "Many people write an **O** as they write a 0, an **I** as a 1, a **Z** as a 2, an **S** as a 5. "
        "From the picture alone nobody can say which was meant, so the detector was never taught to refuse "
        "these letters. Only what stands beside them, a word or a sum, would tell."
    )
