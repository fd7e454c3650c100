"""Optimisation: SGD, momentum, Adam and a random walk on the same surface; loops against NumPy."""

import re

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from digitlab import colours, data, inference
from digitlab.errors import DataUnavailable
from digitlab.inside import optimisation, vectorised
from digitlab.inside.optimisation import OPTIMIZERS, Surface
from pages.inside.optimisation.descent_map import descent_map
from ui import headings

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
COLOURS = dict(zip(OPTIMIZERS, ("#ffffff", *colours.SERIES[1:4]), strict=True))
PICTURES = 50


# --- downhill ------------------------------------------------------------------------------------------


@st.fragment
def downhill() -> None:
    headings.subheader("Downhill", "Gradient descent", "Gradient", "Learning rate", "SGD", "Momentum", "Adam")
    st.markdown(
        "Learning means finding a low place. Dark is low. Each step goes against the gradient, the direction "
        "in which it gets steepest. Press the map to start somewhere else, and try other learning rates."
    )
    surfaces = optimisation.surfaces()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = st.pills(
            "Surface",
            list(surfaces),
            default=next(iter(surfaces)),
            required=True,
            key="surface",
            bind="query-params",
            on_change=forget_start,
        )
        surface = surfaces[title]
        rate = st.select_slider(
            "Learning rate: how far each step goes",
            RATES,
            surface.rate,
            format_func="{:g}".format,
            key="rate",
            bind="query-params",
            width=330,
        )
    start = chosen_start(surface)
    paths = {name: walk(surface, start, rate) for name, walk in OPTIMIZERS.items()}
    with st.container(horizontal=True, gap="large"):
        with st.container(width=530):
            st.caption(surface.about)
            descent_map(surface, paths, COLOURS, key="descent", on_start=take_start)
        with st.container(width=500):
            st.altair_chart(heights(surface, paths))
            st.caption(verdict(surface, paths))
    with st.popover("Show the code", icon=":material/code:"):
        st.code(
            optimisation.CODE.format(
                title=title, x=start[0], y=start[1], rate=rate, steps=optimisation.STEPS
            ),
            language="python",
        )


def chosen_start(surface: Surface) -> np.ndarray:
    """From the link; what is no place on the surface there counts for nothing."""
    found = re.fullmatch(r"(-?\d\d?\.?\d{0,3}),(-?\d\d?\.?\d{0,3})", st.query_params.get("start", ""))
    point = np.array([float(found[1]), float(found[2])]) if found else np.array(surface.start)
    inside = (np.abs(point - surface.centre) <= surface.reach).all()
    return point if inside else np.array(surface.start)


def take_start(x: float, y: float) -> None:
    st.query_params["start"] = f"{x:.2f},{y:.2f}"


def forget_start() -> None:
    st.query_params.pop("start", None)


def heights(surface: Surface, paths: dict[str, np.ndarray]) -> alt.Chart:
    highest = float(optimisation.grid(surface).max())
    frame = pd.concat(
        pd.DataFrame(
            {
                "step": range(len(path)),
                "height": np.minimum(surface.height(path), highest),
                "optimiser": name,
            }
        )
        for name, path in paths.items()
    )
    shown = {**COLOURS, "SGD": colours.css(colours.REFERENCE)}  # white can't be seen on a light page
    return (
        alt.Chart(frame, title="How high each of them stands after each step", height=330)
        .mark_line(strokeWidth=2)
        .encode(
            alt.X("step:Q", title="step"),
            alt.Y("height:Q", title="height (the loss)", scale=alt.Scale(type="sqrt")),
            alt.Color(
                "optimiser:N",
                scale=alt.Scale(domain=list(shown), range=list(shown.values())),
                legend=alt.Legend(orient="top", title=None, columns=2),
            ),
            tooltip=["optimiser:N", "step:Q", alt.Tooltip("height:Q", format=".3f")],
        )
    )


def verdict(surface: Surface, paths: dict[str, np.ndarray]) -> str:
    ends = {name: float(surface.height(path[-1])) for name, path in paths.items()}
    best = min(ends, key=lambda name: ends[name])
    lost = [name for name, path in paths.items() if np.abs(path[-1]).max() >= optimisation.FAR]
    said = f"After {optimisation.STEPS} steps {best} stands lowest, at {ends[best]:.3f}."
    if lost:
        said += f" {' and '.join(lost)} overshot with every step, and got lost: the rate is too high."
    return said


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
        st.caption(
            f"Both gave the same sums; the largest difference is {timing.difference:.0e}, from rounding. "
            "NumPy does the same work in compiled code, many numbers at a time."
        )
    st.code(vectorised.source(), language="python")


def render() -> None:
    headings.header("Optimisation", "Optimisation", "Optimiser", "Random walk")
    downhill()
    loops()
