"""What the latent space page shows, computed again."""

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.decomposition import PCA

from digitlab import data, inference
from digitlab.inside import autoencoder, generated, latent
from tests.shell import Shell


def pictures_of(dataset: str, count: int) -> np.ndarray:
    return data.load(dataset, "test").images[:count] / np.float32(255)


# --- the map ---------------------------------------------------------------------------------------------


def test_the_sheet_holds_what_the_decoder_draws() -> None:
    codes = latent.grid()
    assert np.allclose(codes[0], (-latent.SPAN, latent.SPAN)), "the first is at the upper left"
    generated = latent.vae().decode(codes)
    sheet = latent.sheet()
    for number in (0, 7, 500, 544, 1088):
        row, column = divmod(number, latent.SIDE)
        picture = sheet[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        assert np.abs(picture / 255 - generated[number]).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(latent.answers(), inference.load("cnn").predict(generated).argmax(axis=1))
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
def test_the_code_of_the_map_gives_what_is_shown(sample: str | None, shell: Shell) -> None:
    arrays = shell(latent.code(sample))
    if sample:
        assert np.allclose(arrays["picture"], pictures_of("digits", 18)[17])
    assert np.allclose(arrays["place"], latent.vae().encode(arrays["picture"][None])[0])
    assert np.allclose(arrays["drawn"], latent.vae().decode(arrays["place"][None])[0])


# --- from one digit to another ---------------------------------------------------------------------------


def test_the_walk_goes_straight_from_code_to_code_and_from_picture_to_picture() -> None:
    start, end = pictures_of("digits", 2)
    through, blended = autoencoder.between(start, end)
    assert len(through.pictures) == len(blended.pictures) == autoencoder.STEPS
    codes = autoencoder.autoencoder().encode(np.stack([start, end]))
    for step in range(autoencoder.STEPS):
        share = step / (autoencoder.STEPS - 1)
        wanted = autoencoder.autoencoder().decode(((1 - share) * codes[0] + share * codes[1])[None])[0]
        assert np.allclose(through.pictures[step], wanted, atol=1e-3)
        assert np.allclose(blended.pictures[step], (1 - share) * start + share * end, atol=1e-6)
    for row in (through, blended):
        probabilities = inference.load("cnn").predict(row.pictures)
        assert np.array_equal(row.answers, probabilities.argmax(axis=1))
        assert np.allclose(row.confidence, probabilities.max(axis=1), atol=1e-5)


def test_where_the_mind_changes() -> None:
    row = autoencoder.Row(np.zeros((6, 28, 28)), np.array([3, 3, 8, 8, 8, 3]), np.ones(6))
    assert row.changes.tolist() == [2, 5]
    assert row.read_as(3) == 3


def test_the_code_of_the_walk_gives_what_is_shown(shell: Shell) -> None:
    arrays = shell(autoencoder.code_between("digits-17", "digits", 5))
    images = pictures_of("digits", 18)
    for row, name in zip(autoencoder.between(images[17], images[5]), ("latent", "blended"), strict=True):
        assert np.allclose(arrays[name], row.pictures, atol=1e-3)
        assert np.array_equal(arrays[f"{name}_answers"], row.answers)


# --- digits that no one wrote ----------------------------------------------------------------------------


def test_a_random_walk_is_the_same_for_a_seed_and_stays_where_the_digits_are() -> None:
    assert np.array_equal(generated.walk(3, 0.2), generated.walk(3, 0.2))
    assert not np.allclose(generated.walk(3, 0.2), generated.walk(4, 0.2))
    for step in (0.05, 0.5, 1.0):
        codes = np.stack([generated.walk(seed, step) for seed in range(400)])
        for moment in (0, 30, generated.FRAMES - 1):
            assert codes[:, moment].std() == pytest.approx(1, abs=0.1)
    jumps = [np.abs(np.diff(generated.walk(0, step), axis=0)).mean() for step in (0.05, 0.2, 0.8)]
    assert jumps == sorted(jumps)


def test_the_gif_holds_the_film() -> None:
    frames = generated.film(0, 0.3)
    assert np.allclose(frames / 255, latent.vae().decode(generated.walk(0, 0.3)), atol=0.51 / 255)
    film = Image.open(io.BytesIO(generated.gif(frames, 10)))
    assert film.n_frames == generated.FRAMES
    assert film.info["duration"] == 100
    for number in (0, 31, generated.FRAMES - 1):
        film.seek(number)
        seen = np.array(film.convert("L"))
        assert seen.shape[0] == seen.shape[1] == 28 * (seen.shape[0] // 28)
        step = seen.shape[0] // 28
        assert np.abs(seen[::step, ::step].astype(int) - frames[number]).max() <= 1


def test_the_class_that_is_asked_for_is_drawn() -> None:
    for digit in range(10):
        pictures = generated.digits(digit, 0)
        assert pictures.shape == (generated.MOST, 28, 28)
        assert autoencoder.read_all(pictures).read_as(digit) >= 0.8 * generated.MOST
    assert not np.allclose(generated.digits(7, 0), generated.digits(7, 1))


def test_the_code_of_the_digits_gives_what_is_shown(shell: Shell) -> None:
    arrays = shell(generated.CODE.format(digit=4, seed=2, count=generated.MOST))
    assert np.allclose(arrays["pictures"], generated.digits(4, 2), atol=1e-5)
    assert np.array_equal(arrays["answers"], autoencoder.read_all(generated.digits(4, 2)).answers)


# --- the 32 numbers --------------------------------------------------------------------------------------


def test_the_numbers_that_matter_most_change_most() -> None:
    picture = pictures_of("digits", 1)[0]
    usual, model = autoencoder.usual(), autoencoder.autoencoder()
    code = model.encode(picture[None])

    def change(number: int) -> float:
        other = code.copy()
        other[0, number] = usual.code[number]
        return float(np.mean((model.decode(other) - model.decode(code)) ** 2))

    order = autoencoder.mattering(picture)
    assert sorted(order) == list(range(32))
    changes = [change(number) for number in order]
    assert changes == sorted(changes, reverse=True)


def test_numbers_are_moved_by_what_is_usual() -> None:
    picture = pictures_of("digits", 1)[0]
    model = autoencoder.autoencoder()
    code = model.encode(picture[None])
    assert np.allclose(autoencoder.moved(picture, {}), model.decode(code)[0])
    code[0, 5] -= 2 * autoencoder.usual().spread[5]
    assert np.allclose(autoencoder.moved(picture, {5: -2.0}), model.decode(code)[0], atol=1e-5)


def test_all_32_numbers_are_the_autoencoder_s_own_redrawing() -> None:
    keras = pytest.importorskip("keras", reason="needs TensorFlow, to compare with")
    model = keras.saving.load_model(inference.ARTIFACTS / "autoencoder" / "model.keras", safe_mode=True)
    picture = pictures_of("digits", 1)[0]
    left = autoencoder.fewer_numbers(picture)
    assert np.allclose(
        left.pictures[0], model.predict(picture[None], verbose=0)["reconstruction"][0], atol=5e-3
    )
    assert np.allclose(left.errors, [np.mean((again - picture) ** 2) for again in left.pictures])


def test_one_number_is_the_one_furthest_from_the_mean() -> None:
    picture = pictures_of("digits", 1)[0]
    model, mean = autoencoder.autoencoder(), autoencoder.usual().code
    code = model.encode(picture[None])[0]
    furthest = np.abs(code - mean).argmax()
    only = mean.copy()
    only[furthest] = code[furthest]
    assert np.allclose(
        autoencoder.fewer_numbers(picture).pictures[-1], model.decode(only[None])[0], atol=1e-5
    )


def test_the_components_are_scikit_learn_s() -> None:
    usual = autoencoder.usual()
    split = "train" if usual.dataset == "mnist" else "test"
    others = data.load(usual.dataset, split).images[: usual.count].reshape(-1, 784) / np.float32(255)
    picture = pictures_of("digits", 1)[0]
    left = autoencoder.fewer_components(picture)
    for count, again in zip(autoencoder.KEPT, left.pictures, strict=True):
        pca = PCA(count, svd_solver="covariance_eigh").fit(others)
        wanted = pca.inverse_transform(pca.transform(picture.reshape(1, 784))).reshape(28, 28)
        assert np.allclose(again, wanted, atol=2e-3)
    assert np.all(np.diff(left.errors) > 0), "fewer components, more error"


def test_with_few_numbers_pca_is_better_and_with_all_the_autoencoder() -> None:
    numbers, components = (
        np.mean([way(picture).errors for picture in pictures_of("digits", 40)], axis=0)
        for way in (autoencoder.fewer_numbers, autoencoder.fewer_components)
    )
    assert numbers[0] < components[0]
    assert np.all(numbers[2:] > components[2:])


def test_the_code_of_fewer_numbers_gives_what_is_shown(shell: Shell) -> None:
    arrays = shell(autoencoder.code_fewer("digits-17"))
    picture = pictures_of("digits", 18)[17]
    eight = autoencoder.KEPT.index(8)
    assert np.allclose(arrays["from_numbers"], autoencoder.fewer_numbers(picture).pictures[eight], atol=1e-3)
    assert np.allclose(
        arrays["from_components"], autoencoder.fewer_components(picture).pictures[eight], atol=2e-3
    )
