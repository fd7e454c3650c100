"""The models: one file each, its Keras definition and its training recipe side by side.

Importing this package imports no TensorFlow; the definitions do, when they are built.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

ARTIFACTS = Path(__file__).parent / "artifacts"
# they tell which digit it is; from the simplest on
CLASSIFIERS = (
    "linear",
    "dense_classic",
    "dense",
    "tiny_cnn",
    "cnn",
    "deep_cnn",
    "sturdy",
    "committee",
    "autoencoder",
)
DETECTOR = "detector"  # it tells whether it is a digit at all
STROKES = "strokes"  # it reads the pen's movement, beside a reader of pictures
ABLATIONS = ("dense_classic_sgd",)  # trained for its history alone, to be compared with another's
GENERATORS = ("vae", "vae_conditional")  # they draw digits
# they answer in the browser, at every frame
LIVE = ("linear", "dense_classic", "tiny_cnn", "cnn", DETECTOR, STROKES)
EVERYTHING = (*CLASSIFIERS, DETECTOR, STROKES, *ABLATIONS, *GENERATORS)


@dataclass(frozen=True)
class Recipe:
    """How a model is trained."""

    epochs: int
    batch_size: int
    learning_rate: float  # at its highest
    augmentation: float = 0  # strength of the distortions, new ones each epoch (training/augment.py); 0: none
    spoil: float = 0  # share of the pictures with noise, fog, lines and the like (training/spoil.py)
    pen_strokes: bool = True  # learn from other handwriting than MNIST's, too (training/training_data.py)
    rendered_variants: int = 2  # so many of a digit's four variants pass the pad's preprocessing
    hands: float = 0  # share of the pen drawings written as people elsewhere write (training/hands.py)
    optimizer: str = "adam"
    one_cycle: bool = True  # the learning rate rises for a fifth of the run, and falls to nothing
    average: bool = False  # keep a moving average of the weights, which is steadier than the last ones
    precision: str = "float32"  # of the arithmetic; "mixed_bfloat16": a third of a large CNN's time
    loss: str | dict[str, str] = "sparse_categorical_crossentropy"  # or one for each named output
    loss_weights: dict[str, float] | None = None
    calibrate: bool = True  # fit a temperature on validation data
    float16: bool = False  # weights of the .tflite file: half the size
    internals: bool = False  # pages look inside: keep weights, layers' outputs, snapshots of the training


def definition(name: str) -> ModuleType:
    """The module of a model: it has TITLE, SUMMARY, RECIPE and build()."""
    return import_module(f"{__name__}.{name}")
