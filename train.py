"""Train a model of the zoo on MNIST, and write what it left into model_zoo/artifacts/.

    python train.py cnn                 train it as its recipe says (about two minutes on two cores)
    python train.py all                 train every model, one after the other
    python train.py cnn --epochs 1 --limit 5000 --out /tmp/try     have a quick try, keep ours
    python train.py --list              what there is

This is the only door to TensorFlow. What it writes, a folder for each model:

    model.keras         to download and continue with (weights and architecture, no optimiser state)
    model.tflite        the same weights for LiteRT: what the app runs
    history.json        loss and accuracy of each epoch, on training and validation data
    predictions.npz     probabilities on MNIST's 10,000 test images, and their labels
    card.json           what it is, how it was trained, what was measured

The folder is swapped in when everything in it is whole; until then, Ctrl-C or a kill leaves the old one.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from tqdm import tqdm

from digitlab import data, inference, metrics
from digitlab.errors import DigitLabError
from digitlab.preprocess import to_mnist
from model_zoo import ARTIFACTS, DETECTOR, READERS, Recipe, definition
from model_zoo.augment import as_others_write, distort

if TYPE_CHECKING:
    import keras

VALIDATION = 5_000  # of the 60,000 training images, never trained on: for temperature and threshold
SPLIT_SEED = 0  # the same images are held out whatever the seed of the training
REFUSED = 0.007  # share of validation digits that the detector may refuse


class Examples(NamedTuple):
    """Pictures float32 (N, 28, 28) in [0, 1], ink bright on black, and labels (N,)."""

    images: np.ndarray
    labels: np.ndarray


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 a request that can't be met, 130 stopped by Ctrl-C."""
    options = _options(arguments)
    if options.list:
        print(_listing())
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill tidies up like Ctrl-C
    try:
        for name in options.models:
            train(name, _recipe(name, options), options.limit, options.seed, options.out)
    except DigitLabError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What was there before is untouched.", file=sys.stderr)
        return 130
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    everything = (*READERS, DETECTOR)
    parser = argparse.ArgumentParser(
        description="Train a model on MNIST and write what it left into model_zoo/artifacts/."
    )
    parser.add_argument("model", nargs="?", choices=(*everything, "all"), metavar="MODEL")
    parser.add_argument("--list", action="store_true", help="say which models there are, and stop")
    parser.add_argument("--epochs", type=_positive, help="times through the training images")
    parser.add_argument("--batch-size", type=_positive, help="images per step")
    parser.add_argument("--limit", type=_positive, help="train on so many images only")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the order, the distortions")
    parser.add_argument("--out", type=Path, default=ARTIFACTS, help="folder for the artifacts")
    options = parser.parse_args(arguments)
    if not (options.model or options.list):
        parser.error("say which MODEL, or --list")
    options.models = everything if options.model == "all" else [options.model]
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def _recipe(name: str, options: argparse.Namespace) -> Recipe:
    recipe = definition(name).RECIPE
    return replace(
        recipe,
        epochs=options.epochs or recipe.epochs,
        batch_size=options.batch_size or recipe.batch_size,
    )


def _listing() -> str:
    lines = []
    for name in (*READERS, DETECTOR):
        module = definition(name)
        lines.append(f"{name:12} {module.RECIPE.epochs:3} epochs   {module.SUMMARY}")
    return "\n".join(lines)


# --- training ---------------------------------------------------------------------------------------


def train(name: str, recipe: Recipe, limit: int | None, seed: int, out: Path) -> None:
    """Train one model and put its folder into `out`. Raises DigitLabError."""
    training, validation = _held_out(limit)
    test = _examples("test")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    module = definition(name)
    print(f"{module.TITLE}: {len(training.labels):,} images, {recipe.epochs} epochs", flush=True)
    started = time.perf_counter()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    looks, labels = _looks(training, rng) if recipe.distort else training.images[None], training.labels
    held_out = validation
    if name == DETECTOR:
        looks, labels = _with_not_digits(looks, training, rng)
        held_out = Examples(*_with_not_digits(validation.images[None], validation, rng))
        held_out = held_out._replace(images=held_out.images[0])
    model = module.build()
    history = _fit(model, recipe, looks, labels, held_out, seed)
    measured = {} if name == DETECTOR else {"temperature": _calibrate(model, validation)}
    seconds = round(time.perf_counter() - started)

    with _published(out / name) as folder:
        _export(model, module.build(), folder)
        card = {
            "name": name,
            "title": module.TITLE,
            "summary": module.SUMMARY,
            "reads": name in READERS,
            "order": (*READERS, DETECTOR).index(name),
            "parameters": model.count_params(),
        }
        served = inference.Model(folder, card)  # measure what the app will run
        if name == DETECTOR:
            predictions = {"scores": served.score(test.images)}
            measured |= _detection(served, predictions["scores"], validation)
        else:
            predictions = {"probabilities": served.predict(test.images)}
            measured |= _reading(served, predictions["probabilities"], validation, test)
        # with the labels, so that a page can count mistakes where MNIST can't be had
        np.savez_compressed(folder / "predictions.npz", labels=test.labels, **predictions)
        card |= measured | {
            "recipe": asdict(recipe),
            "seed": seed,
            "data": f"MNIST: {len(training.labels):,} training images, {len(validation.labels):,} "
            f"more held out for validation, {len(test.labels):,} test images",
            "seconds": seconds,
            "trained": date.today().isoformat(),
        }
        _write_json(folder / "history.json", history)
        _write_json(folder / "card.json", card)
    print(json.dumps(measured, indent=1))


def _examples(split: str) -> Examples:
    with tqdm(desc="Downloading MNIST", unit="B", unit_scale=True, leave=False, delay=0.5) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        images, labels = data.load("mnist", split, progress)
    return Examples(images.astype(np.float32) / 255, labels)


def _held_out(limit: int | None) -> tuple[Examples, Examples]:
    """Training and validation images: MNIST's 60,000 in one fixed random order, the last held out."""
    images, labels = _examples("train")
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    training, validation = order[:-VALIDATION][:limit], order[-VALIDATION:]
    return Examples(images[training], labels[training]), Examples(images[validation], labels[validation])


def _looks(examples: Examples, rng: np.random.Generator) -> np.ndarray:
    """Each image as it is in MNIST, and as the app would see it if somebody drew it on the pad, some of
    them in other countries' ways of writing: float32 (2, N, 28, 28)."""
    written = as_others_write(examples.images, examples.labels, rng)
    return np.stack([examples.images, [_seen(image) for image in written]])


def _seen(image: np.ndarray) -> np.ndarray:
    return to_mnist(np.round(image * 255).astype(np.uint8))


def _with_not_digits(
    looks: np.ndarray, digits: Examples, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """As many pictures of no digit behind the digits; labels 1 for a digit, 0 for none."""
    others = definition(DETECTOR).not_digits(*digits, len(digits.labels), rng)
    looks = np.concatenate([looks, np.broadcast_to(others, (len(looks), *others.shape))], axis=1)
    return looks, np.repeat([1, 0], [len(digits.labels), len(others)])


def _fit(
    model: "keras.Model", recipe: Recipe, looks: np.ndarray, labels: np.ndarray, held_out: Examples, seed: int
) -> dict[str, list[float]]:
    """Train the model in place; returns the history, a number for each epoch."""
    import keras

    class Batches(keras.utils.PyDataset):
        """Every image once an epoch, in a random one of its looks; the same for the same seed."""

        def __init__(self) -> None:
            super().__init__()
            self.epoch = 0
            self.on_epoch_begin()

        def __len__(self) -> int:
            return -(-len(labels) // recipe.batch_size)

        def on_epoch_begin(self) -> None:
            self.order = np.random.default_rng([seed, self.epoch]).permutation(len(labels))

        def on_epoch_end(self) -> None:
            self.epoch += 1

        def __getitem__(self, index: int):
            rng = np.random.default_rng([seed, self.epoch, index])
            chosen = self.order[index * recipe.batch_size :][: recipe.batch_size]
            images = looks[rng.integers(len(looks), size=len(chosen)), chosen]
            if recipe.distort:
                images = distort(images, rng, recipe.distort)
            return images, targets(images, labels[chosen])

    def targets(images: np.ndarray, labels: np.ndarray) -> Any:
        if isinstance(recipe.loss, str):
            return labels
        # Keras wants a target for each output; the latent code has no loss, so any will do
        return {"digit": labels, "reconstruction": images, "latent": labels}

    steps = -(-len(labels) // recipe.batch_size) * recipe.epochs
    rise = max(1, steps // 5)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=recipe.learning_rate / 25,
        warmup_target=recipe.learning_rate,
        warmup_steps=rise,
        decay_steps=max(1, steps - rise),
    )
    model.compile(
        keras.optimizers.Adam(rate),
        loss=recipe.loss,
        loss_weights=recipe.loss_weights,
        metrics=["accuracy"] if isinstance(recipe.loss, str) else {"digit": "accuracy"},
    )
    history = model.fit(
        Batches(),
        epochs=recipe.epochs,
        validation_data=(held_out.images, targets(*held_out)),
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    return {key: [round(float(v), 5) for v in values] for key, values in history.history.items()}


# --- what training leaves ---------------------------------------------------------------------------


def _calibrate(model: "keras.Model", validation: Examples) -> float:
    """Divide the logits by the temperature that fits validation data best, in the last layer's weights:
    so the .keras and the .tflite file give calibrated probabilities by themselves."""
    probabilities = model.predict(validation.images, batch_size=512, verbose=0)
    if isinstance(probabilities, dict):
        probabilities = probabilities["digit"]
    temperature = metrics.temperature(probabilities, validation.labels)
    layer = model.get_layer("digit")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])
    return round(temperature, 4)


def _export(trained: "keras.Model", fresh: "keras.Model", folder: Path) -> None:
    """Write model.keras and model.tflite. `fresh` is the same architecture, never compiled: saved from
    the trained model, the optimiser's state would triple the file."""
    import keras
    import tensorflow as tf

    fresh.set_weights(trained.get_weights())
    fresh.save(folder / "model.keras")

    def serve(pictures: Any) -> dict[str, Any]:  # outputs by name, also where there is only one
        outputs = fresh(pictures)
        return outputs if isinstance(outputs, dict) else {fresh.layers[-1].name: outputs}

    archive = keras.export.ExportArchive()
    archive.track(fresh)
    pictures = tf.TensorSpec((None, 28, 28), tf.float32, name="pictures")
    archive.add_endpoint("serve", serve, input_signature=[pictures])
    with tempfile.TemporaryDirectory() as saved:
        archive.write_out(saved, verbose=False)
        converted = tf.lite.TFLiteConverter.from_saved_model(saved).convert()
    (folder / "model.tflite").write_bytes(converted)


def _reading(
    served: inference.Model, predictions: np.ndarray, validation: Examples, test: Examples
) -> dict[str, float]:
    measured = {
        "test_accuracy": metrics.accuracy(predictions, test.labels),
        "validation_accuracy": metrics.accuracy(served.predict(validation.images), validation.labels),
        "test_calibration_error": metrics.expected_calibration_error(predictions, test.labels),
    }
    if served.reconstructs:
        redrawn = served.reconstruct(test.images)
        measured["test_reconstruction_error"] = float(np.mean((redrawn - test.images) ** 2))
    return {key: round(value, 5) for key, value in measured.items()}


def _detection(served: inference.Model, digits: np.ndarray, validation: Examples) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    scores = served.score(np.concatenate([validation.images, [_seen(i) for i in validation.images]]))
    threshold = float(np.quantile(scores, REFUSED))
    others = served.score(data.load("scribbles", "test").images / np.float32(255))
    auroc = roc_auc_score(np.repeat([1, 0], [len(digits), len(others)]), [*digits, *others])
    return {
        "threshold": round(threshold, 5),
        "test_digits_refused": round(float(np.mean(digits < threshold)), 5),
        "test_scribbles_refused": round(float(np.mean(others < threshold)), 5),
        "test_auroc": round(float(auroc), 5),
    }


def _write_json(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


@contextmanager
def _published(target: Path) -> Iterator[Path]:
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


if __name__ == "__main__":
    sys.exit(main())
