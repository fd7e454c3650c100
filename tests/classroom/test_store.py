"""A class in the database, from its start to its deletion."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from digitlab import inference
from digitlab.classroom import classes, drawings, limits, pupils, trainings
from digitlab.classroom.classes import Class
from digitlab.classroom.pupils import Pupil
from digitlab.errors import ClassFull, ClassNotOpen, NoSuchClass, NotNow, UnknownName, WrongKey
from digitlab.training.runs import results
from tests.classroom import hands

ROOT = Path(__file__).parents[2]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pupils needn't wait between two drawings."""
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)


def send(found: Class, pupil: Pupil, digit: int = 3, number: int = 0) -> drawings.Sent:
    return drawings.send(found, pupil, hands.drawing(digit, number), asked=digit)


# --- what a class is -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_a_teacher_has_the_key_and_everybody_the_code() -> None:
    found, key = classes.start(classes.ONE, digit=4)
    assert classes.with_key(found.code.lower(), key) == classes.find(f" {found.code} ") == found
    assert set(found.code) <= set(limits.CODE_LETTERS)
    assert found.ends - found.made == limits.LIFE_S
    for wrong in ("", key[:-1], key + "x", "\ud800"):
        with pytest.raises(WrongKey):
            classes.with_key(found.code, wrong)
    for nothing in ("", "AAAAA", "\x00", "\ud800", "😀", "x" * 10_000):
        with pytest.raises(NoSuchClass):
            classes.find(nothing)


@pytest.mark.usefixtures("store", "quick")
def test_what_a_pupil_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = classes.start()
    other, _ = classes.start()
    pupil, secret = pupils.join(found)
    assert pupils.known(secret) == (pupil, classes.find(found.code))
    assert pupils.known("\ud800") is None
    first = send(found, pupil)
    assert (first.again, first.answer.digit) == (False, 3)
    with pytest.raises(NotNow, match="nothing on the pad"):
        drawings.send(found, pupil, (), asked=3)
    with pytest.raises(NoSuchClass):  # a pupil of another class
        send(other, pupil, number=1)
    monkeypatch.setattr(drawings, "BETWEEN_S", 2)
    with pytest.raises(NotNow, match="quick"):
        send(found, pupil, number=1)
    assert send(found, pupil).id == first.id, "the same once more is no other one"
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)
    classes.pause(found.id)
    with pytest.raises(ClassNotOpen, match="paused"):
        send(found, pupil, number=1)
    classes.close(found.id)
    with pytest.raises(ClassNotOpen, match="over"):
        send(found, pupil, number=1)
    with pytest.raises(ClassNotOpen):
        pupils.join(classes.find(found.code))
    classes.open_again(found.id)
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 2)
    send(found, pupil, number=1)
    with pytest.raises(NotNow, match="all that a class takes"):
        send(found, pupil, number=2)
    monkeypatch.setattr(pupils, "MOST_PUPILS", 1)
    with pytest.raises(ClassFull):
        pupils.join(found)
    assert drawings.snapshot(found.id).labels.tolist() == [3, 3]
    assert not drawings.snapshot(other.id).rows


@pytest.mark.usefixtures("store", "quick")
def test_the_clock_of_another_server_may_be_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = classes.start()
    pupil, _ = pupils.join(found)
    here = time.time
    monkeypatch.setattr(time, "time", lambda: here() + 600)
    send(found, pupil)
    monkeypatch.setattr(time, "time", here)
    monkeypatch.setattr(drawings, "BETWEEN_S", 2)
    send(found, pupil, number=1)


@pytest.mark.usefixtures("store")
def test_a_pupil_says_what_a_drawing_shows_until_the_teacher_does() -> None:
    found, _ = classes.start()
    (one, _), (two, _) = pupils.join(found), pupils.join(found)
    sent = send(found, one)

    def label() -> tuple[int, str]:
        row = drawings.snapshot(found.id).rows[0]
        return row.label, row.label_by

    drawings.relabel(found.id, sent.id, 8, drawings.PUPIL, two)
    assert label() == (3, drawings.TASK)
    drawings.relabel(found.id, sent.id, 8, drawings.PUPIL, one)
    assert label() == (8, drawings.PUPIL)
    drawings.relabel(found.id, sent.id, 5, drawings.TEACHER)
    drawings.relabel(found.id, sent.id, 8, drawings.PUPIL, one)
    assert label() == (5, drawings.TEACHER)


@pytest.mark.usefixtures("store", "quick")
def test_an_emptied_class_is_as_new() -> None:
    found, key = classes.start()
    pupil, secret = pupils.join(found)
    for number in range(3):
        send(found, pupil, 3, number)
    assert drawings.snapshot(found.id).labels.tolist() == [3, 3, 3]
    classes.empty(found.id)
    assert pupils.known(secret) is None
    with pytest.raises(NoSuchClass):
        send(found, pupil, number=4)
    again, _ = pupils.join(found)
    send(found, again, 8)
    assert again.number == 1
    assert drawings.snapshot(found.id).labels.tolist() == [8]
    assert classes.with_key(found.code, key).drawings == 1


@pytest.mark.usefixtures("store")
def test_a_class_of_its_own_model(tmp_path: Path) -> None:
    """It keeps its name when the code is renewed, isn't the one that makes room, and goes with the class."""
    folder = inference.ARTIFACTS / "linear"
    card = json.loads((folder / "card.json").read_text("utf-8"))
    (tmp_path / "model.tflite").write_bytes((folder / "model.tflite").read_bytes())

    def save(accuracy: float) -> str:
        (tmp_path / "card.json").write_text(json.dumps(card | {"test_accuracy": accuracy}))
        return trainings.name(found, trainings.save(found, "linear", results(tmp_path)).number)

    found, _ = classes.start()
    pupil, _ = pupils.join(found)
    classes.change(found.id, model=save(0.5))
    for _ in range(limits.MOST_TRAININGS + 1):
        last = save(0.6)
    kept = trainings.of_class(found.id)
    assert [training.number for training in kept] == [1, *range(4, limits.MOST_TRAININGS + 3)]
    assert inference.load(last).card["test_accuracy"] == 0.6
    found = classes.renew_code(found.id)
    assert found.model == f"class:{found.code}:1"
    assert send(found, pupil).answer.guess == 3
    with pytest.raises(UnknownName):
        inference.load(last)
    classes.empty(found.id)
    assert classes.by_id(found.id).model == classes.MODEL
    pupil, _ = pupils.join(found)
    assert send(found, pupil).answer.guess == 3, "whoever has read the class before still sends"
    assert inference.load(save(0.7)).card["test_accuracy"] == 0.7, "number 1 is another one now"


# --- several at once -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store", "quick")
def test_nothing_is_lost_or_doubled_when_all_send_at_once() -> None:
    """The first five send each drawing twice, by two threads at once; meanwhile others read."""
    threads, each = 20, 30
    found, _ = classes.start()
    everybody = [pupils.join(found)[0] for _ in range(threads)]

    def sending(pupil: Pupil) -> set[str]:
        return {send(found, pupil, number % 10, number).id for number in range(each)}

    def watching(_: int) -> None:
        for _ in range(30):
            seen = drawings.snapshot(found.id)
            assert [row.number for row in seen.rows] == list(range(1, len(seen.rows) + 1))
            assert max((row.changed for row in seen.rows), default=0) <= seen.revision

    with ThreadPoolExecutor(threads + 7) as pool:
        once, again = pool.map(sending, everybody), pool.map(sending, everybody[:5])
        watched = pool.map(watching, range(2))
        first, second = list(once), list(again)
        list(watched)
    assert first[:5] == second
    rows = drawings.snapshot(found.id).rows
    assert {row.id for row in rows} == set().union(*first)
    assert len(rows) == classes.by_id(found.id).drawings == threads * each
    assert [pupil.drawings for pupil in pupils.of_class(found.id)] == [each] * threads


@pytest.mark.usefixtures("store", "quick")
def test_who_empties_and_deletes_waits_for_nobody_in_a_ring() -> None:
    """Sending, holding, emptying and deleting at once: whatever is refused is refused in words."""
    found = [classes.start()[0] for _ in range(4)]
    together = Barrier(16)

    def some(worker: int) -> None:
        together.wait()
        for number in range(12):
            mine = found[(worker + number) % len(found)]
            try:
                if worker == 0:
                    classes.empty(mine.id)
                elif worker == 1:
                    pupils.hold(mine.id, 1, held=number % 2 == 0)
                elif worker in (2, 3):
                    classes.change(mine.id, ends=time.time() - 1 if number == 11 else time.time() + 99)
                    classes.delete_ended()
                else:
                    send(mine, pupils.join(mine)[0], number % 10, number)
            except (NoSuchClass, ClassFull):
                continue

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(some, range(16)))
    for each in found:
        try:
            seen = drawings.snapshot(each.id)
        except NoSuchClass:
            continue
        assert len(seen.rows) == classes.by_id(each.id).drawings
        assert {*seen.pupils.tolist()} <= {pupil.number for pupil in pupils.of_class(each.id)}


def test_a_taken_code_is_drawn_again(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["BCDFG", "BCDFG", "HJKLM", "BCDFG", "NPQRS"])
    monkeypatch.setattr(classes, "_code", lambda: next(codes))
    one, two = classes.start()[0], classes.start()[0]
    assert (one.code, two.code, classes.renew_code(two.id).code) == ("BCDFG", "HJKLM", "NPQRS")


SENDER = """
from digitlab.classroom import classes, drawings, pupils
from tests.classroom import hands

drawings.BETWEEN_S, drawings.MOST_DRAWINGS = 0, 10_000
found = classes.find("{code}")
pupil, _ = pupils.join(found)
for digit, drawing in hands.drawings():
    print(drawings.send(found, pupil, drawing, asked=digit).id, flush=True)
"""


@pytest.mark.usefixtures("store")
def test_what_was_reported_as_sent_survives_a_kill() -> None:
    found, _ = classes.start()
    with subprocess.Popen(
        [sys.executable, "-c", SENDER.format(code=found.code)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as sender:
        assert sender.stdout
        reported = [sender.stdout.readline().strip() for _ in range(40)]
        sender.kill()
        reported += sender.stdout.read().split("\n")[:-1]  # a last line may be cut
    seen = drawings.snapshot(found.id)
    assert set(reported) <= set(seen.ids)
    assert len(seen.rows) - len(reported) in (0, 1), "the one that was on its way"
    assert len(seen.rows) == classes.by_id(found.id).drawings
    pupil, _ = pupils.join(found)
    send(found, pupil)


# --- what is left ----------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_deleted_class(store: str, request: pytest.FixtureRequest, quick: None) -> None:
    found, key = classes.start()
    pupil, secret = pupils.join(found)
    for number in range(30):
        send(found, pupil, number % 10, number)
    old = found.code
    found = classes.renew_code(found.id)
    row = drawings.snapshot(found.id).rows[-1]
    traces = {
        "codes": [old.encode(), found.code.encode()],
        "ids": [found.id.encode(), pupil.id.encode(), row.id.encode()],
        "hashes": [classes.hashed(key).encode(), classes.hashed(secret).encode()],
        "strokes": [row.strokes.encode()],
        "picture": [row.picture, row.picture[200:600]],
    }
    kept, _ = classes.start()  # another class stays as it is
    send(kept, pupils.join(kept)[0])

    def stored() -> bytes:
        if store.startswith("postgresql"):
            dump = request.getfixturevalue("postgres").dump(store)
            return dump.encode() + b"".join(bytes.fromhex(word[2:]) for word in pictures(dump))
        file = Path(store.removeprefix("sqlite:///"))
        return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))

    def pictures(dump: str) -> list[str]:
        return [word[1:] for word in dump.split() if word.startswith("\\\\x") and len(word) > 100]

    def left() -> list[str]:
        everything = stored()
        return [name for name, parts in traces.items() if any(part in everything for part in parts)]

    assert left() == list(traces)
    classes.delete(found.id)
    assert not left()
    assert pupils.known(secret) is None
    assert len(drawings.snapshot(kept.id).rows) == 1
    with pytest.raises(NoSuchClass):
        drawings.snapshot(found.id)


@pytest.mark.usefixtures("store")
def test_a_class_goes_by_itself() -> None:
    found, key = classes.start()
    pupil, secret = pupils.join(found)
    send(found, pupil)
    kept = classes.keep(found.id, 10 * limits.LONGEST_LIFE_S)
    assert kept.ends - kept.made == limits.LONGEST_LIFE_S
    assert drawings.snapshot(found.id).rows
    classes.change(found.id, ends=time.time() - 1)
    for gone in (
        lambda: classes.find(found.code),
        lambda: classes.with_key(found.code, key),
        lambda: send(found, pupil, number=1),
        lambda: drawings.snapshot(found.id),
    ):
        with pytest.raises(NoSuchClass):
            gone()
    assert pupils.known(secret) is None
    assert classes.delete_ended() == 1
    assert classes.delete_ended() == 0
    with pytest.raises(NoSuchClass):
        pupils.join(found)


@pytest.mark.usefixtures("store")
def test_a_server_forgets_what_another_one_has_deleted() -> None:
    found, _ = classes.start()
    pupil, _ = pupils.join(found)
    send(found, pupil)
    seen = drawings.snapshot(found.id)
    drawings.forget_ended()
    assert drawings.snapshot(found.id) is seen
    classes.delete(found.id)
    drawings.forget_ended()
    assert found.id not in drawings._all


# --- everything, in any order ----------------------------------------------------------------------------


class Model:
    """What a class ought to be."""

    def __init__(self) -> None:
        self.found, self.key = classes.start()
        self.forget()
        self.state = classes.OPEN

    def forget(self) -> None:
        self.pupils: list[Pupil] = []
        self.secrets: list[str] = []
        self.held: set[int] = set()
        self.drawings: dict[str, dict] = {}  # by id, in the order of arrival


class Store(RuleBasedStateMachine):
    """A few classes at a time, and whatever pupils and teachers do with them."""

    def __init__(self) -> None:
        super().__init__()
        self.classes = [Model(), Model()]
        self.gone: list[Model] = []

    def pick(self, data: st.DataObject) -> Model:
        return data.draw(st.sampled_from(self.classes))

    @precondition(lambda self: len(self.classes) < 3)
    @rule()
    def start(self) -> None:
        self.classes.append(Model())

    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        model = self.pick(data)
        found = classes.find(model.found.code)
        if len(model.pupils) == pupils.MOST_PUPILS or model.state == classes.CLOSED:
            with pytest.raises((ClassFull, ClassNotOpen)):
                pupils.join(found)
            return
        pupil, secret = pupils.join(found)
        assert pupil.number == len(model.pupils) + 1 <= pupils.MOST_PUPILS
        model.pupils.append(pupil)
        model.secrets.append(secret)

    @rule(data=st.data(), digit=st.integers(0, 9), number=st.integers(0, 1))
    def send(self, data: st.DataObject, digit: int, number: int) -> None:
        model, other = self.pick(data), self.pick(data)
        if not other.pupils:
            return
        pupil = data.draw(st.sampled_from(other.pupils))
        theirs = [each for each in other.drawings.values() if each["pupil"] == pupil.number]
        mine = theirs if model is other else []
        again = [each["id"] for each in mine if each["drawn"] == (digit, number)]
        if again or (model is not other and (digit, number) in [each["drawn"] for each in theirs]):
            sent = send(model.found, pupil, digit, number)
            assert (sent.again, [sent.id]) == (True, again or [sent.id])
            return
        if model is not other or model.state != classes.OPEN or len(mine) == drawings.MOST_DRAWINGS:
            with pytest.raises((NoSuchClass, ClassNotOpen, NotNow)):
                send(model.found, pupil, digit, number)
            return
        sent = send(model.found, pupil, digit, number)
        assert not sent.again
        model.drawings[sent.id] = {
            "id": sent.id, "pupil": pupil.number, "drawn": (digit, number), "label": digit,
            "by": drawings.TASK, "state": drawings.SHOWN if sent.answer.is_digit else drawings.WAITING,
        }  # fmt: skip

    @rule(data=st.data(), label=st.integers(0, 9), teacher=st.booleans())
    def relabel(self, data: st.DataObject, label: int, teacher: bool) -> None:
        model, other = self.pick(data), self.pick(data)
        if not other.drawings:
            return
        drawing = data.draw(st.sampled_from(list(other.drawings.values())))
        pupil = None if teacher or not model.pupils else data.draw(st.sampled_from(model.pupils))
        by = drawings.PUPIL if pupil else drawings.TEACHER
        drawings.relabel(model.found.id, drawing["id"], label, by, pupil)
        theirs = pupil is None or (pupil.number == drawing["pupil"] and drawing["by"] != drawings.TEACHER)
        if model is other and theirs:
            drawing |= {"label": label, "by": by}

    @rule(data=st.data(), state=st.sampled_from([drawings.SHOWN, drawings.WAITING, drawings.HIDDEN]))
    def hide(self, data: st.DataObject, state: str) -> None:
        model = self.pick(data)
        if model.drawings:
            drawing = data.draw(st.sampled_from(list(model.drawings.values())))
            drawings.set_state(model.found.id, drawing["id"], state)
            drawing["state"] = state

    @rule(data=st.data(), number=st.integers(0, 4), held=st.booleans())
    def hold(self, data: st.DataObject, number: int, held: bool) -> None:
        model = self.pick(data)
        pupils.hold(model.found.id, number, held)
        if number in range(1, len(model.pupils) + 1):
            (model.held.add if held else model.held.discard)(number)

    @rule(data=st.data(), state=st.sampled_from([classes.OPEN, classes.PAUSED, classes.CLOSED]))
    def rule_it(self, data: st.DataObject, state: str) -> None:
        model = self.pick(data)
        {classes.OPEN: classes.open_again, classes.PAUSED: classes.pause, classes.CLOSED: classes.close}[
            state
        ](model.found.id)
        model.state = state

    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        model = self.pick(data)
        old, model.found = model.found.code, classes.renew_code(model.found.id)
        with pytest.raises(NoSuchClass):
            classes.find(old)

    @rule(data=st.data())
    def empty(self, data: st.DataObject) -> None:
        model = self.pick(data)
        classes.empty(model.found.id)
        model.forget()

    @precondition(lambda self: len(self.classes) > 1)
    @rule(data=st.data(), by_time=st.booleans())
    def delete(self, data: st.DataObject, by_time: bool) -> None:
        model = self.pick(data)
        if by_time:
            classes.change(model.found.id, ends=time.time() - 1)
            assert classes.delete_ended() == 1
        else:
            classes.delete(model.found.id)
        self.classes.remove(model)
        self.gone.append(model)

    @invariant()
    def each_class_is_what_it_ought_to_be(self) -> None:
        for model in self.classes:
            found = classes.with_key(model.found.code, model.key)
            assert (found.state, found.pupils) == (model.state, len(model.pupils))
            seen, drawn = drawings.snapshot(found.id), list(model.drawings.values())
            assert seen.ids == list(model.drawings)
            assert seen.labels.tolist() == [each["label"] for each in drawn]
            assert seen.pupils.tolist() == [each["pupil"] for each in drawn]
            assert [row.number for row in seen.rows] == list(range(1, found.drawings + 1))
            public = [d for d in drawn if d["state"] == drawings.SHOWN and d["pupil"] not in model.held]
            assert seen.public.ids == [each["id"] for each in public]
            assert seen.dataset.labels.tolist() == [each["label"] for each in public]
            waiting = [d["state"] == drawings.WAITING and d["pupil"] not in model.held for d in drawn]
            assert seen.waiting.tolist() == waiting
            for pupil, secret in zip(pupils.of_class(found.id), model.secrets, strict=True):
                assert pupils.known(secret) == (pupil, found)
                assert pupil.held == (pupil.number in model.held)
                assert pupil.drawings == sum(each["pupil"] == pupil.number for each in drawn)
        for model in self.gone:
            assert not any(pupils.known(secret) for secret in model.secrets)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_store_does_what_a_plain_model_does(
    store: str, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 3)
    monkeypatch.setattr(pupils, "MOST_PUPILS", 3)
    run_state_machine_as_test(
        Store,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
