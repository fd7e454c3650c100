"""Answer only when sure: how far a model's confidence can be trusted, and what declining to answer gains."""

import streamlit as st

from digitlab.evaluation import charts
from digitlab.evaluation.confidence import THRESHOLDS, calibration_error, selection
from digitlab.metrics import Selection
from digitlab.numbers import count, percent
from ui import datasets, headings
from ui.charts import chart
from ui.datasets import choose_dataset, description
from ui.models import choose_model

SCRIBBLES = "scribbles"
FEWEST = 30  # digits for a curve


@st.fragment
@datasets.calmly
def page() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = choose_model()
        dataset = choose_dataset(("mnist", "digits", SCRIBBLES))
        refuse = st.toggle(
            "Refuse what is no digit",
            key="detector",
            bind="query-params",
            help="A second, small network has learned what is no digit. What it refuses gets no answer, "
            "however sure the model is. All numbers and charts below then leave it out.",
        )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="sticky-sure"):
        sure = st.select_slider(
            "Answer only when at least this sure (percent)",
            THRESHOLDS,
            value=90,
            key="sure",
            bind="query-params",
            width=340,
        )
        here = selection(model.name, dataset, sure / 100, refuse)
        numbers(here, dataset)
    everything = selection(model.name, dataset, 0)
    title = model.card["title"]
    st.markdown(
        f"**{sentence(title, description(dataset), dataset, here, everything)}** {invitation(dataset, here)}"
    )
    datasets.say_of_class(dataset, model)
    asked = here.answered + here.declined
    if asked < FEWEST:
        st.markdown(
            f"{count(asked, 'digit')}: too few for curves, which would say more about chance than about the "
            f"model. From {FEWEST} digits on they stand here."
        )
        return
    histogram = charts.confidences(model.name, dataset, refuse, sure / 100)
    if dataset == SCRIBBLES:  # nothing can be right here: two of the charts would be empty
        with st.container(horizontal=True, gap="medium", key="charts-scribbles"):
            with st.container():
                chart(histogram, HISTOGRAM, key="confidences")
            with st.container():
                st.markdown(NO_DIGIT)
        return
    with st.container(horizontal=True, gap="medium", key="charts-confidence"):
        with st.container():
            st.markdown("**Answer less, be right more often**")
            chart(charts.coverage(model.name, dataset, refuse, here), spoken(here), key="coverage")
            st.markdown(
                ":small[A good curve climbs at once when you go left: what the model leaves out first are "
                "its mistakes. Leaving out digits by chance (dashed) gains nothing.]"
            )
        with st.container():
            st.markdown("**Does it know how sure to be?**")
            chart(charts.reliability(model.name, dataset, refuse), RELIABILITY, key="reliability")
            st.markdown(
                ":small[A bar that ends on the dashed line: as often right as it says. Below the line: too "
                "sure. Above: not sure enough. The number on top says how many pictures are in the bar, the "
                "grey line how far chance may have moved it.]"
            )
        with st.container():
            st.markdown("**How sure, when right and when wrong**")
            chart(histogram, HISTOGRAM, key="confidences")
            st.markdown(
                ":small[Right answers go up, mistakes go down. Mind the axis: from line to line the number "
                "is ten times as large.]"
            )
    st.markdown(calibration(calibration_error(model.name, dataset, refuse), refuse))


HISTOGRAM = "How many right and how many wrong answers there are at each confidence."
RELIABILITY = "Share of right answers at each confidence, beside the diagonal, where both are equal."
NO_DIGIT = (
    "Every answer is wrong here: there is no digit to read. A model that must answer can be quite sure of "
    "nonsense. Its confidence says *which* digit, not *whether* there is one. That takes a second network."
    "\n\n"
    ":small[Mind the axis: from line to line the number is ten times as large. The dashed line is your "
    "choice.]"
)


def sentence(title: str, description: str, dataset: str, here: Selection, everything: Selection) -> str:
    """What the choice gives. `everything`: what answering everything gives."""
    if not here.answered:
        return f"{title} answers none of {description}."
    if dataset == SCRIBBLES:
        return f"{title} answers {here.answered:,} of {description}. Each of these answers is a mistake."
    if not everything.wrong:
        return f"On {description}, {title} makes no mistake, even when it answers everything."
    if not here.declined:
        return f"On {description}, {title} answers everything, and makes {mistakes(everything.wrong)}."
    return (
        f"On {description}, {title} answers {percent(here.coverage, 1)} and makes {mistakes(here.wrong)}, "
        f"instead of {everything.wrong:,} when it answers everything."
    )


def invitation(dataset: str, here: Selection) -> str:
    """What to try next."""
    if dataset == SCRIBBLES:
        if not here.answered:
            return "So it makes no mistake."
        return "Move the slider to the right, then switch on “Refuse what is no digit”."
    if not here.wrong + here.avoided_errors:
        return "There is nothing to gain here by answering less."
    if here.wrong:
        return "Move the slider to the right: how many digits must it leave to a person, to make no mistake?"
    return "Move the slider to the left: how far can you go before the first mistake comes back?"


def mistakes(number: int) -> str:
    return count(number, "mistake") if number else "no mistake"


def numbers(here: Selection, dataset: str) -> None:
    """The four figures beside the slider."""
    st.metric("Answered", percent(here.coverage, 1), width=130)
    if dataset != SCRIBBLES:
        right = "none" if here.accuracy is None else percent(here.accuracy, 2)
        st.metric("Right, of those", right, width=130)
    st.metric("Mistakes avoided", f"{here.avoided_errors:,}", width=130)
    if dataset != SCRIBBLES:
        st.metric("Right answers lost", f"{here.lost_correct:,}", width=130)


def spoken(here: Selection) -> str:
    """The chart of coverage in words."""
    right = "" if here.accuracy is None else f", {percent(here.accuracy, 2)} of them rightly"
    return f"Share answered against share right. Now {percent(here.coverage, 1)} are answered{right}."


def calibration(error: float, refuse: bool) -> str:
    """The expected calibration error in words, and what it does not decide."""
    whose = "For pictures that aren’t refused, its" if refuse else "Its"
    return (
        f"**{whose} confidence is on average {error * 100:.1f} percentage points away from how often it is "
        "right.** That is the *expected calibration error*: the distance of each bar from the dashed line, "
        "weighted by its number of pictures. 0 would be perfect.\n\n"
        "Must a model be calibrated, so that answering only when sure pays? No. It must be less sure of its "
        "mistakes than of its right answers: the *order* counts. Calibration makes the number honest: "
        "then 90 % means right nine times out of ten."
    )


def render() -> None:
    headings.header("Answer only when sure", "Confidence", "Calibration", "Temperature", "Threshold")
    page()
