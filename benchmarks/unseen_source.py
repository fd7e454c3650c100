"""How well a whole source of pen strokes is read, people and device, that training never saw.

    python -m benchmarks.unseen_source [--model cnn] [--sources unipen-aga ...] [--epochs N] [--seeds 0 1 2]
                                       [--movement] [--write]

For each source, a reader of pictures and the reader of strokes are trained anew without it, by their recipes,
on all others; temperatures, and the weight with which both are joined, are chosen without it, too. It takes
as long as that many trainings; `--movement` trains the reader of strokes alone, which is quick. Without
--sources it is all of them. MNIST and PEN_DIGITS are needed (docs/data.md). --write puts the table into
docs/robustness.md.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks import markdown
from benchmarks.drawings import UNSEEN, Seen, looked_at
from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DataUnavailable
from digitlab.movement import direction_maps
from model_zoo import CLASSIFIERS, STROKES, Recipe, definition
from model_zoo.training import export, movement, training_data
from model_zoo.training.fit import build, fit
from model_zoo.training.training_data import VALIDATION_FOLD, WEIGHT, Examples, TrainingData

PAGE = markdown.DOCS / "robustness.md"
PICTURE, MOVEMENT, BOTH = "its picture", "its movement", "both"
FIRM = 0.9  # who is so sure had better be right

Figures = dict[str, tuple[float, float]]  # who reads -> shares read right, and read wrong above FIRM


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without pen strokes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=CLASSIFIERS, default="cnn")
    parser.add_argument("--movement", action="store_true", help="the reader of strokes alone")
    parser.add_argument("--sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--epochs", type=int, help="of the reader of pictures; fewer than its recipe says")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    try:
        drawings = pen_strokes.load("digits")
    except DataUnavailable as error:
        print(f"benchmarks.unseen_source: {error}", file=sys.stderr)
        return 2
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    models = [STROKES] if options.movement else [options.model, STROKES]
    there = sorted({drawing.source for drawing in drawings})
    sources = options.sources or there
    if unknown := sorted(set(sources) - set(there)):
        parser.error(f"no drawings are from {', '.join(unknown)}; there are {', '.join(there)}")
    found: dict[str, list[Figures]] = {source: [] for source in sources}
    for source in sources:
        theirs = shown(models, [drawing for drawing in drawings if drawing.source == source])
        others = [drawing for drawing in drawings if drawing.source != source]
        judges = shown(models, [drawing for drawing in others if drawing.fold == VALIDATION_FOLD])
        for seed in options.seeds:
            readers = {name: trained(name, source, judges[name], seed, options.epochs) for name in models}
            found[source].append(read(readers, theirs, judges))
            print(f"{source}, seed {seed}: {found[source][-1]}", file=sys.stderr, flush=True)
    text = table(found, drawings)
    print(text)
    if options.write:
        epochs = options.epochs or definition(options.model).RECIPE.epochs
        seeds = ", ".join(map(str, options.seeds))
        how = f"{options.model}, {epochs} epochs, and the reader of strokes, seed {seeds}."
        markdown.keep(PAGE, "unseen source", f"{how} Share read right, in %:\n\n{text}")
    return 0


def trained(name: str, source: str, judges: Examples, seed: int, epochs: int | None) -> inference.Model:
    """As the app runs it, trained without the source, calibrated on MNIST's and the judges' digits."""
    module = definition(name)
    recipe = replace(module.RECIPE, internals=False)  # nobody looks inside
    if epochs and name != STROKES:
        recipe = replace(recipe, epochs=epochs)
    data = without(source, name, recipe)
    model = build(name, recipe, seed)
    with redirect_stdout(sys.stderr):  # the table alone goes to standard output
        fit(model, recipe, data, seed, None, resume=False)
    export.calibrate(model, [judges] if name == STROKES else [data.validation, judges])
    fresh = module.build()
    fresh.set_weights(model.get_weights())
    network = export.convert(fresh, 16 if recipe.float16 else 32)
    return inference.Model(Path(), {"name": name}, network)


def without(source: str, name: str, recipe: Recipe) -> TrainingData:
    """A model's training data without the source's drawings, in all their variants; all of it is prepared
    once for all sources. Raises DataUnavailable."""
    learned = [drawing.source for drawing in pen_strokes.load("digits") if drawing.fold not in UNSEEN]
    if name == STROKES:
        data = _movements(recipe)
    else:
        data = training_data.classifiers(True, None, recipe.rendered_variants, recipe.hands)
        learned = learned * WEIGHT
    rows = np.ones(len(data.labels), bool)  # MNIST's come first
    rows[len(rows) - len(learned) :] = np.array(learned) != source
    return TrainingData(data.variants[:, rows], data.labels[rows], data.validation)


@cache
def _movements(recipe: Recipe) -> TrainingData:
    return movement.load(recipe, limit=None)


def shown(models: Sequence[str], drawings: list[PenDrawing]) -> dict[str, Examples]:
    """What each model is shown of the drawings, each drawn with three pens at random places."""
    seen = looked_at(drawings)
    return {name: _examples(name, seen) for name in models}


def _examples(name: str, seen: Seen) -> Examples:
    if name != STROKES:
        return Examples(seen.pictures[""], seen.digits)
    return Examples(np.stack([direction_maps(drawing.strokes) for drawing in seen.drawings]), seen.digits)


def read(
    readers: Mapping[str, inference.Model], theirs: Mapping[str, Examples], judges: Mapping[str, Examples]
) -> Figures:
    """What the readers make of what they are shown; of a reader of pictures and that of strokes also both
    together, joined as fits the judges' drawings best."""
    digits, held_out = theirs[STROKES].labels, judges[STROKES].labels
    said, told = (
        {
            (MOVEMENT if name == STROKES else PICTURE): model.predict(seen[name].pictures())
            for name, model in readers.items()
        }
        for seen in (theirs, judges)
    )
    if len(said) == 2:
        how = movement.fitted(told[PICTURE], told[MOVEMENT], held_out)
        said[BOTH] = inference.joined(said[PICTURE], said[MOVEMENT], how)
    return {who: figures(probabilities, digits) for who, probabilities in said.items()}


def figures(probabilities: np.ndarray, digits: np.ndarray) -> tuple[float, float]:
    wrong = probabilities.argmax(axis=1) != digits
    return float(1 - wrong.mean()), float((wrong & (probabilities.max(axis=1) > FIRM)).mean())


def table(found: Mapping[str, Sequence[Figures]], drawings: Sequence[PenDrawing]) -> str:
    """A row for each source, means over the seeds; the mean of the sources with its spread; the worst."""
    names = list(next(iter(found.values()))[0])
    right = {who: {s: np.array([each[who][0] for each in f]) for s, f in found.items()} for who in names}
    firm = {s: np.mean([each[names[-1]][1] for each in f]) for s, f in found.items()}
    rows = [
        [
            source,
            f"{sum(drawing.source == source for drawing in drawings):,}",
            *(_with_spread(right[who][source]) for who in names),
            markdown.percent(float(firm[source])),
        ]
        for source in found
    ]
    means = {who: np.array([seeds.mean() for seeds in right[who].values()]) for who in names}
    rows.append(["mean of the sources", "", *(_with_spread(means[who]) for who in names)])
    rows[-1].append(markdown.percent(float(np.mean(list(firm.values())))))
    rows.append(["the worst of them", "", *(markdown.percent(float(means[who].min())) for who in names)])
    rows[-1].append(markdown.percent(float(max(firm.values()))))
    last = f"{names[-1]}: wrong, and more than {FIRM:.0%} sure"
    return markdown.table(["source left out", "drawings", *names, last], rows)


def _with_spread(shares: np.ndarray) -> str:
    """Their mean, and how far they lie apart (standard deviation)."""
    spread = f" ± {shares.std(ddof=1) * 100:.2f}" if len(shares) > 1 else ""
    return markdown.percent(float(shares.mean())) + spread


if __name__ == "__main__":
    sys.exit(main())
