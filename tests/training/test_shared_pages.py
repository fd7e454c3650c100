"""The pages that train, where servers share a PostgreSQL: the same words on each of them, whichever machine
trains, and calm ones while nobody does or the database is gone. Here the test is the trainer."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from digitlab import data, inference
from digitlab.classroom import claims, classes, database, drawings, example, jobs, trainings
from digitlab.classroom.claims import Claim
from digitlab.classroom.tables import runs as table
from digitlab.strokes import examples
from digitlab.training import local_queue
from digitlab.training.presets import PLAIN
from digitlab.training.runs import DONE, owner_of_class, results
from digitlab.training.settings import FineTuning, unpacked
from digitlab.training.shared_queue import SharedQueue
from pages.classroom.train_us import runs as of_class
from pages.training.train_one import trainings as of_visitor
from tests.apptest import open_page
from tests.classroom.conftest import postgres, store
from tests.classroom.postgres import Postgres
from tests.classroom.test_train_us_page import result
from tests.training.reloaded import owner_after_reload
from tests.training.test_train_one_page import IMAGE, PROGRESS
from ui import datasets
from ui.pad import _Pad
from ui.trainings import NOBODY

__all__ = ["postgres", "store"]  # fixtures
pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def servers(store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each page that is opened or run again is on another server. None has TensorFlow."""
    queues = [SharedQueue(present=lambda owner: True) for _ in range(2)]

    def another() -> SharedQueue:
        queues.append(queues.pop(0))
        return queues[0]

    monkeypatch.setattr(of_visitor, "queue", another)
    monkeypatch.setattr(of_class, "queue", another)
    monkeypatch.setattr(local_queue, "possible", lambda: False)
    monkeypatch.setattr(data, "load", lambda name, split: IMAGE)
    monkeypatch.setattr(datasets, "have_mnist", lambda: True)
    monkeypatch.setattr(database, "_RETRY_S", 0)
    yield
    for queue in queues:
        queue.close()


def begun() -> Claim:
    """The run that waits, begun by the test."""
    with database.writing() as connection:
        run_id, job = connection.execute(sa.select(table.c.id, table.c.job)).one()
    claim = claims.begin(run_id, job, "test")
    assert claim
    return claim


def beat() -> None:
    """A sign of life of a trainer."""
    with database.writing() as connection:
        connection.execute(sa.text("SELECT procrastinate_register_worker_v1()"))
        assert jobs.trainers(connection) == 1


def said(test: AppTest) -> str:
    assert not test.exception, test.exception[0].stack_trace
    parts = [*test.markdown, *test.caption, *test.info, *test.warning]
    return "\n".join([*(part.value for part in parts), *(str(each.proto) for each in test.get("progress"))])


def test_a_visitor_sees_it_from_everywhere_and_waits_calmly_where_nobody_trains() -> None:
    test = open_page("train_one", state={"_pad": _Pad(examples()[7])})
    assert NOBODY in said(test)
    test.button(key="start").click().run()
    assert "Yours is next." in said(test)
    assert NOBODY in said(test)
    assert test.button(key="start").disabled
    beat()
    claim = begun()
    assert claims.report(claim, json.dumps(PROGRESS))
    test.run()
    assert NOBODY not in said(test)
    assert "Step 5 of 10. Loss 0.500, accuracy 75.0 %." in said(test)
    claims.give_back(claim)
    test.run()
    assert "Yours is next." in said(test)
    claim = begun()
    claims.take_up([claim.job])
    test.run()
    assert "The machine that trained it was lost. It begins anew. Yours is next." in said(test)
    files = results(inference.ARTIFACTS / PLAIN.settings.model)
    assert claims.finish(begun(), DONE, "", json.dumps(PROGRESS), files)
    test.run()
    assert "of MNIST’s 10,000 test digits" in said(test)
    assert not test.button(key="start").disabled
    (answer,) = (html.proto.body for html in test.get("html") if 'class="trained-answer' in html.proto.body)
    assert ">7<" in answer or "Not sure" in answer
    assert len(test.get("download_button")) == 3

    reloaded = open_page("train_one", {}, {"_trainer": test.session_state["_trainer"]})
    assert "of MNIST’s 10,000 test digits" in said(reloaded)
    reloaded.button(key="start").click().run()
    test.run()
    test.button(key="stop").click().run()
    reloaded.run()
    assert "Stopped. You stopped it." in said(reloaded)


def test_while_the_database_is_gone_the_words_are_calm_and_nothing_is_lost(postgres: Postgres) -> None:
    test = open_page("train_one")
    test.button(key="start").click().run()
    mine = test.session_state["_trainer"]
    postgres.stop()
    try:
        test.run()
        assert "Nothing that was sent is lost" in said(test)
        for button in test.button:
            if button.key == "stop":
                button.click().run()
        assert "Nothing that was sent is lost" in said(test)
        assert "Nothing that was sent is lost" in said(open_page("train_one"))
    finally:
        postgres.start()
    test.run()
    assert test.session_state["_trainer"] == mine
    assert "Yours is next." in said(test)


@pytest.mark.parametrize(("asked", "given"), [("0" * 32, True), ("1" * 32, False)])
def test_a_reload_on_another_server_finds_the_trainings(asked: str, given: bool) -> None:
    of_visitor.queue().submit("0" * 32, PLAIN.settings)
    assert (owner_after_reload(asked) == asked) == given


def test_a_class_trains_on_another_machine_and_keeps_the_model(tmp_path: Path) -> None:
    found, key = classes.start()
    found = example.fill(found)
    test = open_page("train_us", {"class": found.code, "key": key})
    assert NOBODY in said(test)
    test.selectbox(key="train-us-model").set_value("linear").run()
    test.button(key="train-us-start").click().run()
    assert "Yours is next." in said(test)
    claim = begun()
    settings = unpacked(claim.settings, claim.data or b"")
    assert isinstance(settings, FineTuning)
    with np.load(io.BytesIO(settings.data)) as drawn:
        assert len(drawn["labels"]) == len(drawings.snapshot(found.id).public.rows)
    result(tmp_path / "linear", found)
    assert claims.finish(claim, DONE, "", "", results(tmp_path / "linear"))
    test.run()
    assert not test.exception
    (kept,) = trainings.of_class(found.id)
    assert kept.model == "linear"
    assert not of_class.queue().of(owner_of_class(found.id)), "it is the class’s now"
    assert not test.button(key="train-us-start").disabled
    assert "97.1 %" in "\n".join(html.proto.body for html in test.get("html"))
