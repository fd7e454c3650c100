"""Blue is for, orange is against: never the other way round."""

import base64

import cv2
import numpy as np

from digitlab import colours
from ui.pictures import data_url, grey, overlaid, tinted

BLUE, ORANGE = (np.array(rgb[::-1]) for rgb in (colours.RIGHT, colours.WRONG))  # OpenCV's order


def test_the_largest_positive_number_is_blue_and_the_largest_negative_is_orange() -> None:
    picture = tinted(np.array([[2.0, 0.0, -2.0]]))
    assert picture.dtype == np.uint8
    assert (picture[0, 0] == BLUE).all()
    assert (picture[0, 1] == 24).all()
    assert (picture[0, 2] == ORANGE).all()


def test_blue_is_more_blue_than_red_and_orange_more_red_than_blue() -> None:
    """The pictures leave this floor with blue, green, red in this order."""
    blue, orange = tinted(np.array([1.0, -1.0]))
    assert blue[0] > blue[2]
    assert orange[2] > orange[0]


def test_what_is_stronger_than_the_strongest_has_its_colour() -> None:
    assert (tinted(np.array([5.0]), strongest=2.0) == tinted(np.array([2.0]), strongest=2.0)).all()
    assert (tinted(np.array([1.0]), strongest=2.0) != tinted(np.array([2.0]), strongest=2.0)).any()


def test_nothing_has_no_colour() -> None:
    assert (tinted(np.zeros((2, 2))) == 24).all()


def test_numbers_laid_over_a_picture_leave_it_visible() -> None:
    picture = np.array([[1.0, 0.0, 1.0]])
    over = overlaid(np.array([[1.0, -1.0, 0.0]]), picture)
    assert (over[0, 0] == BLUE).all()
    assert (over[0, 1] == ORANGE).all()
    assert (over[0, 2] == 174).all()  # the ink, in grey


def test_small_numbers_get_little_colour() -> None:
    over = overlaid(np.array([[0.1]]), np.zeros((1, 1)), least=1.0)
    assert np.abs(over[0, 0] - (24 + 0.1 * (BLUE - 24.0))).max() <= 1


def test_a_url_holds_the_very_picture() -> None:
    picture = tinted(np.array([[1.0, -1.0], [0.5, 0.0]]))
    png = base64.b64decode(data_url(picture).removeprefix("data:image/png;base64,"))
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert (decoded == picture).all()


def test_grey_is_black_to_white() -> None:
    assert grey(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == [0, 0, 128, 255, 255]
