"""The training itself: batches, learning rate, checkpoints, and what is remembered of the way."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitlab.errors import DigitLabError
from model_zoo import Recipe, definition
from model_zoo.training import training_data
from model_zoo.training.augment import distort
from model_zoo.training.spoil import spoil
from model_zoo.training.training_data import TrainingData, floats
from model_zoo.training.workers import Workers

if TYPE_CHECKING:
    import keras

MOMENTS = 20  # kept of the training of some models, after the very start; close together at first
SAY_S = 0.3  # between two words about the progress
CURVE = 200  # points of the curve in the progress file, at most about
PARENT = os.getppid()  # who started this process
OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam", "adamw")

Weights = list[np.ndarray]


def build(name: str, recipe: Recipe, seed: int) -> "keras.Model":
    """The network of a model with its first weights, in the precision of the recipe."""
    import keras

    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(recipe.precision)
    model = definition(name).build()
    if recipe.precision != "float32" and keras.backend.backend() == "tensorflow":
        from model_zoo.training.fused import fused

        model = fused(model)
    keras.config.set_dtype_policy("float32")
    return model


def fit(
    model: "keras.Model",
    recipe: Recipe,
    training_data: TrainingData,
    seed: int,
    checkpoint: Path | None,
    resume: bool,
    progress: Path | None = None,
    workers: Workers | None = None,
    *,
    keep: Container[int] | None = None,
    also: Mapping[str, Any] | None = None,
) -> tuple[dict[str, list[float]], dict[int, Weights]]:
    """Train the model in place. After each epoch its whole state goes into the file `checkpoint`; with
    `resume` the training goes on from there, with the same result as an unbroken one. The file `progress`
    says how far it is, as JSON, and what `also` says, for whoever watches; when the process that started this
    one is gone, it ends.

    Returns the history, a number for each epoch, and the weights after so many steps as are in `keep`, by the
    number of steps; without it, at some moments, if the recipe says so.
    """
    import keras

    workers = workers or Workers()
    variants, labels, held_out = training_data
    per_epoch = iterations(len(labels), recipe)
    two_inputs = len(model.inputs) == 2
    if keep is None:
        keep = moments_of(recipe.epochs * per_epoch) if recipe.internals else ()

    class Batches(keras.utils.PyDataset):
        """Every image once an epoch, in a random one of its variants; the same for the same seed."""

        def __init__(self, epoch: int) -> None:
            super().__init__()
            self.epoch = epoch
            self.on_epoch_begin()

        def __len__(self) -> int:
            return per_epoch

        def on_epoch_begin(self) -> None:
            self.order = np.random.default_rng([seed, self.epoch]).permutation(len(labels))

        def on_epoch_end(self) -> None:
            self.epoch += 1

        def __getitem__(self, index: int):
            rng = np.random.default_rng([seed, self.epoch, index, *([workers.rank] if workers.rank else [])])
            chosen = workers.share(self.order[index * recipe.batch_size :][: recipe.batch_size])
            images = floats(variants[rng.integers(len(variants), size=len(chosen)), chosen])
            if recipe.augmentation:
                images = distort(images, rng, recipe.augmentation)
            if recipe.spoil:
                images = spoil(images, rng, recipe.spoil)
            return given(images, labels[chosen]), wanted(images, labels[chosen])

    def given(images: np.ndarray, labels: np.ndarray) -> Any:
        return {"pictures": images, "labels": labels} if two_inputs else images

    def wanted(images: np.ndarray, labels: np.ndarray) -> Any:
        if isinstance(recipe.loss, str):
            return labels
        # Keras wants a target for each output, also for those without a loss
        return {name: images if name == "reconstruction" else labels for name in model.output}

    class Remember(keras.callbacks.Callback):
        def on_train_begin(self, logs: dict | None = None) -> None:
            self.step = done * per_epoch
            self.on_train_batch_end(-1)

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            self.step += batch >= 0
            if self.step in keep:
                if hasattr(model, "jax_state_sync"):  # in an epoch JAX keeps the weights to itself
                    model.jax_state_sync()
                moments[self.step] = model.get_weights()

        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            for key, value in logs.items():
                history.setdefault(key, []).append(round(float(value), 5))
            if checkpoint and workers.writes:
                _save(checkpoint, model, history, moments)

    class Report(keras.callbacks.Callback):
        def on_train_begin(self, logs: dict | None = None) -> None:
            self.step, self.said, self.first = done * per_epoch, 0.0, None
            self.curve = Curve(per_epoch, recipe.epochs)

        def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            self.step += 1
            self.first = self.first or time.monotonic()  # TensorFlow compiles in the first step
            self.curve.add(self.step, batch, logs)
            if time.monotonic() - self.said > SAY_S:
                self.say(logs)

        def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
            self.say(logs)

        def say(self, logs: dict[str, float]) -> None:
            self.said = time.monotonic()
            if os.getppid() != PARENT:
                raise KeyboardInterrupt  # nobody watches any more
            now = {"step": self.step, "steps": recipe.epochs * per_epoch, "steps_per_epoch": per_epoch}
            now |= {"seconds": round(self.said - self.first, 3), "history": history}
            now |= {"curve": self.curve.points}
            now |= {key: round(float(value), 5) for key, value in logs.items()}
            now |= also or {}
            unfinished = progress.with_suffix(".unfinished")
            unfinished.write_text(json.dumps(now), "utf-8")
            unfinished.replace(progress)

    model.compile(
        optimizer(recipe, per_epoch),
        loss=recipe.loss,
        loss_weights=recipe.loss_weights,
        metrics=_metrics(recipe),
    )
    model.optimizer.build(model.trainable_variables)
    history: dict[str, list[float]] = {}
    moments: dict[int, Weights] = {}
    if resume and checkpoint and checkpoint.exists():
        history, moments = _restore(checkpoint, model)
    done = len(next(iter(history.values()), []))
    pictures, meant = workers.share(held_out.pictures()), workers.share(held_out.labels)
    model.fit(
        Batches(done),
        initial_epoch=done,
        epochs=recipe.epochs,
        validation_data=(given(pictures, meant), wanted(pictures, meant)),
        shuffle=False,  # they are shuffled already, and so that a resumed run sees the same
        callbacks=[Remember(), *([Report()] if progress else [])],
        verbose="auto" if sys.stdout.isatty() else 2,
    )
    return history, moments


class Curve:
    """How loss and accuracy went, as means over a few steps each. `points` has a list for "step", the last
    one of these, and for each of Keras' figures."""

    def __init__(self, per_epoch: int, epochs: int) -> None:
        self._per_epoch = per_epoch
        self._width = -(-per_epoch * epochs // CURVE)  # steps in a point; an epoch's last may have fewer
        self.points: dict[str, list[float]] = {"step": []}

    def add(self, step: int, batch: int, logs: dict[str, float]) -> None:
        """After each step: its number from 1 on, its number in the epoch from 0 on, and what Keras says: the
        mean over the epoch so far."""
        seen = batch + 1
        if batch == 0:
            self._before, self._totals = 0, dict.fromkeys(logs, 0.0)
        if seen - self._before < self._width and seen < self._per_epoch:
            return
        self.points["step"].append(step)
        for name, mean in logs.items():
            total = float(mean) * seen
            value = (total - self._totals[name]) / (seen - self._before)
            self.points.setdefault(name, []).append(round(value, 5))
            self._totals[name] = total
        self._before = seen


def warm_up() -> None:
    """Load Keras and MNIST, and train on one batch of noise: the first training of a process waits for
    all of it. Raises nothing: who trains next will hear what is wrong."""
    import keras

    with contextlib.suppress(DigitLabError):
        training_data.classifiers(pen_strokes=False, limit=None)
    model = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("adam", "mse")
    model.fit(np.zeros((2, 28, 28), np.float32), np.zeros((2, 10), np.float32), verbose=0)


def iterations(images: int, recipe: Recipe) -> int:
    """Steps in an epoch: the images by the batch size, rounded up."""
    return -(-images // recipe.batch_size)


def moments_of(steps: int) -> set[int]:
    """After how many steps a moment is kept: at the start, and then ever further apart."""
    return {0, *np.geomspace(1, steps, MOMENTS).round().astype(int).tolist()}


def optimizer(recipe: Recipe, per_epoch: int) -> "keras.optimizers.Optimizer":
    """One cycle (Smith 2017, "Super-convergence"): the learning rate rises for a fifth of the steps from a
    25th, and falls to nothing along a cosine."""
    from keras import optimizers

    rate: Any = recipe.learning_rate
    if recipe.one_cycle:
        steps = recipe.epochs * per_epoch
        rise = max(1, steps // 5)
        rate = optimizers.schedules.CosineDecay(
            initial_learning_rate=recipe.learning_rate / 25,
            warmup_target=recipe.learning_rate,
            warmup_steps=rise,
            decay_steps=max(1, steps - rise),
        )
    average = {"use_ema": True, "ema_momentum": 0.998} if recipe.average else {}
    match recipe.optimizer:
        case "sgd":
            return optimizers.SGD(rate, **average)
        case "momentum":
            return optimizers.SGD(rate, momentum=0.9, **average)
        case "rmsprop":
            return optimizers.RMSprop(rate, **average)
        case "adamw":
            return optimizers.AdamW(rate, weight_decay=0.01, **average)
        case _:
            return optimizers.Adam(rate, **average)


def _metrics(recipe: Recipe) -> Any:
    if isinstance(recipe.loss, str):
        return ["accuracy"]
    return {name: "accuracy" for name in recipe.loss if name != "reconstruction"}


def _state(model: "keras.Model") -> list:
    return [*model.variables, *model.optimizer.variables]


def _save(
    file: Path, model: "keras.Model", history: dict[str, list[float]], moments: dict[int, Weights]
) -> None:
    arrays = {f"state-{n}": np.asarray(variable) for n, variable in enumerate(_state(model))}
    arrays |= {f"moment-{step}-{n}": w for step, weights in moments.items() for n, w in enumerate(weights)}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished.npz")
    np.savez(unfinished, history=json.dumps(history), **arrays)
    unfinished.replace(file)


def _restore(file: Path, model: "keras.Model") -> tuple[dict[str, list[float]], dict[int, Weights]]:
    with np.load(file, allow_pickle=False) as saved:
        for n, variable in enumerate(_state(model)):
            variable.assign(saved[f"state-{n}"])
        moments: dict[int, Weights] = {}
        for key in saved.files:
            if key.startswith("moment-"):
                moments.setdefault(int(key.split("-")[1]), []).append(saved[key])
        return json.loads(str(saved["history"])), moments
