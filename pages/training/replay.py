"""Replay a training: one slider moves curve, confusion matrix, weights, test digits and the answer to my
drawing."""

import time

import numpy as np
import streamlit as st

from digitlab import evaluation, inference, numbers, strokes
from digitlab.numbers import percent, probability
from digitlab.preprocess import to_mnist
from digitlab.training import charts, histories
from digitlab.training.histories import Snapshots
from digitlab.training.replay import SECONDS, Player
from ui import drawing_link, headings, input_digit
from ui.charts import chart
from ui.clock import fragment_while
from ui.confusion_cells import small_matrix
from ui.links import page_link
from ui.markup import joined, markup, put
from ui.models import choose_model
from ui.pictures import data_url, tinted

STRIP = 40  # test digits
MOMENT = "moment"  # the slider, and the parameter in the link


def render() -> None:
    headings.header("Replay a training", "Iteration", "Epoch", "Weight", "Confusion matrix")
    st.markdown("Move the slider, or press Play: you see one model at moments of its training.")
    drawing_link.open_link()
    replay()


def player() -> Player:
    return st.session_state.setdefault("_player", Player())


@fragment_while(lambda: player().playing, SECONDS)
def replay() -> None:
    """All that changes with the moment. While it plays, it runs again by itself."""
    film = player()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choose_model(among=histories.with_snapshots()).name
        kept = histories.snapshots(name)
        film.load(len(kept.steps) - 1)
        with st.container(width=520):
            moment = slider(film)
        if film.playing:
            st.button("Pause", icon=":material/pause:", on_click=film.pause, key="pause")
        else:
            st.button("Play", icon=":material/play_arrow:", on_click=play, key="play")
    st.markdown(when(kept, moment))
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=330):
            my_drawing(name, moment)
            pictures_of_weights(name, kept, moment)
        with st.container(width=340):
            put(small_matrix(kept.matrix(moment), "Confusion matrix at this moment"))
            st.caption("Rows: which digit it is. Columns: which digit the model read.")
        with st.container(width=380):
            epoch = max(float(kept.epochs[moment]), 0.0)
            chart(
                charts.marked(charts.replay(name), epoch),
                f"Accuracy after each epoch, with this moment marked at epoch {epoch:.2f}.",
                key="replay-curve",
            )
            st.caption("The orange line is this moment.")
    test_digits(kept, moment)


def slider(film: Player) -> int:
    """The moment that is shown. The slider follows the player, and the player the slider."""
    asked = st.session_state.get(MOMENT, film.moment)
    if asked != film.moment:
        film.move(asked, time.monotonic())
    film.tick(time.monotonic())
    if MOMENT in st.session_state and st.session_state[MOMENT] != film.moment:
        st.session_state[MOMENT] = film.moment
    moment = st.slider("Moment of the training", 0, film.last, key=MOMENT, bind="query-params")
    if moment != film.moment:  # at the first run the link tells
        film.move(moment, time.monotonic())
    return film.moment


def play() -> None:
    player().play(time.monotonic())
    st.session_state[MOMENT] = player().moment


def when(kept: Snapshots, moment: int) -> str:
    steps, epochs = int(kept.steps[moment]), float(kept.epochs[moment])
    accuracy = f"It reads **{percent(kept.accuracy[moment], 1)}** of MNIST’s 10,000 test digits."
    if steps == 0:
        return f"**Before the first step:** all weights are random. {accuracy}"
    said = f"**After {numbers.count(steps, 'step')}** ({in_epochs(epochs)}). {accuracy}"
    if len(np.unique(kept.answers[moment])) < 4:
        said += " It gives nearly the same answer to every digit: its outputs are not yet balanced."
    return said


def in_epochs(epochs: float) -> str:
    """0.25 -> "0.25 epochs", 27.999 -> "28 epochs"."""
    if epochs < 1:
        return f"{epochs:.2f} epochs"
    text = f"{epochs:.1f}".removesuffix(".0")
    return f"{text} {'epoch' if text == '1' else 'epochs'}"


def my_drawing(name: str, moment: int) -> None:
    drawn = input_digit.picture()
    seen = None if drawn is None else to_mnist(drawn)
    whose = drawing_link.WHOSE.capitalize() if drawing_link.is_shown() else "Your drawing"
    if seen is None:
        seen, whose = to_mnist(strokes.render(strokes.examples()[3])), "An example"
    assert seen is not None
    probabilities = inference.at_moment(name, moment).predict(seen[None])[0]
    guess = int(probabilities.argmax())
    put(
        markup(
            '<div class="replayed" role="status"><img src="{url}" alt="{whose}">'
            "<div><div class='big'>{guess}</div><div>with {share}. {whose}, read by the model of this "
            "moment.</div></div></div>",
            url=data_url(np.round(seen * 255).astype(np.uint8)),
            whose=whose,
            guess=guess,
            share=probability(float(probabilities[guess])),
        )
    )
    if whose == "An example":
        page_link("draw", "Draw a digit of your own")


def pictures_of_weights(name: str, kept: Snapshots, moment: int) -> None:
    """Blue adds, orange takes away."""
    filters = kept.filters[moment].astype(np.float32)
    strongest = float(np.abs(kept.filters[-1].astype(np.float32)).max())
    what = "digit" if name == "linear" else "filter" if filters.shape[-1] < 28 else "neuron"
    pictures = joined(
        markup(
            '<img src="{url}" alt="Weights of {what} {number}">',
            url=data_url(picture),
            what=what,
            number=number,
        )
        for number, picture in enumerate(tinted(filters, strongest))
    )
    columns = "five" if len(filters) == 10 else "eight"
    put(markup('<div class="weights {columns}">{pictures}</div>', columns=columns, pictures=pictures))
    whose = "each digit" if what == "digit" else f"{numbers.count(len(filters), what)} of the first layer"
    st.caption(f"The weights of {whose}. Blue: ink there counts for it. Orange: ink there counts against it.")


def test_digits(kept: Snapshots, moment: int) -> None:
    """Test digits that the model learned to read on the way."""
    images = evaluation.pictures("mnist")
    if images is None:
        st.info(
            "MNIST can’t be had here. With it, you would see test digits, how each is read at this moment.",
            icon=":material/cloud_off:",
        )
        return
    figures = []
    for index in map(int, histories.changing(kept, STRIP)):
        answer, label = int(kept.answers[moment, index]), int(kept.labels[index])
        figures.append(
            markup(
                '<figure class="{kind}"><img src="{url}" alt="{label}, read as {answer}">'
                "<figcaption>{answer}</figcaption></figure>",
                kind="right" if answer == label else "wrong",
                url=data_url(images[index]),
                label=numbers.a_digit(label).capitalize(),
                answer=answer,
            )
        )
    put(markup('<div class="answered-digits">{figures}</div>', figures=joined(figures)))
    st.caption(
        "Test digits whose answer changed during the training. Below each: what the model reads at this "
        "moment. Blue frame: right. Orange frame: wrong."
    )
