"""One drawing, one answer: how long the app's models take, against the ways that tutorials use.

    python -m benchmarks.inference

Each row is the median over many calls, all in one run on one machine; the ratio is what holds elsewhere.
"""

import os
import time
from collections.abc import Callable

import numpy as np

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


def main() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    drawings = [render(example) for example in examples()]
    picture = to_mnist(drawings[3])
    assert picture is not None
    batch = picture[None]

    print("\n## One image: the app's `Model.predict` against Keras\n")
    print("| model | Digit Lab, ms | `keras.Model.predict`, ms | ratio | `model(x)`, ms | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
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
        print(
            f"| {name} | {ms['served']:.3f} | {ms['predict']:.1f} | {ms['predict'] / ms['served']:,.0f} "
            f"| {ms['call']:.2f} | {ms['call'] / ms['served']:,.0f} |"
        )

    model = inference.load("cnn")
    ms = compare(
        {
            "preprocessing": lambda: [to_mnist(drawing) for drawing in drawings],
            "answer": lambda: [model.answer(picture) for _ in drawings],
        }
    )
    print("\n## From strokes to answer, in the server\n")
    print("| step | ms |")
    print("|---|--:|")
    print(f"| preprocessing of a 280 × 280 drawing | {ms['preprocessing'] / len(drawings):.2f} |")
    print(f"| answer of the CNN, with “is it a digit?” | {ms['answer'] / len(drawings):.2f} |")


if __name__ == "__main__":
    main()
