"""How well a model reads a whole source of pen strokes, people and device, that its training never saw.

    python -m benchmarks.unseen_source [--model cnn] [--sources unipen-aga ...] [--epochs N] [--write]

For each source the model is trained anew without it, by train.py, on all others; it takes as long as that
many trainings. Without --sources it is the one with most drawings. MNIST and PEN_DIGITS are needed
(docs/data.md). --write puts the table into docs/robustness.md.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import markdown
from benchmarks.drawings import looked_at
from digitlab import inference
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DataUnavailable
from digitlab.inference import Model
from model_zoo import CLASSIFIERS, definition

ROOT = Path(__file__).parents[1]
PAGE = markdown.DOCS / "robustness.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without pen strokes, train.py's where it fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=CLASSIFIERS, default="cnn")
    parser.add_argument("--sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--epochs", type=int, help="fewer than its recipe says")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    try:
        drawings = pen_strokes.load("digits")
    except DataUnavailable as error:
        print(f"benchmarks.unseen_source: {error}", file=sys.stderr)
        return 2
    counts = Counter(drawing.source for drawing in drawings)
    rows = []
    for source in options.sources or [counts.most_common(1)[0][0]]:
        theirs = [drawing for drawing in drawings if drawing.source == source]
        others = [drawing for drawing in drawings if drawing.source != source]
        with tempfile.TemporaryDirectory() as folder:
            write(others, Path(folder, "others.json.gz"))
            command = [sys.executable, str(ROOT / "train.py"), options.model, "--out", folder]
            command += ["--epochs", str(options.epochs)] if options.epochs else []
            env = os.environ | {"PEN_DIGITS": str(Path(folder, "others.json.gz"))}
            status = subprocess.run(command, env=env, stdout=subprocess.DEVNULL).returncode
            if status:
                return status
            without = inference.read(Path(folder, options.model))
            rows.append([source, f"{len(theirs):,}", read(without, theirs)])
    epochs = options.epochs or definition(options.model).RECIPE.epochs
    text = markdown.table(
        ["source", "drawings", f"{options.model} that never saw it ({epochs} epochs), %"], rows
    )
    print(text)
    if options.write:
        markdown.keep(PAGE, "unseen source", text)
    return 0


def read(model: Model, drawings: list[PenDrawing]) -> str:
    """The share that it reads right, each drawn with three pens at random places, in percent."""
    seen = looked_at(drawings)
    pictures = seen.pictures[""].astype("float32") / 255
    return markdown.percent(float((model.predict(pictures).argmax(axis=1) == seen.digits).mean()))


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
