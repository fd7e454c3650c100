"""Train a network yourself: choose, start, watch, stop, compare, draw a digit for it, download it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from digitlab import data, inference
from digitlab.errors import DatabaseGone, DataUnavailable, TooManyRuns
from digitlab.inference import Model
from digitlab.numbers import count, decimal, percent, probability
from digitlab.preprocess import to_mnist
from digitlab.training import charts, presets, runs
from digitlab.training.presets import PLAIN, PRESETS
from digitlab.training.runs import DONE, KERAS, NETWORK, Run
from digitlab.training.settings import OPTIMIZERS, Settings
from pages.training.train_one import trainings
from ui import classroom, drawing_link, headings, input_digit, style
from ui.charts import chart
from ui.clock import fragment_while
from ui.markup import Markup, markup, put
from ui.trainings import say_if_nobody_trains, waiting

MODELS = ("linear", "dense_classic", "dense", "tiny_cnn", "cnn")
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
IMAGES = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 54_000)
BATCHES = (8, 16, 32, 64, 128, 256, 512)
EPOCHS = (1, 2, 3, 5, 10, 20)
REFRESH_S = 1.0
# The form's widgets: the field of Settings -> label, options, help
FORM = {
    "model": (
        "Model",
        MODELS,
        "From the simplest to the best: linear, two dense nets, two convolutional nets.",
    ),
    "optimizer": ("Optimiser", tuple(OPTIMIZERS), "How it turns the gradient into a step."),
    "learning_rate": ("Learning rate", RATES, "How far each step goes."),
    "batch_size": ("Batch size", BATCHES, "How many images it looks at for one step."),
    "epochs": ("Epochs", EPOCHS, "How many times it goes through all training images."),
    "images": ("Training images", IMAGES, "How many images of MNIST it learns from."),
}
SHUFFLED = ("Shuffle the labels", "Each image gets the label of another one: there is nothing true to learn.")


def render() -> None:
    headings.header("Train one yourself", "Learning rate", "Batch", "Epoch", "Optimiser", "Overfitting")
    if not trainings.queue().possible():
        st.info(
            "Training needs TensorFlow, which this server doesn’t have. To get it: "
            "`pip install -r requirements.txt`. All other pages work without it.",
            icon=":material/construction:",
        )
        return
    try:
        data.load("mnist", "test")
    except DataUnavailable as error:
        st.info(str(error), icon=":material/cloud_off:")
        return
    try:
        train()
    except DatabaseGone as error:
        classroom.wait(error)


def train() -> None:
    """Raises DatabaseGone, where the queue is in a database."""
    trainings.expect()
    busy = trainings.busy()
    if not busy:  # else `watch` says it, and sees when somebody comes
        say_if_nobody_trains(trainings.queue())
    drawing_link.open_link()
    st.markdown(
        "Press one of these to see what can happen when a network learns. Or choose for yourself, and press "
        "Start: the link to this page keeps your choice."
    )
    with st.container(horizontal=True, key="presets"):
        for preset in PRESETS:
            st.button(
                preset.title,
                help=preset.about,
                on_click=start_preset,
                args=(preset.settings,),
                disabled=busy,
                key=f"preset-{preset.title}",
            )
    form(busy)
    with st.container(horizontal=True, gap="large"):
        with st.container(width=700):
            watch()
        trained = [run for run in trainings.mine() if run.state == DONE]
        if trained:
            with st.container(width=320):
                draw_for(trained[-1])
    trainings.remember()  # last: its component takes a row of the page


def key(name: str) -> str:
    """Of a widget of the form, and of its value in the link."""
    return f"train-{name.replace('_', '-')}"


def form(busy: bool) -> None:
    """What is chosen stands in the link, and stays when another page is opened."""
    chosen: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, (label, options, explanation) in FORM.items():
            chosen[name] = st.selectbox(
                label,
                options,
                options.index(getattr(PLAIN.settings, name)),
                format_func=lambda option, name=name: written(name, option),
                help=explanation,
                key=key(name),
                bind="query-params",
                persist_state="session",
                width=165,
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.container(width="content")
        chosen["shuffled"] = st.toggle(
            SHUFFLED[0], help=SHUFFLED[1], key=key("shuffled"), bind="query-params", persist_state="session"
        )
        with place:
            start_button(Settings(**chosen), busy)
    if refused := st.session_state.pop("_refused", None):
        st.warning(refused, icon=":material/hourglass_top:")


def written(name: str, option: Any) -> str:
    """A value of the form, for people."""
    match name:
        case "model":
            return inference.load(option).card["title"]
        case "optimizer":
            return OPTIMIZERS[option]
        case "learning_rate":
            return f"{option:g}"
        case _:
            return f"{option:,}"


def start_button(settings: Settings, busy: bool) -> None:
    st.button(
        "Start",
        type="primary",
        icon=":material/play_arrow:",
        on_click=start,
        args=(settings,),
        disabled=busy,
        key="start",
    )


def start(settings: Settings) -> None:
    try:
        trainings.queue().submit(trainings.owner(), settings)
    except (TooManyRuns, DatabaseGone) as error:
        st.session_state["_refused"] = str(error)


def start_preset(settings: Settings) -> None:
    """The form shows what the preset trains."""
    for name, value in settings._asdict().items():
        st.session_state[key(name)] = value
    start(settings)


@fragment_while(trainings.busy, REFRESH_S)
def watch() -> None:
    """The newest run, and all of them in one chart; again every second while one is on."""
    try:
        show(trainings.mine())
    except DatabaseGone as error:  # the next second tries again
        classroom.say(error)


def show(mine: Sequence[Run]) -> None:
    """Raises DatabaseGone."""
    if not mine:
        st.info(
            "Nothing is trained yet. Everybody here trains in one queue: first come, first served.",
            icon=":material/school:",
        )
        return
    last = mine[-1]
    status(last)
    if preset := presets.of(last.settings):
        st.markdown(f":material/visibility: {preset.about} **Look for:** {preset.look_for}")
    if last.state == DONE:
        result(last)
    place = st.container()
    measure = st.segmented_control(
        "In the chart",
        list(charts.MEASURES),
        default="Accuracy",
        required=True,
        key="train-measure",
        bind="query-params",
        label_visibility="collapsed",
    )
    with place:
        chart(charts.runs(mine, measure), f"{measure} of {alt(mine)}, epoch by epoch.", key="runs")
    st.caption(
        "Solid, with a dot after each epoch: 6,000 validation images, from which it doesn’t learn. Dotted: "
        "its own training images, a few steps at a time. Press a name to hide it."
    )
    if last.state == DONE:
        downloads(last)


def alt(mine: Sequence[Run]) -> str:
    return "; ".join(run.title for run in mine)


def status(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{run.title}**", width="content")
        if not run.over:
            st.button("Stop", icon=":material/stop:", on_click=stop, args=(run,), key="stop")
    match run.state:
        case runs.WAITING:
            say_if_nobody_trains(trainings.queue())
            st.progress(0.0, waiting(trainings.queue(), run))
        case runs.TRAINING:
            now = run.progress()
            st.progress(min(1.0, now["step"] / now["steps"]) if now else 0.0, words(now))
        case runs.FAILED:
            st.warning(run.problem, icon=":material/report:")
        case runs.STOPPED:
            st.info(f"Stopped. {run.problem}", icon=":material/stop_circle:")


def stop(run: Run) -> None:
    try:
        trainings.queue().stop(run)
    except DatabaseGone as error:
        st.session_state["_refused"] = str(error)


def words(now: dict[str, Any]) -> str:
    """How far a training is."""
    if not now:
        return "Starting: loading TensorFlow and the images…"
    loss = decimal(now["loss"], 3) if math.isfinite(now["loss"]) else "too large to write"
    said = f"Step {now['step']:,} of {now['steps']:,}. Loss {loss}, accuracy {percent(now['accuracy'], 1)}."
    if now["step"] >= now["steps"]:
        return f"{said} Now it reads the test digits…"
    left = runs.seconds_left(now)
    return said if left is None else f"{said} {remaining(left)}"


def remaining(seconds: float) -> str:
    """3.2 -> "About 4 s left."; above half a minute in steps of 10 s, above two minutes in minutes."""
    if seconds > 120:
        return f"About {math.ceil(seconds / 60)} min left."
    if seconds > 30:
        return f"About {math.ceil(seconds / 10) * 10} s left."
    return f"About {max(1, math.ceil(seconds))} s left."


def result(run: Run) -> None:
    card = run.model.card
    st.markdown(
        f"It reads **{percent(card['test_accuracy'], 2)}** of MNIST’s 10,000 test digits. All of it took "
        f"{count(card['seconds'], 'second')}."
    )


@st.fragment
def draw_for(run: Run) -> None:
    """The pad, and what the newest network reads in the drawing."""
    st.markdown(f"**Draw a digit for number {run.number}**")
    place = st.container(key="trained-answer")
    input_digit.choose()
    drawn = input_digit.picture()
    seen = None if drawn is None else to_mnist(drawn)
    with place:
        try:
            put(empty() if seen is None else read(run.model, seen))
        except DatabaseGone as error:
            classroom.say(error)


def empty() -> Markup:
    return markup(
        '<div class="trained-answer quiet" role="status"><div class="big">{big}</div>'
        "<div>{small}</div></div>",
        big=style.EMPTY,
        small=style.EMPTY_HINT,
    )


def read(model: Model, seen: np.ndarray) -> Markup:
    answer = model.answer(seen)
    share = probability(float(answer.probabilities[answer.guess]))
    return markup(
        '<div class="trained-answer {kind}" role="status"><div class="big">{big}</div>'
        "<div>{sentence} {how_sure}</div></div>",
        kind="quiet" if answer.digit is None else "sure",
        big=style.headline(answer),
        sentence=style.sentence(answer),
        how_sure=f"Its best guess: {answer.guess}, with {share}."
        if answer.digit is None
        else f"It gives this digit {share}.",
    )


def downloads(run: Run) -> None:
    name = f"{run.settings.model}-{run.number}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Download it:", width="content")
        st.download_button("Keras", run.file(KERAS), f"{name}.keras", key="get-keras")
        st.download_button("TFLite", run.file(NETWORK), f"{name}.tflite", key="get-tflite")
        st.download_button("History (CSV)", trainings.history_csv(run), f"{name}.csv", key="get-csv")
