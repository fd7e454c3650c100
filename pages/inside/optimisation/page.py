"""Optimisation: gradient descent, momentum, Adam, a random walk on one surface; loops against NumPy."""

import re

import streamlit as st

from digitlab import data, inference
from digitlab.errors import DataUnavailable
from digitlab.inside import charts, optimisation, vectorised
from digitlab.inside.optimisation import IMAGES, Surface
from digitlab.numbers import count, decimal
from pages.inside.optimisation.descent_map import descent_map
from ui import headings
from ui.charts import chart
from ui.snippets import show_code

ABOVE, TURNED = "Map", "In 3-D"
PICTURES = 50


# --- downhill ------------------------------------------------------------------------------------------


@st.fragment
def downhill() -> None:
    headings.subheader("Downhill", "Gradient descent", "Gradient", "Learning rate", "SGD", "Momentum", "Adam")
    st.markdown(
        "Learning means finding a low place. Dark is low. The gradient points to where it rises most, so "
        "each step goes the other way. Press the map to start somewhere else."
    )
    surfaces = optimisation.surfaces()
    title = st.pills(
        "Surface",
        list(surfaces),
        default=next(iter(surfaces)),
        required=True,
        key="surface",
        bind="query-params",
        on_change=begin_anew,
    )
    surface = surfaces[title]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        rate = st.select_slider(
            "Learning rate: how far each step goes",
            optimisation.RATES,
            surface.rate,
            format_func="{:g}".format,
            key="rate",
            bind="query-params",
            width=300,
        )
        kept = st.select_slider(
            "Momentum: the share of the last step that is kept",
            optimisation.MOMENTA,
            optimisation.MOMENTUM,
            format_func="{:g}".format,
            key="momentum",
            bind="query-params",
            width=330,
        )
        batch = IMAGES
        if surface.batch_gradient:
            batch = st.select_slider(
                "Batch size: digits that each step looks at",
                optimisation.BATCHES,
                optimisation.BATCH,
                key="batch",
                bind="query-params",
                width=300,
            )
    start = chosen_start(surface)
    ways = optimisation.paths(title, start, rate, kept, batch)
    st.markdown(f"{surface.about} {about_batches(title, start, batch)}")
    with st.container(horizontal=True, gap="large"):
        with st.container(width=520):
            view = st.segmented_control(
                "View",
                (ABOVE, TURNED),
                default=ABOVE,
                required=True,
                key="view",
                bind="query-params",
                label_visibility="collapsed",
            )
            if view == ABOVE:
                descent_map(surface, ways, charts.OPTIMISERS, key="descent", on_start=take_start)
            else:
                chart(
                    charts.landscape(surface, ways),
                    f"The surface “{title}” in 3-D, with the ways of the optimisers.",
                    key="landscape",
                    config={"modeBarButtons": [["resetCameraDefault3d", "toImage"]]},
                )
                st.markdown(":small[Drag to turn it, pinch or scroll to come closer.]")
        with st.container(width=520):
            logarithmic = st.toggle("Logarithmic axis", key="log", bind="query-params")
            chart(
                charts.heights(surface, ways, logarithmic),
                "The height of each optimiser after each step.",
                key="heights",
            )
            st.markdown("\n".join(f"- {sentence}" for sentence in optimisation.verdict(surface, ways)))
    show_code(optimisation.code(title, start, rate, kept, batch))


def about_batches(title: str, start: tuple[float, float], batch: int) -> str:
    """What a visitor should know of where the gradients come from."""
    if optimisation.surfaces()[title].batch_gradient is None:
        return "There are no digits here, so every step knows the whole gradient."
    noise = optimisation.noise(title, start, batch)
    if noise is None:
        return f"Each step looks at all {IMAGES} digits, so it knows the whole gradient."
    return (
        f"Each step looks at {count(batch, 'random digit')} only, its *batch*: that is the S, for "
        f"stochastic, of SGD. At the start, the gradient of such a batch is off by {decimal(noise, 0)}° "
        "on average. The random walk always looks at all of them."
    )


def chosen_start(surface: Surface) -> tuple[float, float]:
    """From the link; what is no place on the surface there counts for nothing."""
    found = re.fullmatch(r"(-?\d\d?\.?\d{0,3}),(-?\d\d?\.?\d{0,3})", st.query_params.get("start", ""))
    if not found:
        return surface.start
    point = float(found[1]), float(found[2])
    inside = all(abs(n - c) <= surface.reach for n, c in zip(point, surface.centre, strict=True))
    return point if inside else surface.start


def take_start(x: float, y: float) -> None:
    st.query_params["start"] = f"{x:.2f},{y:.2f}"


def begin_anew() -> None:
    """Another surface: its own start and learning rate."""
    st.query_params.pop("start", None)
    if surface := optimisation.surfaces().get(st.session_state["surface"]):
        st.session_state["rate"] = surface.rate


# --- loops against NumPy -------------------------------------------------------------------------------


@st.fragment
def loops() -> None:
    headings.subheader("Loops against NumPy", "Vectorisation", "Linear model")
    st.markdown(
        f"The linear model’s ten sums for {PICTURES} pictures are {PICTURES * 7840:,} multiplications. "
        "Python can do them one by one, or hand whole arrays to NumPy. Measure it, here and now, on this "
        "server."
    )
    if st.button("Measure", icon=":material/timer:", key="measure"):
        try:
            images = data.load("mnist", "test").images
        except DataUnavailable:
            images = data.load("digits", "test").images
        weights = inference.load("linear").weights
        st.session_state["timing"] = vectorised.measure(
            images[:PICTURES].reshape(-1, 784) / 255,
            weights["digit/kernel"].astype(float),
            weights["digit/bias"].astype(float),
        )
    timing = st.session_state.get("timing")
    if timing:
        with st.container(horizontal=True, key="timing"):
            st.metric("Loops", f"{timing.loops * 1000:.0f} ms", width=160)
            st.metric("NumPy", f"{timing.arrays * 1000:.2f} ms", width=160)
            st.metric("NumPy is faster", f"{timing.ratio:,.0f} times", width=200)
        st.markdown(
            f"Both gave the same sums, up to rounding: the largest difference is {timing.difference:.0e}. "
            "NumPy does the same work in compiled code, many numbers at a time."
        )
    st.code(vectorised.code(), language="python", wrap_lines=True)


def render() -> None:
    headings.header("Optimisation", "Optimisation", "Optimiser", "Random walk")
    downhill()
    loops()
