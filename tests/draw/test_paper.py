"""A digit on paper as people have it: thin lines in large pictures, rules, boxes, light and accidents."""

import io

import cv2
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmarks.photo_kinds import KINDS
from digitlab import clutter, inference, photos
from digitlab.draw import several
from digitlab.inference import Answer
from digitlab.preprocess import Doubtful, to_mnist, trace
from digitlab.strokes import Stroke, examples, render

SIDE = 600


def sheet(digit: int, pen: float = 20) -> np.ndarray:
    """An example in the middle of a large sheet, uint8 (600, 600)."""
    strokes = [Stroke(np.asarray(points) + (SIDE - 280) / 2, pen) for points, _ in examples()[digit]]
    return render(strokes, SIDE)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference of what a model sees; two different digits differ by about 0.15."""
    seen = [to_mnist(picture) for picture in (a, b)]
    assert seen[0] is not None
    assert seen[1] is not None
    return float(np.abs(seen[0] - seen[1]).mean())


def answer(picture: np.ndarray) -> Answer:
    seen = to_mnist(picture)
    assert seen is not None
    return inference.load("cnn").answer(seen)


# --- thin lines ------------------------------------------------------------------------------------


@given(
    st.tuples(*[st.integers(8, 1500)] * 2),
    st.integers(1, 3),
    st.lists(st.tuples(*[st.floats(0.1, 0.9)] * 2), min_size=2, max_size=5),
)
@example((600, 600), 1, [(0.3, 0.2), (0.6, 0.9)])
@example((4096, 4096), 1, [(0.1, 0.1), (0.2, 0.9)])
@example((4096, 8), 1, [(0.1, 0.1), (0.2, 0.9)])
@example((609, 1305), 1, [(0.109375, 0.75), (0.109375, 0.25)])
@settings(deadline=None, max_examples=60)
def test_a_thin_line_is_seen_in_any_picture(size: tuple[int, int], pen: int, line: list) -> None:
    picture = np.full(size, 255, np.uint8)
    points = np.round(np.array(line) * (size[1] - 1, size[0] - 1)).astype(np.int32)
    cv2.polylines(picture, [points[:, None]], False, 0, pen, cv2.LINE_AA)
    assume(picture.min() < 128)  # a line of no length leaves none
    for image in (picture, np.dstack([picture] * 3)):
        seen = to_mnist(image)
        assert seen is not None
        assert seen.shape == (28, 28)
        assert seen.max() > 0.5


@pytest.mark.parametrize("digit", [2, 5, 6, 8])
def test_a_thin_pen_in_a_large_picture_is_read(digit: int) -> None:
    strokes = [Stroke(np.asarray(points) * 5, 1) for points, _ in examples()[digit]]
    assert answer(render(strokes, 1400)).digit == digit


# --- what is on the paper besides -------------------------------------------------------------------


@pytest.mark.parametrize("digit", [0, 2, 4, 7])
@pytest.mark.parametrize("colour", ["grey", "RGB"])
def test_rules_a_box_a_margin_and_a_line_below_leave_the_digit_as_it_is(digit: int, colour: str) -> None:
    plain = sheet(digit)
    ruled, boxed, lined = plain.copy(), plain.copy(), plain.copy()
    for at in range(15, SIDE, 90):
        ruled[at : at + 4] = np.minimum(ruled[at : at + 4], 40)
        ruled[:, at : at + 4] = np.minimum(ruled[:, at : at + 4], 40)
    cv2.rectangle(boxed, (100, 100), (500, 500), 0, 12)
    lined[:, 60:63] = 80
    cv2.line(lined, (180, 520), (430, 530), 0, 16)
    for picture in (ruled, boxed, lined):
        image = picture if colour == "grey" else np.dstack([picture] * 3)
        assert difference(plain, image) < 0.03
        assert answer(image).digit == digit


@pytest.mark.parametrize("digit", range(10))
def test_a_stroke_from_side_to_side_is_no_rule(digit: int) -> None:
    picture = sheet(digit)
    x, y, width, height = cv2.boundingRect(255 - picture)
    cropped = picture[y - 8 : y + height + 8, x - 8 : x + width + 8]
    assert max(cropped.shape) > 200
    large = cv2.resize(cropped, None, fx=2, fy=2)
    assert difference(picture, large) < 0.03


def test_a_sheet_with_nothing_but_lines_is_no_digit() -> None:
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    picture[20::80] = 0
    seen = to_mnist(picture)
    assert seen is None or inference.load("cnn").answer(seen).digit is None


def test_what_the_pad_draws_is_never_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser answers for the pad, and knows nothing of paper."""

    def refused(ink: np.ndarray) -> None:
        raise AssertionError("a drawing is no photo")

    monkeypatch.setattr(clutter, "cleared", refused)
    box = Stroke([(20, 20), (260, 20), (260, 260), (20, 260), (20, 20)], 8)
    rule = Stroke([(-20, 140), (300, 140)], 8)
    for more in ([], [box], [rule]):
        steps = trace(render([*examples()[3], *more]))
        assert steps is not None
        assert steps.doubt is None


# --- doubts -----------------------------------------------------------------------------------------


def ruled(digit: int) -> np.ndarray:
    picture = sheet(digit)
    for at in range(15, SIDE, 90):
        picture[at : at + 4] = np.minimum(picture[at : at + 4], 40)
    return picture


def crossed_out(digit: int) -> np.ndarray:
    picture = sheet(digit)
    cv2.line(picture, (130, 470), (470, 130), 0, 20, cv2.LINE_AA)
    return picture


def underlined(digit: int, beyond: int = 30) -> np.ndarray:
    """So near that the line touches it."""
    picture = sheet(digit)
    x, y, width, height = cv2.boundingRect(255 - picture)
    cv2.line(picture, (x - beyond, y + height), (x + width + beyond, y + height + 4), 0, 20, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize(
    ("picture", "doubt"),
    [
        (underlined(9), clutter.UNDERLINED),
        (underlined(3), clutter.UNDERLINED),
        (sheet(3)[:, 280:], clutter.CUT),
        (sheet(3)[:300], clutter.CUT),
        (crossed_out(5), clutter.CROSSED),
        (np.rot90(ruled(3)), clutter.TURNED),
    ],
    ids=["underlined 9", "underlined 3", "cut upright", "cut across", "crossed out", "turned"],
)
def test_what_may_be_misread_is_said_with_its_reason(picture: np.ndarray, doubt: str) -> None:
    seen = to_mnist(picture)
    assert isinstance(seen, Doubtful)
    model = inference.load("cnn")
    said = model.answer(seen)
    assert said.digit is None
    assert said.doubt == doubt


@pytest.mark.parametrize("digit", range(10))
def test_a_base_of_its_own_is_no_line_under_a_digit(digit: int) -> None:
    foot = underlined(1, 60) if digit == 1 else sheet(digit)
    for picture in (foot, cv2.resize(foot, None, fx=0.4, fy=0.4), cv2.rotate(foot, cv2.ROTATE_180)):
        assert not clutter._is_underlined(np.where(picture < 128, np.float32(1), np.float32(0)))


def test_a_number_that_is_cut_is_not_read_either() -> None:
    seven = sheet(7)
    x, _, width, _ = cv2.boundingRect(255 - seven)
    model = inference.load("cnn")
    for beyond, parts in ((-20, 2), (4, 0)):
        picture = np.hstack([sheet(4), seven[:, : x + width - beyond]])
        seen = to_mnist(picture)
        assert seen is not None
        assert len(several.read(model, picture, model.answer(seen))) == parts


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_on_clean_paper_is_never_doubted(digit: int) -> None:
    for pen in (6, 20, 40):
        steps = trace(sheet(digit, pen))
        assert steps is not None
        assert steps.doubt is None


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_photo_is_read_or_doubted(kind: str) -> None:
    """Of the benchmark's photos, here of our own examples; the shares stand in docs/photos.md."""
    readable = kind not in ("crossed out", "cut by the picture’s edge", "page turned by a quarter")
    for digit in (2, 7):
        strokes = [np.asarray(stroke.points, float) for stroke in examples()[digit]]
        content = KINDS[kind](np.random.default_rng(digit), strokes)
        assert Image.open(io.BytesIO(content)).format in photos.FORMATS
        said = answer(photos.decode(content))
        assert said.digit == digit if readable else said.digit in (None, digit)
