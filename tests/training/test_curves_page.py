"""The page "Training curves": what it says, and that no link breaks it."""

import pytest

from digitlab.training import histories
from pages.training import curves
from tests.apptest import open_page

KNOWN = histories.histories()


def test_fresh_it_shows_every_model() -> None:
    page = open_page("curves")
    assert not page.exception
    assert page.multiselect(key="models").value == list(KNOWN)
    assert len(page.get("plotly_chart")) == 3


def test_the_link_chooses_models_by_title_or_name() -> None:
    page = open_page("curves", {"models": ["Textbook net", "dense"], "log": "true"})
    assert page.multiselect(key="models").value == ["dense_classic", "dense"]
    assert page.toggle(key="log").value
    assert not page.exception


@pytest.mark.parametrize("query", [{"models": "nobody"}, {"models": ""}, {"log": "inf", "training": "<b>"}])
def test_nonsense_in_the_link_is_ignored(query: dict[str, str]) -> None:
    assert not open_page("curves", query).exception


def test_without_models_it_says_what_to_do() -> None:
    page = open_page("curves")
    page.multiselect(key="models").set_value([]).run()
    assert "at least one" in page.info[0].value
    assert not page.get("plotly_chart")


def test_each_sentence_is_said_once() -> None:
    said = curves.explained(list(KNOWN.values()))
    assert len(said) == len({sentence.split("** ")[1] for sentence in said})
    for history in KNOWN.values():
        assert any(f"{history.title}." in s or f"{history.title}," in s for s in said[1:]), history.title


def test_the_sentence_about_the_gap_fits_its_sign() -> None:
    for history in KNOWN.values():
        words = curves.gap(history)
        if words.startswith("Better"):
            assert history.accuracy[-1] - history.validation_accuracy[-1] > curves.VISIBLE_GAP
        elif words.startswith("Worse"):
            assert history.validation_accuracy[-1] - history.accuracy[-1] > curves.VISIBLE_GAP
            assert ("bends" in words) == bool(history.card["recipe"]["augmentation"])
        else:
            assert abs(history.gap) <= curves.VISIBLE_GAP


def test_iterations_are_counted_as_the_sentence_says() -> None:
    history = KNOWN["dense_classic"]
    sentence = curves.explained([history])[0]
    steps = history.card["iterations_per_epoch"]
    assert f"{steps:,} to an epoch" in sentence
    assert f"{steps * history.epochs:,} iterations" in sentence
