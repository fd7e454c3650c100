"""What the sturdy network practises with: spoiled copies that stay pictures, the same for the same seed."""

import numpy as np
import pytest

from digitlab import data, inference
from model_zoo import definition
from model_zoo.training.spoil import FAMILIES, Family, spoil

PICTURES = data.load("digits", "test").images[:200] / np.float32(255)


def test_about_the_share_is_spoiled() -> None:
    before = PICTURES.copy()
    spoiled = spoil(PICTURES, np.random.default_rng(0), 0.6)
    assert np.array_equal(PICTURES, before)
    assert (spoiled.shape, spoiled.dtype) == (PICTURES.shape, np.float32)
    assert spoiled.min() >= 0
    assert spoiled.max() <= 1
    assert (spoiled != PICTURES).any(axis=(1, 2)).mean() == pytest.approx(0.6, abs=0.1)
    assert (spoil(PICTURES, np.random.default_rng(0), 0.6) == spoiled).all()
    assert (spoil(PICTURES, np.random.default_rng(1), 0.6) != spoiled).any()
    assert (spoil(PICTURES, np.random.default_rng(0), 0) == PICTURES).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_changes_a_digit_and_never_the_same_way(family: Family) -> None:
    rng = np.random.default_rng(0)
    spoiled = np.stack([family(PICTURES[0], rng) for _ in range(300)])
    assert (spoiled.shape[1:], spoiled.dtype) == ((28, 28), np.float32)
    assert np.isfinite(spoiled).all()
    assert (spoiled != PICTURES[0]).any(axis=(1, 2)).mean() > 0.9
    assert len(np.unique(spoiled.reshape(300, -1), axis=0)) > 270


def test_blank_paper_can_be_spoiled() -> None:
    blank = np.zeros((300, 28, 28), np.float32)
    assert np.isfinite(spoil(blank, np.random.default_rng(0), 1)).all()


def test_light_and_contrast_change_nothing_for_those_that_standardise() -> None:
    faint = 0.3 + 0.4 * PICTURES
    for name, most in (("sturdy", 0.05), ("deep_cnn", 0.1)):
        assert definition(name).RECIPE.spoil
        reader = inference.load(name)
        assert np.abs(reader.predict(faint) - reader.predict(PICTURES)).max() < most
    other = inference.load("cnn")
    assert np.abs(other.predict(faint) - other.predict(PICTURES)).max() > 0.5
