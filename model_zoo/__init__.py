"""The models: one file each, its Keras definition and its training recipe side by side.

Importing this package imports no TensorFlow; the definitions do, when they are built.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

ARTIFACTS = Path(__file__).parent / "artifacts"
READERS = ("linear", "dense", "cnn", "autoencoder")  # they tell which digit it is
DETECTOR = "detector"  # it tells whether it is a digit at all


@dataclass(frozen=True)
class Recipe:
    """How a model is trained. The learning rate rises for a fifth of the run and falls to nothing."""

    epochs: int
    batch_size: int
    learning_rate: float  # at its highest
    distort: float  # strength of the distortions, new ones each epoch (model_zoo/augment.py); 0: none
    loss: str | dict[str, str] = "sparse_categorical_crossentropy"  # or one for each named output
    loss_weights: dict[str, float] | None = None


def definition(name: str) -> ModuleType:
    """The module of a model: it has TITLE, SUMMARY, RECIPE and build()."""
    return import_module(f"{__name__}.{name}")
