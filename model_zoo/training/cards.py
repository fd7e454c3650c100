"""The model cards for people: docs/models.md, made of what each model's folder holds, and the README's table.

    python -m model_zoo.training.cards

It needs no data and no TensorFlow. A test compares both with what this command would write, so that
they can't go stale (after Mitchell et al. 2019, "Model cards for model reporting").
"""

import json
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from model_zoo import ARTIFACTS, DETECTOR, STROKES

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
README = PAGE.parents[1] / "README.md"
README_TABLE = re.compile("(?<=<!-- begin models -->\n).*?(?=<!-- end models -->)", re.DOTALL)
LOWEST, CONFUSIONS = 3, 5  # so many weaknesses are named

# how figures are called and written; others stand under the names that the card gives them
PERCENT, PLACES, NATS, ERROR = "{:.2%}".format, "{:.4f}".format, "{:.1f} nats".format, "{:.5f}".format
FIGURES = {
    "test_accuracy": ("MNIST's test images read right", PERCENT),
    "drawn_test_accuracy": ("drawn digits read right, test writers", PERCENT),
    "test_calibration_error": ("expected calibration error, MNIST", PERCENT),
    "drawn_test_calibration_error": ("expected calibration error, drawn digits", PERCENT),
    "validation_accuracy": ("MNIST's validation images read right", PERCENT),
    "drawn_validation_accuracy": ("drawn digits read right, validation writers", PERCENT),
    "drawn_validation_calibration_error": ("expected calibration error, validation writers", PERCENT),
    "joined_drawn_test_accuracy": ("joined with the CNN: drawn digits read right, test writers", PERCENT),
    "joined_drawn_validation_accuracy": ("the same, validation writers", PERCENT),
    "joined_drawn_test_calibration_error": ("expected calibration error, joined, test writers", PERCENT),
    "joined_drawn_validation_calibration_error": ("the same, validation writers", PERCENT),
    "weight": ("weight of its logits beside a picture's", PLACES),
    "joined_temperature": ("temperature of both together", PLACES),
    "temperature": ("temperature, already in the weights", PLACES),
    "test_reconstruction_error": ("mean squared error of redrawn test images", ERROR),
    "test_elbo": ("evidence lower bound on MNIST's test images", NATS),
    "test_reconstruction_nats": ("of which what the redrawn picture misses", NATS),
    "test_kl_nats": ("of which what the code costs", NATS),
    "samples_recognised": ("samples that the deep CNN reads as what was asked for", PERCENT),
    "samples_recognised_worst": ("the same, of the digit that comes out worst", PERCENT),
    "threshold": ("threshold of its score", PLACES),
    "test_digits_refused": ("MNIST's test images refused", PERCENT),
    "drawn_digits_refused": ("drawn digits refused", PERCENT),
    "test_scribbles_refused": ("scribbles refused", PERCENT),
    "letters_refused": ("clear letters of unseen writers refused", PERCENT),
    "test_auroc": ("AUROC, MNIST against scribbles", PLACES),
    "drawn_scribbles_auroc": ("AUROC, drawn digits against scribbles", PLACES),
    "letters_auroc": ("AUROC, MNIST against clear letters", PLACES),
    "drawn_letters_auroc": ("AUROC, drawn digits against clear letters", PLACES),
}
OTHER_FIELDS = {
    "name",
    "title",
    "summary",
    "classifies",
    "order",
    "parameters",
    "recipe",
    "iterations_per_epoch",
}
OTHER_FIELDS |= {"seed", "seeds", "data", "seconds", "trained"}
OVERVIEW = ("test_accuracy", "drawn_test_accuracy", "test_calibration_error", "drawn_test_calibration_error")

INTRODUCTION = """\
# The models

<!-- Written by `python -m model_zoo.training.cards`: change that, not this. -->

Each was trained by `train.py` on two cores, and measured on what it never saw; where another training ran
beside it, it took longer than it need. "Drawn" are real pen strokes of writers whom no model was trained on
([data.md](data.md)). More figures: [robustness.md](robustness.md) for spoiled pictures and other handwriting,
[preprocessing.md](preprocessing.md) for the cases that are hard to read, [not_a_digit.md](not_a_digit.md) for
the detector, [movement.md](movement.md) for the reader of strokes, [BENCHMARKS.md](BENCHMARKS.md) for
speed."""

READING = (
    "To read one handwritten digit in a picture that `digitlab.preprocess` made, in class: to be looked at, "
    "questioned and compared. Not for cheques, forms, marks or anything else on which somebody depends, "
    "and not for numbers of several digits."
)
DETECTING = (
    "To keep the readers from answering where there is no digit. Not to find digits in a larger picture."
)
JOINED = (
    "To be asked together with a reader of pictures, about a digit drawn on the pad. Not for photos and "
    "scans: they don't say how the pen moved."
)
DRAWING = "To show what a model has understood of handwriting. What it draws is nobody's handwriting."


def main() -> None:
    PAGE.write_text(page(ARTIFACTS), "utf-8")
    README.write_text(README_TABLE.sub(readme_table(ARTIFACTS), README.read_text("utf-8")), "utf-8")
    print(PAGE, README)


def page(artifacts: Path) -> str:
    """The whole page: an overview of the models in the folder, and the card of each."""
    cards = _cards(artifacts)
    sections = [_section(folder, card) for folder, card in cards.items()]
    return "\n\n".join([INTRODUCTION, _overview(cards), *sections]) + "\n"


def readme_table(artifacts: Path) -> str:
    """The models that the app offers, in one table."""
    readers = {folder: card for folder, card in _cards(artifacts).items() if card["classifies"]}
    return _overview(readers, "docs/models.md") + "\n"


def _cards(artifacts: Path) -> dict[Path, Mapping[str, Any]]:
    folders = [file.parent for file in artifacts.glob("*/card.json")]
    cards = {folder: json.loads((folder / "card.json").read_text("utf-8")) for folder in folders}
    return dict(sorted(cards.items(), key=lambda pair: (pair[1]["order"], pair[1]["name"])))


def _overview(cards: Mapping[Path, Mapping[str, Any]], page: str = "") -> str:
    rows = []
    for folder, card in cards.items():
        figures = [FIGURES[key][1](card[key]) if key in card else "-" for key in OVERVIEW]
        served = folder / "model.tflite"
        size = _size(served) if served.exists() else "-"
        link = f"[{card['title']}]({page}#{_anchor(card)})"
        rows.append([link, f"{card['parameters']:,}", size, *figures])
    header = ["model", "parameters", "file", "MNIST", "drawn", "calibration error", "the same, drawn"]
    return "\n".join(
        [_line(header), f"|---|{'--:|' * (len(header) - 1)}", *(_line(row) for row in rows)],
    )


def _section(folder: Path, card: Mapping[str, Any]) -> str:
    facts = {
        "parameters": f"{card['parameters']:,}",
        "files": ", ".join(f"`{file.name}` {_size(file)}" for file in sorted(folder.glob("model.*"))),
        "trained": _trained(card),
        "recipe": _recipe(card),
        "data": card.get("data", ""),
        "intended use": _use(card),
        "to reproduce it": f"`{_command(card)}`",
    }
    parts = [
        f"## {card['title']}\n\n`{card['name']}`: {card['summary']}",
        _description(card["name"]),
        _table({name: fact for name, fact in facts.items() if fact}),
        _table(_figures(card)),
        _weaknesses(folder),
    ]
    return "\n\n".join(part for part in parts if part)


def _description(name: str) -> str:
    """What its definition says of it."""
    try:
        text = import_module(f"model_zoo.{name}").__doc__ or ""
    except ModuleNotFoundError:  # a model that was trained elsewhere
        return ""
    return text.strip()


def _use(card: Mapping[str, Any]) -> str:
    if card["name"] == DETECTOR:
        return DETECTING
    if card["name"] == STROKES:
        return JOINED
    return READING if "test_accuracy" in card else DRAWING


def _trained(card: Mapping[str, Any]) -> str:
    parts = [card.get("trained", "")]
    if "seconds" in card:
        parts.append(f"in {card['seconds']:,} s on two cores")
    if "seed" in card:
        parts.append(f"seed {card['seed']}")
    return ", ".join(part for part in parts if part)


def _recipe(card: Mapping[str, Any]) -> str:
    recipe = card.get("recipe", {})
    if not recipe.get("epochs"):
        return "put together from trained models" if "epochs" in recipe else ""
    steps = f" of {card['iterations_per_epoch']:,} iterations" if "iterations_per_epoch" in card else ""
    parts = [
        f"{recipe['epochs']} epochs{steps}",
        f"batches of {recipe['batch_size']}",
        f"{recipe.get('optimizer', 'adam')} with a learning rate of {recipe['learning_rate']:g}"
        + (" at its highest (one cycle)" if recipe.get("one_cycle", True) else ""),
    ]
    if recipe.get("augmentation"):
        parts.append(f"distortions of strength {recipe['augmentation']:g}")
    if recipe.get("spoil"):
        parts.append(f"{recipe['spoil']:.0%} of the pictures spoiled")
    if recipe.get("hands"):
        parts.append(f"{recipe['hands']:.0%} of the pen drawings as people elsewhere write")
    if recipe.get("pen_strokes") and "rendered_variants" in recipe and card["name"] != STROKES:
        parts.append(f"{recipe['rendered_variants']} of 4 variants of MNIST as the pad would show it")
    if recipe.get("average"):
        parts.append("weights averaged over the last steps")
    if recipe.get("precision", "float32") != "float32":
        parts.append(f"arithmetic in {recipe['precision']}")
    if isinstance(recipe.get("loss_weights"), dict):
        losses = ", ".join(f"{weight:g} × {name}" for name, weight in recipe["loss_weights"].items())
        parts.append(f"losses {losses}")
    return "; ".join(parts)


def _command(card: Mapping[str, Any]) -> str:
    """The line that trains it again: with whatever differs from the recipe in its definition."""
    words = ["python train.py", card["name"]]
    try:
        planned = import_module(f"model_zoo.{card['name']}").RECIPE
    except ModuleNotFoundError:
        planned = None
    for field in ("epochs", "batch_size", "optimizer", "learning_rate"):
        used = card.get("recipe", {}).get(field)
        if planned and used is not None and used != getattr(planned, field, used):
            words.append(f"--{field.replace('_', '-')} {used}")
    if card.get("seed"):
        words.append(f"--seed {card['seed']}")
    return " ".join(words)


def _figures(card: Mapping[str, Any]) -> dict[str, str]:
    known = {FIGURES[key][0]: _figure(key, card) for key in FIGURES if key in card}
    others = {key: card[key] for key in card if key not in FIGURES and key not in OTHER_FIELDS}
    return known | {key: str(value) for key, value in others.items()}


def _figure(key: str, card: Mapping[str, Any]) -> str:
    """As FIGURES says; with the spread over seeds where the card has "seeds": {figure: [one for each
    seed]}."""
    show = FIGURES[key][1]
    seeds = card.get("seeds")
    values = seeds.get(key) if isinstance(seeds, dict) else None
    if not values:
        return show(card[key])
    mean, low, high = show(np.mean(values)), show(min(values)), show(max(values))
    return f"{show(card[key])} (mean of {len(values)} seeds {mean}, from {low} to {high})"


def _weaknesses(folder: Path) -> str:
    """Which of MNIST's test digits it reads worst, from its committed answers; nothing if it reads none."""
    file = folder / "predictions.npz"
    if not file.exists():
        return ""
    with np.load(file, allow_pickle=False) as saved:
        if "labels" not in saved or "probabilities" not in saved:
            return ""
        labels, answers = saved["labels"].astype(int), saved["probabilities"].argmax(axis=1)
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (labels, answers), 1)
    counts = np.maximum(matrix.sum(axis=1), 1)
    recall = matrix.diagonal() / counts
    weakest = np.argsort(recall, kind="stable")[:LOWEST]
    wrong = matrix * (1 - np.eye(10, dtype=int))
    pairs = np.argsort(-wrong, axis=None, kind="stable")[:CONFUSIONS]
    read = [divmod(int(pair), 10) for pair in pairs]
    confusions = [
        f"{label} read as {answer}: {wrong[label, answer]}" for label, answer in read if wrong[label, answer]
    ]
    worst = ", ".join(f"{digit} ({recall[digit]:.1%} right)" for digit in weakest)
    misread = f"{wrong.sum():,} of {len(labels):,} are misread"
    lines = [f"Known weaknesses, on MNIST's test images: {misread}. Read worst are {worst}."]
    if confusions:
        lines.append(f"Most frequent: {'; '.join(confusions)}.")
    return " ".join(lines)


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1000:,.0f} KB"


def _anchor(card: Mapping[str, Any]) -> str:
    """As Markdown makes it of a heading."""
    return "".join(c for c in card["title"].lower().replace(" ", "-") if c.isalnum() or c == "-")


def _table(rows: Mapping[str, str]) -> str:
    return (
        "\n".join(["| | |", "|---|---|", *(_line([name, value]) for name, value in rows.items())])
        if rows
        else ""
    )


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
