"""The page "Replay a training"."""

import pytest

from digitlab import strokes
from digitlab.training import histories
from pages.training import replay
from tests.apptest import open_page
from ui.pad import _Pad


def test_fresh_it_stands_at_the_start_and_shows_an_example() -> None:
    page = open_page("replay")
    assert not page.exception
    assert page.slider(key="moment").value == 0
    assert any("Before the first step" in text.value for text in page.markdown)
    assert any("An example" in html.proto.body for html in page.get("html"))


def test_with_a_drawing_it_reads_the_drawing() -> None:
    page = open_page("replay", {"moment": "5"}, state={"_pad": _Pad(strokes.examples()[7])})
    assert not page.exception
    assert any("Your drawing" in html.proto.body for html in page.get("html"))


def test_without_mnist_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay.evaluation, "pictures", lambda name: None)
    page = open_page("replay")
    assert not page.exception
    assert "MNIST can’t be had" in page.info[0].value


@pytest.mark.parametrize(
    "query", [{"moment": "999"}, {"moment": "inf"}, {"moment": ""}, {"model": "deep_cnn"}, {"model": "<b>"}]
)
def test_nonsense_in_the_link_is_ignored(query: dict[str, str]) -> None:
    page = open_page("replay", query)
    assert not page.exception
    assert page.slider(key="moment").value in (0, page.slider(key="moment").max)


def test_a_model_of_another_page_without_snapshots_breaks_nothing() -> None:
    assert not open_page("replay", state={"model": "deep_cnn"}).exception


def test_play_starts_from_the_moment_in_the_link_and_pause_stops() -> None:
    page = open_page("replay", {"model": "linear", "moment": "4"})
    page.button(key="play").click().run()
    assert page.session_state["_player"].playing
    assert page.session_state["_player"].moment == page.slider(key="moment").value
    assert page.slider(key="moment").value in (4, 5)
    page.button(key="pause").click().run()
    assert not page.session_state["_player"].playing
    assert [button.label for button in page.button] == ["Play"]


def test_a_shorter_training_keeps_the_slider_in_its_range() -> None:
    page = open_page("replay", {"model": "cnn"})
    page.slider(key="moment").set_value(page.slider(key="moment").max).run()
    page.selectbox(key="model").set_value("linear").run()
    assert not page.exception
    assert page.slider(key="moment").value <= len(histories.snapshots("linear").steps) - 1


@pytest.mark.parametrize(
    ("epochs", "words"),
    [(0.06, "0.06 epochs"), (1.0, "1 epoch"), (2.53, "2.5 epochs"), (27.999, "28 epochs")],
)
def test_epochs_are_written_as_people_write_them(epochs: float, words: str) -> None:
    assert replay.in_epochs(epochs) == words


@pytest.mark.parametrize("name", histories.with_snapshots())
def test_nearly_the_same_answer_is_said_only_where_it_is_so(name: str) -> None:
    kept = histories.snapshots(name)
    said = [
        moment for moment in range(len(kept.steps)) if "nearly the same answer" in replay.when(kept, moment)
    ]
    for moment in said:
        assert len(set(kept.answers[moment].tolist())) < 4
    assert len(kept.steps) - 1 not in said
