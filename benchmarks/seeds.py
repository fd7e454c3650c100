"""How much the figures of a model depend on chance: the same training with other seeds.

    python -m benchmarks.seeds linear dense_classic [--seeds 1 2] [--write]

Weights, the order of the images and their distortions come from the seed; what is held out stays the same. It
takes as long as that many trainings (`seconds` in each card). --write puts the figures, with those of the
model that is there, into its card; `python -m model_zoo.training.cards` shows mean and range.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import markdown
from model_zoo import ARTIFACTS, EVERYTHING
from model_zoo.training import export

ROOT = Path(__file__).parents[1]
FIGURES = (
    "test_accuracy",
    "drawn_test_accuracy",
    "drawn_validation_accuracy",
    "test_calibration_error",
    "joined_drawn_test_accuracy",  # of the reader of strokes, with the CNN that is there
    "joined_drawn_validation_accuracy",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, train.py's where it fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", choices=EVERYTHING, metavar="MODEL")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2], help="beside the one that is there")
    parser.add_argument("--write", action="store_true", help="put the figures into the models' cards")
    options = parser.parse_args(arguments)
    for name in options.models:
        file = ARTIFACTS / name / "card.json"
        card = json.loads(file.read_text("utf-8"))
        cards = [card]
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as out:
                command = [sys.executable, str(ROOT / "train.py"), name, "--seed", str(seed), "--out", out]
                status = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
                if status:
                    return status
                cards.append(json.loads(Path(out, name, "card.json").read_text("utf-8")))
        found = {key: [each[key] for each in cards] for key in FIGURES if all(key in each for each in cards)}
        print(table(name, found))
        if options.write:
            export.write_json(file, card | {"seeds": found})
    return 0


def table(name: str, found: dict[str, list[float]]) -> str:
    """A row for each figure: its mean, lowest and highest, in percent."""
    rows = [
        [key, *map(markdown.percent, (sum(values) / len(values), min(values), max(values)))]
        for key, values in found.items()
    ]
    return markdown.table([name, "mean", "lowest", "highest"], rows)


if __name__ == "__main__":
    sys.exit(main())
