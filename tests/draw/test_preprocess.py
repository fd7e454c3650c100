"""Any picture of a digit -> what the model sees: invariants, faults, and MNIST itself."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import inference
from digitlab.data import Dataset
from digitlab.errors import PictureError
from digitlab.preprocess import BOX, CENTRE, PEN_WIDTH, Settings, stroke_width, to_mnist, trace
from digitlab.strokes import PAD_SIZE, Drawing, Stroke, examples, render

digits = st.integers(0, 9)
MIDDLE = PAD_SIZE / 2


def placed(number: int, scale: float = 1, x: float = MIDDLE, y: float = MIDDLE, pen: float = 18) -> Drawing:
    """An example, its middle at (x, y)."""
    return tuple(
        Stroke([((px - MIDDLE) * scale + x, (py - MIDDLE) * scale + y) for px, py in points], pen)
        for points, _ in examples()[number]
    )


def seen(picture: np.ndarray) -> np.ndarray:
    result = to_mnist(picture)
    assert result is not None
    return result


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference; two different digits differ by about 0.15."""
    return float(np.abs(seen(a) - seen(b)).mean())


# --- invariants -----------------------------------------------------------------------------------


@given(digits, st.floats(-70, 70), st.floats(-70, 70))
@settings(deadline=None, max_examples=60)
def test_moving_a_drawing_changes_almost_nothing(number: int, dx: float, dy: float) -> None:
    there = render(placed(number, 0.5, MIDDLE + dx, MIDDLE + dy))
    assert difference(render(placed(number, 0.5)), there) < 0.02


@given(digits, st.integers(0, 100), st.integers(0, 100))
@settings(deadline=None, max_examples=30)
def test_moving_by_whole_pixels_changes_nothing(number: int, dx: int, dy: int) -> None:
    picture = render(examples()[number])
    framed = cv2.copyMakeBorder(picture, dy, 100, dx, 100, cv2.BORDER_CONSTANT, value=255)
    assert np.array_equal(seen(framed), seen(picture))


@given(digits, st.floats(0.35, 1.15))
@settings(deadline=None, max_examples=60)
def test_scaling_a_drawing_changes_almost_nothing(number: int, scale: float) -> None:
    assert difference(render(placed(number)), render(placed(number, scale, pen=18 * scale))) < 0.02


@given(digits, st.floats(8, 28))
@settings(deadline=None, max_examples=60)
def test_the_pen_changes_little(number: int, pen: float) -> None:
    assert difference(render(placed(number)), render(placed(number, pen=pen))) < 0.035


@given(digits, st.integers(100, 2000))
@settings(deadline=None, max_examples=20)
def test_resolution_changes_almost_nothing(number: int, side: int) -> None:
    picture = render(examples()[number])
    assert difference(picture, cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)) < 0.025


@given(digits)
@settings(deadline=None, max_examples=10)
def test_inverting_changes_nothing(number: int) -> None:
    picture = render(examples()[number])
    assert np.array_equal(seen(255 - picture), seen(picture))


@given(digits, st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
@settings(deadline=None, max_examples=60)
def test_colours_change_almost_nothing(
    number: int, ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    picture = render(examples()[number])
    share = picture[:, :, None] / 255
    coloured = np.round(share * np.array(paper) + (1 - share) * np.array(ink)).astype(np.uint8)
    contrast = np.abs(np.array(ink) - paper).max()
    if contrast < 24:
        assert to_mnist(coloured) is None
    else:
        assert difference(picture, coloured) < 0.02


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("ink", [0, 255], ids=["black ink", "white ink"])
def test_transparent_paper(number: int, ink: int) -> None:
    picture = render(examples()[number])
    transparent = np.full((*picture.shape, 4), ink, np.uint8)
    transparent[:, :, 3] = 255 - picture
    assert np.array_equal(seen(transparent), seen(picture))


@pytest.mark.parametrize("number", range(10))
def test_photo_of_unevenly_lit_paper(number: int) -> None:
    rng = np.random.default_rng(number)
    picture = cv2.resize(render(examples()[number]), (800, 800))
    y, x = np.mgrid[:800, :800] / 800
    light = 0.45 + 0.25 * (x * rng.uniform(0.2, 1) + y * rng.uniform(0.2, 1))
    photo = (picture / 255 * 0.75 + 0.2) * light * 255 + rng.normal(0, 4, picture.shape)
    photo = np.clip(photo, 0, 255).astype(np.uint8)
    assert difference(picture, np.dstack([photo] * 3)) < 0.03


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("at", [(6, 6), (274, 8), (270, 270)])
def test_a_stray_dot_changes_almost_nothing(number: int, at: tuple[float, float]) -> None:
    digit = placed(number, 0.8)
    dot = Stroke([at, (at[0] + 1, at[1])], 10)
    assert difference(render(digit), render((*digit, dot))) < 0.02


# --- the way MNIST was made ---------------------------------------------------------------------------


@given(digits, st.floats(0.35, 1.15), st.floats(8, 28))
@settings(deadline=None, max_examples=60)
def test_box_centre_range_and_pen(number: int, scale: float, pen: float) -> None:
    steps = trace(render(placed(number, scale, pen=min(pen, 40 * scale))))
    assert steps is not None
    assert max(steps.box.shape) in (BOX - 1, BOX)
    result = steps.centred
    rows, columns = np.nonzero(result)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (BOX - 1, BOX)
    assert result.shape == (28, 28)
    assert result.dtype == np.float32
    assert result.min() == 0
    assert 0.95 < result.max() <= 1
    rows, columns = np.mgrid[:28, :28]
    assert abs((rows * result).sum() / result.sum() - 14) < 0.6  # a box that leans out stays inside
    assert abs((columns * result).sum() / result.sum() - 14) < 0.6
    fine = cv2.resize(result, None, fx=6, fy=6, interpolation=cv2.INTER_LINEAR)
    assert abs(stroke_width(fine) / 6 - PEN_WIDTH) < 0.6


@pytest.mark.parametrize("shape", [(40, 200), (200, 40), (8, 300), (300, 8)])
def test_aspect_ratio_is_kept(shape: tuple[int, int]) -> None:
    picture = np.full((320, 320), 255, np.uint8)
    picture[10 : 10 + shape[0], 10 : 10 + shape[1]] = 0
    steps = trace(picture, Settings(pen_width=False))
    assert steps is not None
    height, width = steps.box.shape
    assert max(height, width) in (BOX - 1, BOX)
    assert abs(min(height, width) - BOX * min(shape) / max(shape)) <= 1  # in whole pixels
    assert (height > width) == (shape[0] > shape[1])


def test_each_step_can_be_left_out() -> None:
    digit = placed(5, 0.4, 90, 90, pen=10)
    picture = render((*digit, Stroke([(270, 270), (271, 270)], 8)))
    everything = seen(picture)
    for step in ("crop", "despeck", "pen_width", "centre"):
        steps = trace(picture, Settings(**{step: False}))
        assert steps is not None
        assert np.abs(steps.centred - everything).mean() > 0.005, step


def test_a_stroke_cut_by_the_edge_is_kept() -> None:
    assert to_mnist(render(placed(3, 1.2, 60, 200))) is not None


@pytest.mark.parametrize("size", [(8, 8), (8, 4096), (4096, 4096), (28, 28), (33, 57)])
def test_any_size(size: tuple[int, int]) -> None:
    picture = np.zeros(size, np.uint8)
    picture[size[0] // 4 : size[0] // 2, size[1] // 4 : size[1] // 4 + 2] = 255
    assert seen(picture).shape == (28, 28)


def test_mnist_itself_stays_what_it_is(mnist_test: Dataset) -> None:
    """What the preprocessing makes of MNIST's own images is read as well as the images are."""
    images, labels = mnist_test.images[:2000], mnist_test.labels[:2000]
    model = inference.load("cnn")
    before = model.predict(images / np.float32(255)).argmax(axis=1)
    after = model.predict(np.stack([seen(image) for image in images])).argmax(axis=1)
    assert np.mean(after == labels) >= np.mean(before == labels) - 0.005


# --- nothing, and what is no picture --------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("shape", [(280, 280), (280, 280, 3), (50, 80, 4)])
def test_no_ink_is_none(value: int, shape: tuple[int, ...]) -> None:
    assert to_mnist(np.full(shape, value, np.uint8)) is None


def test_dust_is_no_ink() -> None:
    paper = np.random.default_rng(0).normal(200, 3, (400, 300)).clip(0, 255).astype(np.uint8)
    assert to_mnist(paper) is None


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((28, 28)),
        np.zeros((28, 28), np.int32),
        np.zeros((7, 28), np.uint8),
        np.zeros((28, 4097), np.uint8),
        np.zeros((28, 28, 2), np.uint8),
        np.zeros((28, 28, 5), np.uint8),
        np.zeros(784, np.uint8),
        np.zeros((1, 28, 28, 3), np.uint8),
        [[0] * 28] * 28,
        None,
    ],
    ids=lambda bad: str(getattr(bad, "shape", type(bad).__name__)),
)
def test_what_is_no_picture_is_refused_with_a_sentence(bad: object) -> None:
    with pytest.raises(PictureError, match=r"^A picture must be .+\.$"):
        to_mnist(bad)


@given(
    st.tuples(st.integers(8, 60), st.integers(8, 60), st.sampled_from([1, 3, 4])), st.integers(0, 2**32 - 1)
)
@settings(deadline=None, max_examples=100)
def test_any_bytes_give_a_picture_or_none(shape: tuple[int, int, int], seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    result = to_mnist(noise)
    if result is not None:
        assert result.shape == (28, 28)
        assert np.isfinite(result).all()
        assert 0 <= result.min() <= result.max() <= 1


@pytest.mark.parametrize("digit", range(10))
def test_the_centre_of_mass_is_the_centre_of_mnists_field(digit: int) -> None:
    """To half a pixel of the fine shape, of which there are six in a pixel."""
    seen = to_mnist(render(examples()[digit]))
    assert seen is not None
    mass = seen.sum()
    rows, columns = np.indices(seen.shape)
    assert (seen * rows).sum() / mass == pytest.approx(CENTRE, abs=0.1)
    assert (seen * columns).sum() / mass == pytest.approx(CENTRE, abs=0.1)
