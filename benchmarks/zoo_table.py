"""Size, accuracy and speed of each reader, against Keras' own MNIST convnet, trained in the same run.

    python -m benchmarks.zoo_table [--epochs N] [--write]

The reference is keras.io's "Simple MNIST convnet" as it stands there, served as there, with
`keras.Model.predict`; it trains for its 15 epochs first, two to three minutes on two cores. MNIST is needed;
without pen strokes (PEN_DIGITS, docs/data.md) the column of drawn digits is empty. --write puts the table
into docs/BENCHMARKS.md.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks import markdown
from benchmarks.inference import compare
from digitlab import inference
from digitlab.errors import DigitLabError
from digitlab.metrics import accuracy
from model_zoo.training import training_data

if TYPE_CHECKING:
    import keras

PAGE = markdown.DOCS / "BENCHMARKS.md"
REFERENCE = "Keras' convnet, `predict`"
EPOCHS = 15  # of the reference, as on keras.io

Predict = Callable[
    [np.ndarray], np.ndarray
]  # pictures float32 (N, 28, 28) in [0, 1] -> probabilities (N, 10)


class Served(NamedTuple):
    """A model as people get it."""

    name: str
    parameters: int
    size: int  # bytes of the file that is served
    predict: Predict


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without MNIST."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"of the reference (default: {EPOCHS})")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    try:
        training_data.mnist("test")
    except DigitLabError as error:
        print(f"benchmarks.zoo_table: {error}", file=sys.stderr)
        return 2
    text = table([*zoo(), reference(options.epochs)])
    if options.epochs != EPOCHS:
        text += f"\n\nThe reference trained for {options.epochs} instead of {EPOCHS} epochs."
    print(text)
    if options.write:
        markdown.keep(PAGE, "zoo", text)
    return 0


def zoo() -> list[Served]:
    """The readers, as the app serves them."""
    return [
        Served(
            name,
            inference.load(name).card["parameters"],
            (inference.ARTIFACTS / name / "model.tflite").stat().st_size,
            inference.load(name).predict,
        )
        for name in inference.names()
    ]


def reference(epochs: int) -> Served:
    """keras.io's example, trained as it says there."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    keras.utils.set_random_seed(0)
    model = convnet()
    images, labels = training_data.mnist("train")
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    pictures, targets = images[..., None] / np.float32(255), keras.utils.to_categorical(labels, 10)
    model.fit(pictures, targets, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.keras")
        model.save(file)
        size = file.stat().st_size
    return Served(REFERENCE, model.count_params(), size, partial(_keras_predict, model))


def convnet() -> "keras.Model":
    """https://keras.io/examples/vision/mnist_convnet/ (Chollet 2015)."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def _keras_predict(model: "keras.Model", pictures: np.ndarray) -> np.ndarray:
    return model.predict(pictures[..., None], verbose=0)


def table(models: Sequence[Served]) -> str:
    """Everything is measured here and now, on one thread for each reader, on all threads for the
    reference."""
    test, drawn = training_data.mnist("test"), training_data.drawn(training_data.TEST_FOLD)
    pictures = test.pictures()
    single = compare({model.name: partial(model.predict, pictures[:1]) for model in models})
    rows = []
    for model in models:
        start = time.perf_counter()
        right = accuracy(model.predict(pictures), test.labels)
        seconds = time.perf_counter() - start
        rows.append(
            [
                model.name,
                f"{model.parameters:,}",
                f"{model.size / 1000:,.0f}",
                markdown.percent(right),
                markdown.percent(accuracy(model.predict(drawn.pictures()), drawn.labels)) if drawn else "-",
                f"{single[model.name] * 1000:,.0f}",
                f"{single[models[-1].name] / single[model.name]:,.0f}",
                f"{len(pictures) / seconds:,.0f}",
            ]
        )
    header = [
        "model",
        "parameters",
        "file, KB",
        "MNIST, %",
        "drawn, %",
        "one image, µs",
        "times faster",
        "images a second, all at once",
    ]
    return markdown.table(header, rows)


if __name__ == "__main__":
    sys.exit(main())
