"""Answer only when sure: how far a model's confidence can be trusted, and what declining to answer gains."""

import streamlit as st

from digitlab import evaluation, metrics
from digitlab.evaluation import Evaluation, charts
from digitlab.metrics import Selection
from ui import headings
from ui.models import choose_model

DATA = {
    "MNIST": ("mnist", "MNIST’s 10,000 test digits"),
    "Other people": ("digits", "1,797 digits of 13 other people (UCI)"),
    "Scribbles": ("scribbles", "2,000 letters, scribbles and dots"),
}
# In percent; close together where models are most of the time: near certainty.
SURE = (0, 30, 40, 50, 60, 70, 80, 85, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99)
BINS = 15  # of confidence: as many as the expected calibration error has


@st.fragment
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = choose_model()
        chosen = st.selectbox("Digits", DATA, key="digits", bind="query-params", width=160)
        sure = st.select_slider(
            "Answer only when at least this sure (percent)",
            SURE,
            value=90,
            key="sure",
            bind="query-params",
            width=340,
        )
        detector = st.toggle(
            "Refuse what is no digit",
            key="detector",
            bind="query-params",
            help="A second, small network has learned what is no digit. What it refuses gets no answer, "
            "however sure the model is.",
        )
    dataset, description = DATA[chosen]
    result = evaluation.evaluate(model.name, dataset)
    allowed = evaluation.looks_like_digit(dataset) if detector else None
    here = metrics.select(result.confidence, result.right, sure / 100, allowed)
    everything = metrics.select(result.confidence, result.right, 0)
    st.markdown(
        f"**{sentence(model.card['title'], description, dataset, here, everything)}** {invitation(dataset)}"
    )
    numbers(here, dataset)
    bins = metrics.reliability(result.probabilities, result.labels, BINS)
    passed = slice(None) if allowed is None else allowed
    let_through = metrics.reliability(result.probabilities[passed], result.labels[passed], BINS)
    if dataset == "scribbles":  # nothing can be right here: two of the charts would be empty
        with st.container(horizontal=True, gap="medium"):
            with st.container(width=540):
                st.altair_chart(charts.confidences(let_through, sure / 100), key="confidences", alt=HISTOGRAM)
            with st.container(width=350):
                st.markdown(
                    "Every answer is wrong here: there is no digit to read. A model that must answer can be "
                    "quite sure of nonsense. Its confidence says *which* digit, not *whether* there is one. "
                    "That takes a second network."
                )
                st.caption("Each line counts ten times the last. The dashed line is your choice.")
        return
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=350):
            curve = metrics.coverage_curve(result.confidence, result.right, allowed)
            st.altair_chart(
                charts.coverage(curve, here, everything, SURE[-1] / 100),
                key="coverage",
                alt=f"Share answered against share right. {spoken(here)}",
            )
            st.caption(
                "The point is your choice, the dashed line what declining by lot would give: nothing. "
                "A good curve climbs at once."
            )
        with st.container(width=350):
            st.altair_chart(charts.reliability(bins), key="reliability", alt=RELIABILITY)
            st.caption(
                "Bars on the dashed line: the model knows how sure to be. Below it: too sure. Above: too "
                "modest. On top: how many pictures. Grey lines: how far chance may have moved a bar."
            )
        with st.container(width=350):
            st.altair_chart(charts.confidences(let_through, sure / 100), key="confidences", alt=HISTOGRAM)
            st.caption("Each line counts ten times the last. The dashed line is your choice.")
    st.markdown(calibration(result))


HISTOGRAM = "How many right and how many wrong answers there are at each confidence."
RELIABILITY = (
    "Share of right answers at each confidence, beside the diagonal of a model that is never too sure."
)


def sentence(title: str, description: str, dataset: str, here: Selection, everything: Selection) -> str:
    """What the choice gives."""
    if dataset == "scribbles":
        return f"{title} answers {here.answered:,} of {description}. Each of these answers is a mistake."
    if not here.answered:
        return f"{title} is never so sure on {description}: it answers nothing."
    if not here.declined:
        return f"On {description}, {title} answers everything, and makes {mistakes(everything.wrong)}."
    return (
        f"On {description}, {title} answers {percent(here.coverage)} and makes {mistakes(here.wrong)}, "
        f"instead of {everything.wrong:,} when it answers everything."
    )


def invitation(dataset: str) -> str:
    if dataset == "scribbles":
        return "Move the slider to the right, then try the switch beside it."
    return "Move the slider: how much must it leave to a person, to make no mistake at all?"


def mistakes(count: int) -> str:
    return "no mistake" if count == 0 else "one mistake" if count == 1 else f"{count:,} mistakes"


def numbers(here: Selection, dataset: str) -> None:
    with st.container(horizontal=True, gap="medium", key="numbers"):
        st.metric("Answered", percent(here.coverage), width=150)
        if dataset != "scribbles":
            st.metric(
                "Right, of those", "none" if here.accuracy is None else percent(here.accuracy), width=150
            )
        st.metric("Mistakes avoided", f"{here.spared:,}", width=150)
        if dataset != "scribbles":
            st.metric("Right answers lost", f"{here.lost:,}", width=150)


def spoken(here: Selection) -> str:
    right = "" if here.accuracy is None else f", {percent(here.accuracy)} of them rightly"
    return f"Now {percent(here.coverage)} are answered{right}."


def calibration(result: Evaluation) -> str:
    """The expected calibration error in words."""
    error = metrics.expected_calibration_error(result.probabilities, result.labels, BINS)
    return (
        f"**On average, its confidence is {error * 100:.1f} percentage points away from how often it is "
        "right.** That is the *expected calibration error*: the distance of each bar from the dashed line, "
        "weighted by its number of pictures. 0 would be perfect."
    )


def percent(share: float) -> str:
    """Finer near 100 %, where the differences are."""
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    return (f"{share:.1%}" if share < 0.99 else f"{share:.2%}").replace("%", " %")


def render() -> None:
    headings.header("Answer only when sure", "Confidence", "Calibration", "Temperature", "Threshold")
    page()
