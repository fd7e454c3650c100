"""A model of the zoo learns a class's own digits, with MNIST's mixed in so that it doesn't forget those.

Some pupils' drawings it learns from, some choose the epoch (the model as it was, epoch 0, is one to choose),
and some are only for the test. What was tried stands in card.json, under "fine_tuning".
"""

import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digitlab import inference, metrics
from digitlab.classroom import fine_tuning
from digitlab.classroom.fine_tuning import DRAWING, PUPIL, Arm, Parts
from digitlab.errors import DataCorrupt, DataUnavailable, DigitLabError, UnknownName
from digitlab.evaluation import evaluate, own_data
from digitlab.evaluation.own_data import OwnData
from model_zoo import ARTIFACTS, EVERYTHING, LIVE, Recipe, definition
from model_zoo.training import export, live, training_data
from model_zoo.training.fit import fit, iterations
from model_zoo.training.training_data import Examples, TrainingData

if TYPE_CHECKING:
    import keras

SLOWER = 8  # times smaller a learning rate, for models that know more hands than MNIST's: they forget less
AUGMENTATION = 0.3  # at least: a class's digits are few
SEEN = 40_000  # pictures in all epochs of a way, about: half a minute for the CNN on two cores
EPOCHS = (4, 12)  # at least, at most
STEPS = 40  # of an epoch, about, so that a small class takes as many as a large one
SMALLEST_BATCH = 16
VARIANTS = 4  # of MNIST's digits: another of the same kind now and then
CALIBRATION = 1_000  # of MNIST's validation images, beside the class's
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")


class Request(NamedTuple):
    """What to train on what, and where to put it."""

    model: str
    data: Path
    out: Path
    replay: int = fine_tuning.REPLAY
    split_by: str = PUPIL
    compare: bool = False  # try other ways beside it, to see what they give
    name: str = ""  # of the folder, and of the model
    title: str = ""
    seed: int = 0
    changes: Mapping[str, Any] = MappingProxyType({})  # of the recipe; epochs: else as many as SEEN allows
    progress: Path | None = None


class Tuned(NamedTuple):
    """What a way of training gave."""

    arm: Arm
    model: "keras.Model"
    history: dict[str, list[float]]
    recipe: Recipe
    temperature: float  # by which the logits were divided, on top of the model's own


def run(request: Request) -> dict[str, Any]:
    """Train, and put the folder into `request.out`; returns the card. Raises DigitLabError."""
    name = request.name or f"{request.model}_tuned"
    _refuse(request, name)
    brought = _read(request.data)
    pupils = brought.pupils
    fine_tuning.check(brought.labels, pupils, request.split_by)
    mnist = _mnist(request.replay)
    started = time.perf_counter()
    ways = _ways(request, pupils)
    sizes = [_images(request, brought, *way) for way in ways]
    recipes = [_recipe(request, size) for size in sizes]
    work = np.array([recipe.epochs * size for recipe, size in zip(recipes, sizes, strict=True)], float)
    shares = (work / work.sum()).round(4)
    tuned = []
    for number, (way, recipe) in enumerate(zip(ways, recipes, strict=True)):
        before = {"way": number + 1, "ways": len(ways), "done": float(shares[:number].sum())}
        also = before | {"share": float(shares[number])}
        tuned.append(_tune(request, brought, way, recipe, mnist, also))
    return _publish(request, name, brought, tuned, mnist, started)


def _refuse(request: Request, name: str) -> None:
    """Raises UnknownName, DigitLabError."""
    if request.model not in fine_tuning.models():
        raise UnknownName(
            f"{request.model} can’t be fine-tuned: no model of this name reads digits and has a model.keras. "
            f"These can: {', '.join(fine_tuning.models())}."
        )
    if not NAME.fullmatch(name):
        raise DigitLabError("A name has letters, digits, _ and - only, 41 at most.")
    target = request.out / name
    if target.exists() and not (target / "card.json").is_file():
        raise DigitLabError(f"{target} is there already, and is no model. Say another --name.")
    if target.exists() and "fine_tuning" not in inference.read(target).card:
        raise DigitLabError(
            f"{name} is a model of the zoo, which stays as it is. Say another --name or --out."
        )
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        raise DigitLabError("Fine-tuning runs on TensorFlow only: leave KERAS_BACKEND unset.")


def _read(file: Path) -> OwnData:
    try:
        if file.stat().st_size > own_data.MAX_BYTES:
            raise DataCorrupt(f"{file.name} is larger than {own_data.MAX_BYTES // 1024**2} MB.")
        return own_data.read(file.name, file.read_bytes())
    except OSError as error:
        raise DataUnavailable(f"{file} can’t be read: {error.strerror}.") from error


def _mnist(replay: int) -> bool:
    """Whether MNIST is there. Raises DataUnavailable where it is needed and isn't."""
    try:
        training_data.mnist("test")
    except DataUnavailable as error:
        if replay:
            raise DataUnavailable(f"{error} Or train without it: --replay 0.") from error
        print("Without MNIST: what the model forgets of it can’t be measured.", file=sys.stderr)
        return False
    return True


def _ways(request: Request, pupils: np.ndarray | None) -> list[tuple[int, str]]:
    """(replay, split by) of the one that is asked for, and of those that it is compared with."""
    ways = [(request.replay, request.split_by)]
    if request.compare:
        ways.append((0, request.split_by))
        ways.append((request.replay, DRAWING if request.split_by == PUPIL else PUPIL))
    return [way for way in dict.fromkeys(ways) if way[1] == DRAWING or pupils is not None]


def _images(request: Request, brought: OwnData, replay: int, split_by: str) -> int:
    """How many it sees in an epoch."""
    parts = fine_tuning.split(brought.labels, brought.pupils, split_by, request.seed)
    return len(parts.train) * (1 + replay)


def _recipe(request: Request, images: int) -> Recipe:
    recipe = definition(request.model).RECIPE
    epochs = int(np.clip(SEEN // images, *EPOCHS))
    batch = min(recipe.batch_size, max(SMALLEST_BATCH, images // STEPS))
    rate = recipe.learning_rate / (SLOWER if recipe.pen_strokes else 1)
    gentle = {"epochs": epochs, "batch_size": batch, "learning_rate": rate}
    gentle |= {"augmentation": max(AUGMENTATION, recipe.augmentation), "pen_strokes": False}
    gentle |= {"one_cycle": True, "average": False, "precision": "float32", "internals": False}
    return replace(recipe, **(gentle | dict(request.changes)))


def _tune(
    request: Request,
    brought: OwnData,
    way: tuple[int, str],
    recipe: Recipe,
    mnist: bool,
    also: dict[str, Any],
) -> Tuned:
    import keras

    replay, split_by = way
    started = time.perf_counter()
    parts = fine_tuning.split(brought.labels, brought.pupils, split_by, request.seed)
    learn, choose, test = (Examples(brought.images[part], brought.labels[part]) for part in parts)
    pupils = np.arange(len(brought.labels)) if brought.pupils is None else brought.pupils
    keras.utils.set_random_seed(request.seed)
    model = keras.models.load_model(ARTIFACTS / request.model / "model.keras", compile=False)
    zoo = inference.load(request.model)  # LiteRT, which needn't compile first
    before = zoo.predict(test.pictures()).argmax(axis=1) == test.labels
    chance = metrics.accuracy(zoo.predict(choose.pictures()), choose.labels)
    learned = _mixed(learn, replay, np.random.default_rng(request.seed))
    images = len(learned[1])
    per_epoch = iterations(images, recipe)
    print(
        f"{way}: {images:,} images, {recipe.epochs} epochs of {per_epoch:,} iterations; before: "
        f"{before.mean():.2%} of the test drawings",
        flush=True,
    )
    history, weights = fit(
        model, recipe, TrainingData(*learned, choose), request.seed, None, False, request.progress,
        keep=range(0, recipe.epochs * per_epoch + 1, per_epoch), also=also,
    )  # fmt: skip
    accuracies = history.get("val_accuracy") or history["val_digit_accuracy"]
    epoch = int(np.argmax([round(chance, 5), *accuracies]))  # the first of equals: what doesn't help is left
    model.set_weights(list(weights.values())[epoch])
    temperature = _calibrate(model, choose) if epoch and mnist and recipe.calibrate else 1.0
    after, known = _right(model, test, training_data.mnist("test") if mnist else None)
    of_test = pupils[parts.test]
    arm = Arm(
        replay=replay,
        split_by=split_by,
        drawings=_sizes(parts, np.arange(len(pupils))),
        pupils=_sizes(parts, pupils) if brought.pupils is not None else {},
        before=fine_tuning.accuracy(before, of_test),
        after=fine_tuning.accuracy(after, of_test),
        gain=fine_tuning.gain(before, after, of_test),
        mnist_before=evaluate(request.model, "mnist").right.mean() if mnist else None,
        mnist_after=known,
        epoch=epoch,
        epochs=recipe.epochs,
        seconds=round(time.perf_counter() - started),
    )
    print(f"{arm.title}: epoch {epoch}; {fine_tuning.verdict(arm)}", flush=True)
    return Tuned(arm, model, history, recipe, temperature)


def _sizes(parts: Parts, what: np.ndarray) -> dict[str, int]:
    return {name: len(np.unique(what[part])) for name, part in parts._asdict().items()}


def _mixed(drawn: Examples, replay: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The class's drawings, and for each of them so many of MNIST's training digits: variants uint8
    (VARIANTS, N, 28, 28), labels (N,). Each variant of one of MNIST's is another digit of the same kind."""
    variants = np.repeat(drawn.images[None], VARIANTS, axis=0)
    if not replay:
        return variants, drawn.labels
    (images,), labels, _ = training_data.classifiers(pen_strokes=False, limit=None)
    chosen = labels[rng.integers(len(labels), size=replay * len(drawn.labels))]
    others = np.empty((VARIANTS, len(chosen)), int)
    for digit in range(10):
        these = chosen == digit
        others[:, these] = rng.choice(np.flatnonzero(labels == digit), (VARIANTS, np.count_nonzero(these)))
    return np.concatenate([variants, images[others]], axis=1), np.concatenate([drawn.labels, chosen])


def _calibrate(model: "keras.Model", choose: Examples) -> float:
    held_out = training_data.validation()
    return export.calibrate(model, [choose, Examples(*(part[:CALIBRATION] for part in held_out))])


def _right(model: "keras.Model", test: Examples, mnist: Examples | None) -> tuple[np.ndarray, float | None]:
    """Which of the test drawings it reads rightly, bool (N,), and its accuracy on MNIST."""
    pictures = test.pictures() if mnist is None else np.concatenate([test.pictures(), mnist.pictures()])
    answers = model.predict(pictures, batch_size=512, verbose=0)
    read = (answers["digit"] if isinstance(answers, dict) else answers).argmax(axis=1)
    right = read[: len(test.labels)] == test.labels
    return right, None if mnist is None else float(np.mean(read[len(test.labels) :] == mnist.labels))


def _publish(
    request: Request, name: str, brought: OwnData, tuned: list[Tuned], mnist: bool, started: float
) -> dict[str, Any]:
    module, main = definition(request.model), tuned[0]
    with export.published(request.out / name) as folder:
        fresh = module.build()
        export.export(main.model, fresh, folder, main.recipe)
        (folder / "model.keras").unlink()
        if request.model in LIVE:
            live.write(fresh, folder)
        base = inference.load(request.model).card
        people = f" of {main.arm.pupils['train']} people" if main.arm.pupils else ""
        card = {
            "name": name,
            "title": request.title or f"{module.TITLE}, fine-tuned",
            "summary": f"{module.TITLE}, trained on with the digits{people}.",
            "classifies": True,
            "order": EVERYTHING.index(request.model),
            "parameters": fresh.count_params(),
        }
        if "temperature" in base:
            card["temperature"] = round(base["temperature"] * main.temperature, 4)
        if mnist:
            card |= _measured(inference.Model(folder, card))
        card |= {
            "recipe": asdict(main.recipe),
            "iterations_per_epoch": iterations(
                main.arm.drawings["train"] * (1 + main.arm.replay), main.recipe
            ),
            "seed": request.seed,
            "data": _provenance(main.arm),
            "seconds": round(time.perf_counter() - started),
            "trained": date.today().isoformat(),
            "fine_tuning": _record(request, brought, tuned),
        }
        export.write_json(folder / "history.json", main.history)
        export.write_json(folder / "card.json", card)
    return card


def _measured(served: inference.Model) -> dict[str, float]:
    """On MNIST, what the app will run."""
    test = training_data.mnist("test")
    probabilities = served.predict(test.pictures())
    measured = {
        "test_accuracy": metrics.accuracy(probabilities, test.labels),
        "test_calibration_error": metrics.expected_calibration_error(probabilities, test.labels),
    }
    return {key: round(value, 5) for key, value in measured.items()}


def _provenance(arm: Arm) -> str:
    mixed = f", and {arm.replay} training digits of MNIST for each of them" if arm.replay else ""
    return f"{arm.drawings['train']:,} drawings of a class{mixed}."


def _record(request: Request, brought: OwnData, tuned: list[Tuned]) -> dict[str, Any]:
    arms = [fine_tuning.as_json(each.arm) for each in tuned]
    record = {"from": request.model, "replay": request.replay, "split_by": request.split_by}
    record["data"] = {"drawings": arms[0]["drawings"], "pupils": arms[0]["pupils"]}
    if brought.pupils is not None and request.split_by == PUPIL:
        parts = fine_tuning.split(brought.labels, brought.pupils, PUPIL, request.seed)
        record["test_pupils"] = np.unique(brought.pupils[parts.test]).tolist()
    return record | {"arms": arms}
