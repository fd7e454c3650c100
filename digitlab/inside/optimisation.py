"""Going downhill: surfaces to look at, and the optimisers that walk on them. A point is float (2,)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitlab import data, inference
from digitlab.caches import once
from digitlab.errors import DataUnavailable

IMAGES = 500  # on which the loss of the linear model is computed
FAR = 1e3  # an optimiser that is so far away has lost the ground
STEPS = 120


@dataclass(frozen=True, eq=False)
class Surface:
    """A height for each point of a square; `height` and `gradient` take points float (..., 2)."""

    title: str
    about: str
    height: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]  # float (..., 2), too
    centre: tuple[float, float]
    reach: float  # from the centre to the edge
    start: tuple[float, float]
    rate: float  # a learning rate with which all arrive somewhere
    detail: int = 240  # points in a row that are enough to show it


def valley(point: np.ndarray) -> np.ndarray:
    x, y = np.moveaxis(point, -1, 0)
    return (x**2 + 12 * y**2) / 2


def valley_gradient(point: np.ndarray) -> np.ndarray:
    return point * np.array([1, 12])


def banana(point: np.ndarray) -> np.ndarray:
    """Rosenbrock 1960, ten times less steep at the sides."""
    x, y = np.moveaxis(point, -1, 0)
    return ((1 - x) ** 2 + 10 * (y - x**2) ** 2) / 20


def banana_gradient(point: np.ndarray) -> np.ndarray:
    x, y = np.moveaxis(point, -1, 0)
    return np.stack([-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)], axis=-1) / 20


def four_valleys(point: np.ndarray) -> np.ndarray:
    """Himmelblau 1972, scaled."""
    x, y = np.moveaxis(point, -1, 0)
    return ((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2) / 50


def four_valleys_gradient(point: np.ndarray) -> np.ndarray:
    x, y = np.moveaxis(point, -1, 0)
    a, b = x**2 + y - 11, x + y**2 - 7
    return np.stack([4 * a * x + 2 * b, 2 * a + 4 * b * y], axis=-1) / 50


@once(maxsize=1)
def loss_of_linear() -> Surface:
    """The real loss of the zoo's linear model, on test digits, in the plane through its trained weights along
    two random directions, each as long as the weights (Li et al. 2018, "Visualizing the Loss Landscape of
    Neural Nets"). The trained weights are at (0, 0)."""
    try:
        images, labels = data.load("mnist", "test")
    except DataUnavailable:
        images, labels = data.load("digits", "test")
    pictures, labels = images[:IMAGES].reshape(-1, 784) / 255, labels[:IMAGES]
    weights = inference.load("linear").weights
    kernel = weights["digit/kernel"].astype(float)
    rng = np.random.default_rng(0)

    def direction() -> np.ndarray:
        drawn = rng.standard_normal(kernel.shape)
        return drawn * np.linalg.norm(kernel, axis=0) / np.linalg.norm(drawn, axis=0)

    # along a direction the logits change evenly: three products are enough for the whole plane; only how far
    # each logit is above the right one counts
    own = np.arange(len(labels)), labels
    logits, across, along = (
        part - part[own][:, None]
        for part in (
            pictures @ kernel + weights["digit/bias"],
            pictures @ direction(),
            pictures @ direction(),
        )
    )

    def chances(point: np.ndarray) -> tuple[float, np.ndarray]:
        """The loss at a point, and the probabilities (N, 10)."""
        moved = logits + point[0] * across + point[1] * along
        highest = moved.max(axis=1, keepdims=True)
        raised = np.exp(moved - highest)
        total = raised.sum(axis=1, keepdims=True)
        return float((highest + np.log(total)).mean()), raised / total

    def slope(point: np.ndarray) -> list[float]:
        _, shares = chances(point)
        return [float((shares * step).sum()) / len(shares) for step in (across, along)]

    def height(point: np.ndarray) -> np.ndarray:
        found = [chances(one)[0] for one in point.reshape(-1, 2)]
        return np.array(found).reshape(point.shape[:-1])

    def gradient(point: np.ndarray) -> np.ndarray:
        return np.array([slope(one) for one in point.reshape(-1, 2)]).reshape(point.shape)

    return Surface(
        "The linear model’s loss",
        f"The real loss on {len(labels):,} test digits, seen along two of its 7,840 directions. In the "
        "middle are the trained weights.",
        height,
        gradient,
        (0.0, 0.0),
        1.2,
        (0.9, -0.95),
        0.1,
        detail=41,
    )


@once(maxsize=1)
def surfaces() -> dict[str, Surface]:
    """By title."""
    found = (
        Surface(
            "Narrow valley",
            "Steep across, flat along. Plain SGD jumps from side to side.",
            valley,
            valley_gradient,
            (0.0, 0.0),
            2.0,
            (-1.7, 0.8),
            0.1,
        ),
        Surface(
            "Banana",
            "Rosenbrock’s valley of 1960: easy to get in, slow to get along. The lowest point is at (1, 1).",
            banana,
            banana_gradient,
            (0.0, 1.0),
            2.0,
            (-1.5, 0.2),
            0.1,
        ),
        Surface(
            "Four valleys",
            "Himmelblau’s surface of 1972 has four lowest points. Where you start decides where you end.",
            four_valleys,
            four_valleys_gradient,
            (0.0, 0.0),
            5.0,
            (-0.4, -1.2),
            0.1,
        ),
    )
    return {surface.title: surface for surface in (loss_of_linear(), *found)}


# --- optimisers ----------------------------------------------------------------------------------------


def sgd(surface: Surface, start: np.ndarray, rate: float, steps: int = STEPS) -> np.ndarray:
    """The points of the way, float (steps + 1, 2), as with all that follow."""

    def move(point: np.ndarray, n: int) -> np.ndarray:
        return point - rate * surface.gradient(point)

    return _walk(start, steps, move)


def momentum(surface: Surface, start: np.ndarray, rate: float, steps: int = STEPS) -> np.ndarray:
    """It keeps 0.9 of its speed."""
    speed = np.zeros(2)

    def move(point: np.ndarray, n: int) -> np.ndarray:
        nonlocal speed
        speed = 0.9 * speed - rate * surface.gradient(point)
        return point + speed

    return _walk(start, steps, move)


def adam(surface: Surface, start: np.ndarray, rate: float, steps: int = STEPS) -> np.ndarray:
    """Kingma and Ba 2014, with their constants; the last one as in Keras."""
    mean, square = np.zeros(2), np.zeros(2)

    def move(point: np.ndarray, n: int) -> np.ndarray:
        nonlocal mean, square
        gradient = surface.gradient(point)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        alpha = rate * np.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        return point - alpha * mean / (np.sqrt(square) + 1e-7)

    return _walk(start, steps, move)


def random_walk(
    surface: Surface, start: np.ndarray, rate: float, steps: int = STEPS, seed: int = 0
) -> np.ndarray:
    """The simplest search: try a step in a random direction, up to `rate` of the square's width long, and
    take it if it leads down."""
    rng = np.random.default_rng(seed)
    lowest = surface.height(np.asarray(start, float))

    def move(point: np.ndarray, n: int) -> np.ndarray:
        nonlocal lowest
        tried = point + rng.uniform(-1, 1, 2) * min(rate, 1) * surface.reach
        height = surface.height(tried)
        if height >= lowest:
            return point
        lowest = height
        return tried

    return _walk(start, steps, move)


OPTIMIZERS = {"SGD": sgd, "Momentum": momentum, "Adam": adam, "Random walk": random_walk}
FOLLOW_GRADIENT = ("SGD", "Momentum", "Adam")


def _walk(start: np.ndarray, steps: int, move: Callable[[np.ndarray, int], np.ndarray]) -> np.ndarray:
    points = [np.asarray(start, float)]
    for n in range(1, steps + 1):
        point = points[-1]
        gone = np.abs(point).max() >= FAR
        points.append(point if gone else np.clip(move(point, n), -FAR, FAR))
    return np.array(points)


@once(maxsize=8)
def grid(surface: Surface) -> np.ndarray:
    """Heights on the square, the first row at the top: float (detail, detail)."""
    ticks = np.linspace(-surface.reach, surface.reach, surface.detail)
    x, y = np.meshgrid(surface.centre[0] + ticks, surface.centre[1] - ticks)
    return surface.height(np.stack([x, y], axis=-1))


CODE = """\
import numpy as np
from digitlab.inside import optimisation

surface = optimisation.surfaces()["{title}"]
point = np.array([{x}, {y}])
path = [point]
for step in range({steps}):
    point = point - {rate:g} * surface.gradient(point)  # downhill: against the gradient
    path.append(point)
path = np.array(path)
"""
