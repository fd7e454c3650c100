"""MNIST-C's corruptions, on digits that come with scikit-learn and on pictures made for the purpose."""

import numpy as np
import pytest

from digitlab import data
from digitlab.evaluation.corruptions import CORRUPTIONS, STRONGEST, corrupt

BLANK = np.zeros((200, 28, 28), np.uint8)
SAME_FOR_EVERY_SEED = {"scale", "brightness", "stripe", "canny edges"}
# ink of 100 of scikit-learn's digits, spoiled as MNIST-C is: as it was before there was another strength
AS_PUBLISHED = {
    "shot noise": 2086410,
    "impulse noise": 3828623,
    "glass blur": 2550837,
    "motion blur": 2550651,
    "shear": 2764118,
    "scale": 1250578,
    "rotate": 2551320,
    "brightness": 11524721,
    "translate": 2551006,
    "stripe": 12534796,
    "fog": 8135129,
    "spatter": 2855222,
    "dotted line": 3011701,
    "zigzag": 3521130,
    "canny edges": 1824015,
}


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return data.load("digits", "test").images[:40]


def dot(row: int, column: int, count: int = 200) -> np.ndarray:
    """Pictures of a square of three by three pixels."""
    pictures = np.zeros((count, 28, 28), np.uint8)
    pictures[:, row - 1 : row + 2, column - 1 : column + 2] = 255
    return pictures


def middle(pictures: np.ndarray) -> np.ndarray:
    """Row and column of the centre of mass of each: float (N, 2)."""
    mass = pictures.astype(float)
    places = [(mass * grid).sum(axis=(1, 2)) for grid in np.mgrid[:28, :28]]
    return np.stack(places, axis=1) / mass.sum(axis=(1, 2))[:, None]


def test_there_are_fifteen() -> None:
    assert len(CORRUPTIONS) == 15
    with pytest.raises(ValueError, match="snow"):
        corrupt("snow", BLANK)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_changes_a_copy_the_same_way_for_the_same_seed(name: str, digits: np.ndarray) -> None:
    before = digits.copy()
    spoiled = corrupt(name, digits)
    assert (digits == before).all()
    assert (spoiled.shape, spoiled.dtype) == (digits.shape, np.uint8)
    assert (spoiled != digits).any(axis=(1, 2)).all()
    assert (corrupt(name, digits) == spoiled).all()
    assert (corrupt(name, digits, seed=1) == spoiled).all() == (name in SAME_FOR_EVERY_SEED)


def test_strength_1_is_the_published_one() -> None:
    images = data.load("digits", "test").images[:100]
    ink = {name: corrupt(name, images).sum(dtype=int) for name in CORRUPTIONS}
    assert ink == pytest.approx(AS_PUBLISHED, rel=1e-4)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_stronger_the_further_from_the_digit(name: str, digits: np.ndarray) -> None:
    assert (corrupt(name, digits, strength=0) == digits).all()
    strengths = (0.35, 0.7, 1) if name == "canny edges" else (0.35, 0.7, 1, 1.25, STRONGEST)
    spoiled = (corrupt(name, digits, strength=strength) for strength in strengths)
    away = [np.abs(images.astype(int) - digits).mean() for images in spoiled]
    assert away == sorted(set(away))
    for strength in (-0.1, STRONGEST + 0.01, float("nan")):
        with pytest.raises(ValueError, match="strength"):
            corrupt(name, digits, strength=strength)


def test_noise_is_as_strong_as_it_says() -> None:
    salt = corrupt("impulse noise", BLANK) == 255
    assert salt.mean() == pytest.approx(0.085, abs=0.003)
    pepper = corrupt("impulse noise", 255 - BLANK) == 0
    assert pepper.mean() == pytest.approx(0.085, abs=0.003)
    shot = corrupt("shot noise", BLANK + 200)
    assert set(np.unique(shot)) == {0, 85, 170, 255}
    assert (corrupt("shot noise", BLANK) == 0).all()


def test_blurs_keep_the_ink() -> None:
    for name in ("glass blur", "motion blur"):
        ink = corrupt(name, dot(13, 13)).sum(axis=(1, 2)) / (9 * 255)
        assert ink.mean() == pytest.approx(1, abs=0.05)
    aside = np.abs(middle(corrupt("motion blur", dot(13, 13))) - 13)
    assert aside[:, 1].min() > 1  # mainly along the rows
    assert aside[:, 0].max() > 1


def test_moves_go_as_far_as_they_say() -> None:
    moved = middle(corrupt("translate", dot(13, 13))) - 13
    assert np.abs(moved) == pytest.approx(3, abs=0.01)
    assert len(np.unique(moved.round(), axis=0)) == 4  # into all four directions
    shrunk = middle(corrupt("scale", dot(3, 23)))
    assert shrunk - 13.5 == pytest.approx(np.tile([-10.5 * 0.7, 9.5 * 0.7], (200, 1)), abs=0.3)
    turned = middle(corrupt("rotate", dot(3, 13))) - 13.5
    angle = np.arctan2(turned[:, 1], -turned[:, 0]) - np.arctan2(-0.5, 10.5)
    assert np.abs(angle) == pytest.approx(0.4, abs=0.03)
    assert angle.min() < 0 < angle.max()
    sheared = middle(corrupt("shear", dot(3, 13))) - 13.5
    assert np.abs(sheared[:, 1]).min() > 3.5
    assert sheared[:, 0] == pytest.approx(-10.5 / np.cos(0.4), abs=0.3)


def test_light_and_stripes() -> None:
    assert (corrupt("brightness", BLANK) == 128).all()
    assert (corrupt("brightness", BLANK + 200) == 255).all()
    stripes = corrupt("stripe", BLANK + 50)
    assert (stripes[:, :, 7:21] == 50).all()
    assert (stripes[:, :, [0, 6, 21, 27]] == 205).all()
    assert (corrupt("stripe", stripes) == 50).all()
    fog = corrupt("fog", dot(13, 13))
    assert fog[:, 13, 13].min() >= 63  # a quarter of the light is left
    assert 20 < fog[:, :5, :5].mean() < 150
    assert 0 < corrupt("spatter", BLANK).max() <= 63


def test_lines_run_across_the_picture() -> None:
    dotted = corrupt("dotted line", BLANK).max(axis=1)
    on = np.arange(28) // 2 % 2 == 1
    assert (dotted[:, ~on] == 0).all()
    assert (dotted[:, on & (np.arange(28) < 27)] > 150).all()
    zigzag = corrupt("zigzag", BLANK)
    assert (zigzag.max(axis=1) > 150)[:, 3:25].mean() > 0.9  # some of it is beyond the edge


def test_edges_are_drawn_around_a_shape() -> None:
    square = np.zeros((1, 28, 28), np.uint8)
    square[:, 8:20, 8:20] = 255
    edges = corrupt("canny edges", square)[0]
    assert set(np.unique(edges)) == {0, 255}
    assert (edges[11:17, 11:17] == 0).all()
    assert (edges[:5] == 0).all()
    assert (edges[13] == 255).sum() == 2
