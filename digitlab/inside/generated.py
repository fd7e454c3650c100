"""Digits that no one wrote: on a random walk through the VAE's map, and of the class that is asked for."""

import io
import itertools

import numpy as np
from PIL import Image

from digitlab import inference
from digitlab.caches import once
from digitlab.inside import latent

FRAMES = 60  # of a walk
MOST = 24  # digits at once
_ENLARGED = 6


def walk(seed: int, step: float) -> np.ndarray:
    """FRAMES codes, float (FRAMES, 2), each a random step from the one before; `step` is from 0 to 1. Each is
    drawn to the middle just so much that every place of the walk is one of the standard normal distribution
    to which the VAE was held."""
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(FRAMES, 2))
    for before, here in itertools.pairwise(codes):  # `here` is a view: what it gets, codes get
        here[:] = np.sqrt(1 - step**2) * before + step * here
    return codes


@once(maxsize=64)
def film(seed: int, step: float) -> np.ndarray:
    """What is drawn on that walk: uint8 (FRAMES, 28, 28)."""
    return np.round(latent.vae().decode(walk(seed, step)) * 255).astype(np.uint8)


def gif(frames: np.ndarray, per_second: float) -> bytes:
    """A film that never ends, of uint8 (N, 28, 28)."""
    large = frames.repeat(_ENLARGED, axis=1).repeat(_ENLARGED, axis=2)
    first, *others = [Image.fromarray(frame) for frame in large]
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=round(1000 / per_second), loop=0)
    return file.getvalue()


def digits(digit: int, seed: int) -> np.ndarray:
    """MOST digits of that class in random hands, by the conditional VAE: float32 (MOST, 28, 28)."""
    model = inference.load("vae_conditional")
    hands = np.random.default_rng(seed).normal(size=(MOST, model.code_size - 10))
    return model.decode(np.hstack([hands, np.tile(np.eye(10)[digit], (MOST, 1))]))


def code(digit: int, seed: int) -> str:
    """Plain Python that makes the same digits, and says how many are read rightly."""
    return f"""\
import numpy as np

from digitlab import inference

model = inference.load("vae_conditional")
hands = np.random.default_rng({seed}).normal(size=({MOST}, model.code_size - 10))
wanted = np.tile(np.eye(10)[{digit}], ({MOST}, 1))   # a 1 in place {digit}, else 0
pictures = model.decode(np.hstack([hands, wanted]))

answers = inference.load("cnn").predict(pictures).argmax(axis=1)
print(answers, "read as {digit}:", np.mean(answers == {digit}))
"""


def code_walk(seed: int, step: float) -> str:
    """Plain Python that takes the same walk, and prints its last picture."""
    return f"""\
import numpy as np

from digitlab import inference

random = np.random.default_rng({seed})
codes = random.normal(size=({FRAMES}, 2))
for n in range(1, {FRAMES}):   # a bit of the place before, a bit of chance
    codes[n] = np.sqrt(1 - {step}**2) * codes[n - 1] + {step} * codes[n]

pictures = inference.load("vae").decode(codes)
for line in pictures[-1]:
    print("".join("#" if ink > 0.5 else "." for ink in line))
"""
