"""What the latent space page shows, computed again."""

from pathlib import Path

import numpy as np
import pytest

from digitlab import data, inference, latent
from tests import shell


def pictures_of(dataset: str, count: int) -> np.ndarray:
    return data.load(dataset, "test").images[:count] / np.float32(255)


# --- the map ---------------------------------------------------------------------------------------------


def test_the_sheet_holds_what_the_decoder_draws() -> None:
    codes = latent.grid()
    assert np.allclose(codes[0], (-latent.SPAN, latent.SPAN)), "the first is at the upper left"
    drawn = latent.vae().decode(codes)
    sheet = latent.sheet()
    for number in (0, 7, 500, 544, 1088):
        row, column = divmod(number, latent.SIDE)
        picture = sheet[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        assert np.abs(picture / 255 - drawn[number]).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(latent.answers(), inference.load("cnn").predict(drawn).argmax(axis=1))
    assert set(latent.answers()) == set(range(10)), "there is a place for each digit"


def test_a_code_lies_on_the_map_where_its_picture_does() -> None:
    number = np.arange(latent.SIDE**2)
    row, column = np.divmod(number, latent.SIDE)
    middles = (np.stack([column, row], axis=1) + 0.5) / latent.SIDE
    assert np.allclose(latent.on_map(latent.grid()), middles)
    assert np.allclose(latent.on_map(np.array([[99.0, 99.0]])), (1 - 0.5 / latent.SIDE, 0.5 / latent.SIDE))


def test_the_dots_are_the_encoder_s_own_numbers() -> None:
    digits = latent.places("digits")
    assert len(digits.labels) == latent.DOTS
    assert np.array_equal(digits.labels, data.load("digits", "test").labels[: latent.DOTS])
    some = latent.vae().encode(pictures_of("digits", 9))
    assert np.allclose(digits.codes[:9], some, atol=1e-4)


@pytest.mark.parametrize("sample", [None, "digits-17"])
def test_the_code_of_the_map_gives_what_is_shown(sample: str | None, tmp_path: Path) -> None:
    arrays = shell.run(latent.code(sample), tmp_path)
    if sample:
        assert np.allclose(arrays["picture"], pictures_of("digits", 18)[17])
    assert np.allclose(arrays["place"], latent.vae().encode(arrays["picture"][None])[0])
    assert np.allclose(arrays["drawn"], latent.vae().decode(arrays["place"][None])[0])
