"""Trained models by name: what they answer, from many threads, and that they are what was trained."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from digitlab import data, inference
from digitlab.data.scribbles import scribble
from digitlab.errors import UnknownName
from digitlab.movement import direction_maps
from digitlab.preprocess import to_mnist
from digitlab.strokes import Stroke, examples, render

# Ours to reach on MNIST's test images, from the simplest on; the first two are at their architecture's limit.
LEAST_ACCURACY = {
    "linear": 0.923,
    "dense_classic": 0.97,
    "dense": 0.99,
    "tiny_cnn": 0.993,
    "cnn": 0.994,
    "deep_cnn": 0.995,
    "sturdy": 0.994,
    "committee": 0.996,
    "autoencoder": 0.985,
}
CLASSIFIERS = tuple(LEAST_ACCURACY)


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """A thousand digits of other people: float32 (1000, 28, 28)."""
    return data.load("digits", "test").images[:1000] / np.float32(255)


def test_names_are_the_readers_from_simple_to_complex() -> None:
    assert tuple(inference.names()) == CLASSIFIERS


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownName, match="linear, dense_classic, dense, tiny_cnn, cnn,"):
        inference.load("../cnn")


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_test_accuracy(name: str, mnist_pictures: np.ndarray, mnist_test: data.Dataset) -> None:
    model = inference.load(name)
    accuracy = np.mean(model.predict(mnist_pictures).argmax(axis=1) == mnist_test.labels)
    assert accuracy >= LEAST_ACCURACY[name]
    assert accuracy == pytest.approx(model.card["test_accuracy"], abs=2e-4), "the card must be true"


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_committed_predictions_are_the_models(name: str, mnist_pictures: np.ndarray) -> None:
    with np.load(inference.ARTIFACTS / name / "predictions.npz") as saved:
        committed = saved["probabilities"]
    assert np.abs(inference.load(name).predict(mnist_pictures[:500]) - committed[:500]).max() < 1e-4
    assert committed.shape == (10_000, 10)


# the committee is its members, and has no file of its own
@pytest.mark.parametrize("name", [*(n for n in CLASSIFIERS if n != "committee"), inference.DETECTOR])
def test_what_serves_is_what_can_be_downloaded(name: str, pictures: np.ndarray) -> None:
    """model.tflite and model.keras give the same numbers, all outputs of them."""
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    folder = inference.ARTIFACTS / name
    trained = keras.saving.load_model(folder / "model.keras", safe_mode=True)
    outputs = trained.predict(pictures, batch_size=250, verbose=0)
    model = inference.read(folder)
    match name:
        case "autoencoder":
            served = {
                "digit": model.predict(pictures),
                "latent": model.encode(pictures),
                "reconstruction": model.reconstruct(pictures),
            }
        case inference.DETECTOR:
            served, outputs = {"is_digit": model.score(pictures)}, {"is_digit": outputs["is_digit"][:, 0]}
        case _:
            served, outputs = {"digit": model.predict(pictures)}, {"digit": outputs}
    assert set(served) == set(outputs)
    folded = any(isinstance(layer, keras.layers.BatchNormalization) for layer in trained.layers)
    # batch normalisation is folded into the weights of the .tflite file before these are rounded
    close = 0.01 if folded and model.card["recipe"]["float16"] else 1e-4
    for output, values in served.items():
        scale = max(1, np.abs(outputs[output]).max())
        assert np.abs(values - outputs[output]).max() < close * scale, output


def test_the_reader_of_strokes_is_served_as_it_was_trained() -> None:
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    model = inference.load(inference.STROKES)
    trained = keras.saving.load_model(inference.ARTIFACTS / inference.STROKES / "model.keras", safe_mode=True)
    maps = np.stack([direction_maps([np.array(s.points) for s in drawing]) for drawing in examples()])
    assert np.abs(model.predict(maps) - trained.predict(maps, verbose=0)).max() < 1e-4


# --- a drawing: the picture and the movement ---------------------------------------------------------


def test_a_drawing_is_read_by_picture_and_by_movement() -> None:
    model = inference.load("cnn")
    for digit, drawing in enumerate(examples()):
        picture = to_mnist(render(drawing))
        assert picture is not None
        answer = model.answer(picture, drawing)
        assert answer.digit == digit
        assert answer.by_picture is not None
        assert answer.by_movement is not None
        assert np.allclose(answer.by_picture, model.predict(picture[None])[0])
        assert answer.by_movement.argmax() == digit
        assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_the_movement_can_outweigh_the_picture() -> None:
    """The strokes of a 1 beside the picture of a 7: both have a say."""
    one, seven = examples()[1], examples()[7]
    picture = to_mnist(render(seven))
    assert picture is not None
    answer = inference.load("cnn").answer(picture, one)
    assert answer.by_picture is not None
    assert answer.by_movement is not None
    assert (answer.by_picture.argmax(), answer.by_movement.argmax()) == (7, 1)
    assert {answer.guess, answer.runner_up} == {1, 7}
    assert answer.probabilities[7] < answer.by_picture[7]


@pytest.mark.parametrize("drawing", [None, ()])
def test_without_a_drawing_the_picture_alone_is_read(drawing: tuple | None) -> None:
    picture = to_mnist(render(examples()[2]))
    assert picture is not None
    answer = inference.load("cnn").answer(picture, drawing)
    assert answer.by_picture is None
    assert answer.by_movement is None
    assert np.array_equal(answer.probabilities, inference.load("cnn").predict(picture[None])[0])


def test_what_learned_mnist_alone_stays_what_it_is() -> None:
    alone = {name for name in CLASSIFIERS if not inference.load(name).reads_movement}
    assert alone == {"linear", "dense_classic"}
    picture = to_mnist(render(examples()[2]))
    assert picture is not None
    answer = inference.load("linear").answer(picture, examples()[2])
    assert answer.by_movement is None
    assert np.array_equal(answer.probabilities, inference.load("linear").predict(picture[None])[0])


def test_joined_opinions_are_the_weighted_mean_of_the_logits() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.dirichlet(np.ones(10), (2, 50)).astype(np.float32)
    same = {"weight": 0.3, "joined_temperature": 1.0}
    assert np.allclose(inference.joined(one, one, same), one, atol=1e-5)
    assert np.allclose(inference.joined(one, other, same | {"weight": 0.0}), one, atol=1e-5)
    assert np.allclose(inference.joined(one, other, same | {"weight": 1.0}), other, atol=1e-5)
    half = inference.joined(one, other, {"weight": 0.5, "joined_temperature": 1.0})
    expected = np.sqrt(one * other)
    assert np.allclose(half, expected / expected.sum(axis=1, keepdims=True), atol=1e-5)
    mild = inference.joined(one, other, {"weight": 0.5, "joined_temperature": 2.0})
    assert (mild.max(axis=1) < half.max(axis=1)).all()


def test_two_are_better_than_one() -> None:
    """As its card says, on writers whom nobody trained on."""
    card, cnn = inference.load(inference.STROKES).card, inference.load("cnn").card
    assert card["joined_drawn_test_accuracy"] > cnn["drawn_test_accuracy"]
    assert card["joined_drawn_validation_accuracy"] > cnn["drawn_validation_accuracy"]


def test_the_zoo_stays_small() -> None:
    files = [file for file in inference.ARTIFACTS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 30_000_000


def test_a_decoder_draws_what_its_keras_file_draws() -> None:
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    code = np.random.default_rng(0).standard_normal((20, 32)).astype(np.float32) * 3
    model = inference.load("autoencoder")
    trained = keras.saving.load_model(inference.ARTIFACTS / "autoencoder" / "model.keras", safe_mode=True)
    drawn = keras.ops.convert_to_numpy(trained.get_layer("decoder")(code))
    assert np.abs(model.decode(code) - drawn).max() < 0.01


def test_generators_draw_digits_that_can_be_read() -> None:
    """The conditional one in all classes; the map of the other where its own training images lie."""
    conditional = inference.read(inference.ARTIFACTS / "vae_conditional")
    labels = np.repeat(np.arange(10), 50)
    style = np.random.default_rng(0).standard_normal((500, conditional.code_size - 10))
    drawn = conditional.decode(np.concatenate([style, np.eye(10)[labels]], axis=1))
    assert (inference.load("cnn").predict(drawn).argmax(axis=1) == labels).mean() > 0.9
    vae = inference.read(inference.ARTIFACTS / "vae")
    pictures = data.load("digits", "test").images[:300] / np.float32(255)
    code = vae.encode(pictures)
    assert code.shape == (300, 2)
    assert np.mean((vae.decode(code) - pictures) ** 2) < 0.9 * pictures.var(axis=0).mean()


def test_what_has_no_decoder_says_so() -> None:
    with pytest.raises(UnknownName, match="can't decode"):
        inference.load("cnn").decode(np.zeros((1, 2), np.float32))
    with pytest.raises(UnknownName, match="looked into"):
        _ = inference.load("dense").weights


def test_a_layers_output_can_be_computed_by_hand(pictures: np.ndarray) -> None:
    """The textbook net with NumPy: 784 pixels, 100 neurons, 10 outputs."""
    model = inference.load("dense_classic")
    layers, weights = model.layers(pictures[:50]), model.weights
    rows = pictures[:50].reshape(50, 784)
    hidden = np.maximum(rows @ weights["hidden/kernel"] + weights["hidden/bias"], 0)
    logits = hidden @ weights["logits/kernel"] + weights["logits/bias"]
    assert np.abs(layers["hidden"] - hidden).max() < 1e-4
    assert np.abs(layers["logits"] - logits).max() < 1e-3
    sigmoids = 1 / (1 + np.exp(-logits.astype(float)))
    expected = sigmoids / sigmoids.sum(axis=1, keepdims=True)
    assert np.abs(expected - model.predict(pictures[:50])).max() < 1e-3


def test_a_feature_map_can_be_computed_by_hand(pictures: np.ndarray) -> None:
    """The CNN's first layer at one place: a 5 x 5 window times a filter, plus bias, negatives cut."""
    model = inference.load("cnn")
    maps, weights = model.layers(pictures[:3])["maps_1"], model.weights
    window = np.pad(pictures[:3], ((0, 0), (2, 2), (2, 2)))[:, 10:15, 12:17]
    sums = np.einsum("nyx,yxf->nf", window, weights["maps_1/kernel"][:, :, 0])
    assert np.abs(maps[:, 10, 12] - np.maximum(sums + weights["maps_1/bias"], 0)).max() < 1e-4


@pytest.mark.parametrize("name", CLASSIFIERS)
@given(
    batch=hnp.arrays(
        np.float32,
        st.tuples(st.integers(0, 5), st.just(28), st.just(28)),
        elements={"min_value": 0, "max_value": 1},
    )
)
@settings(deadline=None, max_examples=20)
def test_probabilities(name: str, batch: np.ndarray) -> None:
    probabilities = inference.load(name).predict(batch)
    assert probabilities.shape == (len(batch), 10)
    assert probabilities.dtype == np.float32
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_batch_is_its_images_one_by_one(pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    batch = model.predict(pictures[:600])
    single = np.concatenate([model.predict(pictures[i : i + 1]) for i in range(0, 600, 50)])
    assert np.abs(batch[::50] - single).max() < 1e-5


def test_many_threads_get_the_answers_of_one(pictures: np.ndarray) -> None:
    models = [inference.load(name) for name in CLASSIFIERS]
    expected = [model.predict(pictures[:64]) for model in models]

    def ask(task: int) -> bool:
        model, image = task % len(models), task % 64
        answer = models[model].predict(pictures[image : image + 1])[0]
        return bool(np.abs(answer - expected[model][image]).max() < 1e-5)

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(2000)))


@pytest.mark.slow
def test_a_long_question_does_not_hold_up_a_short_one(pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    begun = Event()

    def long_question() -> None:
        begun.set()
        model.predict(np.tile(pictures, (20, 1, 1)))

    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(long_question)
        begun.wait()
        model.predict(pictures[:1])
        assert not long.done()


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 27), (1, 784), (1, 28, 28, 1)])
def test_wrong_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        inference.load("linear").predict(np.zeros(shape, np.float32))


def test_only_the_autoencoder_redraws(pictures: np.ndarray) -> None:
    autoencoder = inference.load("autoencoder")
    code = autoencoder.encode(pictures[:3])
    redrawn = autoencoder.reconstruct(pictures[:3])
    assert code.shape == (3, 32)
    assert redrawn.shape == (3, 28, 28)
    assert 0 <= redrawn.min() <= redrawn.max() <= 1
    with pytest.raises(UnknownName):
        inference.load("cnn").reconstruct(pictures[:3])
    assert [inference.load(name).reconstructs for name in CLASSIFIERS] == [
        name == "autoencoder" for name in CLASSIFIERS
    ]


def test_redrawing_beats_the_mean_picture(mnist_pictures: np.ndarray) -> None:
    redrawn = inference.load("autoencoder").reconstruct(mnist_pictures[:1000])
    error = np.mean((redrawn - mnist_pictures[:1000]) ** 2)
    assert error < 0.2 * mnist_pictures.var(axis=0).mean()


# --- answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("digit", range(10))
def test_the_examples_are_answered(name: str, digit: int) -> None:
    picture = to_mnist(render(examples()[digit]))
    assert picture is not None
    answer = inference.load(name).answer(picture)
    assert answer.guess == digit
    assert answer.is_digit
    if name != "linear":  # adding up pixels is not enough to be sure of each of them
        assert answer.digit == digit


def test_an_answer_is_consistent(pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    for picture in pictures[:50]:
        answer = model.answer(picture)
        best = np.argsort(answer.probabilities)[::-1]
        assert (answer.guess, answer.runner_up) == (best[0], best[1])
        assert answer.digit in (None, answer.guess)


@pytest.mark.parametrize(
    ("probability", "score", "digit"),
    [(0.51, 1.0, 3), (0.49, 1.0, None), (0.9, 0.0, None), (0.49, 0.0, None), (0.5, 1.0, 3)],
)
def test_an_answer_needs_a_digit_that_is_more_probable_than_all_others(
    monkeypatch: pytest.MonkeyPatch, probability: float, score: float, digit: int | None
) -> None:
    model = inference.load("cnn")
    said = np.full((1, 10), (1 - probability) / 9, np.float32)
    said[0, 3] = probability
    said[0, 8] += 1e-6  # the runner-up
    monkeypatch.setattr(model, "predict", lambda pictures: said)
    monkeypatch.setattr(inference.load(inference.DETECTOR), "score", lambda pictures: np.array([score]))
    answer = model.answer(np.zeros((28, 28), np.float32))
    assert (answer.digit, answer.guess, answer.runner_up) == (digit, 3, 8)
    assert answer.is_digit == (score > 0)


@pytest.mark.parametrize("kind", ["scrawl", "zigzag", "dot", "dash", "noise", "shape", "symbol"])
def test_scribbles_are_no_digits(kind: str) -> None:
    rng = np.random.default_rng(1)
    model = inference.load("cnn")
    pictures = [to_mnist(scribble(rng, kind)) for _ in range(40)]
    refused = [picture is None or model.answer(picture).digit is None for picture in pictures]
    least = 0.75 if kind == "symbol" else 0.9  # a } and a > are nearly a 3 and a 7
    assert np.mean(refused) >= least


def test_the_detector_refuses_few_digits(mnist_pictures: np.ndarray) -> None:
    scores = inference.load("linear").digit_score(mnist_pictures)
    assert scores.shape == (10_000,)
    assert scores.dtype == np.float32
    assert 0 <= scores.min() <= scores.max() <= 1
    threshold = inference.read(inference.ARTIFACTS / inference.DETECTOR).card["threshold"]
    assert np.mean(scores < threshold) <= 0.015


def test_a_dash_is_not_a_digit() -> None:
    """What other demos read as a 4 or a 1, with full confidence."""
    picture = to_mnist(render([Stroke([(60, 140), (220, 145)], 18)]))
    assert picture is not None
    assert inference.load("cnn").answer(picture).digit is None
