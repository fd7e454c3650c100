"""Moving a digit after the preprocessing."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import data, inference, strokes
from digitlab.inside import move
from digitlab.inside.move import AMOUNTS, MAPS, Move, moved
from digitlab.preprocess import stroke_width, to_mnist
from tests.shell import Shell, printed

PICTURE = to_mnist(strokes.render(strokes.examples()[3]))
pixels = st.integers(-8, 8)


@given(pixels, pixels)
@settings(deadline=None)
def test_a_shift_moves_each_pixel_and_changes_none(right: int, down: int) -> None:
    wanted = np.pad(PICTURE, 8)[8 - down : 36 - down, 8 - right : 36 - right]
    assert np.array_equal(moved(PICTURE, Move(right, down)), wanted)


def test_a_move_by_nothing_changes_nothing() -> None:
    assert np.array_equal(moved(PICTURE, Move()), PICTURE)


def test_a_quarter_turn_is_clockwise() -> None:
    assert np.allclose(moved(PICTURE, Move(turn=90)), np.rot90(PICTURE, -1), atol=1e-6)
    assert np.allclose(moved(PICTURE, Move(turn=-90)), np.rot90(PICTURE), atol=1e-6)


@pytest.mark.parametrize("size", [50, 75, 125])
def test_the_size_is_the_share_of_the_height(size: int) -> None:
    def height(picture: np.ndarray) -> int:
        return int(np.ptp(np.flatnonzero(picture.max(axis=1) > 0.3))) + 1

    assert abs(height(moved(PICTURE, Move(size=size))) - height(PICTURE) * size / 100) <= 1.5


@pytest.mark.parametrize("wider", [-1.0, 1.0, 2.0, 3.0])
def test_the_pen_becomes_as_much_wider_as_asked(wider: float) -> None:
    line = np.zeros((28, 28), np.float32)
    line[4:24, 12:16] = 1  # 4 pixels wide

    def width(picture: np.ndarray) -> float:
        return stroke_width(cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_LINEAR)) / 8

    assert abs(width(moved(line, Move(pen=wider))) - width(line) - wider) < 0.35
    assert moved(line, Move(pen=wider)).shape == (28, 28)


def test_every_map_holds_each_value_and_finds_the_place_of_a_move() -> None:
    start = Move(right=2, down=-3, turn=10, size=90, pen=0.5)
    for kind in MAPS:
        moves = kind.moves(start)
        row, column = kind.place(start)
        assert moves[row][column] == start
        assert len({move for line in moves for move in line}) == len(moves) * len(moves[0])
    assert len(MAPS[0].moves(start)) == len(MAPS[0].moves(start)[0]) == 17


def test_the_move_as_it_is_belongs_to_every_amount() -> None:
    for amount in AMOUNTS:
        assert getattr(Move(), amount.field) in amount.values
        assert (amount.values[0], amount.values[-1]) == (amount.low, amount.high)


@pytest.mark.parametrize("start", [Move(), Move(right=1, turn=15, pen=1.0)])
def test_the_scores_are_the_models_own(start: Move) -> None:
    models = [inference.load(name) for name in ("linear", "cnn")]
    for model, found in zip(models, move.scores(models, PICTURE, 3, start), strict=True):
        for kind, scores in zip(MAPS, found, strict=True):
            for row, line in list(enumerate(kind.moves(start)))[::8]:
                for column, chosen in list(enumerate(line))[::5]:
                    answer = model.predict(moved(PICTURE, chosen)[None])[0]
                    assert scores.probability[row, column] == pytest.approx(answer[3], abs=1e-5)
                    assert scores.right[row, column] == (answer.argmax() == 3)
            assert scores.share == pytest.approx(np.count_nonzero(scores.right) / scores.right.size)


@pytest.mark.slow
def test_convolution_bears_more_shifts_than_fixed_weights() -> None:
    """What the page is about, on the first test digits of other people."""
    models = [inference.load(name) for name in ("linear", "dense", "cnn")]
    images, labels = data.load("digits", "test")
    shares = np.array(
        [
            [found[0].share for found in move.scores(models, image / np.float32(255), int(label))]
            for image, label in zip(images[:12], labels[:12], strict=True)
        ]
    )
    linear, dense, cnn = shares.mean(axis=0)
    assert linear < dense < cnn


@pytest.mark.parametrize("name", [None, "digits-4"])
def test_the_code_gives_what_is_shown(name: str | None, shell: Shell) -> None:
    image, digit = PICTURE, 3
    if name:
        images, labels = data.load("digits", "test")
        image, digit = images[4] / np.float32(255), int(labels[4])
    chosen = Move(right=3, turn=-20, size=80, pen=1.0)
    arrays = shell(move.code(name, chosen, digit))
    cnn = inference.load("cnn")
    assert np.allclose(arrays["shown"], moved(image, chosen), atol=1e-6)
    assert np.allclose(arrays["answers"], cnn.predict(moved(image, chosen)[None])[0], atol=1e-5)
    shares = [found[0].share for found in move.scores([cnn], image, digit, chosen)]
    assert float(arrays["share"]) == pytest.approx(shares[0])


def test_scores_by_name_are_the_scores() -> None:
    by_name = move.scores_of(("linear",), PICTURE.tobytes(), 3, Move(right=1))
    for found, wanted in zip(
        by_name[0], move.scores([inference.load("linear")], PICTURE, 3, Move(right=1))[0], strict=True
    ):
        assert np.array_equal(found.probability, wanted.probability)


def test_the_code_prints() -> None:
    assert "of 289 shifts" in printed(move.code(None, Move(right=2), 3))


def test_dense_and_cnn_practised_with_moved_digits_and_linear_did_not() -> None:
    """As the page says."""
    from model_zoo import cnn, dense, linear

    assert dense.RECIPE.augmentation
    assert cnn.RECIPE.augmentation
    assert not linear.RECIPE.augmentation
