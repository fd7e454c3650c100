"""The page "Train it on us": who may start, what is too few, what a training gave and where it is kept. A few
lines of Python stand in for TensorFlow."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitlab import inference
from digitlab.classroom import classes, drawings, example, fine_tuning, trainings
from digitlab.classroom.classes import Class
from digitlab.classroom.fine_tuning import Arm, Share
from digitlab.training import local_queue
from digitlab.training.local_queue import LocalQueue, LocalRun
from digitlab.training.runs import TRAINING
from digitlab.training.settings import FineTuning
from pages.classroom.train_us import page, runs
from tests.apptest import open_page
from tests.ui.test_arrival import PLACES
from ui import datasets
from ui.components.arrival import slug

PROGRESS = {"step": 5, "steps": 10, "steps_per_epoch": 5, "way": 2, "ways": 3, "done": 0.5, "share": 0.2}
TRAINER = f"""
import json, os, sys, time
line = sys.stdin.readline()
if line:
    folder = json.loads(line)[4]
    with open(folder + "/progress.json", "w") as file:
        file.write({json.dumps(PROGRESS)!r})
    while not os.path.exists(folder + "/go-on"):
        time.sleep(0.02)
"""


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalQueue]:
    """Of trainings that go on until they are stopped, or told to end."""
    queue = LocalQueue([sys.executable, "-c", TRAINER], present=lambda owner: True)
    monkeypatch.setattr(runs, "queue", lambda: queue)
    monkeypatch.setattr(local_queue, "possible", lambda: True)
    monkeypatch.setattr(datasets, "have_mnist", lambda: True)
    yield queue
    queue.close()


@pytest.fixture
def a_class(store: str) -> tuple[Class, str]:
    """30 made-up pupils, and the teacher's key."""
    found, key = classes.start()
    return example.fill(found), key


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def opened(found: Class, key: str = "") -> AppTest:
    test = open_page("train_us", {"class": found.code} | ({"key": key} if key else {}))
    assert not test.exception, test.exception[0].stack_trace
    return test


def said(test: AppTest) -> str:
    parts = [*test.markdown, *test.caption, *test.info, *test.warning]
    return "\n".join([*(part.value for part in parts), *(html.proto.body for html in test.get("html"))])


def has_button(test: AppTest) -> bool:
    return any(button.key == "train-us-start" for button in test.button)


def result(folder: Path, found: Class) -> None:
    """What train.py would leave: here the linear model becomes the dense one, which reads more."""
    shutil.copytree(inference.ARTIFACTS / "dense", folder)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    drawn = drawings.snapshot(found.id).public
    parts = fine_tuning.split(drawn.labels, drawn.pupils)
    sizes = {"train": 15, "validation": 6, "test": 9}
    arm = Arm(
        replay=4,
        split_by="pupil",
        drawings={name: 20 * number for name, number in sizes.items()},
        pupils=sizes,
        before=Share(0.867, 0.82, 0.9),
        after=Share(0.971, 0.95, 0.99),
        gain=Share(0.104, 0.06, 0.15),
        mnist_before=0.9946,
        mnist_after=0.994,
        epoch=7,
        epochs=12,
        seconds=20,
    )
    arms = [
        arm,
        arm._replace(replay=0, mnist_after=0.9914),
        arm._replace(split_by="drawing", gain=Share(0.15, 0.1, 0.2)),
    ]
    card["title"] = f"Linear of class {found.code}"
    card["fine_tuning"] = {"arms": [fine_tuning.as_json(each) for each in arms]}
    card["fine_tuning"]["test_pupils"] = sorted({int(drawn.pupils[i]) for i in parts.test})
    (folder / "card.json").write_text(json.dumps(card), "utf-8")


def started(queue: LocalQueue, found: Class, test: AppTest) -> LocalRun:
    test.selectbox(key="train-us-model").set_value("linear").run()
    test.button(key="train-us-start").click().run()
    assert not test.exception
    (run,) = queue.of(runs.owner(found))
    until(run.progress)
    return run


def test_a_class_trains_a_model_sees_what_it_won_and_keeps_it(
    queue: LocalQueue, a_class: tuple[Class, str]
) -> None:
    found, key = a_class
    test = opened(found, key)
    assert "30 pupils have drawn" in said(test)
    run = started(queue, found, test)
    assert isinstance(run.settings, FineTuning)
    assert (run.settings.model, run.settings.replay) == ("linear", fine_tuning.REPLAY)
    assert run.state == TRAINING
    test.run()
    assert "Training 2 of 3: epoch 2 of 2." in str(test.get("progress")[0].proto)
    assert test.button(key="train-us-start").disabled
    result(run.result, found)
    (run.folder / "go-on").touch()
    until(lambda: run.over)
    test.run()
    assert not test.exception
    (kept,) = trainings.of_class(found.id)
    assert kept.model == "linear"
    assert not run.folder.exists(), "nothing of the class stays on the server"
    assert not test.button(key="train-us-start").disabled

    page = opened(found)
    places = [at for address, at in PLACES if address == "train_us"]
    assert len(places) >= 2
    for at in places:  # where glossary and lesson lead
        assert len([heading for heading in page.header if slug(heading.value).startswith(at)]) == 1
    shown = said(page)
    for words in ("86.7 %", "97.1 %", "95.0 to 99.0 %", "digits of 9 pupils", "+10.4 points", "made up"):
        assert words in shown
    for arm in fine_tuning.arms(kept.card):
        assert arm.title in shown
    assert "32 more mistakes" in shown
    assert "have won +15.0 points; on new pupils it is +10.4." in shown
    assert "Read rightly now" in shown
    assert 'class="changed"' in shown
    assert inference.load(trainings.name(found, kept.number)).card["title"] == f"Linear of class {found.code}"


def test_only_who_has_the_key_can_train(a_class: tuple[Class, str]) -> None:
    found, key = a_class
    assert has_button(opened(found, key))
    assert not has_button(opened(found))
    wrong = opened(found, "x" + key)
    assert not has_button(wrong)
    assert "not the link to this class’s desk" in said(wrong)
    assert "Nothing is trained yet" in said(wrong)


def test_too_few_is_said_and_nothing_can_be_started(store: str) -> None:
    found, key = classes.start()
    test = opened(found, key)
    assert not has_button(test)
    assert "0 pupils have drawn" in said(test)


def test_a_training_that_fails_says_why_and_another_can_be_started(
    queue: LocalQueue, a_class: tuple[Class, str]
) -> None:
    found, key = a_class
    test = opened(found, key)
    run = started(queue, found, test)
    assert (run.folder / "class.npz").exists()
    test.run()
    test.button(key="train-us-stop").click().run()
    assert "You stopped it." in said(test)
    assert not (run.folder / "class.npz").exists(), "the digits go with the run"
    assert not test.button(key="train-us-start").disabled
    assert not trainings.of_class(found.id)


def test_a_class_that_is_deleted_meanwhile_leaves_nothing(
    queue: LocalQueue, a_class: tuple[Class, str]
) -> None:
    found, key = a_class
    run = started(queue, found, opened(found, key))
    result(run.result, found)
    (run.folder / "go-on").touch()
    until(lambda: run.over)
    classes.delete(found.id)
    assert runs.busy(found)
    with pytest.raises(classes.NoSuchClass):
        runs.keep(found, run)
    runs.forget(run)
    assert not run.folder.exists()


@pytest.mark.parametrize("query", [{}, {"class": "XXXXX"}, {"class": "<b>", "key": "<b>"}])
def test_without_a_class_it_says_so(store: str, query: dict[str, str]) -> None:
    test = open_page("train_us", query)
    assert not test.exception
    assert test.info
    assert not has_button(test)


def test_progress_in_words() -> None:
    assert "loading TensorFlow" in page.words({})
    assert page.words(PROGRESS | {"step": 0}) == "Training 2 of 3: epoch 1 of 2."
    assert "MNIST’s test digits" in page.words(PROGRESS | {"way": 3, "step": 10})
