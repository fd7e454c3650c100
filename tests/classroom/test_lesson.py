"""What lesson 6 and docs/classroom.md say of the example class and of the limits, computed again."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from digitlab import inference
from digitlab.classroom import classes, drawings, example, limits
from digitlab.classroom.drawings import Snapshot
from digitlab.learn import texts

ROOT = Path(__file__).parents[2]
LESSON = texts.lessons()["6-a-class-draws-together"]


@pytest.fixture(scope="module")
def everything() -> Snapshot:
    """The class that a teacher fills to try it alone."""
    found, _ = classes.start()
    try:
        return drawings.snapshot(example.fill(found).id)
    finally:
        classes.delete(found.id)


@pytest.fixture
def wall(everything: Snapshot) -> Snapshot:
    """What the wall shows of it."""
    return everything.public


def test_its_steps_fill_the_lesson() -> None:
    assert LESSON.summary.startswith("45 minutes")
    assert sum(int(re.match(r"(\d+) minutes\.", step.text)[1]) for step in LESSON.steps) == 45  # type: ignore[index]


def test_the_example_class_is_as_it_says(wall: Snapshot) -> None:
    answers = " ".join(step.answer.replace("\n", " ") for step in LESSON.steps)
    summary = LESSON.summary.replace("\n", " ")
    assert f"{example.PUPILS} made-up pupils draw {example.EACH} digits each" in summary
    right = wall.guesses == wall.labels
    assert "it reads about 96 % of the drawings on the wall, and of MNIST more than 99 %" in answers
    assert right.mean() == pytest.approx(0.96, abs=0.01)
    assert inference.load("cnn").card["test_accuracy"] > 0.99
    wrong = Counter(zip(wall.labels[~right].tolist(), wall.guesses[~right].tolist(), strict=True))
    [((label, read), most), (_, second)] = wrong.most_common(2)
    assert f"{label} read as {read} is its most frequent mistake" in answers
    assert "that cell holds fewer than ten drawings" in answers
    assert second < most < 10
    of_pupil = np.array([right[wall.pupils == number].mean() for number in np.unique(wall.pupils)])
    assert "more than half of the pupils have no digit misread on the wall, and one has every" in answers
    assert np.mean(of_pupil == 1) > 0.5
    worst, next_to_it, *_ = np.sort(of_pupil)
    assert worst == 0.7 < next_to_it


def test_the_guide_says_how_well_the_example_class_is_read(everything: Snapshot) -> None:
    """Whom the detector or the model itself doubts sees no digit."""
    said = " ".join((ROOT / "docs" / "classroom.md").read_text("utf-8").split())
    sure = everything.shown & (everything.sureness >= inference.SURE)
    right = sure & (everything.guesses == everything.labels)
    assert "the CNN with the reader of strokes shows the right digit for 95 drawings in a hundred" in said
    assert right.mean() == pytest.approx(0.95, abs=0.005)
    of_pupil = np.sort([right[everything.pupils == number].mean() for number in range(1, 31)])
    assert "for most pupils nearly all of them, for the worst one 14 of 20" in said
    assert np.mean(of_pupil >= 0.95) > 0.6
    assert of_pupil[0] * example.EACH == pytest.approx(14)


def test_the_figures_for_teachers_are_the_limits() -> None:
    said = " ".join((ROOT / "docs" / "classroom.md").read_text("utf-8").split())
    assert f"deleted {limits.LIFE_S // 3600} hours after its start" in said
    assert f"up to {limits.LONGEST_LIFE_S // 86400} days" in said
    assert f"takes {limits.MOST_PUPILS} pupils, and {limits.MOST_DRAWINGS} drawings of each" in said
    assert limits.BETWEEN_S == 2
    assert "one in two seconds" in said
    assert f"After {limits.LIFE_S // 3600} hours" in " ".join(LESSON.steps[0].answer.split())
