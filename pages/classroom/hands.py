"""Whose hands does the model read worse: by hand, by style, by pen. Nothing here tells whose hand is
whose."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from digitlab import data
from digitlab.classroom import hand_charts, hands, styles
from digitlab.classroom.classes import Class
from digitlab.classroom.hands import Figures, Group, Hands
from digitlab.data import Dataset
from digitlab.errors import DataUnavailable
from digitlab.evaluation import Evaluation, evaluate
from digitlab.inference import Model
from digitlab.numbers import count, interval, percent
from ui import classroom, datasets, headings
from ui.charts import chart
from ui.components.picture_buttons import Picture, picture_buttons
from ui.digit_dialog import show_digits
from ui.links import page_link
from ui.models import choose_model
from ui.pictures import data_url

UNLIKELY = 0.05  # a p-value below it is usually called significant
OPENED = "_hands_opened"  # in the session: which picture of which group was pressed


def render() -> None:
    headings.header("Whose hands?", "Accuracy", "Confidence interval")
    if (found := classroom.of_this_visit("wall")) is None:
        return
    st.markdown(
        "One figure for all hides a lot: a model that reads nine digits in ten may read the 7s of one person "
        "only half of the time. Here you see whose hands it reads worse, without seeing whose hands they "
        "are. Only what everybody may see counts: odd drawings that wait for the teacher don’t."
    )
    page(found)


@st.fragment
def page(found: Class) -> None:
    model = choose_model()
    try:
        dataset = data.fixed(found.dataset)
        drawn = data.load(dataset, "test")
        figures, result = hands.figures(dataset, model.name), evaluate(model.name, dataset)
    except DataUnavailable as problem:
        st.info(str(problem), icon=":material/info:")
        return
    for sentence in datasets.caveats(dataset, model, guesses=False):
        st.info(sentence, icon=":material/groups:")
    st.markdown(overall(figures, model))
    if not figures.everything.drawings:
        return
    shown = Shown(figures, drawn, result, model, list(datasets.numbers(dataset) or ()))
    by_hand(shown)
    by_style(shown)
    by_pen(shown)
    st.markdown("**What would you do about it?** Ask for clearer digits, or teach the model your hands?")
    with st.container(horizontal=True):
        page_link("train_us", "Train it on us", query={classroom.PARAMETER: found.code})
        page_link(
            "mistakes",
            "All mistakes of this class",
            query={"digits": datasets.title(dataset), "model": model.name, "answers": "wrong", "is": "any"},
        )
    shown.open_pressed()


def overall(figures: Figures, model: Model) -> str:
    """All drawings in one figure, and what is left out."""
    group = figures.everything
    left_out = ""
    if figures.left_out:
        left_out = (
            f" {count(figures.left_out, 'drawing')} {'is' if figures.left_out == 1 else 'are'} left out: "
            "nobody has said what they show, so nobody knows whether the model is right."
        )
    if not group.drawings:
        return left_out.strip()
    return (
        f"**{model.card['title']} reads {percent(group.share, 1)} of {count(group.drawings, 'digit')} by "
        f"{count(group.hands, 'hand')}** ({interval(group.low, group.high)}).{left_out}"
    )


# --- by hand ---------------------------------------------------------------------------------------------


def by_hand(shown: "Shown") -> None:
    headings.subheader("By hand")
    found = shown.figures.hands
    if not found.enough:
        there = count(len(found.shares), "hand has", "hands have") if len(found.shares) else "no hand has"
        st.markdown(
            f"Too few: {there} drawn {hands.FEWEST_OF_A_HAND} digits or more. From {hands.FEWEST_HANDS} "
            "hands on they stand here; with fewer, one could guess whose they are."
        )
    else:
        lowest, highest = percent(float(found.shares[0])), percent(float(found.shares[-1]))
        chart(
            hand_charts.by_hand(found),
            f"{count(len(found.shares), 'hand')}, sorted. The worst-read one: {lowest}, the best-read one: "
            f"{highest}.",
            key="by-hand",
        )
        st.markdown(spread(found))
    shown.pictures("everything", shown.figures.everything, "Read wrongly, the surest mistakes first:")


def spread(found: Hands) -> str:
    """How far the hands are apart, and how far chance alone would drive them."""
    mean = f"The mean of the hands is **{percent(found.mean, 1)}** ({interval(found.low, found.high)})."
    ends = f"from **{percent(float(found.shares[0]))}** to **{percent(float(found.shares[-1]))}**"
    chance = f"from {percent(float(found.by_chance[0]))} to {percent(float(found.by_chance[-1]))}"
    verdict = (
        "Chance alone hardly explains the difference: the model does read some hands worse."
        if found.p < UNLIKELY
        else "So the difference may well be chance."
    )
    text = (
        f"The hands go {ends}. {mean} Nobody draws many digits, so even hands that are all equally easy "
        f"would differ by chance, about {chance} (dashed). {verdict}"
    )
    if found.left_out:
        text += (
            f" {count(found.left_out, 'hand')} with fewer than {hands.FEWEST_OF_A_HAND} digits "
            f"{'is' if found.left_out == 1 else 'are'} left out."
        )
    return text


# --- by style, by pen ------------------------------------------------------------------------------------


def by_style(shown: "Shown") -> None:
    headings.subheader("By style")
    st.markdown(
        "Some digits are written in two ways, and not every country teaches the same one. The strokes tell "
        "which one it is."
    )
    for pair in styles.STYLES.values():
        if not any(shown.figures.styles[name].drawings for name in pair):
            continue
        shown.two_or_more({styles.TITLES[name]: shown.figures.styles[name] for name in pair})


def by_pen(shown: "Shown") -> None:
    headings.subheader("By pen")
    st.markdown(
        "How thick the line is against the size of the digit, and with how many strokes the digit was drawn, "
        "compared with most drawings of the same digit."
    )
    for groups in (shown.figures.pens, shown.figures.strokes):
        shown.two_or_more({name.capitalize(): group for name, group in groups.items()})


def verdict(groups: Mapping[str, Group]) -> str:
    """What may be said of the groups beside each other; nothing where too little is known."""
    known = {name: group for name, group in groups.items() if group.enough}
    if len(known) < 2:
        return ""
    ordered = sorted(known, key=lambda name: known[name].share)
    worst, best = ordered[0], ordered[-1]
    if hands.differ(known[worst], known[best]):
        return f"{worst}: read worse than {best[0].lower()}{best[1:]}, by more than chance explains."
    return "The intervals overlap: the difference may be chance."


def line(name: str, group: Group) -> str:
    """A group in words."""
    if not group.drawings:
        return f"**{name}:** none"
    said = f":small[{group.right:,} of {group.drawings:,} by {count(group.hands, 'hand')}"
    if not group.enough:
        return f"**{name}:** too few to say more  \n{said}]"
    return f"**{name}: {percent(group.share)} read rightly**  \n{said}; {interval(group.low, group.high)}]"


class Shown:
    """The figures on screen, and the pictures that belong to them."""

    def __init__(
        self, figures: Figures, drawn: Dataset, result: Evaluation, model: Model, names: list[str]
    ) -> None:
        self.figures, self._drawn, self._result, self._model, self._names = (
            figures,
            drawn,
            result,
            model,
            names,
        )
        self._groups: dict[str, Group] = {}

    def two_or_more(self, groups: Mapping[str, Group]) -> None:
        """Side by side, with what may be said of the difference."""
        with st.container(horizontal=True, gap="medium"):
            for name, group in groups.items():
                with st.container(width=330):
                    st.markdown(line(name, group))
                    self.pictures(name, group)
        if said := verdict(groups):
            st.caption(said)

    def pictures(self, key: str, group: Group, caption: str = "") -> None:
        """Those that are read worst; a press shows one large."""
        if not group.worst:
            return
        if caption:
            st.caption(caption)
        self._groups[key] = group
        picture_buttons(
            [self._picture(index) for index in group.worst],
            key=f"hands-{key.replace(' ', '-')}",
            side=48,
            on_press=lambda place: st.session_state.update({OPENED: (key, place)}),
            label=f"{key}: read wrongly",
        )

    def _picture(self, index: int) -> Picture:
        label, answer = int(self._drawn.labels[index]), int(self._result.answers[index])
        return Picture(
            data_url(self._drawn.images[index]), f"{label}, read as {answer}", f"{label} → {answer}"
        )

    def open_pressed(self) -> None:
        key, place = st.session_state.pop(OPENED, (None, 0))
        group = self._groups.get(key)
        if group and place < len(group.worst):
            show_digits(
                self._drawn.images,
                self._drawn.labels,
                self.figures.dataset,
                np.array(group.worst),
                place,
                self._model,
                self._names,
            )
