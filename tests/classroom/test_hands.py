"""Whose hands a model reads worse: the figures by an independent way, and a page that gives nobody away."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from digitlab import evaluation
from digitlab.classroom import classes, database, drawings, hands, pupils, simulated, styles
from digitlab.classroom.classes import BALANCED, FREE, Class
from digitlab.classroom.hands import design_effect, interval
from pages.classroom import hands as page
from tests.apptest import open_page


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty database; pupils needn't wait."""
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'classes.sqlite3'}")
    monkeypatch.setattr(drawings, "BETWEEN_S", 0)
    yield
    database.close()


def a_class(number: int, each: int = 10, task: str = BALANCED) -> Class:
    """So many made-up hands have drawn."""
    found, _ = classes.start(task)
    for hand in simulated.pupils(number):
        pupil, _ = pupils.join(found)
        for place in range(each):
            digit = place % 10
            asked = digit if task == BALANCED else None
            drawings.send(found, pupil, hand.draw(digit, place // 10), asked)
    return found


# --- intervals -----------------------------------------------------------------------------------------


def test_with_one_drawing_of_each_hand_the_interval_is_wilsons() -> None:
    right = np.array([True] * 17 + [False] * 3)
    wilson = binomtest(17, 20).proportion_ci(method="wilson")
    assert interval(right, np.arange(20)) == pytest.approx((wilson.low, wilson.high), abs=0.01)


def test_ten_equal_drawings_of_a_hand_tell_as_much_as_one() -> None:
    by_hand = np.array([True] * 14 + [False] * 6)
    right, owner = np.repeat(by_hand, 10), np.repeat(np.arange(20), 10)
    assert design_effect(right, owner) == pytest.approx(10 * 20 / 19)  # as of a sample: n - 1
    low, high = interval(right, owner)
    one = interval(by_hand, np.arange(20))
    assert (low, high) == pytest.approx(one, abs=0.01)
    alone = binomtest(140, 200).proportion_ci(method="wilson")
    assert high - low > 2 * (alone.high - alone.low), "what takes them for 200 would be far too sure"


@pytest.mark.parametrize("right", [[], [True], [True] * 9, [False] * 9])
def test_an_interval_never_leaves_the_shares(right: list[bool]) -> None:
    low, high = interval(np.array(right, bool), np.zeros(len(right), int))
    assert 0 <= low <= high <= 1
    assert high == 1 if all(right) else low == 0


def test_the_intervals_hold_the_true_share_about_as_often_as_they_say() -> None:
    """Hands of their own skill, ten drawings each: 95 of 100 intervals should hold their mean."""
    rng = np.random.default_rng(0)
    held, naive = [], []
    for _ in range(400):
        skill = rng.beta(4, 1, size=25)
        right = (rng.random((25, 10)) < skill[:, None]).ravel()
        low, high = interval(right, np.repeat(np.arange(25), 10))
        held.append(low <= 0.8 <= high)
        alone = binomtest(int(right.sum()), 250).proportion_ci(method="wilson")
        naive.append(alone.low <= 0.8 <= alone.high)
    assert np.mean(held) > 0.9
    assert np.mean(naive) < np.mean(held)


def test_hands_that_differ_are_told_from_hands_that_only_seem_to() -> None:
    rng = np.random.default_rng(1)
    owner = np.repeat(np.arange(20), 10)
    alike = [hands._hands(rng.random(200) < 0.9, owner).p for _ in range(10)]
    assert np.median(alike) > 0.1
    some_worse = rng.random(200) < np.where(owner < 5, 0.4, 0.97)
    found = hands._hands(some_worse, owner)
    assert found.p < 0.01
    assert (np.diff(found.shares) >= 0).all()
    assert found.by_chance[0] > found.shares[0]


# --- a class -------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_drawings_that_everybody_sees() -> None:
    found = a_class(8, 20)
    figures = hands.figures(found.dataset, "linear")
    seen, result = drawings.snapshot(found.id).public, evaluation.evaluate("linear", found.dataset)
    assert figures.everything.drawings == len(seen.rows)
    assert figures.everything.right == result.right.sum()
    shares = [result.right[seen.pupils == pupil].mean() for pupil in np.unique(seen.pupils)]
    np.testing.assert_allclose(figures.hands.shares, sorted(shares))
    for digit, pair in styles.STYLES.items():
        of_digit = [figures.styles[name] for name in pair]
        assert sum(group.drawings for group in of_digit) == (seen.labels == digit).sum()
    for groups in (figures.pens, figures.strokes):
        assert sum(group.drawings for group in groups.values()) == len(seen.rows)
    worst = figures.everything.worst
    assert len(worst) == hands.WORST
    assert not result.right[list(worst)].any()
    assert hands.figures(found.dataset, "linear") is figures, "nothing is measured twice"


def test_labels_of_a_model_say_nothing_of_hands() -> None:
    found = a_class(6, task=FREE)
    figures = hands.figures(found.dataset, "cnn")
    assert figures.everything.drawings == 0
    assert figures.left_out > 50
    for row in drawings.snapshot(found.id).public.rows[:30]:
        drawings.relabel(found.id, row.id, row.label, drawings.TEACHER)
    assert hands.figures(found.dataset, "cnn").everything.drawings == 30


# --- the page ------------------------------------------------------------------------------------------


def texts(query: dict[str, str]) -> str:
    test = open_page("hands", query)
    assert not test.exception, test.exception[0].message
    return "\n".join(element.value for element in (*test.markdown, *test.caption, *test.info))


def test_the_page_shows_the_figures_and_nobodys_name() -> None:
    found = a_class(8, 20)
    said = texts({"class": found.code, "model": "linear"})
    figures = hands.figures(found.dataset, "linear")
    assert page.spread(figures.hands) in said
    assert f"of {figures.everything.drawings} digits by 8 hands" in said
    for pupil in pupils.of_class(found.id):
        assert pupil.name not in said
        assert pupil.symbol not in said


def test_few_hands_are_not_shown_one_by_one() -> None:
    found = a_class(4)
    assert "Too few: 4 hands have drawn 5 digits or more." in texts({"class": found.code})


@pytest.mark.parametrize("query", [{}, {"class": "ZZZZZ"}, {"class": ""}])
def test_without_a_class_there_are_calm_words(query: dict[str, str]) -> None:
    said = texts(query)
    assert "This page belongs to a class." in said or "There is no class with this code." in said


def test_a_class_that_has_drawn_nothing_has_no_hands() -> None:
    found, _ = classes.start()
    assert "This class has drawn nothing yet." in texts({"class": found.code})
    pupil, _ = pupils.join(found)
    drawings.send(found, pupil, simulated.pupils(1)[0].draw(3), 3)
    assert "1 digit by 1 hand" in texts({"class": found.code})


def test_what_may_be_said_of_two_groups() -> None:
    def group(right: int, drawn: int, low: float, high: float) -> hands.Group:
        return hands.Group(drawn, 10, right, right / drawn, low, high, ())

    bad, good = group(10, 20, 0.3, 0.7), group(95, 100, 0.89, 0.98)
    assert page.verdict({"Crossed 7": bad, "Plain 7": good}).startswith("Crossed 7: read worse than plain 7")
    assert "overlap" in page.verdict({"A": good, "B": group(18, 20, 0.7, 0.97)})
    assert page.verdict({"A": good, "B": group(1, 2, 0.1, 0.9)}) == ""
