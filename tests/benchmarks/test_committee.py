"""The committee is the group of readers that reads most of what none of them was trained on."""

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import committee, markdown
from benchmarks.committee import Group, groups
from digitlab import evaluation
from digitlab.errors import DataUnavailable
from model_zoo import definition
from model_zoo.committee import MEMBERS
from model_zoo.training import training_data


def test_a_group_is_wrong_where_its_joined_opinion_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committee, "READERS", ["a", "b", "c"])
    said = {
        "a": np.log([[0.6, 0.4], [0.9, 0.1]]),
        "b": np.log([[0.1, 0.9], [0.3, 0.7]]),
        "c": np.log([[0.5, 0.5], [0.5, 0.5]]),
    }
    found = {
        each.members: each.wrong for each in groups([(np.array([1, 0]), said), (np.array([0, 1]), said)])
    }
    assert found == {
        ("a", "b"): (0, 1),  # 1, then 0: both right on the first kind, both wrong on the second
        ("a", "c"): (0.5, 0.5),
        ("b", "c"): (0.5, 0.5),
        ("a", "b", "c"): (0, 1),
    }


@pytest.mark.slow
def test_the_zoo_s_committee_is_the_best_on_validation() -> None:
    try:
        best = committee.best()
    except DataUnavailable as error:
        pytest.skip(str(error))
    assert isinstance(best[0], Group)
    assert set(best[0].members) == {folder.name for folder in MEMBERS}
    four = next(each for each in best if set(each.members) == {"dense", "cnn", "deep_cnn", "sturdy"})
    page = " ".join((markdown.DOCS / "robustness.md").read_text("utf-8").split())
    for group in (best[0], four):
        mnist, drawn, spoiled = map(markdown.percent, group.wrong)
        assert f"misreads {mnist}, {drawn} and {spoiled} %" in page


def test_its_members_are_seldom_both_sure_of_the_same_mistake() -> None:
    """As its card says; and together they make fewer than either."""
    members = [evaluation.evaluate(folder.name, "mnist") for folder in MEMBERS]
    read, confidence = np.array([m.answers for m in members]), np.array([m.confidence for m in members])
    same = ~members[0].right & (read[0] == read[1])
    assert (same.sum(), (same & (confidence > 0.9).all(axis=0)).sum()) == (26, 2)
    assert "26 times, and twice" in " ".join(definition("committee").__doc__.split())
    assert (~evaluation.evaluate("committee", "mnist").right).sum() < min((~m.right).sum() for m in members)


@pytest.fixture
def no_pens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    training_data.drawn.cache_clear()
    yield
    training_data.drawn.cache_clear()


@pytest.mark.usefixtures("no_pens")
def test_without_data_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert committee.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1
