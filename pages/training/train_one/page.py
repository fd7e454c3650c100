"""Train a network yourself: choose, start, watch, stop, compare, draw against it, take it away."""

import numpy as np
import streamlit as st

from digitlab import data, inference
from digitlab.errors import DataUnavailable, TooManyRuns
from digitlab.preprocess import to_mnist
from digitlab.training import charts, runs
from digitlab.training.runs import Run, Wish
from pages.training.train_one import trainings
from ui import answers, headings, input_digit
from ui.links import page_link

MODELS = ("linear", "dense_classic", "dense", "tiny_cnn", "cnn")
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "momentum": "SGD with momentum", "rmsprop": "RMSprop"}
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
IMAGES = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 54_000)
BATCHES = (8, 16, 32, 64, 128, 256, 512)
EPOCHS = 20
PLAIN = Wish("dense_classic", "adam", 0.003, 64, 5, 10_000)  # what the form starts with
PRESETS = {
    "Learning rate far too high": (
        PLAIN._replace(optimizer="sgd", learning_rate=3.0, batch_size=32),
        "Each step overshoots. Look for: it stays near 10 %, as good as guessing.",
    ),
    "Only 500 images": (
        Wish("dense", "adam", 0.003, 32, 20, 500),
        "Overfitting. Look for: nearly perfect on its training images, worse on the others.",
    ),
    "Labels shuffled": (
        Wish("dense", "adam", 0.003, 32, 20, 1_000, shuffled=True),
        "The labels are dealt out like cards. Look for: it learns nonsense by heart, and can’t read.",
    ),
}
REFRESH_S = 1.0


def main() -> None:
    headings.header("Train one yourself", "Learning rate", "Batch", "Epoch", "Optimiser", "Overfitting")
    if not runs.possible():
        st.info(
            "Training needs TensorFlow, which this server doesn’t have. To get it: "
            "`pip install -r requirements.txt`. All else works without.",
            icon=":material/construction:",
        )
        return
    try:
        data.load("mnist", "test")
    except DataUnavailable as error:
        st.info(str(error), icon=":material/cloud_off:")
        return
    left, right = st.container(horizontal=True, gap="large"), None
    with left:
        with st.container(width=330):
            form()
        right = st.container(width=720)
    active = any(not run.over for run in trainings.mine())
    with right:
        st.fragment(watch, run_every=REFRESH_S if active else None)(active)


def form() -> None:
    """Each widget begins with what `_wish` says; a preset brings another wish, and new widgets with it."""
    number, wish = st.session_state.setdefault("_wish", (0, PLAIN))

    def key(name: str) -> str:
        return f"train-{name}-{number}"

    titles = {name: inference.load(name).card["title"] for name in MODELS}
    chosen = Wish(
        st.selectbox("Model", MODELS, MODELS.index(wish.model), format_func=titles.get, key=key("model")),
        st.selectbox(
            "Optimiser: how it uses the gradient",
            OPTIMIZERS,
            list(OPTIMIZERS).index(wish.optimizer),
            format_func=OPTIMIZERS.get,
            key=key("optimizer"),
        ),
        st.select_slider("Learning rate: how far each step goes", RATES, wish.learning_rate, key=key("rate")),
        st.select_slider("Batch size: images for each step", BATCHES, wish.batch_size, key=key("batch")),
        st.slider("Epochs: times through the images", 1, EPOCHS, wish.epochs, key=key("epochs")),
        st.select_slider(
            "Training images", IMAGES, wish.images, format_func="{:,}".format, key=key("images")
        ),
        st.toggle("Shuffle the labels", wish.shuffled, key=key("shuffled")),
    )
    busy = any(not run.over for run in trainings.mine())
    play = ":material/play_arrow:"
    st.button("Start", type="primary", icon=play, on_click=start, args=(chosen,), disabled=busy, key="start")
    st.markdown("**What could go wrong, on purpose:**")
    for title, (preset, hint) in PRESETS.items():
        st.button(title, on_click=start_preset, args=(preset,), disabled=busy, key=f"preset-{title}")
        st.caption(hint)


def start(wish: Wish) -> None:
    try:
        trainings.queue().submit(trainings.owner(), wish)
    except TooManyRuns as error:
        st.session_state["refused"] = str(error)


def start_preset(wish: Wish) -> None:
    st.session_state["_wish"] = (st.session_state["_wish"][0] + 1, wish)
    start(wish)


def watch(active: bool) -> None:
    """The runs, again every second while one is on."""
    mine = trainings.mine()
    if active != any(not run.over for run in mine):  # only a run of the whole page sets or stops the clock
        st.rerun()
    if refused := st.session_state.pop("refused", None):
        st.warning(refused)
    if not mine:
        st.info(
            "Choose, and press Start. The first words come after some ten seconds: Python has to load "
            "TensorFlow. Everybody on this server trains in one queue.",
            icon=":material/school:",
        )
        return
    last = mine[-1]
    status(last)
    for wish, hint in PRESETS.values():
        if last.wish == wish:
            st.info(hint, icon=":material/visibility:")
    compared(mine)
    if last.state == runs.DONE:
        finished(last)


def status(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{trainings.title(run)}**")
        if not run.over:
            st.button(
                "Stop", icon=":material/stop:", on_click=trainings.queue().stop, args=(run,), key="stop"
            )
    now = run.progress()
    if run.state == runs.WAITING:
        ahead = trainings.queue().place(run)
        st.progress(0.0, f"Waiting: {ahead} before you." if ahead else "You are next.")
    elif run.state == runs.TRAINING and not now:
        st.progress(0.0, "Starting: loading TensorFlow and the digits…")
    elif run.state == runs.TRAINING:
        left = run.seconds_left()
        done = now["step"] >= now["steps"]
        words = "measuring it on the test digits…" if done else f"about {left:.0f} s left"
        st.progress(
            min(1.0, now["step"] / now["steps"]),
            f"Step {now['step']:,} of {now['steps']:,}, loss {now['loss']:.3f}, "
            f"accuracy {now['accuracy']:.1%}; {words}",
        )
    elif run.state == runs.FAILED:
        st.warning(run.problem, icon=":material/report:")
    elif run.state == runs.STOPPED:
        st.caption("Stopped.")


def compared(mine: list[Run]) -> None:
    histories = {trainings.title(run): trainings.history(run) for run in mine}
    lines = {name: found["val_accuracy"] for name, found in histories.items() if found.get("val_accuracy")}
    newest = histories[trainings.title(mine[-1])]
    if newest.get("val_accuracy"):
        lines[f"{mine[-1].number}. on its own training images"] = newest["accuracy"]
    if lines:
        st.altair_chart(charts.runs(lines, "Accuracy on 6,000 digits that it doesn’t learn from"))


def finished(run: Run) -> None:
    model = run.model()
    st.markdown(
        f"It reads **{model.card['test_accuracy']:.2%}** of MNIST’s 10,000 test digits, and took "
        f"{model.card['seconds']} seconds to train."
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        drawn = input_digit.picture()
        seen = None if drawn is None else to_mnist(drawn)
        if seen is None:
            page_link("draw", "Draw a digit, and come back")
        else:
            answers.digit_picture(seen, "Your drawing", "Your drawing", side=84)
            probabilities = model.predict(seen[None])[0]
            guess = int(np.argmax(probabilities))
            with st.container(key="trained-answer", width=230):
                st.markdown(f"Your network reads **{guess}**, with {probabilities[guess]:.0%}.")
    with st.container(horizontal=True):
        name = f"{run.wish.model}-{run.number}"
        st.download_button(
            "Keras", (run.result / "model.keras").read_bytes(), f"{name}.keras", key="get-keras"
        )
        st.download_button(
            "TFLite", (run.result / "model.tflite").read_bytes(), f"{name}.tflite", key="get-tflite"
        )
        st.download_button("History (CSV)", trainings.history_csv(run), f"{name}.csv", key="get-csv")


def render() -> None:
    main()
