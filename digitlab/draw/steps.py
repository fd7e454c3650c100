"""The preprocessing as a ladder: the same drawing after ever more steps, and what the models read in it."""

from typing import NamedTuple

import numpy as np

from digitlab.preprocess import MAX_SIDE, Settings, shrink, trace


class Step(NamedTuple):
    name: str  # of the field in Settings
    title: str
    what: str


STEPS = (
    Step("crop", "Crop", "Only the part with ink in it counts. Stray dots are dropped."),
    Step("box", "Box", "It shrinks into a box of 20 × 20 pixels, which leaves an empty frame."),
    Step(
        "centre", "Centre", "Its centre of mass, where it would balance on a fingertip, goes to the middle."
    ),
    Step("pen_width", "Pen", "Its pen gets the width of MNIST’s pens: 2.6 pixels."),
)
RUNGS = ("Shrunk", *(step.title for step in STEPS))  # before any step, and after each


def settings(taken: set[str], rungs: int = len(STEPS)) -> Settings:
    """The first `rungs` steps, as far as they are among those `taken`; names of Settings' fields."""
    return Settings(**{step.name: step.name in taken and n < rungs for n, step in enumerate(STEPS)})


def on_larger_paper(image: np.ndarray) -> np.ndarray:
    """Its ink in the upper left corner of black paper twice as wide and high: uint8 (2 H, 2 W), at most as
    large as `trace` allows. Raises PictureError as that does."""
    traced = trace(image)
    ink = np.zeros(image.shape[:2], np.float32) if traced is None else traced.ink
    ink = np.round(shrink(ink, MAX_SIDE // 2) * 255).astype(np.uint8)
    return np.pad(ink, [(0, side) for side in ink.shape])


def climb(image: np.ndarray, taken: set[str]) -> np.ndarray | None:
    """What a model would see on each rung, float32 (5, 28, 28) in [0, 1]; on the last, with all steps, it is
    `to_mnist`'s picture. None without ink. `image` as for `to_mnist`; raises PictureError as that does."""
    traced = [trace(image, settings(taken, rungs)) for rungs in range(len(RUNGS))]
    return None if traced[-1] is None else np.stack([steps.centred for steps in traced if steps is not None])


def code(start: str, larger_paper: bool, taken: set[str], model: str) -> str:
    """Python that finds in `rungs` what `climb` does, and in `answers` what a model reads there."""
    names = "".join(f'    "{step.name}",\n' for step in STEPS)
    left_out = sorted({step.name for step in STEPS} - taken)
    paper = "image = on_larger_paper(image)\n" if larger_paper else ""
    return f"""{start}
import numpy as np
from digitlab import inference
from digitlab.draw.steps import on_larger_paper
from digitlab.preprocess import Settings, trace

{paper}steps = [
{names}]
left_out = {left_out}
rungs = []
for number in range(len(steps) + 1):
    taken = {{name: name in steps[:number] and name not in left_out for name in steps}}
    rungs.append(trace(image, Settings(**taken)).centred)
rungs = np.stack(rungs)
answers = inference.load("{model}").predict(rungs)
print(answers.argmax(axis=1), answers.max(axis=1))
"""
