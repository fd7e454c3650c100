"""One drawing, one answer: how long the app's models take, against the ways that tutorials use.

    python -m benchmarks.inference [--write]

Each row is the median over many calls, all in one run on one machine; the ratio is what holds elsewhere.
"""

import os
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks import markdown
from digitlab import inference
from digitlab.preprocess import to_mnist
from digitlab.strokes import examples, render

ROUNDS = 5  # each way in turn, so that a busy moment hits them all


def median_ms(call: Callable[[], object], seconds: float = 0.3) -> float:
    """Median duration of a call in milliseconds, over as many calls as fit into the time, at least 5."""
    durations: list[float] = []
    end = time.perf_counter() + seconds
    while len(durations) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        durations.append(time.perf_counter() - start)
    return float(np.median(durations)) * 1000


def compare(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median milliseconds of each way, measured in turn."""
    for call in ways.values():
        call()  # the first call builds things
    rounds = [{name: median_ms(call) for name, call in ways.items()} for _ in range(ROUNDS)]
    return {name: float(np.median([r[name] for r in rounds])) for name in ways}


def one_image() -> str:
    """Each model against its own Keras model, as a table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    picture = to_mnist(render(examples()[3]))
    assert picture is not None
    batch = picture[None]
    rows = []
    for name in inference.names():
        served, file = inference.load(name), inference.ARTIFACTS / name / "model.keras"
        if not file.exists():  # the committee: its members' files hold it all
            continue
        trained = keras.saving.load_model(file, safe_mode=True)
        ms = compare(
            {
                "served": lambda served=served: served.predict(batch),
                "predict": lambda trained=trained: trained.predict(batch, verbose=0),
                "call": lambda trained=trained: trained(batch, training=False),
            }
        )
        predict, call = ms["predict"] / ms["served"], ms["call"] / ms["served"]
        row = (name, f"{ms['served']:.3f}", f"{ms['predict']:.1f}", f"{predict:,.0f}")
        rows.append((*row, f"{ms['call']:.2f}", f"{call:,.0f}"))
    header = ["model", "Digit Lab, ms", "`keras.Model.predict`, ms", "ratio", "`model(x)`, ms", "ratio"]
    return markdown.table(header, rows)


def strokes_to_answer() -> str:
    """What the server computes for a drawing, as a table."""
    drawings = [render(example) for example in examples()]
    model, picture = inference.load("cnn"), to_mnist(drawings[3])
    assert picture is not None
    ms = compare(
        {
            "strokes to a 280 × 280 picture": lambda: [render(example) for example in examples()],
            "preprocessing of that picture": lambda: [to_mnist(drawing) for drawing in drawings],
            "answer of the CNN, with “is it a digit?”": lambda: [model.answer(picture) for _ in drawings],
            "the same, joined with the pen’s movement": lambda: [
                model.answer(picture, example) for example in examples()
            ],
        }
    )
    return markdown.table(["step", "ms"], [(name, f"{t / len(drawings):.2f}") for name, t in ms.items()])


def tables() -> Iterator[tuple[str, str]]:
    yield "one image", one_image()
    yield "strokes to answer", strokes_to_answer()


if __name__ == "__main__":
    markdown.show(tables(), markdown.options(__doc__).write)
