"""Not a digit: who notices that a letter is none, and what refusing costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from digitlab import inference
from digitlab.inside import charts, not_a_digit
from digitlab.inside.not_a_digit import IN_A_STRIP, Price, Scores
from digitlab.numbers import percent
from ui import chosen_digit, datasets, headings
from ui.charts import chart
from ui.figures import figure, row
from ui.markup import Markup, joined, markup, put
from ui.pictures import grey, tinted
from ui.snippets import show_code

MINE = "No letter"
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
            not_a_digit.by_redrawing(dataset.name),
            float(errors[0]),
            not_a_digit.PRESET,
            0.06,
            0.001,
            "%.3f",
            "error",
        ),
    }
    two_opinions(picture, redrawn[0], judges)
    thresholds(judges, dataset)
    kinds(dataset.name)


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


def two_opinions(picture: np.ndarray, redrawn: np.ndarray, judges: Mapping[str, Judge]) -> None:
    headings.subheader("Two judges", "Autoencoder", "Reconstruction error")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=350):
            put(
                row(
                    figure(image, words, words, 104)
                    for image, words in (
                        (grey(picture), "what it saw"),
                        (grey(redrawn), "redrawn"),
                        (tinted(redrawn - picture, 1), "difference"),
                    )
                )
            )
            st.markdown(":small[Orange: ink that was lost. Blue: ink that was added.]")
        with st.container(width=350):
            judge = judges[DETECTOR]
            st.metric("Digit score", f"{judge.mine:.3f}", border=True, help="From 0 to 1; 1: surely a digit.")
            st.markdown(
                "A small network, the *detector*, has learned from digits and from letters, scribbles and "
                f"dots. 1 means: surely a digit. {rank(judge)}"
            )
        with st.container(width=350):
            judge = judges[REDRAWING]
            st.metric(
                "Redrawing error",
                f"{judge.mine:.4f}",
                border=True,
                help="The reconstruction error: the mean of the squared differences of the pixels.",
            )
            st.markdown(
                "The *autoencoder* has only seen digits. It squeezes a picture into 32 numbers and draws it "
                "again. The hope: what is no digit comes back wrong, with a large error. "
                f"{rank(judge)}"
            )


def rank(judge: Judge) -> str:
    share = judge.scores.beyond(judge.mine)
    some = "None" if share == 0 else percent(share, 1)
    return f"**{some} of the test digits look less like a digit to it than this.**"


@st.fragment
def thresholds(judges: Mapping[str, Judge], dataset: datasets.Chosen) -> None:
    headings.subheader("Where to draw the line?", "Threshold", "Histogram", "ROC curve")
    st.markdown(
        "Each judge begins with a threshold that refuses about half a percent of MNIST’s test digits. "
        "Move it."
    )
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
    verdict = "accepted as a digit" if judge.scores.accepts(judge.mine, threshold) else "refused"
    st.markdown(f"{cost(judge.scores.price(threshold))} The picture above is **{verdict}**.")
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=620):
            bars = judge.scores.bars(threshold, judge.end)
            chart(
                charts.histogram(bars, name.lower(), threshold, judge.mine),
                f"How many digits and how many scribbles have which {name.lower()}.",
                key="histogram",
            )
            st.markdown(
                "Upwards: digits. Downwards: scribbles. Blue: the threshold is right about them. Orange: it "
                "is wrong. Each line counts ten times as many as the one before."
            )
        with st.container(width=460):
            chart(
                charts.roc({n: j.scores.roc for n, j in judges.items()}),
                "The ROC curves of both judges.",
                key="roc",
            )
            st.markdown(
                "All thresholds at once. The *area* under a curve: take a digit and a scribble at random; "
                "how often does the digit look more like a digit to this judge? 1: always. 0.5: as often as "
                "heads when you toss a coin."
            )
    strips(judge, threshold, dataset)
    chosen = {judge.key: st.session_state.get(judge.key, judge.first) for judge in judges.values()}
    show_code(not_a_digit.code(dataset.name, **chosen))


def cost(price: Price) -> str:
    return (
        f"**This costs {price.refused:,} of {price.digits:,} digits** "
        f"({percent(price.refused / price.digits, 1)}), which are refused, and lets "
        f"**{price.passed:,} of {price.scribbles:,} scribbles** "
        f"({percent(price.passed / price.scribbles, 1)}) through."
    )


def kinds(dataset: str) -> None:
    """The areas kind by kind, and what they teach."""
    st.subheader("Scribble by scribble", anchor=False)
    st.markdown(not_a_digit.lesson(dataset))
    rows = joined(
        markup(
            '<tr><th scope="row">{name}</th><td>{count}</td><td>{detector:.3f}</td>'
            "<td>{redrawing:.3f}</td><td>{word}</td></tr>",
            **kind._asdict(),
            word=not_a_digit.in_words(kind.redrawing),
        )
        for kind in not_a_digit.by_kind(dataset)
    )
    put(
        markup(
            '<table class="kinds"><thead><tr><th scope="col">Scribbles</th><th scope="col">How many</th>'
            '<th scope="col">Area, digit score</th><th scope="col">Area, redrawing error</th>'
            '<th scope="col">Redrawing is</th></tr></thead><tbody>{rows}</tbody></table>',
            rows=rows,
        )
    )


def strips(judge: Judge, threshold: float, dataset: datasets.Chosen) -> None:
    refused, passed = judge.scores.worst(threshold)
    kept = not_a_digit.kept()
    shown = set(kept.shown.tolist())
    passed = not_a_digit.different({int(i): kept.picture(i) for i in passed if i in shown}, IN_A_STRIP)
    refused = not_a_digit.different(
        {int(i): dataset.dataset.images[i] for i in refused[: 4 * IN_A_STRIP]}, IN_A_STRIP
    )
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=540, gap="small"):
            st.markdown("**Digits refused** :small[those that look least like a digit to it first]")
            put(strip(refused, judge.scores.digits, judge.form))
        with st.container(width=540, gap="small"):
            st.markdown("**Scribbles let through** :small[those that look most like a digit to it first]")
            put(strip(passed, judge.scores.scribbles, judge.form))
            if judge.key == "score" and passed:
                st.markdown(
                    "A computer drew these at random. Some came out as a 2, a 4 or a 5 that anybody would "
                    "read, so no judge can refuse them all without refusing real digits, too."
                )


def strip(pictures: Mapping[int, np.ndarray], scores: np.ndarray, form: str) -> Markup:
    """The pictures, by their index, with their scores."""
    if not pictures:
        return markup("<p>None at this threshold.</p>")
    return row(
        figure(picture, form % scores[index], f"Number {index}, {form % scores[index]}", 48)
        for index, picture in pictures.items()
    )


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
