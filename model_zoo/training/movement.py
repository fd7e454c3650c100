"""What the reader of strokes learns from: real pen strokes, bent and written anew, as direction maps.

`python -m model_zoo.training.movement` joins the zoo's reader of strokes anew with its reader of pictures,
after that one was trained again, and writes weight, temperature and figures into the card.
"""

import json
from collections.abc import Sequence

import numpy as np

from digitlab import inference, metrics
from digitlab.data import pen_strokes
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DataUnavailable
from digitlab.inference import Model
from digitlab.movement import direction_maps
from model_zoo import ARTIFACTS, STROKES, Recipe
from model_zoo.training import export, hands, training_data
from model_zoo.training.haste import in_haste
from model_zoo.training.training_data import TEST_FOLD, VALIDATION_FOLD, Examples, TrainingData

VARIANTS = 10  # of each drawing
BENT = 1.3  # as much as for the readers of pictures
HASTE = 0.7  # share of them written in haste
PARTNER = "cnn"  # the reader of pictures beside which the weight is chosen: the app's default
WEIGHTS = np.linspace(0, 1, 21)
LOOKS = 3  # pens and places of each drawing, for the reader of pictures: as in training_data.drawn


def load(recipe: Recipe, limit: int | None) -> TrainingData:
    """Its training data: maps float16. `limit` is a number of drawings. Raises DataUnavailable."""
    drawings = [d for d in _drawings() if d.fold not in (TEST_FOLD, VALIDATION_FOLD)][:limit]
    variants = np.stack([_seen(drawings, recipe.hands, seed) for seed in range(VARIANTS)])
    return TrainingData(variants, _digits(drawings), drawn(VALIDATION_FOLD))


def drawn(fold: int) -> Examples:
    """Drawings of writers whom no model has seen, as they are. Raises DataUnavailable."""
    drawings = [drawing for drawing in _drawings() if drawing.fold == fold]
    maps = np.stack([direction_maps(drawing.strokes) for drawing in drawings])
    return Examples(maps.astype(np.float16), _digits(drawings))


def joining(served: Model, partner: Model) -> dict[str, float]:
    """With which weight and temperature its opinion is joined with that of a reader of pictures, chosen on
    validation writers; how well both read then, on them and on test writers; and how well it reads alone."""
    measured: dict[str, float] = {}
    for name, fold in (("drawn_validation", VALIDATION_FOLD), ("drawn_test", TEST_FOLD)):
        maps, labels = drawn(fold)
        alone = served.predict(maps.astype(np.float32))
        pictures = training_data.drawn(fold, LOOKS)
        assert pictures, "the drawings are there"
        by_picture = partner.predict(pictures.pictures())
        by_movement = np.tile(alone, (LOOKS, 1))
        if fold == VALIDATION_FOLD:
            measured |= fitted(by_picture, by_movement, pictures.labels)
        both = inference.joined(by_picture, by_movement, measured)
        measured[f"{name}_accuracy"] = metrics.accuracy(alone, labels)
        measured[f"{name}_calibration_error"] = metrics.expected_calibration_error(alone, labels)
        measured[f"joined_{name}_accuracy"] = metrics.accuracy(both, pictures.labels)
        measured[f"joined_{name}_calibration_error"] = metrics.expected_calibration_error(
            both, pictures.labels
        )
    return {key: round(float(value), 5) for key, value in measured.items()}


def fitted(by_picture: np.ndarray, by_movement: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The weight, of those in WEIGHTS, and then the temperature with the least cross-entropy."""

    def cross_entropy(probabilities: np.ndarray) -> float:
        return -float(np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean())

    found = []
    for weight in WEIGHTS:
        how = {"weight": float(weight), "joined_temperature": 1.0}
        how["joined_temperature"] = metrics.temperature(
            inference.joined(by_picture, by_movement, how), labels
        )
        found.append((cross_entropy(inference.joined(by_picture, by_movement, how)), how))
    return min(found, key=lambda each: each[0])[1]


def _drawings() -> Sequence[PenDrawing]:
    if not (drawings := training_data.pens("digits")):
        raise DataUnavailable("The reader of strokes learns from pen strokes: PEN_DIGITS names their file.")
    return drawings


def _seen(drawings: Sequence[PenDrawing], elsewhere: float, seed: int) -> np.ndarray:
    def see(number: int) -> np.ndarray:
        rng = np.random.default_rng([training_data.SPLIT_SEED, seed, number])
        strokes, digit = drawings[number].strokes, int(drawings[number].label)
        if rng.random() < elsewhere:
            strokes = hands.as_others_write(strokes, digit, rng)
        if rng.random() < HASTE:
            strokes = in_haste(strokes, rng)
        return direction_maps(pen_strokes.bent(strokes, rng, BENT)).astype(np.float16)

    return np.stack([see(number) for number in range(len(drawings))])


def _digits(drawings: Sequence[PenDrawing]) -> np.ndarray:
    return np.array([int(drawing.label) for drawing in drawings], np.uint8)


def main() -> None:
    """Raises DataUnavailable without pen strokes."""
    card = ARTIFACTS / STROKES / "card.json"
    found = joining(inference.load(STROKES), inference.load(PARTNER))
    export.write_json(card, json.loads(card.read_text("utf-8")) | found)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
