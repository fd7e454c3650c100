"""How well a model reads thin and thick, slanted and upright, small and large digits."""

import streamlit as st

from digitlab.evaluation import slice_charts
from digitlab.evaluation.slices import Slice, slices
from digitlab.numbers import count, decimal, percent
from pages.evaluation.mistakes import gallery
from pages.evaluation.mistakes.gallery import Material
from pages.evaluation.mistakes.view import DIGITS, RANGES, View, show
from ui.charts import chart
from ui.markup import joined, markup, put

MEASURES = {"Pen width": "pen", "Slant": "slant", "Height": "height"}
FEWEST = 50  # pictures: ten in a slice
PLACES = {"pen": 1, "slant": 0, "height": 0}


def by_handwriting(material: Material, view: View) -> None:
    """A chart and a table of one measure, and the way to the mistakes of the worst slice."""
    title = st.segmented_control(
        "Measure", MEASURES, default="Pen width", required=True, key="measure", bind="query-params"
    )
    name = MEASURES[title]
    if len(material.images) < FEWEST:
        st.caption(
            f"{count(len(material.images), 'picture')}: too few to tell one handwriting from another. "
            f"{FEWEST} are needed."
        )
        return
    found = slices(getattr(gallery.measures(material), name), material.result.right, places=PLACES[name])
    titles = [written(one, name) for one in found]
    axis = f"{title} ({RANGES[name].unit})"
    chart(
        slice_charts.accuracy_by_slice(found, titles, axis),
        f"Share read correctly by {title.lower()}: "
        + ", ".join(f"{of}: {percent(one.accuracy, 1)}" for of, one in zip(titles, found, strict=True)),
        key="slices",
    )
    table(axis, titles, found)
    worst = min(found, key=lambda one: one.accuracy)
    st.caption(
        "Each slice has about as many pictures as the others; it ends just below its second number. The bars "
        "are 95 % intervals (Wilson 1927): where two of them overlap widely, the difference may be chance."
    )
    if worst.right < worst.pictures:
        st.button(
            f"Show the {count(worst.pictures - worst.right, 'mistake')} of {written(worst, name)} "
            f"{RANGES[name].unit}",
            icon=":material/search:",
            key="worst-slice",
            on_click=lambda: show(
                view,
                part=DIGITS,
                label=None,
                answer=None,
                right=False,
                ranges={name: within(worst, found, name)},
            ),
        )


def written(one: Slice, name: str) -> str:
    """ "1.5 to 2"."""
    return f"{decimal(one.low, PLACES[name])} to {decimal(one.high, PLACES[name])}"


def within(one: Slice, found: list[Slice], name: str) -> tuple[float, float]:
    """The slice as a filter, within the filter's ends. The first and the last go to these ends."""
    of = RANGES[name]
    low = of.low if one is found[0] else max(one.low, of.low)
    return low, of.high if one is found[-1] else min(one.high, of.high)


def table(axis: str, titles: list[str], found: list[Slice]) -> None:
    rows = joined(
        markup(
            '<tr><th scope="row">{title}</th><td>{right:,} of {pictures:,}</td><td>{share}</td>'
            "<td>{low} to {high}</td></tr>",
            title=title,
            right=one.right,
            pictures=one.pictures,
            share=percent(one.accuracy, 2),
            low=percent(one.interval[0], 2),
            high=percent(one.interval[1], 2),
        )
        for title, one in zip(titles, found, strict=True)
    )
    put(
        markup(
            '<table class="slices"><thead><tr><th scope="col">{axis}</th><th scope="col">Correct</th>'
            '<th scope="col">Share</th><th scope="col">95 % interval</th></tr></thead>'
            "<tbody>{rows}</tbody></table>",
            axis=axis,
            rows=rows,
        )
    )
