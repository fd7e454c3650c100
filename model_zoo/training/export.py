"""From a trained network to the files that the app and other people use; and how good it is."""

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from digitlab import data, inference, metrics
from model_zoo import Recipe
from model_zoo.training import training_data
from model_zoo.training.fit import Weights
from model_zoo.training.training_data import TEST_FOLD, VALIDATION_FOLD, Examples

if TYPE_CHECKING:
    import keras

REFUSED = 0.007  # share of validation digits that the detector may refuse
UNITS = 20  # of the first layer, kept at each moment of the training
NEIGHBOURS = 6  # training images nearest to each test image


def calibrate(model: "keras.Model", validation: list[Examples]) -> float:
    """Divide the logits by the temperature that fits validation data best, in the last layer's weights:
    so the .keras and the .tflite file give calibrated probabilities by themselves."""
    pictures = np.concatenate([examples.pictures() for examples in validation])
    labels = np.concatenate([examples.labels for examples in validation])
    probabilities = model.predict(pictures, batch_size=512, verbose=0)
    if isinstance(probabilities, dict):
        probabilities = probabilities["digit"]
    temperature = metrics.temperature(probabilities, labels)
    layer = model.get_layer("digit")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])
    return round(temperature, 4)


def convert(model: "keras.Model", bits: int = 32, internals: bool = False) -> bytes:
    """The .tflite file of a model, its weights in so many bits: its outputs by name; a signature "decode"
    if it has a decoder; with `internals` one, "layers", with the outputs of all layers that have a name."""
    import keras
    import tensorflow as tf

    def serve(pictures: Any) -> dict[str, Any]:  # outputs by name, also where there is only one
        outputs = model(pictures)
        return outputs if isinstance(outputs, dict) else {model.layers[-1].name: outputs}

    archive = keras.export.ExportArchive()
    archive.track(model)
    if len(model.inputs) == 1:  # one that wants the label can't be asked about a picture alone
        pictures = tf.TensorSpec(model.input_shape, tf.float32, name="pictures")
        archive.add_endpoint("serving_default", serve, input_signature=[pictures])
    if decoder := next((layer for layer in model.layers if layer.name == "decoder"), None):
        code = tf.TensorSpec((None, decoder.input_shape[-1]), tf.float32, name="code")
        archive.add_endpoint("decode", lambda code: {"reconstruction": decoder(code)}, input_signature=[code])
    if internals:
        seen = {layer.name: layer.output for layer in model.layers if "_" in layer.name or layer.weights}
        layers = keras.Model(model.inputs, seen)
        archive.track(layers)
        archive.add_endpoint("layers", lambda pictures: layers(pictures), input_signature=[pictures])
    with tempfile.TemporaryDirectory() as saved:
        archive.write_out(saved, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(saved)
        if bits < 32:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if bits == 16:
            converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


def export(trained: "keras.Model", fresh: "keras.Model", folder: Path, recipe: Recipe) -> None:
    """Write model.keras and model.tflite; and, if pages look inside, weights.npz: "<layer>/<weight>" ->
    float32. `fresh` is the same architecture, never compiled: saved from the trained model, the optimiser's
    state would triple the file. With `float16` both files hold weights of that precision."""
    weights = trained.get_weights()
    if recipe.float16:
        weights = [w.astype(np.float16).astype(w.dtype) for w in weights]
    fresh.set_weights(weights)
    fresh.save(folder / "model.keras")
    _compress(folder / "model.keras")
    (folder / "model.tflite").write_bytes(convert(fresh, 16 if recipe.float16 else 32, recipe.internals))
    if recipe.internals:
        named = {f"{layer.name}/{w.name}": w.numpy() for layer in fresh.layers for w in layer.weights}
        np.savez(folder / "weights.npz", **named)


def _compress(archive: Path) -> None:
    """Keras stores without compression; numbers of half precision take half the room with it."""
    small = archive.with_suffix(".unfinished")
    with ZipFile(archive) as stored, ZipFile(small, "w", ZIP_DEFLATED, compresslevel=9) as compressed:
        for name in stored.namelist():
            compressed.writestr(name, stored.read(name))
    small.replace(archive)


def neighbours(model: "keras.Model") -> np.ndarray:
    """For each of MNIST's test images, its nearest training images by what the model makes of them before it
    decides (cosine similarity of the last layer's input), nearest first: uint16 (10000, NEIGHBOURS)."""
    import keras

    decides = "logits" if any(layer.name == "logits" for layer in model.layers) else "digit"
    features = keras.Model(model.inputs, model.get_layer(decides).input)

    def of(split: str) -> np.ndarray:
        seen = features.predict(training_data.mnist(split).pictures(), batch_size=512, verbose=0)
        return seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)

    training, found = of("train").T.copy(), []
    for test in np.array_split(of("test"), 20):
        alike = test @ training
        nearest = np.argpartition(-alike, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        order = np.argsort(-np.take_along_axis(alike, nearest, axis=1), axis=1)
        found.append(np.take_along_axis(nearest, order, axis=1))
    return np.concatenate(found).astype(np.uint16)


def keep_moments(fresh: "keras.Model", moments: dict[int, Weights], per_epoch: int, folder: Path) -> None:
    """What the model was on the way: a .tflite file for each moment (weights of 8 bits), and moments.npz with
    `steps`, `epochs`, `answers` on MNIST's test images (uint8), and the weights of the first layer's first
    UNITS neurons or filters, `first_layer` (moments, ..., units)."""
    (folder / "moments").mkdir()
    test = training_data.mnist("test").pictures()
    answers, first_layer = [], []
    for number, weights in enumerate(moments.values()):
        fresh.set_weights(weights)
        (folder / "moments" / f"{number:02}.tflite").write_bytes(convert(fresh, 8))
        answers.append(fresh.predict(test, batch_size=512, verbose=0).argmax(axis=1))
        first_layer.append(weights[0][..., :UNITS])
    steps = np.array(list(moments))
    np.savez_compressed(
        folder / "moments.npz",
        steps=steps,
        epochs=(steps / per_epoch).astype(np.float32),
        answers=np.array(answers, np.uint8),
        first_layer=np.array(first_layer, np.float16),
    )


def reading(served: inference.Model, predictions: np.ndarray) -> dict[str, float]:
    """How well it reads digits that it never saw, in shares."""
    test = training_data.mnist("test")
    held_out = training_data.validation()
    measured = {
        "test_accuracy": metrics.accuracy(predictions, test.labels),
        "validation_accuracy": metrics.accuracy(served.predict(held_out.pictures()), held_out.labels),
        "test_calibration_error": metrics.expected_calibration_error(predictions, test.labels),
    }
    for name, fold in (("drawn_test", TEST_FOLD), ("drawn_validation", VALIDATION_FOLD)):
        if drawn := training_data.drawn(fold):
            answers = served.predict(drawn.pictures())
            measured[f"{name}_accuracy"] = metrics.accuracy(answers, drawn.labels)
            measured[f"{name}_calibration_error"] = metrics.expected_calibration_error(answers, drawn.labels)
    return _rounded(measured | redrawing(served))


def redrawing(served: inference.Model) -> dict[str, float]:
    """Mean squared error of what it redraws of MNIST's test images, for a model that does."""
    if not served.reconstructs:
        return {}
    test = training_data.mnist("test").pictures()
    error = float(np.mean((served.reconstruct(test) - test) ** 2))
    return _rounded({"test_reconstruction_error": error})


def elbo(model: "keras.Model", seed: int = 0, samples: int = 10) -> dict[str, float]:
    """Evidence lower bound on MNIST's test images (grey levels taken as probabilities) and its two parts, in
    nats for an image."""
    test, labels = training_data.mnist("test")
    pictures = test.reshape(-1, 784) / np.float32(255)
    images = test / np.float32(255)
    inputs = {"pictures": images, "labels": labels} if len(model.inputs) == 2 else images
    answers = model.predict(inputs, batch_size=512, verbose=0)
    mean, log_variance = answers["latent"], answers["log_variance"]
    told = np.eye(10, dtype=np.float32)[labels] if len(model.inputs) == 2 else np.empty((len(labels), 0))
    rng, missed = np.random.default_rng(seed), []
    for _ in range(samples):
        code = mean + np.exp(log_variance / 2) * rng.standard_normal(mean.shape)
        code = np.concatenate([code, told], axis=1).astype(np.float32)
        drawn = model.get_layer("decoder").predict(code, batch_size=512, verbose=0).reshape(-1, 784)
        drawn = drawn.clip(1e-7, 1 - 1e-7)
        missed.append(-(pictures * np.log(drawn) + (1 - pictures) * np.log(1 - drawn)).sum(axis=1).mean())
    kl = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(axis=1).mean()
    return _rounded(
        {
            "test_elbo": -(np.mean(missed) + kl),
            "test_reconstruction_nats": np.mean(missed),
            "test_kl_nats": kl,
        }
    )


def recognisable(served: inference.Model, reader: inference.Model, seed: int = 0) -> dict[str, float]:
    """How many of 1,000 random samples of each class `reader` reads as that class; the worst class, too."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(10), 1_000)
    latent = served.code_size - 10
    code = np.concatenate([rng.standard_normal((len(labels), latent)), np.eye(10)[labels]], axis=1)
    right = reader.predict(served.decode(code)).argmax(axis=1) == labels
    return _rounded(
        {
            "samples_recognised": right.mean(),
            "samples_recognised_worst": min(right[labels == digit].mean() for digit in range(10)),
        }
    )


def detection(served: inference.Model, test_scores: np.ndarray) -> dict[str, float]:
    """Its threshold, from validation data, and how well it tells digits from what is none, on test data."""
    from sklearn.metrics import roc_auc_score

    held_out = training_data.validation()
    digits = [served.score(held_out.pictures())]
    if drawn := training_data.drawn(VALIDATION_FOLD):
        digits.append(served.score(drawn.pictures()))
    threshold = min(float(np.quantile(scores, REFUSED)) for scores in digits)
    scribbles = served.score(data.load("scribbles", "test").images / np.float32(255))

    def auroc(digits: np.ndarray, others: np.ndarray) -> float:
        return float(roc_auc_score(np.repeat([1, 0], [len(digits), len(others)]), [*digits, *others]))

    measured = {
        "threshold": threshold,
        "test_digits_refused": np.mean(test_scores < threshold),
        "test_scribbles_refused": np.mean(scribbles < threshold),
        "test_auroc": auroc(test_scores, scribbles),
    }
    drawn, written = training_data.drawn(TEST_FOLD), training_data.not_digits(TEST_FOLD)
    if drawn and written:
        images, characters = written
        clear = np.array([training_data.is_clear(character) for character in characters])
        letters = served.score(images[clear] / np.float32(255))
        drawn_scores = served.score(drawn.pictures())
        measured |= {
            "drawn_digits_refused": np.mean(drawn_scores < threshold),
            "drawn_scribbles_auroc": auroc(drawn_scores, scribbles),
            "letters_refused": np.mean(letters < threshold),
            "letters_auroc": auroc(test_scores, letters),
            "drawn_letters_auroc": auroc(drawn_scores, letters),
        }
    return _rounded(measured)


def _rounded(measured: dict[str, Any]) -> dict[str, float]:
    return {key: round(float(value), 5) for key, value in measured.items()}


def write_json(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """An empty folder to fill, which then takes the target's place in one go; on any failure it goes,
    and the target stays as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        folder, old = Path(scratch, "new"), Path(scratch, "old")
        folder.mkdir()
        yield folder
        # Ctrl-C between the two renames would leave neither
        handlers = {s: signal.signal(s, signal.SIG_IGN) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            if target.exists():
                target.rename(old)
            folder.rename(target)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
