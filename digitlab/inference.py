"""A trained model by name -> probabilities, latent code and reconstruction. LiteRT, no TensorFlow.

    model = load("cnn")
    probabilities = model.predict(pictures)
    answer = model.answer(picture, drawing)

Pictures are float32 (N, 28, 28) in [0, 1], ink bright on black, as `digitlab.preprocess.to_mnist` makes
them. Everything here may be called from many threads at once: an interpreter can only do one thing at a
time, so each model keeps a few of them, and a thread borrows one that is free.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from digitlab.caches import once
from digitlab.classroom.names import OF_CLASS
from digitlab.errors import UnknownName
from digitlab.movement import MAPS, SIDE, direction_maps
from digitlab.strokes import Stroke

ARTIFACTS = Path(__file__).parents[1] / "model_zoo" / "artifacts"
DETECTOR = "detector"
STROKES = "strokes"  # reads the pen's movement
SURE = 0.5  # a digit that is less probable than all others together is a guess, not an answer
LEAST = 1e-7  # no opinion is so firm that the other one couldn't outweigh it
_INTERPRETERS = max(2, min(4, os.cpu_count() or 1))  # of each model; more would only cost memory
_BATCH = 256  # images at a time: more would take memory and win nothing


@once(maxsize=1)
def names() -> tuple[str, ...]:
    """The models in the zoo that read digits, from the simplest on."""
    cards = [_card(path.parent) for path in ARTIFACTS.glob("*/card.json")]
    return tuple(card["name"] for card in sorted(cards, key=lambda c: c["order"]) if card["classifies"])


def load(name: str) -> "Model":
    """The model with that name, the same object each time: one that reads digits (`names`), or one of the
    others that `train.py` left, such as "vae" and "detector"; or one that a class has trained,
    "class:KFRTW:1". Raises UnknownName; DatabaseGone for a class's model."""
    if name.startswith(OF_CLASS):
        from digitlab.classroom import trainings

        return trainings.load(name)
    return _of_zoo(name)


@once(maxsize=32)
def _of_zoo(name: str) -> "Model":
    folder = ARTIFACTS / name
    if folder.parent != ARTIFACTS or not (folder / "card.json").is_file():
        raise UnknownName(f"There is no model {name!r}. There is: {', '.join(names())}.")
    return read(folder)


@once(maxsize=32)
def read(folder: Path) -> "Model":
    """The model in a folder that `train.py` wrote."""
    return Model(folder, _card(folder))


@once(maxsize=64)
def at_moment(name: str, moment: int) -> "Model":
    """What a model was at one of the moments of its training that were kept (digitlab.training.histories)."""
    folder = ARTIFACTS / name
    return Model(folder, _card(folder), folder / "moments" / f"{moment:02}.tflite")


@dataclass(frozen=True)
class Answer:
    """What the app says about one picture.

    `digit` is None where the model had better not say one; `is_digit` tells whether the picture looks
    like a digit at all. `guess` and `runner_up` are the two most probable digits all the same. Where the
    drawing was read, too, `by_picture` and `by_movement` are what each of them says alone.
    """

    digit: int | None
    guess: int
    runner_up: int
    is_digit: bool
    probabilities: np.ndarray  # float32 (10,), adding up to 1
    by_picture: np.ndarray | None = None  # float32 (10,)
    by_movement: np.ndarray | None = None  # float32 (10,)
    doubt: str | None = None  # why no digit is said of a photo, in a sentence (digitlab.preprocess.Doubtful)


class Model:
    """A trained model. `card` is what is known about it: the content of its card.json."""

    def __init__(self, folder: Path, card: Mapping[str, Any], file: Path | bytes | None = None) -> None:
        """`file` is the network, or where it is, if it isn't model.tflite in the folder."""
        self.name: str = card["name"]
        self.card = card
        self._file = file or folder / "model.tflite"

    @cached_property
    def _network(self) -> "_Network":
        return _Network(self._file, "serving_default")

    @cached_property
    def _layers(self) -> "_Network":
        return _Network(self._file, "layers")

    @cached_property
    def _decoder(self) -> "_Network":
        return _Network(self._file, "decode")

    def predict(self, pictures: np.ndarray) -> np.ndarray:
        """Probabilities of the ten digits, float32 (N, 10): calibrated on validation data, each row
        adding up to 1."""
        return self._network(pictures, "digit")

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """The autoencoder's latent code, float32 (N, 32). Raises UnknownName for other models."""
        return self._network(pictures, "latent")

    def reconstruct(self, pictures: np.ndarray) -> np.ndarray:
        """What the autoencoder draws from its latent code, float32 (N, 28, 28) in [0, 1].
        Raises UnknownName for other models."""
        return self._network(pictures, "reconstruction")

    def decode(self, code: np.ndarray) -> np.ndarray:
        """What a decoder draws from latent codes, float (N, code_size): float32 (N, 28, 28) in [0, 1].
        Raises UnknownName for models without one."""
        return self._decoder(np.ascontiguousarray(code, np.float32), "reconstruction")

    def layers(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """What comes out of each layer, by its name: float32 (N, ...). Raises UnknownName for models that
        aren't made to be looked into."""
        return self._layers.all(pictures)

    @cached_property
    def weights(self) -> Mapping[str, np.ndarray]:
        """Its learned numbers, "<layer>/kernel" and "<layer>/bias": float32. Raises UnknownName for models
        that aren't made to be looked into."""
        try:
            if isinstance(self._file, bytes):
                raise FileNotFoundError
            with np.load(self._file.with_name("weights.npz"), allow_pickle=False) as saved:
                return dict(saved)
        except FileNotFoundError:
            raise UnknownName(f"{self.name} is not made to be looked into.") from None

    @property
    def code_size(self) -> int:
        """How many numbers `decode` wants for a picture. Raises UnknownName for models without a decoder."""
        return self._decoder.input_shape[0]

    def digit_score(self, pictures: np.ndarray) -> np.ndarray:
        """How much each picture looks like a digit, float32 (N,) in [0, 1]; the same for every model."""
        return _detector().score(pictures)

    def score(self, pictures: np.ndarray) -> np.ndarray:
        """As `digit_score`, of the detector itself."""
        return self._network(pictures, "is_digit")[:, 0]

    @cached_property
    def reconstructs(self) -> bool:
        return "reconstruction" in self._network.outputs

    @property
    def reads_movement(self) -> bool:
        """Whether its answers about a drawing are joined with those of the reader of strokes. What learned
        MNIST alone is in the zoo to show how far that goes."""
        return bool(self.card.get("recipe", {}).get("pen_strokes"))

    def together(self, by_picture: np.ndarray, by_movement: np.ndarray) -> np.ndarray:
        """What it said of pictures of drawings, joined with what `read_movement` says of these drawings:
        float32 (..., 10); of one that doesn't read movement, its own opinion alone."""
        return joined(by_picture, by_movement, _strokes().card) if self.reads_movement else by_picture

    def answer(self, picture: np.ndarray, drawing: Sequence[Stroke] | None = None) -> Answer:
        """What to say about one picture, float32 (28, 28). With the `drawing` that it shows, its strokes in
        any unit, the pen's movement is read, too, by a model that `reads_movement`."""
        batch = picture[None]
        probabilities = self.predict(batch)[0]
        by_picture = by_movement = None
        if drawing and self.reads_movement:
            by_picture, by_movement = probabilities, read_movement([drawing])[0]
            probabilities = self.together(by_picture, by_movement)
        runner_up, guess = (int(digit) for digit in np.argsort(probabilities)[-2:])
        is_digit = bool(self.digit_score(batch)[0] >= _detector().card["threshold"])
        doubt = getattr(picture, "doubt", None)
        sure = is_digit and not doubt and probabilities[guess] >= SURE
        digit = guess if sure else None
        return Answer(digit, guess, runner_up, is_digit, probabilities, by_picture, by_movement, doubt)


def read_movement(drawings: Iterable[Sequence[Stroke]]) -> np.ndarray:
    """What the reader of strokes says of drawings, each with at least one stroke, in any unit: probabilities
    float32 (N, 10)."""
    maps = [direction_maps([np.asarray(stroke.points) for stroke in drawing]) for drawing in drawings]
    return _strokes().predict(np.array(maps, np.float32).reshape(-1, SIDE, SIDE, MAPS))


def joined(by_picture: np.ndarray, by_movement: np.ndarray, how: Mapping[str, Any]) -> np.ndarray:
    """Two opinions as one, float32 (..., 10) each: the mean of their logits, `how["weight"]` in [0, 1] being
    the movement's, divided by `how["joined_temperature"]`. The card of the reader of strokes has both."""
    weight = how["weight"]
    logits = (1 - weight) * np.log(np.maximum(by_picture, LEAST))
    logits += weight * np.log(np.maximum(by_movement, LEAST))
    shares = np.exp((logits - logits.max(axis=-1, keepdims=True)) / how["joined_temperature"])
    return (shares / shares.sum(axis=-1, keepdims=True)).astype(np.float32)


def _card(folder: Path) -> Mapping[str, Any]:
    return json.loads((folder / "card.json").read_text("utf-8"))


def _detector() -> Model:
    return load(DETECTOR)


def _strokes() -> Model:
    return load(STROKES)


class _Network:
    """One signature of a .tflite file, and the interpreters that run it."""

    def __init__(self, file: Path | bytes, signature: str) -> None:
        from ai_edge_litert.interpreter import Interpreter

        def runner() -> Any:
            if isinstance(file, bytes):
                interpreter = Interpreter(model_content=file, num_threads=1)
            else:
                interpreter = Interpreter(str(file), num_threads=1)
            signatures = interpreter.get_signature_list()
            if signature not in signatures:
                raise UnknownName(f"This model can't {signature}; it has {', '.join(signatures)}.")
            return interpreter.get_signature_runner(signature)

        runners = [runner() for _ in range(_INTERPRETERS)]
        self._free: SimpleQueue = SimpleQueue()
        for each in runners:
            self._free.put(each)
        ((self._input, details),) = runners[0].get_input_details().items()
        self.input_shape = tuple(int(n) for n in details["shape_signature"][1:])
        self.outputs = tuple(runners[0].get_output_details())

    def __call__(self, batch: np.ndarray, output: str) -> np.ndarray:
        if output not in self.outputs:
            raise UnknownName(f"This model has no {output!r}; it has {', '.join(self.outputs)}.")
        return self.all(batch, (output,))[output]

    def all(self, batch: np.ndarray, names: Sequence[str] = ()) -> dict[str, np.ndarray]:
        """The outputs with these names, or all."""
        names = names or self.outputs
        batch = np.ascontiguousarray(batch, np.float32)
        if batch.shape[1:] != self.input_shape:
            wanted = ", ".join(map(str, self.input_shape))
            raise ValueError(f"This model wants the shape (N, {wanted}), not {batch.shape}.")
        if not len(batch):  # an interpreter can't run on nothing
            one = self.all(np.zeros((1, *self.input_shape), np.float32), names)
            return {name: values[:0] for name, values in one.items()}
        runner = self._free.get()
        try:
            parts = [runner(**{self._input: batch[i : i + _BATCH]}) for i in range(0, len(batch), _BATCH)]
        finally:
            self._free.put(runner)
        return {name: np.concatenate([part[name] for part in parts]) for name in names}
