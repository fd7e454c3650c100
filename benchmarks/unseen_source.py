"""How well a whole source of pen strokes is read, people and device, that training never saw.

    python -m benchmarks.unseen_source [--model cnn] [--sources unipen-aga ...] [--epochs N] [--seeds 0 1 2]
                                       [--movement] [--write]

For each source, a reader of pictures and the reader of strokes are trained anew without it, by train.py, on
all others, and the weight with which they are joined is chosen without it, too. It takes as long as that many
trainings; `--movement` trains the reader of strokes alone, which is quick. Without --sources it is all of
them. MNIST and PEN_DIGITS are needed (docs/data.md). --write puts the table into docs/robustness.md.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks import markdown
from benchmarks.drawings import looked_at
from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DataUnavailable
from digitlab.movement import direction_maps
from model_zoo import CLASSIFIERS, STROKES, definition

ROOT = Path(__file__).parents[1]
PAGE = markdown.DOCS / "robustness.md"
PICTURE, MOVEMENT, BOTH = "its picture", "its movement", "both"
FIRM = 0.9  # who is so sure had better be right

Figures = dict[str, tuple[float, float]]  # who reads -> shares read right, and read wrong above FIRM


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without pen strokes, train.py's where it fails."""
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
    models = [STROKES] if options.movement else [options.model, STROKES]
    found: dict[str, list[Figures]] = {}
    for source in options.sources or sorted({drawing.source for drawing in drawings}):
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as folder:
                status = train(
                    models, [d for d in drawings if d.source != source], Path(folder), seed, options.epochs
                )
                if status:
                    return status
                theirs = [drawing for drawing in drawings if drawing.source == source]
                readers = {name: Path(folder, name) for name in models}
                found.setdefault(source, []).append(read(readers, theirs))
                print(f"{source}, seed {seed}: {found[source][-1]}", file=sys.stderr, flush=True)
    text = table(found, drawings)
    print(text)
    if options.write:
        epochs = options.epochs or definition(options.model).RECIPE.epochs
        seeds = ", ".join(map(str, options.seeds))
        how = f"{options.model}, {epochs} epochs, and the reader of strokes, seed {seeds}."
        markdown.keep(PAGE, "unseen source", f"{how} Share read right, in %:\n\n{text}")
    return 0


def train(
    models: Sequence[str], drawings: Iterable[PenDrawing], folder: Path, seed: int, epochs: int | None
) -> int:
    """Train them on these drawings into the folder; the exit status of train.py."""
    write(drawings, folder / "others.json.gz")
    env = os.environ | {"PEN_DIGITS": str(folder / "others.json.gz")}
    for name in models:
        command = [sys.executable, str(ROOT / "train.py"), name, "--out", str(folder), "--seed", str(seed)]
        command += ["--epochs", str(epochs)] if epochs and name != STROKES else []
        status = subprocess.run(command, env=env, stdout=subprocess.DEVNULL).returncode
        if status:
            return status
    return 0


def read(readers: Mapping[str, Path], drawings: list[PenDrawing]) -> Figures:
    """What the readers in these folders make of the drawings, each drawn with three pens at random places; of
    a reader of pictures and that of strokes also both together."""
    seen = looked_at(drawings)
    said: dict[str, np.ndarray] = {}
    for name, folder in readers.items():
        model = inference.read(folder)
        if name == STROKES:
            said[MOVEMENT] = model.predict(np.stack([direction_maps(d.strokes) for d in seen.drawings]))
        else:
            said[PICTURE] = model.predict(seen.pictures[""] / np.float32(255))
    if len(said) == 2:
        said[BOTH] = inference.joined(said[PICTURE], said[MOVEMENT], inference.read(readers[STROKES]).card)
    return {who: figures(probabilities, seen.digits) for who, probabilities in said.items()}


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


def write(drawings: Iterable[PenDrawing], file: Path) -> None:
    """As digitlab.data.pen_strokes reads it."""
    entries = [
        drawing._asdict() | {"strokes": [stroke.tolist() for stroke in drawing.strokes]}
        for drawing in drawings
    ]
    with gzip.open(file, "wt", encoding="utf-8") as stream:
        json.dump(entries, stream)


if __name__ == "__main__":
    sys.exit(main())
