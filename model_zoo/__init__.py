"""The models: one file each, its Keras definition and its training recipe side by side.

Importing this package imports no TensorFlow; the definitions do, when they are built.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

ARTIFACTS = Path(__file__).parent / "artifacts"
# they tell which digit it is; from the simplest on
READERS = (
    "linear",
    "dense_classic",
    "dense",
    "tiny_cnn",
    "cnn",
    "deep_cnn",
    "committee",
    "autoencoder",
)
DETECTOR = "detector"  # it tells whether it is a digit at all
STUDIES = ("dense_classic_sgd",)  # trained for its history: how it learned, beside how another did
GENERATORS = ("vae", "vae_conditional")  # they draw digits
EVERYTHING = (*READERS, DETECTOR, *STUDIES, *GENERATORS)


@dataclass(frozen=True)
class Recipe:
    """How a model is trained."""

    epochs: int
    batch_size: int
    learning_rate: float  # at its highest
    distort: float = (
        0  # strength of the distortions, new ones each epoch (model_zoo/training/augment.py); 0: none
    )
    others: bool = (
        True  # learn from other handwriting than MNIST's, too (model_zoo/training/training_data.py)
    )
    as_drawn: int = 2  # so many of the four looks at a digit of MNIST are as the pad would show it
    optimizer: str = "adam"
    one_cycle: bool = True  # the learning rate rises for a fifth of the run, and falls to nothing
    average: bool = False  # keep a moving average of the weights, which is steadier than the last ones
    precision: str = "float32"  # of the arithmetic in training; "mixed_bfloat16" halves a large CNN's time
    loss: str | dict[str, str] = "sparse_categorical_crossentropy"  # or one for each named output
    loss_weights: dict[str, float] | None = None
    calibrate: bool = True  # fit a temperature on validation data
    float16: bool = False  # weights of the .tflite file: half the size
    inside: bool = False  # pages look inside: keep weights, layers' outputs, and moments of the training


def definition(name: str) -> ModuleType:
    """The module of a model: it has TITLE, SUMMARY, RECIPE and build()."""
    return import_module(f"{__name__}.{name}")
