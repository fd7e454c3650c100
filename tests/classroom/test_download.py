"""The files of a class: what is in them, and that the app itself reads them."""

import json
from types import SimpleNamespace

import pytest

from digitlab.classroom import download, drawings, pupils
from digitlab.classroom.download import FILES, chosen
from digitlab.classroom.drawings import HIDDEN, Snapshot
from digitlab.evaluation import own_data
from tests.classroom.class_work import ClassWork, work

__all__ = ["work"]
READABLE = ("pictures.zip", "pictures.csv", "pictures.npz")


@pytest.fixture
def mixed(work: ClassWork) -> ClassWork:
    """Drawings 1 to 4 are shown, 5 waits, 6 is hidden, 7 is of a pupil who is held."""
    for digit in (7, 0, 4, 9):
        work.draw(digit)
    work.scrawl()
    work.draw(2)
    drawings.set_state(work.made.id, work.snapshot.ids[-1], HIDDEN)
    work.draw(8, pupil=2)
    pupils.hold(work.made.id, 2)
    return work


def content(name: str, snapshot: Snapshot) -> bytes:
    make, _ = FILES[name]
    return make(snapshot)


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("everything", [False, True])
def test_the_app_reads_them_back(mixed: ClassWork, name: str, everything: bool) -> None:
    snapshot = chosen(mixed.snapshot, everything)
    assert [row.number for row in snapshot.rows] == list(range(1, 8 if everything else 5))
    read = own_data.read(name, content(name, snapshot))
    assert read.inverted == 0
    kept = {(int(label), image.tobytes()) for label, image in zip(read.labels, read.images, strict=True)}
    assert kept == {(row.label, row.picture) for row in snapshot.rows}
    if name.endswith("npz"):
        assert read.pupils is not None
        assert read.pupils.tolist() == snapshot.pupils.tolist()


def test_the_strokes_are_as_drawn(mixed: ClassWork) -> None:
    told = json.loads(content("strokes.json", chosen(mixed.snapshot, everything=True)))
    assert [each["state"] for each in told["drawings"]] == ["shown"] * 4 + ["waiting", "hidden", "held"]
    assert [each["label"] for each in told["drawings"]] == [7, 0, 4, 9, 4, 2, 8]
    for number, each in enumerate(told["drawings"]):
        drawn = [([*map(tuple, stroke["points"])], stroke["width"]) for stroke in each["strokes"]]
        assert drawn == [([*stroke.points], stroke.width) for stroke in mixed.snapshot.drawing(number)]


def test_no_animal_and_no_secret_is_in_them(mixed: ClassWork) -> None:
    rows = mixed.snapshot.rows
    secrets = [mixed.key, mixed.made.id, *(row.id for row in rows), *(pupil.id for pupil in mixed.pupils)]
    names = [animal for animal, _ in pupils.ANIMALS] + list(pupils.COLOURS)
    for name in FILES:
        text = content(name, chosen(mixed.snapshot, everything=True)).decode("latin-1").lower()
        assert not [word for word in secrets + names if len(word) > 3 and word.lower() in text], name


def test_they_are_bounded(mixed: ClassWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MOST", 3)
    assert [row.number for row in chosen(mixed.snapshot).rows] == [2, 3, 4], "the newest ones"
    everything = json.loads(content("strokes.json", chosen(mixed.snapshot)))["drawings"]
    room = sum(len(json.dumps(each)) for each in everything[1:])
    monkeypatch.setattr(download, "MOST_JSON", room)
    assert json.loads(content("strokes.json", chosen(mixed.snapshot)))["drawings"] == everything[1:]


def test_the_largest_class_can_be_read_back(mixed: ClassWork) -> None:
    """From a ZIP and an .npz. A table of so many is larger than a file may be."""
    rows = mixed.snapshot.rows
    many = Snapshot(
        1, tuple(SimpleNamespace(**{**rows[i % 4]._mapping, "number": i}) for i in range(download.MOST))
    )
    assert len(content("pictures.zip", many)) < own_data.MAX_BYTES
    assert len(content("pictures.npz", many)) < own_data.MAX_BYTES
