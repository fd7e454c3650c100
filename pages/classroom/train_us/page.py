"""A model goes on learning, from the class's own digits: start it, watch it, see what that won and cost."""

from typing import Any

import numpy as np
import streamlit as st

from digitlab import inference
from digitlab.classroom import drawings, fine_tuning, trainings
from digitlab.classroom.classes import Class
from digitlab.classroom.drawings import Snapshot
from digitlab.classroom.fine_tuning import Arm, TooFew
from digitlab.classroom.trainings import Training
from digitlab.errors import ClassError, NoSuchClass, TooManyRuns, UnknownName
from digitlab.numbers import a_digit, count, interval, percent
from digitlab.training import runs as states
from digitlab.training.runs import DONE, Run
from digitlab.training.settings import FineTuning
from pages.classroom.train_us import runs
from ui import classroom, datasets, headings
from ui.clock import fragment_while
from ui.links import page_link
from ui.markup import Markup, joined, markup, put
from ui.pictures import data_url
from ui.trainings import say_if_nobody_trains, waiting

KEY = "key"  # in the teacher's link
REPLAYS = (0, 1, 2, 4, 8)
REFRESH_S = 1.0
MOST_PICTURES = 30  # of each kind


def render() -> None:
    headings.header("Train it on us", "Training data", "Validation data", "Test data", "Epoch")
    found = classroom.of_this_visit("desk")
    if found is None:
        return
    st.markdown(
        "The model has learned from other people’s digits. Here it goes on learning, from yours. Some of you "
        "teach it, some decide when it has learned enough, and the digits of the others it never sees: they "
        "are the test."
    )
    try:
        drawn = drawings.snapshot(found.id).public
        if teacher(found):
            start(found, drawn)
            watch(found)
        results(found, drawn)
    except ClassError as error:
        classroom.say(error)


def teacher(found: Class) -> bool:
    """Whether the link has the key of the desk. Only then a training can be started."""
    key = st.query_params.get(KEY, "")
    if not key:
        return False
    try:
        classroom.with_key(found.code, key)
    except ClassError as error:
        classroom.say(error)
        return False
    return True


# --- to train ------------------------------------------------------------------------------------------


def start(found: Class, drawn: Snapshot) -> None:
    """The settings, and the one button."""
    if not runs.queue().possible():
        st.info(
            "Training needs TensorFlow, which this server doesn’t have. To get it: "
            "`pip install -r requirements.txt`.",
            icon=":material/construction:",
        )
        return
    try:
        fine_tuning.check(drawn.labels, drawn.pupils)
    except TooFew as error:
        st.info(str(error), icon=":material/hourglass_empty:")
        return
    runs.expect(found)
    busy = runs.busy(found)
    if not busy:  # else `watch` says it, and sees when somebody comes
        say_if_nobody_trains(runs.queue())
    models = fine_tuning.models()
    with st.container(horizontal=True, vertical_alignment="bottom", key="settings-train-us"):
        model = st.selectbox(
            "Model",
            models,
            models.index(found.model) if found.model in models else 0,
            format_func=lambda name: inference.load(name).card["title"],
            key="train-us-model",
            width=180,
        )
        replay = st.selectbox(
            "MNIST’s digits for each of yours",
            REPLAYS if datasets.have_mnist() else REPLAYS[:1],
            REPLAYS.index(fine_tuning.REPLAY) if datasets.have_mnist() else 0,
            format_func=lambda number: "None" if number == 0 else str(number),
            help="Mixed in while it trains, so that it doesn’t forget how other people write.",
            key="train-us-replay",
            width=230,
        )
        st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            on_click=begin,
            args=(found, drawn, model, replay),
            disabled=busy,
            key="train-us-start",
        )
    st.caption(today(model, drawn))
    if not datasets.have_mnist():
        st.info(
            "MNIST can’t be had here, so none of it can be mixed in, and what the model forgets of it can’t "
            "be measured.",
            icon=":material/cloud_off:",
        )
    if refused := st.session_state.pop("_train-us-refused", None):
        st.warning(refused, icon=":material/hourglass_top:")


def today(model: str, drawn: Snapshot) -> str:
    """What there is to learn from, and to win."""
    people = len(np.unique(drawn.pupils))
    right = np.mean(answers(inference.load(model), drawn.pictures) == drawn.labels)
    return (
        f"{count(people, 'pupil has', 'pupils have')} drawn {count(len(drawn.labels), 'digit')}. By "
        f"their pictures alone, which it learns from, the model reads {percent(float(right), 1)} of them "
        "today. Training takes one to two minutes."
    )


def begin(found: Class, drawn: Snapshot, model: str, replay: int) -> None:
    title = f"{inference.load(model).card['title']} of class {found.code}"
    data = fine_tuning.packed(drawn.pictures, drawn.labels, drawn.pupils)
    try:
        runs.submit(found, FineTuning(model, title, data, replay))
    except (TooManyRuns, ClassError) as error:
        st.session_state["_train-us-refused"] = str(error)


def watch(found: Class) -> None:
    """The run; again every second while one is on. What is done is kept with the class."""

    @fragment_while(lambda: runs.busy(found), REFRESH_S)
    def look() -> None:
        try:
            show(found)
        except ClassError as error:
            classroom.say(error)  # the next second tries again

    look()


def show(found: Class) -> None:
    """Raises ClassError."""
    run = runs.newest(found)
    if run is None:
        return
    if run.state != DONE:
        status(run)
        return
    try:
        if kept := runs.keep(found, run):
            st.session_state["_train-us-new"] = kept.number
    except NoSuchClass:
        runs.forget(run)
        raise


def status(run: Run) -> None:
    match run.state:
        case states.WAITING:
            say_if_nobody_trains(runs.queue())
            st.progress(0.0, waiting(runs.queue(), run))
        case states.TRAINING:
            now = run.progress()
            st.progress(fine_tuning.progress(now), words(now))
        case states.FAILED:
            st.warning(run.problem, icon=":material/report:")
        case states.STOPPED:
            st.info(f"Stopped. {run.problem}", icon=":material/stop_circle:")
    if not run.over:
        st.button("Stop", icon=":material/stop:", on_click=stop, args=(run,), key="train-us-stop")


def stop(run: Run) -> None:
    try:
        runs.stop(run)
    except ClassError as error:
        st.session_state["_train-us-refused"] = str(error)


def words(now: dict[str, Any]) -> str:
    """How far a training is."""
    if not now:
        return "Starting: loading TensorFlow and the digits…"
    if now["way"] == now["ways"] and now["step"] >= now["steps"]:
        return "Trained. Now it reads MNIST’s test digits…"
    epochs = now["steps"] // now["steps_per_epoch"]
    epoch = min(epochs, now["step"] // now["steps_per_epoch"] + 1)
    return f"Training {now['way']} of {now['ways']}: epoch {epoch} of {epochs}."


# --- what it gave --------------------------------------------------------------------------------------


def results(found: Class, drawn: Snapshot) -> None:
    made = trainings.of_class(found.id)
    if not made:
        st.caption("Nothing is trained yet in this class.")
        return
    by_number = {training.number: training for training in reversed(made)}
    if new := st.session_state.pop("_train-us-new", None):
        st.session_state["train-us-which"] = new
    if st.session_state.get("train-us-which") not in by_number:
        st.session_state.pop("train-us-which", None)
    training = made[-1]
    if len(made) > 1:
        chosen = st.selectbox(
            "Training",
            list(by_number),
            format_func=lambda number: f"{number}. {by_number[number].card['title']}",
            key="train-us-which",
            width=300,
        )
        training = by_number[chosen]
    result(found, training, drawn)


def result(found: Class, training: Training, drawn: Snapshot) -> None:
    tried = fine_tuning.arms(training.card)
    main = tried[0]
    headings.subheader("Before and after")
    put(before_and_after(main))
    st.markdown(f"{fine_tuning.verdict(main)} {fine_tuning.forgets(main)}")
    if careful := fine_tuning.caution(main.pupils["test"]):
        st.info(careful, icon=":material/groups:")
    if found.simulated:
        st.caption("These pupils are made up, and so are their hands.")
    name = trainings.name(found, training.number)
    page_link("draw", f"Draw with {training.card['title']}", ":material/draw:", {"model": name})
    headings.subheader("Ways to train")
    put(table(tried))
    st.caption(
        "The interval says where the figure would likely be with other pupils: in 95 of 100 such classes it "
        "holds the true one. It counts pupils, not drawings, because ten drawings of one hand are much alike."
    )
    changes(training, name, drawn)


def before_and_after(arm: Arm) -> Markup:
    whose = f"digits of {count(arm.pupils['test'], 'pupil')} from whom it has not learned"
    return markup(
        '<div class="before-after" role="status">'
        "<div><small>Before</small><b>{before}</b><small>{of_before}</small></div>"
        '<div class="{look}"><small>After</small><b>{after}</b><small>{of_after}</small></div>'
        "<p>of {number:,} {whose}</p></div>",
        look="better" if arm.gain.low > 0 else "",
        before=percent(arm.before.value, 1),
        of_before=interval(arm.before.low, arm.before.high),
        after=percent(arm.after.value, 1),
        of_after=interval(arm.after.low, arm.after.high),
        number=arm.drawings["test"],
        whose=whose,
    )


def table(tried: list[Arm]) -> Markup:
    rows = joined(
        markup(
            '<tbody><tr><th scope="row">{title}</th><td>{before}</td><td><b>{after}</b></td>'
            "<td>{mnist_before}</td><td>{mnist_after}</td></tr>"
            '<tr><td colspan="5">{meaning}</td></tr></tbody>',
            title=arm.title,
            before=percent(arm.before.value, 1),
            after=percent(arm.after.value, 1),
            mnist_before=of_mnist(arm.mnist_before),
            mnist_after=of_mnist(arm.mnist_after),
            meaning=fine_tuning.meaning(arm, tried),
        )
        for arm in tried
    )
    return markup(
        '<div class="wide-table"><table class="arms"><thead><tr><td></td>'
        '<th scope="colgroup" colspan="2">The class’s test digits</th>'
        '<th scope="colgroup" colspan="2">MNIST’s test digits</th></tr><tr><td></td>'
        '<th scope="col">Before</th><th scope="col">After</th>'
        '<th scope="col">Before</th><th scope="col">After</th></tr></thead>{rows}</table></div>',
        rows=rows,
    )


def of_mnist(share: float | None) -> str:
    return "–" if share is None else percent(share, 2)


# --- which digits --------------------------------------------------------------------------------------


def changes(training: Training, name: str, drawn: Snapshot) -> None:
    """What the model reads otherwise than before, of all that the test's pupils have drawn until now."""
    tested = np.flatnonzero(np.isin(drawn.pupils, training.card["fine_tuning"].get("test_pupils", [])))
    if not len(tested):
        return
    images, labels = drawn.pictures[tested], drawn.labels[tested]
    try:
        before = answers(inference.load(training.model), images)
        after = answers(inference.load(name), images)
    except UnknownName:  # it made room for another one this moment
        return
    changed = fine_tuning.changed(labels, before, after)
    headings.subheader("What has changed")
    with st.container(horizontal=True, gap="large"):
        for title, which in (("Read rightly now", changed.mended), ("Read wrongly now", changed.spoiled)):
            with st.container(width=420):
                st.markdown(f"**{title}:** {count(len(which), 'digit')} of the test’s pupils")
                if len(which):
                    shown = which[:MOST_PICTURES]
                    put(
                        joined(
                            picture(images[i], int(labels[i]), int(before[i]), int(after[i])) for i in shown
                        )
                    )


def picture(image: np.ndarray, label: int, before: int, after: int) -> Markup:
    return markup(
        '<figure class="changed"><img src="{url}" alt="{alt}">'
        "<figcaption>{before} → {after}</figcaption></figure>",
        url=data_url(image),
        alt=f"{a_digit(label)}, read as {a_digit(before)} before and as {a_digit(after)} now",
        before=before,
        after=after,
    )


def answers(model: inference.Model, images: np.ndarray) -> np.ndarray:
    """The digits that a model reads: int (N,)."""
    return model.predict(images / np.float32(255)).argmax(axis=1)
