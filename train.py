"""Train models of the zoo, and write what they left into model_zoo/artifacts/.

    python train.py cnn                 train it as its recipe says (some minutes on two cores)
    python train.py linear dense        one after the other; `all` for every model
    python train.py cnn --epochs 1 --limit 5000 --out /tmp/try     have a quick try, keep ours
    python train.py cnn --resume        go on after the last whole epoch of a run that was stopped
    python train.py --list              what there is
    python train.py --from cnn --data class.npz     go on with a model on a class's own digits

This is the only door to TensorFlow. What it writes, a folder for each model:

    model.keras         to download and continue with (weights and architecture, no optimiser state)
    model.tflite        the same weights for LiteRT: what the app runs
    live.bin            the same weights for the browser, of the models that answer while the pen is down
    history.json        loss and accuracy of each epoch, on training and validation data
    predictions.npz     probabilities on MNIST's 10,000 test images, and their labels
    neighbours.npy      for each test image the training images that the model finds most alike
    moments.npz, moments/   what some models were at some twenty moments of their training
    card.json           what it is, how it was trained, what was measured

The folder is swapped in when everything in it is whole, and better than what was there; until then, Ctrl-C
or a kill leaves the old one.

MNIST is needed. Real pen strokes make the models read what people draw on screens: the environment variables
PEN_DIGITS and PEN_OTHER name them, docs/data.md says where they come from. Without them training works, and
costs about one drawn digit in two hundred.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from digitlab import inference
from digitlab.classroom.fine_tuning import DRAWING, MOST_REPLAY, PUPIL, REPLAY
from digitlab.errors import DigitLabError
from model_zoo import (
    ABLATIONS,
    ARTIFACTS,
    CLASSIFIERS,
    DETECTOR,
    EVERYTHING,
    GENERATORS,
    LIVE,
    STROKES,
    Recipe,
    definition,
)
from model_zoo.training import export, fine_tune, live, movement, training_data
from model_zoo.training.fit import OPTIMIZERS, build, fit, iterations, warm_up
from model_zoo.training.workers import Workers

OWN = Path("fine_tuned")  # where a model goes that learned digits of your own
RUNS = ".runs"  # in the folder for the artifacts: checkpoints of runs that aren't finished


class NotBetter(DigitLabError):
    """The model that is there reads validation images better."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 a request that can't be met, 3 the old model was better and stays,
    130 stopped by Ctrl-C."""
    options = _options(arguments)
    if options.list:
        print(_listing())
        return 0
    if options.wait:
        return _wait()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill tidies up like Ctrl-C
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    status = 0
    try:
        if options.model:
            _fine_tune(options)
            return 0
        workers = Workers()
        for name in options.models:
            try:
                train(name, _recipe(name, options), options, workers)
            except NotBetter as error:
                print(f"train.py: {error}", file=sys.stderr)
                status = 3
    except DigitLabError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What was there before is untouched; --resume goes on.", file=sys.stderr)
        return 130
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return _publish(sys.argv[1:] if arguments is None else arguments)
    return status


def _fine_tune(options: argparse.Namespace) -> None:
    """Raises DigitLabError."""
    kept = {name: getattr(options, name) for name in fine_tune.Request._fields if hasattr(options, name)}
    card = fine_tune.run(fine_tune.Request(**kept, changes=_changes(options)))
    print(json.dumps(card["fine_tuning"], indent=1))
    print(f"It is in {options.out / card['name']}.")


def _wait() -> int:
    """Load what takes seconds to load; then train what the next line of standard input asks for, a JSON list
    of options. When that closes, whoever has asked is gone, and there is nothing to do any more."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warm_up()
    line = sys.stdin.readline()
    if not line:
        return 0
    threading.Thread(target=_end_with_who_asked, daemon=True).start()
    return main(json.loads(line))


def _end_with_who_asked() -> None:
    """Nobody would fetch what is trained, and nobody bounds it any more."""
    sys.stdin.read()
    os._exit(130)


def _publish(arguments: Sequence[str]) -> int:
    """Write the files of what was trained by another engine than TensorFlow: TensorFlow goes on from the
    checkpoint, with nothing left to learn."""
    if os.environ.get("KERAS_DISTRIBUTION_PROCESS_ID", "0") != "0":
        return 0
    env = {key: value for key, value in os.environ.items() if not key.startswith("KERAS_")}
    return subprocess.run([sys.executable, __file__, *arguments, "--resume"], env=env).returncode


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Train models on MNIST and write what they left into model_zoo/artifacts/."
    )
    parser.add_argument("models", nargs="*", choices=(*EVERYTHING, "all", []), metavar="MODEL")
    parser.add_argument("--list", action="store_true", help="say which models there are, and stop")
    parser.add_argument("--epochs", type=_positive, help="times through the training images")
    parser.add_argument("--batch-size", type=_positive, help="images per step")
    parser.add_argument("--optimizer", choices=OPTIMIZERS)
    parser.add_argument("--learning-rate", type=_rate, help="at its highest; above 0, at most 10")
    parser.add_argument("--limit", type=_positive, help="train on so many images of MNIST only")
    parser.add_argument("--seed", type=int, default=0, help="of the weights, the order, the distortions")
    parser.add_argument("--resume", action="store_true", help="go on with the same run where it was stopped")
    parser.add_argument("--replace", action="store_true", help="put it in place of a better model, too")
    parser.add_argument(
        "--quick", action="store_true", help="MNIST only, and only what the app needs to run it"
    )
    parser.add_argument("--shuffle-labels", action="store_true", help="teach nonsense, to see what happens")
    parser.add_argument("--progress", type=Path, help="a file that says how far it is, as JSON")
    parser.add_argument("--out", type=Path, help="folder for what is trained; else that of our models")
    own = parser.add_argument_group("to go on with a model on digits of your own")
    own.add_argument("--from", dest="model", metavar="MODEL", help="the model of the zoo to begin with")
    own.add_argument(
        "--data", type=Path, help="an .npz with images, labels and pupils, as a class's download"
    )
    own.add_argument(
        "--replay",
        type=_replay,
        default=REPLAY,
        help=f"digits of MNIST for each of yours, 0 to {MOST_REPLAY}; {REPLAY} if you say nothing",
    )
    own.add_argument(
        "--split-by", choices=(PUPIL, DRAWING), default=PUPIL, help="what is never in two parts of the data"
    )
    own.add_argument("--compare", action="store_true", help="try it without MNIST and split otherwise, too")
    own.add_argument("--name", default="", help="of the new model's folder")
    own.add_argument("--title", default="", help="of the new model")
    parser.add_argument(
        "--wait",
        action="store_true",
        help="load TensorFlow, then read the options from a line of standard input, as a JSON list",
    )
    options = parser.parse_args(arguments)
    if not (options.models or options.list or options.wait or options.model):
        parser.error("say which MODEL, or --list")
    if bool(options.model) != bool(options.data) or (options.model and options.models):
        parser.error("--from MODEL and --data FILE belong together, without another MODEL")
    options.out = options.out or (OWN if options.model else ARTIFACTS)
    if "all" in options.models:
        options.models = list(EVERYTHING)
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def _replay(text: str) -> int:
    number = int(text)
    if not 0 <= number <= MOST_REPLAY:
        raise argparse.ArgumentTypeError(f"must be 0 to {MOST_REPLAY}, not {number}")
    return number


def _rate(text: str) -> float:
    number = float(text)
    if not 0 < number <= 10:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most 10, not {text}")
    return number


def _recipe(name: str, options: argparse.Namespace) -> Recipe:
    recipe = replace(definition(name).RECIPE, **_changes(options))
    quick = {"pen_strokes": False, "augmentation": 0, "spoil": 0, "internals": False}
    return replace(recipe, **quick) if options.quick else recipe


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    """Of the recipe, as the options say."""
    asked = {key: getattr(options, key) for key in ("epochs", "batch_size", "optimizer", "learning_rate")}
    return {key: value for key, value in asked.items() if value}


def _listing() -> str:
    lines = []
    for name in EVERYTHING:
        module = definition(name)
        lines.append(f"{name:17} {module.RECIPE.epochs:3} epochs   {module.SUMMARY}")
    return "\n".join(lines)


def train(name: str, recipe: Recipe, options: argparse.Namespace, workers: Workers) -> None:
    """Train one model and put its folder into `options.out`. Raises DigitLabError."""
    data = _training_data(name, recipe, options.limit)
    if options.shuffle_labels:
        data = data._replace(labels=np.random.default_rng(options.seed).permutation(data.labels))
    import keras

    module = definition(name)
    images, per_epoch = len(data.labels), iterations(len(data.labels), recipe)
    plan = (
        f"{images:,} images in batches of {recipe.batch_size} are {per_epoch:,} iterations an epoch; "
        f"{recipe.epochs} epochs"
    )
    print(f"{module.TITLE}: {plan if recipe.epochs else 'put together from trained members'}", flush=True)
    checkpoint = (
        options.out
        / RUNS
        / f"{name}-{_digest(recipe, options.seed, options.limit, options.shuffle_labels, images)}.npz"
    )
    started = time.perf_counter()
    model = build(name, recipe, options.seed)
    history: dict[str, list[float]] = {}
    moments: dict[int, list[np.ndarray]] = {}
    if recipe.epochs:
        history, moments = fit(
            model, recipe, data, options.seed, checkpoint, options.resume, options.progress, workers
        )
    if keras.backend.backend() != "tensorflow":
        return  # the checkpoint has it all; only TensorFlow can make what the app runs
    measured = {}
    if name in (*CLASSIFIERS, *ABLATIONS, STROKES) and recipe.calibrate:
        measured["temperature"] = export.calibrate(model, _held_out(name, recipe))
    seconds = round(time.perf_counter() - started)

    with export.published(options.out / name) as folder:
        fresh = module.build()
        export.export(model, fresh, folder, recipe)
        if name in LIVE and not options.quick:
            live.write(fresh, folder)
        if name == "committee" or name in ABLATIONS or name in GENERATORS:
            # its members' files hold it all; nobody takes a study; a generator's would need our own layer
            (folder / "model.keras").unlink()
        card = {
            "name": name,
            "title": module.TITLE,
            "summary": module.SUMMARY,
            "classifies": name in CLASSIFIERS,
            "order": EVERYTHING.index(name),
            "parameters": model.count_params(),
        }
        measured |= _measured(name, fresh, inference.Model(folder, card), folder, options.quick)
        card |= measured | {
            "recipe": asdict(recipe),
            "iterations_per_epoch": per_epoch,
            "seed": options.seed,
            "data": _provenance(name, images, recipe) if recipe.epochs else "That of its members.",
            "seconds": seconds,
            "trained": date.today().isoformat(),
        }
        export.write_json(folder / "history.json", history)
        export.write_json(folder / "card.json", card)
        if moments:
            export.keep_moments(fresh, moments, per_epoch, folder)
        if not options.replace:
            _refuse_worse(options.out / name, card)
    checkpoint.unlink(missing_ok=True)
    print(json.dumps(measured, indent=1))


def _training_data(name: str, recipe: Recipe, limit: int | None) -> training_data.TrainingData:
    if name == STROKES:
        return movement.load(recipe, limit)
    wanted = training_data.NEEDED if name == DETECTOR else ("digits",)
    missing = [which for which in wanted if recipe.pen_strokes and not training_data.pens(which)]
    for which in missing:
        print(training_data.NEEDED[which], file=sys.stderr)
    others = recipe.pen_strokes and recipe.epochs > 0  # what is not trained needs nothing prepared
    if name == DETECTOR:
        return training_data.detector(limit, recipe.hands)
    return training_data.classifiers(others, limit, recipe.rendered_variants, recipe.hands)


def _held_out(name: str, recipe: Recipe) -> list[training_data.Examples]:
    """What its temperature is fitted on."""
    drawings = training_data.VALIDATION_FOLD
    if name == STROKES:
        return [movement.drawn(drawings)]
    if not recipe.pen_strokes:  # its doubts about drawings would make it doubt all
        return [training_data.validation()]
    return [part for part in (training_data.validation(), training_data.drawn(drawings)) if part]


def _digest(*what: Any) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:12]


def _measured(name: str, model: Any, served: inference.Model, folder: Path, quick: bool) -> dict[str, float]:
    """What the app will run, measured on what it never saw; with the files that come of it."""
    if name == STROKES:
        partner = folder.parents[1] / movement.PARTNER
        return movement.joining(
            served, inference.read(partner if partner.is_dir() else ARTIFACTS / movement.PARTNER)
        )
    test = training_data.mnist("test")
    if name in GENERATORS:
        readers = inference.names()
        measured = export.elbo(model)
        if len(model.inputs) == 2 and "deep_cnn" in readers:
            measured |= export.recognisable(served, inference.load("deep_cnn"))
        return measured
    if name == DETECTOR:
        predictions = {"scores": served.score(test.pictures())}
        measured = export.detection(served, predictions["scores"])
    else:
        predictions = {"probabilities": served.predict(test.pictures())}
        measured = export.reading(served, predictions["probabilities"])
        if name in CLASSIFIERS and name != "committee" and not quick:  # its members see differently
            np.save(folder / "neighbours.npy", export.neighbours(model))
    # with the labels, so that a page can count mistakes where MNIST can't be had
    np.savez_compressed(folder / "predictions.npz", labels=test.labels, **predictions)
    return measured


def _refuse_worse(target: Path, card: dict[str, Any]) -> None:
    """Raises NotBetter."""
    if not (target / "card.json").exists():
        return
    old = json.loads((target / "card.json").read_text("utf-8"))
    shared = [
        key for key in ("validation_accuracy", "drawn_validation_accuracy") if key in old and key in card
    ]
    before, now = (sum(which[key] for key in shared) / max(1, len(shared)) for which in (old, card))
    if before > now:
        raise NotBetter(
            f"the {target.name} that is there reads {before:.2%} of the validation images, the new one "
            f"{now:.2%}. The old one stays; the same command with --resume --replace takes the new one."
        )


def _provenance(name: str, images: int, recipe: Recipe) -> str:
    writers = (
        "No writer number of the pen strokes is in two of training, validation and test; in three of "
        "UNIPEN’s sources such a number is a page, and one person may have written several."
    )
    if name == STROKES:
        return f"{images:,} drawings as pen strokes (UCI Pen-Based, UNIPEN). {writers}"
    held_out = f"{training_data.VALIDATION:,} more of MNIST held out for validation; 10,000 test images."
    if not (recipe.pen_strokes and training_data.pens("digits")):
        return f"{images:,} training images of MNIST; {held_out}"
    sources = "of MNIST and of pen strokes (UCI Pen-Based, UNIPEN)"
    return f"{images:,} training images {sources}; {held_out} {writers}"


if __name__ == "__main__":
    sys.exit(main())
