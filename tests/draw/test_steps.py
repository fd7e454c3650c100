"""The steps of the preprocessing, one by one."""

from itertools import chain, combinations

import cv2
import numpy as np
import pytest

from digitlab import data, inference, snippets, strokes
from digitlab.draw import steps
from digitlab.preprocess import BOX, FIELD, Settings, to_mnist
from tests.shell import Shell

ALL = {step.name for step in steps.STEPS}
SOME = [set(chosen) for chosen in chain.from_iterable(combinations(sorted(ALL), n) for n in range(len(ALL)))]
SMALL = steps.on_larger_paper(strokes.render(strokes.examples()[5]))


def climb(taken: set[str]) -> np.ndarray:
    rungs = steps.climb(SMALL, taken)
    assert rungs is not None
    return rungs


def height(picture: np.ndarray) -> int:
    rows = np.flatnonzero(picture.max(axis=1) > 0.1)
    return int(np.ptp(rows)) + 1


def test_the_last_rung_is_what_a_model_sees() -> None:
    for drawing in strokes.examples():
        image = strokes.render(drawing)
        rungs = steps.climb(image, ALL)
        assert rungs is not None
        assert np.array_equal(rungs[-1], to_mnist(image))


def test_the_first_rung_is_the_picture_shrunk() -> None:
    shrunk = cv2.resize(SMALL.astype(np.float32) / SMALL.max(), (FIELD, FIELD), interpolation=cv2.INTER_AREA)
    assert np.allclose(climb(set())[0], shrunk, atol=1e-6)


def test_each_rung_does_what_it_says() -> None:
    shrunk, crop, box, centre, pen = climb(ALL)
    assert height(shrunk) <= FIELD // 2
    assert height(crop) == FIELD
    assert height(box) in (BOX - 1, BOX)
    at = [(np.arange(FIELD) * picture.sum(axis=0)).sum() / picture.sum() for picture in (box, centre)]
    assert abs(at[1] - 14) < 0.2 < abs(at[0] - 14)
    assert pen.sum() != pytest.approx(centre.sum(), rel=0.05)


@pytest.mark.parametrize("taken", SOME, ids=lambda taken: "+".join(sorted(taken)) or "none")
def test_a_step_left_out_changes_nothing_on_its_own_rung_and_something_at_the_end(taken: set[str]) -> None:
    rungs, whole = climb(taken), climb(ALL)
    for number, step in enumerate(steps.STEPS, 1):
        if step.name not in taken:
            assert np.array_equal(rungs[number], rungs[number - 1])
    assert np.abs(rungs[-1] - whole[-1]).mean() > 0.005


def test_without_the_crop_no_step_is_taken() -> None:
    rungs = climb(ALL - {"crop"})
    assert all(np.array_equal(rung, rungs[0]) for rung in rungs)


def test_larger_paper_leaves_the_digit_as_it_is() -> None:
    image = strokes.render(strokes.examples()[5])
    assert SMALL.shape == (2 * image.shape[0], 2 * image.shape[1])
    height, width = image.shape[:2]
    assert SMALL[:height, :width].max() == 255
    assert not SMALL[height:].any()
    assert not SMALL[:, width:].any()
    before, after = to_mnist(image), to_mnist(SMALL)
    assert before is not None
    assert after is not None
    assert np.abs(before - after).max() < 0.02


def test_paper_of_any_size_can_be_made_larger() -> None:
    huge = np.full((4096, 1000), 255, np.uint8)
    huge[1000:1900, 300:400] = 0
    assert steps.climb(steps.on_larger_paper(huge), ALL) is not None


def test_without_ink_there_is_no_ladder() -> None:
    blank = np.full((100, 100), 255, np.uint8)
    assert steps.climb(blank, ALL) is None
    assert steps.climb(steps.on_larger_paper(blank), ALL) is None


def test_the_names_of_the_steps_are_settings() -> None:
    assert {name for name in Settings.__dataclass_fields__ if name != "despeck"} == ALL


@pytest.mark.parametrize("larger_paper", [True, False])
def test_the_code_gives_what_is_shown(larger_paper: bool, shell: Shell) -> None:
    taken = ALL - {"centre"}
    arrays = shell(steps.code(snippets.original("digits-17"), larger_paper, taken, "linear"))
    image = data.load("digits", "test").images[17]
    shown = steps.climb(steps.on_larger_paper(image) if larger_paper else image, taken)
    assert shown is not None
    assert np.array_equal(arrays["rungs"], shown)
    assert np.array_equal(arrays["answers"], inference.load("linear").predict(shown))
