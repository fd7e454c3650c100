"""How long two cores need to teach a network 99 % of MNIST, against Keras' own convnet in the same run.

    python -m benchmarks.time_to_99 [--seeds N] [--write]

Ours is the zoo's CNN, one epoch with the learning rate of one cycle (Smith 2017), as the page "Train one
yourself" does it. The reference is keras.io's "Simple MNIST convnet" as it stands there, epoch by epoch until
it reads 99 % of the same validation images. MNIST is needed. --write puts the table into docs/BENCHMARKS.md.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import markdown
from benchmarks.zoo_table import PAGE, convnet
from digitlab.errors import DigitLabError
from model_zoo import definition
from model_zoo.training import fit, training_data

if TYPE_CHECKING:
    import keras

AIM, MOST_EPOCHS = 0.99, 15
BATCH = 64  # twice as many steps as the recipe's: with one epoch they are scarce


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 without MNIST."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="so many runs of each")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        data = training_data.classifiers(False, None)
    except DigitLabError as error:
        print(f"benchmarks.time_to_99: {error}", file=sys.stderr)
        return 2
    ways = {
        "CNN, one cycle, float32": lambda: ours("float32"),
        "CNN, one cycle, bfloat16": lambda: ours("mixed_bfloat16"),
        "Keras’ convnet": reference,
    }
    runs = {name: [train(way, data, seed) for seed in range(options.seeds)] for name, way in ways.items()}
    slow = np.mean([seconds for seconds, *_ in runs["Keras’ convnet"]])
    text = markdown.table(
        ["", "seconds", "epochs", "validation, %", "test, %", "times faster"],
        [
            [
                name,
                spread([run[0] for run in found], "{:.1f}"),
                "/".join(str(run[1]) for run in found),
                spread([run[2] * 100 for run in found], "{:.2f}"),
                spread([run[3] * 100 for run in found], "{:.2f}"),
                f"{slow / np.mean([run[0] for run in found]):.1f}",
            ]
            for name, found in runs.items()
        ],
    )
    print(text)
    if options.write:
        markdown.keep(PAGE, "time to 99 %", text)
    return 0


def ours(precision: str) -> tuple["keras.Model", int, int]:
    """The compiled model, its batch size, and the most epochs."""
    import keras

    cnn = definition("cnn")
    recipe = replace(cnn.RECIPE, epochs=1, batch_size=BATCH, precision=precision)
    keras.config.set_dtype_policy(precision)
    model = cnn.build()
    keras.config.set_dtype_policy("float32")
    steps = fit.iterations(len(training_data.classifiers(False, None).labels), recipe)
    model.compile(fit.optimizer(recipe, steps), loss=recipe.loss, metrics=["accuracy"])
    return model, BATCH, 1


def reference() -> tuple["keras.Model", int, int]:
    import keras

    picture = keras.Input((28, 28))
    model = keras.Sequential([picture, keras.layers.Reshape((28, 28, 1)), *convnet().layers])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, 128, MOST_EPOCHS


def train(way: Callable, data: training_data.TrainingData, seed: int) -> tuple[float, int, float, float]:
    """Seconds of training, epochs, accuracy on validation and on test images."""
    import keras

    keras.utils.set_random_seed(seed)
    model, batch, most = way()
    pictures = data.variants[0] / np.float32(255)
    seconds = accuracy = 0.0
    epochs = 0
    while accuracy < AIM and epochs < most:
        start = time.perf_counter()
        model.fit(pictures, data.labels, batch_size=batch, epochs=epochs + 1, initial_epoch=epochs, verbose=0)
        seconds += time.perf_counter() - start
        epochs += 1
        accuracy = right(model, data.validation)
    return seconds, epochs, accuracy, right(model, training_data.mnist("test"))


def right(model: "keras.Model", examples: training_data.Examples) -> float:
    answers = model.predict(examples.pictures(), batch_size=500, verbose=0).argmax(axis=1)
    return float((answers == examples.labels).mean())


def spread(values: Sequence[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


if __name__ == "__main__":
    sys.exit(main())
