"""The steps of the preprocessing, one by one."""

from collections.abc import Sequence
from itertools import chain, combinations

import cv2
import numpy as np
import pytest

from digitlab import data, inference, snippets, strokes
from digitlab.data import pen_strokes
from digitlab.draw import link, steps
from digitlab.movement import DIRECTIONS, direction_maps
from digitlab.preprocess import BOX, FIELD, Settings, to_mnist
from pages.draw import steps as steps_page
from tests.apptest import open_page
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


# --- by movement -------------------------------------------------------------------------------------

READER = inference.load(inference.STROKES)
WAYS = {"right": (1, 0), "left": (-1, 0), "down": (0, 1), "up": (0, -1)}  # x, y


def hands(digit: int, count: int = 100) -> list[list[np.ndarray]]:
    """Our example as so many other hands might draw it."""
    rng = np.random.default_rng(digit)
    ours = [np.asarray(stroke.points, float) for stroke in strokes.examples()[digit]]
    return [pen_strokes.bent(ours, rng) for _ in range(count)]


def said(drawings: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """What the reader of strokes says: int (N,)."""
    return READER.predict(np.stack([direction_maps(drawing) for drawing in drawings])).argmax(axis=1)


def test_a_stroke_is_in_the_map_of_its_arrow_and_that_stands_where_it_points() -> None:
    for number, (_, words) in enumerate(steps_page.ARROWS):
        x, y = np.sum([WAYS[word] for word in words.split() if word in WAYS], axis=0)
        way = direction_maps([np.array([[100, 100], [100 + 50 * x, 100 + 50 * y]], float)])
        assert way[:, :, number].sum() > 0.99 * way[:, :, :DIRECTIONS].sum()
        assert divmod(steps_page.COMPASS.index(number), 3) == (1 + y, 1 + x)


def test_a_3_from_the_bottom_up_is_another_digit_to_it() -> None:
    drawings = hands(3)
    assert np.mean(said(drawings) == 3) > 0.97
    assert np.mean(said([[points[::-1] for points in drawing] for drawing in drawings]) == 3) < 0.1


@pytest.mark.parametrize("digit", [4, 5])
def test_the_order_of_the_strokes_does_not_matter(digit: int) -> None:
    drawings = hands(digit)
    assert len(drawings[0]) == 2
    assert np.array_equal(said(drawings), said([drawing[::-1] for drawing in drawings]))


def test_the_page_shows_the_movement_of_a_drawing_and_none_of_a_picture() -> None:
    upwards = tuple(strokes.Stroke(points[::-1], width) for points, width in strokes.examples()[3])
    page = open_page("steps", {"drawing": link.encode(upwards)})
    assert not page.exception
    html = "".join(element.proto.body for element in page.get("html"))
    drawing = page.session_state["_pad"].drawing
    (digit,) = said([[np.asarray(stroke.points) for stroke in drawing]])
    assert digit != 3
    assert f"The reader of strokes says <b>{digit}</b>" in html
    assert "sees only the picture, and says <b>3</b>" in html
    assert html.count('alt="Where the pen went') == DIRECTIONS
    page = open_page("steps", {"sample": "digits-17"})
    assert not page.exception
    assert any("This digit came as a picture" in text.value for text in page.markdown)
    assert "Where the pen went" not in "".join(element.proto.body for element in page.get("html"))
