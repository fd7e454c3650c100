"""The code that the slicing lab shows is what it does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlab import data
from digitlab.data import slicing
from digitlab.data.slicing import SELECTIONS, Rectangle, Selection
from tests.shell import Shell

EDGE = st.integers(-5, 40)
START = slicing.START.format(name="digits", split="test")


def test_the_code_of_a_part_gives_what_is_shown(shell: Shell) -> None:
    images = data.load("digits", "test").images
    where = Rectangle(5, 12, 3, 20)
    arrays = shell(START + slicing.code_of_part(17, where))
    assert np.array_equal(arrays["part"], slicing.part(images[17], where))
    assert np.array_equal(arrays["kept"], slicing.kept(images[17], where))
    assert np.array_equal(arrays["removed"], slicing.removed(images[17], where))


def test_the_code_of_each_selection_gives_what_is_shown(shell: Shell) -> None:
    lines = [f"{s.code}\nchosen_{n} = chosen" for n, s in enumerate(SELECTIONS)]
    arrays = shell(START + "\n".join(lines))
    dataset = data.load("digits", "test")
    for number, selection in enumerate(SELECTIONS):
        shown = selection.take(dataset.images, dataset.labels)
        assert np.array_equal(arrays[f"chosen_{number}"], shown), selection.title


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda selection: selection.title)
def test_each_selection_takes_something_and_not_everything_as_it_is(selection: Selection) -> None:
    images, labels = data.load("digits", "test")
    taken = selection.take(images, labels)
    assert len(taken)
    assert not np.array_equal(taken, images)


@given(EDGE, EDGE, EDGE, EDGE)
def test_any_four_numbers_make_a_rectangle(top: int, bottom: int, left: int, right: int) -> None:
    where = Rectangle.of(top, bottom, left, right)
    picture = np.arange(784).reshape(28, 28)
    assert slicing.part(picture, where).shape == (where.bottom - where.top, where.right - where.left)
    assert slicing.part(picture, where).size >= 1
    assert np.array_equal(slicing.kept(picture, where) + slicing.removed(picture, where), picture)


@given(st.integers(0, 783))
def test_a_place_in_the_long_row_is_a_pixel(position: int) -> None:
    picture = np.arange(784).reshape(28, 28)
    row, column = slicing.unflat(position)
    assert picture.reshape(784)[position] == picture[row, column]
    assert slicing.flat(row, column) == position
