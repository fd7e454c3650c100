"""The page "Train one yourself", with a trainer of three lines in place of TensorFlow."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab import data, inference, strokes
from digitlab.errors import DataUnavailable
from digitlab.training import local_queue
from digitlab.training.local_queue import LocalQueue, LocalRun
from digitlab.training.presets import PLAIN, PRESETS
from digitlab.training.runs import DONE, TRAINING
from digitlab.training.settings import Settings
from pages.training.train_one import page, trainings
from tests.apptest import open_page
from tests.training.reloaded import owner_after_reload
from ui.pad import _Pad

IMAGE = data.Dataset(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
PROGRESS = {"step": 5, "steps": 10, "seconds": 2.0, "steps_per_epoch": 5, "loss": 0.5, "accuracy": 0.75}
PROGRESS |= {"history": {"accuracy": [0.7], "val_accuracy": [0.8], "loss": [0.6], "val_loss": [0.4]}}
TRAINER = f"""
import json, sys, time
line = sys.stdin.readline()
if line:
    with open(json.loads(line)[4] + "/progress.json", "w") as file:
        file.write({json.dumps(PROGRESS)!r})
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalQueue]:
    """Of trainings that go on until they are stopped."""
    queue = LocalQueue([sys.executable, "-c", TRAINER], present=lambda owner: True, waiting_at_most=2)
    monkeypatch.setattr(trainings, "queue", lambda: queue)
    monkeypatch.setattr(local_queue, "possible", lambda: True)
    monkeypatch.setattr(data, "load", lambda name, split: IMAGE)
    yield queue
    queue.close()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def settings(test: AppTest) -> Settings:
    values = {name: test.selectbox(key=page.key(name)).value for name in page.FORM}
    return Settings(**values, shuffled=test.toggle(key=page.key("shuffled")).value)


def started(queue: LocalQueue, test: AppTest) -> LocalRun:
    """The session's run, once its first numbers are there."""
    (run,) = queue.of(test.session_state["_trainer"])
    until(run.progress)
    return run


def test_fresh_it_shows_a_form_that_works() -> None:
    test = open_page("train_one")
    assert not test.exception
    assert settings(test) == PLAIN.settings
    assert "Nothing is trained yet" in test.info[0].value


def test_the_link_holds_the_form() -> None:
    test = open_page(
        "train_one", {"train-model": "cnn", "train-learning-rate": "0.1", "train-shuffled": "true"}
    )
    assert settings(test) == PLAIN.settings._replace(model="cnn", learning_rate=0.1, shuffled=True)


@pytest.mark.parametrize(
    "query", [{"train-model": "deep_cnn"}, {"train-epochs": "inf"}, {"train-images": ""}]
)
def test_nonsense_in_the_link_is_ignored(query: dict[str, str]) -> None:
    test = open_page("train_one", query)
    assert not test.exception
    assert settings(test) == PLAIN.settings


def test_without_tensorflow_and_without_mnist_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(name: str, split: str) -> None:
        raise DataUnavailable("There is no usable MNIST.")

    monkeypatch.setattr(data, "load", unavailable)
    assert open_page("train_one").info[0].value == "There is no usable MNIST."
    monkeypatch.setattr(local_queue, "possible", lambda: False)
    assert "needs TensorFlow" in open_page("train_one").info[0].value


def test_a_preset_fills_the_form_and_starts(queue: LocalQueue) -> None:
    test = open_page("train_one")
    preset = PRESETS[1]
    test.button(key=f"preset-{preset.title}").click().run()
    assert not test.exception
    run = started(queue, test)
    assert run.settings == preset.settings == settings(test)
    test.run()
    assert any(preset.look_for in text.value for text in test.markdown)
    assert test.button(key="start").disabled
    assert test.get("plotly_chart")


def test_stopping_says_so_and_frees_the_form(queue: LocalQueue) -> None:
    test = open_page("train_one")
    test.button(key="start").click().run()
    assert started(queue, test).state == TRAINING
    test.run()
    test.button(key="stop").click().run()
    assert "You stopped it." in test.info[0].value
    assert not test.button(key="start").disabled


def test_a_full_queue_refuses_calmly(queue: LocalQueue) -> None:
    first = queue.submit("a", PLAIN.settings)
    until(lambda: first.state == TRAINING)
    for owner in "bc":
        queue.submit(owner, PLAIN.settings)
    test = open_page("train_one")
    test.button(key="start").click().run()
    assert "Please try again in a few minutes" in test.warning[0].value
    assert not test.exception


def test_when_done_it_reads_a_drawing_or_is_not_sure(queue: LocalQueue) -> None:
    """A copy of a model of the zoo stands in for what was trained."""
    test = open_page("train_one", state={"_pad": _Pad(strokes.examples()[7])})
    run = queue.submit(test.session_state["_trainer"], PLAIN.settings)
    until(run.progress)
    shutil.copytree(inference.ARTIFACTS / PLAIN.settings.model, run.result)
    (run.result / "model.keras").touch()
    run.state = DONE
    test.run()
    assert not test.exception
    accuracy = run.model.card["test_accuracy"]
    assert any(f"{accuracy:.2%}".replace("%", " %") in text.value for text in test.markdown)
    (answer,) = (html.proto.body for html in test.get("html") if 'class="trained-answer' in html.proto.body)
    assert ">7<" in answer or "Not sure" in answer


def test_an_answer_keeps_the_rules_of_the_house(mnist_pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    noise = np.random.default_rng(0).random((28, 28), np.float32)
    assert "Not sure" in page.read(model, noise)
    certain = model.predict(mnist_pictures[:100]).max(axis=1).argmax()
    assert "&gt; 99 %" in page.read(model, mnist_pictures[certain])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "About 1 s left."),
        (12.1, "About 13 s left."),
        (31, "About 40 s left."),
        (130, "About 3 min left."),
    ],
)
def test_time_left_in_words(seconds: float, words: str) -> None:
    assert page.remaining(seconds) == words


def test_progress_in_words() -> None:
    assert "loading TensorFlow" in page.words({})
    assert page.words(PROGRESS) == "Step 5 of 10. Loss 0.500, accuracy 75.0 %. About 3 s left."
    assert "too large to write" in page.words(PROGRESS | {"loss": float("nan")})
    assert "reads the test digits" in page.words(PROGRESS | {"step": 10})


@pytest.mark.parametrize(
    ("asked", "given"), [("0" * 32, True), ("1" * 32, False), ("<b>", False), (7, False)]
)
def test_only_the_tab_that_had_trainings_gets_them_back(
    queue: LocalQueue, asked: object, given: bool
) -> None:
    queue.submit("0" * 32, PLAIN.settings)
    assert (owner_after_reload(asked) == asked) == given


def test_the_history_as_csv(queue: LocalQueue) -> None:
    test = open_page("train_one")
    test.button(key="start").click().run()
    lines = trainings.history_csv(started(queue, test)).decode().splitlines()
    assert lines == ["epoch,accuracy,val_accuracy,loss,val_loss", "1,0.7,0.8,0.6,0.4"]
