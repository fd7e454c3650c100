"""A class as a data set, and its models: on the pages that are about digits, and in the library that they
call. A class grows, loses drawings, and ends, whoever looks at it."""

import asyncio
import html
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from starlette.routing import Router
from starlette.types import Message
from streamlit.testing.v1 import AppTest

from digitlab import data, evaluation, inference, strokes
from digitlab.classroom import classes, database, drawings, pupils, trained, trainings
from digitlab.classroom.classes import BALANCED, FREE, Class
from digitlab.data import samples, tsne_map
from digitlab.errors import DataUnavailable, UnknownName
from digitlab.evaluation import charts, confidence, guess, mistakes
from digitlab.evaluation.compare import compared
from digitlab.evaluation.one_digit import one_vs_rest
from digitlab.numbers import probability
from digitlab.preprocess import to_mnist
from digitlab.strokes import Drawing, Stroke
from digitlab.training.runs import results
from tests.apptest import open_page
from tests.shell import Shell
from ui import chosen_digit, known_classes
from ui.pad import live_files
from ui.server import live

PAGES = ("mistakes", "one_digit", "confidence", "compare", "samples", "data_set", "guess")
ARTIFACTS = inference.ARTIFACTS
UNKNOWN = "ZZZZZ"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty database; pupils needn't wait."""
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'classes.sqlite3'}")
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)
    yield
    database.close()


def moved(digit: int, right: float) -> Drawing:
    """Our example, so many pixels farther right: another drawing, which is read alike."""
    return tuple(
        Stroke([(x + right, y) for x, y in stroke.points], stroke.width)
        for stroke in strokes.examples()[digit]
    )


def draw(found: Class, digits: list[int], asked: bool = True) -> list[str]:
    """A new pupil sends these; ids of the drawings."""
    pupil, _ = pupils.join(found)
    return [
        drawings.send(found, pupil, moved(digit, place / 4), digit if asked else None).id
        for place, digit in enumerate(digits)
    ]


def a_class(hands: int = 3, times: int = 1, task: str = BALANCED) -> Class:
    found, _ = classes.start(task)
    for _ in range(hands):
        draw(found, [*range(10)] * times, asked=task == BALANCED)
    return found


def texts(page: AppTest) -> str:
    assert not page.exception, page.exception[0].message
    return "\n".join(element.value for element in (*page.markdown, *page.caption, *page.info))


# --- the library ---------------------------------------------------------------------------------------


def everything_kept(dataset: str) -> list[int]:
    """How many pictures each of the figures that are kept is about."""
    result = evaluation.evaluate("linear", dataset)
    of_curve = charts._coverage("linear", dataset, False).data[1].customdata  # pyright: ignore
    return [
        len(result.labels),
        len(evaluation.digit_scores(dataset)),
        len(compared("linear", "tiny_cnn", dataset).a.labels),
        confidence.selection("linear", dataset, 0).answered,
        len(one_vs_rest("linear", dataset, 3).positive),
        len(samples.oddness(dataset, "test")),
        len(tsne_map.load(dataset).indices),
        int(
            charts.bins("linear", dataset, False).right.sum()
            + charts.bins("linear", dataset, False).wrong.sum()
        ),
        len(data.load(dataset, "test").labels) if len(of_curve) else 0,
    ]


def test_nothing_that_is_kept_is_of_an_older_class() -> None:
    found = a_class(hands=1)
    first = draw(found, [3])[0]
    assert set(everything_kept(found.dataset)) == {11}
    assert evaluation.evaluate("linear", found.dataset) is evaluation.evaluate("linear", found.dataset)
    draw(found, [5, 6])
    assert set(everything_kept(found.dataset)) == {13}
    drawings.set_state(found.id, first, drawings.HIDDEN)
    assert set(everything_kept(found.dataset)) == {12}
    before = evaluation.evaluate("linear", found.dataset)
    pupils.join(found)
    assert evaluation.evaluate("linear", found.dataset) is before, "who joins draws nothing"


def test_a_moment_stays_as_it_was_while_the_class_draws_on() -> None:
    found = a_class(hands=1)
    then = data.fixed(found.dataset)
    assert data.fixed(then) == then
    draw(found, [7])
    assert len(data.load(then, "test").labels) == 10
    assert len(data.load(found.dataset, "test").labels) == 11
    assert then != data.fixed(found.dataset)
    assert evaluation.evaluate("linear", then) is not evaluation.evaluate("linear", found.dataset)


def test_of_a_class_that_has_ended_nothing_is_kept() -> None:
    found = a_class(hands=1)
    then = data.fixed(found.dataset)
    classes.delete(found.id)
    for name in (found.dataset, then):
        with pytest.raises(DataUnavailable):
            data.load(name, "test")


def backwards(drawing: Drawing) -> Drawing:
    """The same picture, with the pen going the other way."""
    return tuple(Stroke(stroke.points[::-1], stroke.width) for stroke in drawing)


def test_all_say_the_same_of_a_drawing_and_know_how_the_pen_moved() -> None:
    found = a_class(hands=1)
    pupil, _ = pupils.join(found)
    sent = drawings.send(found, pupil, backwards(strokes.examples()[3]), asked=3)
    shown = drawings.snapshot(found.id).public
    read = evaluation.evaluate("cnn", found.dataset)
    alone = inference.load("cnn").predict(shown.pictures / np.float32(255))
    assert abs(read.probabilities - alone).max() > 0.05, "a 3 that is drawn backwards is another movement"
    np.testing.assert_allclose(sent.answer.probabilities, read.probabilities[-1], atol=1e-5)
    for index, (row, probabilities) in enumerate(zip(shown.rows, read.probabilities, strict=True)):
        picture = shown.pictures[index] / np.float32(255)
        answer = inference.load("cnn").answer(picture, shown.drawing(index))
        np.testing.assert_allclose(probabilities, answer.probabilities, atol=1e-5)
        assert (row.guess, row.sureness) == (answer.guess, pytest.approx(probabilities.max(), abs=1e-5))
    drawn = chosen_digit.sample(f"{found.dataset}-11")
    assert drawn is not None
    assert drawn.drawing == shown.drawing(10)
    seen = to_mnist(strokes.render(drawn.drawing))
    assert seen is not None
    np.testing.assert_allclose(
        inference.load("cnn").answer(seen, drawn.drawing).probabilities, read.probabilities[-1], atol=0.02
    )
    # who learned MNIST alone is there to show how far that goes
    of_linear = inference.load("linear").predict(shown.pictures / np.float32(255))
    np.testing.assert_array_equal(evaluation.evaluate("linear", found.dataset).probabilities, of_linear)


def test_the_movement_of_a_drawing_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = a_class(hands=1)
    evaluation.evaluate("cnn", found.dataset)
    read: list[int] = []
    read_movement = inference.read_movement

    def counted(drawn: Iterable[Drawing]) -> np.ndarray:
        drawn = list(drawn)
        read.append(len(drawn))
        return read_movement(drawn)

    monkeypatch.setattr(inference, "read_movement", counted)
    hidden, *_ = draw(found, [1, 2])
    read.clear()
    assert len(evaluation.evaluate("cnn", found.dataset).labels) == 12
    evaluation.evaluate("tiny_cnn", found.dataset)
    drawings.set_state(found.id, hidden, drawings.HIDDEN)
    assert len(evaluation.evaluate("cnn", found.dataset).labels) == 11
    assert sum(read) == 2, "the new ones"


def test_a_drawing_keeps_its_number_when_another_one_is_hidden() -> None:
    found = a_class(hands=1)
    ids = drawings.snapshot(found.id).ids
    assert samples.named(found.dataset, "test", 4) == f"{found.dataset}-5"
    drawings.set_state(found.id, ids[0], drawings.HIDDEN)
    assert samples.named(data.fixed(found.dataset), "test", 3) == f"{found.dataset}-5"
    assert samples.parse(f"{found.dataset}-5") == (found.dataset, "test", 3)
    for nonsense in (
        f"{found.dataset}-1",
        f"{found.dataset}-99",
        f"class:{UNKNOWN}-1",
        "class:-1",
        "class:KFRTW-",
    ):
        assert samples.parse(nonsense) is None


def test_a_map_puts_a_drawing_among_the_digits_that_it_is_like() -> None:
    """There lie other digits of its kind; and nothing moves when others come."""
    of_map = tsne_map.load(tsne_map.base())
    labels = data.load(tsne_map.base(), "test").labels[of_map.indices]
    found = a_class(hands=1)
    before = tsne_map.load(found.dataset).places
    nearest = np.linalg.norm(of_map.places[None] - before[:, None], axis=-1).argmin(axis=1)
    assert (labels[nearest] == range(10)).sum() >= 8
    draw(found, [1, 2])
    np.testing.assert_array_equal(tsne_map.load(found.dataset).places[:10], before)


def test_the_code_of_a_page_runs_for_a_class_too(shell: Shell) -> None:
    found = a_class(hands=1)
    left = shell(mistakes.code_of_matrix("cnn", data.fixed(found.dataset)))
    np.testing.assert_array_equal(left["labels"], data.load(found.dataset, "test").labels)
    shown = evaluation.evaluate("cnn", found.dataset).probabilities
    np.testing.assert_allclose(left["probabilities"], shown, atol=1e-6)


# --- the game ------------------------------------------------------------------------------------------


def test_a_game_asks_the_same_drawings_while_the_class_draws_on() -> None:
    found = a_class()
    game = guess.start(found.dataset, 1).guess(4).go_on()
    asked = [question.label for question in game.questions]
    draw(found, [9] * 10)
    later = guess.on(game, found.dataset)
    assert [question.label for question in later.questions] == asked
    link = guess.written(game), guess.written_numbers(game)
    assert guess.read(found.dataset, "1", *link).guesses == (4,)
    assert guess.read(found.dataset, "1", link[0], link[1] + "-7").guesses == (), "nobody has written that"
    hidden = next(row.id for row in drawings.snapshot(found.id).rows if row.number == game.asked[7])
    drawings.set_state(found.id, hidden, drawings.HIDDEN)
    again = guess.on(later, found.dataset)
    assert again.guesses == ()
    assert len(again.questions) == guess.QUESTIONS


def test_nobody_is_asked_what_only_a_model_has_labelled() -> None:
    found = a_class(task=FREE)
    assert not guess.enough(found.dataset)
    for row in drawings.snapshot(found.id).rows[:20]:
        drawings.relabel(found.id, row.id, row.label, drawings.TEACHER)
    assert guess.enough(found.dataset)
    assert set(guess.start(found.dataset, 1).asked) == set(range(1, 21))


# --- the pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_a_link_opens_a_class(address: str) -> None:
    found = a_class(hands=4)
    page = open_page(address, {"digits": found.dataset})
    said = texts(page)
    assert page.selectbox(key="digits").value in (found.dataset, f"Class {found.code}")
    assert "10,000 test digits" not in said
    if address != "guess":
        assert "40 digits" in said or "40 test digits" in said


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("digits", [[4], [*range(10)] * 3])
def test_few_drawings_break_nothing(address: str, digits: list[int]) -> None:
    found, _ = classes.start()
    draw(found, digits)
    texts(open_page(address, {"digits": found.dataset, "is": "8", "digit": "8"}))
    texts(open_page(address, {"digits": found.dataset}))


@pytest.mark.parametrize("address", [*PAGES, "hands"])
def test_a_page_is_of_one_moment_however_fast_the_class_draws(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the page asks for the class, there is one drawing more, and one is hidden."""
    found = a_class(hands=4)
    read, more = drawings.snapshot, iter(range(10, 1000))

    def snapshot(class_id: str) -> drawings.Snapshot:
        number = next(more)
        pupil, _ = pupils.join(found)
        drawings.send(found, pupil, moved(number % 10, number / 8), number % 10)
        drawings.set_state(found.id, read(class_id).ids[number], drawings.HIDDEN)
        return read(class_id)

    monkeypatch.setattr(drawings, "snapshot", snapshot)
    query = {"class": found.code} if address == "hands" else {"digits": found.dataset, "is": "8"}
    texts(open_page(address, query))
    asked = next(more) - 10
    assert asked == 1 or (address == "guess" and asked), "it asks once, and keeps to that"


@pytest.mark.parametrize("address", PAGES)
def test_who_has_opened_a_class_finds_it_in_the_list(address: str) -> None:
    found = a_class(hands=2)
    page = open_page(address, state={"_class": found.code})
    box = page.selectbox(key="digits")
    assert f"Class {found.code}" in box.options
    box.set_value(found.dataset if address != "mistakes" else f"Class {found.code}").run()
    texts(page)
    classes.delete(found.id)
    page.run()
    assert "There is no class with this code." in texts(page)


@pytest.mark.parametrize("address", PAGES)
def test_an_unknown_class_is_the_usual_data_set_and_a_sentence(address: str) -> None:
    page = open_page(address, {"digits": f"class:{UNKNOWN}"})
    assert "There is no class with this code." in texts(page)
    assert f"Class {UNKNOWN}" not in [option for box in page.selectbox for option in box.options]


@pytest.mark.parametrize("address", PAGES)
def test_a_class_that_has_drawn_nothing_is_waited_for(address: str) -> None:
    found, _ = classes.start()
    page = open_page(address, {"digits": found.dataset})
    assert "drawn nothing yet" in texts(page)
    draw(found, [*range(10)] * 2)
    page.run()
    assert "drawn nothing yet" not in texts(page)


@pytest.mark.parametrize("address", ["mistakes", "confidence", "compare"])
def test_labels_that_are_a_models_guess_are_said_to_be(address: str) -> None:
    found = a_class(task=FREE)
    assert "30 labels of 30 are nobody’s word" in texts(open_page(address, {"digits": found.dataset}))
    for row in drawings.snapshot(found.id).rows:
        drawings.relabel(found.id, row.id, row.label, drawings.PUPIL)
    assert "nobody’s word" not in texts(open_page(address, {"digits": found.dataset}))


def test_a_digit_in_large_is_read_as_it_was_in_the_class() -> None:
    found = a_class(hands=1)
    pupil, _ = pupils.join(found)
    drawings.send(found, pupil, backwards(strokes.examples()[3]), asked=3)
    read = evaluation.evaluate("cnn", found.dataset).probabilities[-1]
    alone = inference.load("cnn").predict(drawings.snapshot(found.id).pictures[-1:] / np.float32(255))[0]
    page = open_page("samples", {"digits": found.dataset, "is": "3"}, {"opened": 1})
    assert "How the pen moved counts, too, for all but Linear and Textbook net." in texts(page)
    shown = html.unescape("".join(element.proto.body for element in page.get("html")))
    (row,) = re.findall(r'<th scope="row">CNN</th>(.*?)</tr>', shown)
    told = [re.findall(rf'aria-label="{digit}: ([^"]+)"', row)[0] for digit in range(10)]
    assert told == [probability(share) for share in read.tolist()]
    assert told != [probability(share) for share in alone.tolist()]


def test_codes_are_not_guessed_by_links_to_data_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these ways to ask for a class counts as one."""
    tried: list[str] = []
    monkeypatch.setattr("ui.classroom.attempts.wrong", lambda _address, code: tried.append(code))
    open_page("mistakes", {"digits": "class:BBBBB", "model": "class:CCCCC:1"})
    open_page("draw", {"sample": "class:DDDDD-1"})
    assert set(tried) == {"BBBBB", "CCCCC", "DDDDD"}


def test_a_drawing_of_a_class_by_link() -> None:
    found = a_class(hands=1)
    page = open_page("convolution", {"sample": f"{found.dataset}-5"})
    assert f"number 5 of class {found.code}’s digits" in texts(page)
    texts(open_page("convolution", {"sample": f"class:{UNKNOWN}-5"}))


# --- its models ----------------------------------------------------------------------------------------


@pytest.fixture
def tuned() -> Class:
    """A class that has trained one: here, it is the textbook net as it was."""
    found = a_class(hands=2)
    trainings.save(found, "dense_classic", results(ARTIFACTS / "dense_classic"))
    return found


@pytest.mark.parametrize("address", ["mistakes", "one_digit", "confidence", "compare"])
def test_a_model_of_a_class_by_link(address: str, tuned: Class) -> None:
    name = f"{tuned.dataset}:1"
    key = "a" if address == "compare" else "model"
    page = open_page(address, {"digits": tuned.dataset, key: name})
    assert page.selectbox(key=key).value == name
    assert f"Textbook net of class {tuned.code}, 1" in page.selectbox(key=key).options
    assert "has learned from some of these very digits" in texts(page)


def test_the_draw_page_answers_with_a_model_of_a_class_and_all_means_the_zoo(tuned: Class) -> None:
    name = f"{tuned.dataset}:1"
    page = open_page("draw", {"model": name})
    assert page.radio(key="model").value == name
    texts(page)
    assert f"{tuned.dataset}:1" not in inference.names()
    page = open_page("draw", {"model": name, "compare": "true"})
    assert "**All models** read it." in texts(page)


def test_a_model_that_is_gone_is_the_cnn_and_a_sentence(tuned: Class) -> None:
    page = open_page("one_digit", {"model": f"{tuned.dataset}:1"})
    classes.delete(tuned.id)
    page.run()
    texts(page)
    assert page.selectbox(key="model").value == "cnn"
    assert "isn’t there any more" in page.toast[0].value


def test_a_name_that_has_come_to_mean_another_model_gets_another_answer(tuned: Class) -> None:
    """A class that was emptied begins again with number 1."""
    name = f"{tuned.dataset}:1"
    before = evaluation.evaluate(name, "digits").probabilities
    classes.empty(tuned.id)
    with pytest.raises(UnknownName):
        evaluation.evaluate(name, "digits")
    trainings.save(tuned, "linear", results(ARTIFACTS / "linear"))
    assert not np.array_equal(evaluation.evaluate(name, "digits").probabilities, before)


def answered(path: str) -> tuple[int, bytes]:
    """What our routes answer. In a thread of its own: the browser tests leave an event loop."""
    said: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    async def send(message: Message) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, Router(live.ROUTES)(scope, receive, send)).result()
    return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


def test_the_browser_gets_a_network_of_a_class_until_the_class_ends(tuned: Class) -> None:
    kept = live_files.network(f"{tuned.dataset}:1")
    assert kept is not None
    assert re.fullmatch("[0-9a-f]{32}", kept[0])
    assert kept[0] == trained.identity(f"{tuned.dataset}:1").id
    assert answered(kept[1]) == (200, (ARTIFACTS / "dense_classic" / "live.bin").read_bytes())
    for nonsense in ("0" * 32, kept[0][:-1], kept[0].upper(), "..%2Fcnn"):
        assert answered(kept[1].replace(kept[0], nonsense))[0] == 404
    classes.delete(tuned.id)
    assert answered(kept[1])[0] == 404
    assert live_files.network(f"{tuned.dataset}:1") is None


def test_a_model_without_a_file_for_the_browser_answers_on_the_server(tuned: Class) -> None:
    trainings.save(tuned, "dense", results(ARTIFACTS / "dense"))
    assert live_files.network(f"{tuned.dataset}:2") is None
    assert live_files.network("cnn") == ("cnn", live_files.url("cnn.bin"))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CNN of class KFRTW, 1", "class:KFRTW:1"),
        ("class:kfrtw:12", "class:KFRTW:12"),
        ("class:KFRTW", None),
        ("CNN", None),
        ("", None),
    ],
)
def test_a_model_is_named_by_its_name_or_its_title(title: str, name: str | None) -> None:
    assert known_classes.model_named(title) == name
