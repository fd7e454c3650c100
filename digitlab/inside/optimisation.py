"""Loss surfaces to look at, and the optimisers that walk on them. A point is float (2,)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from digitlab import data, inference
from digitlab.caches import once
from digitlab.errors import DataUnavailable
from digitlab.numbers import count, decimal

IMAGES = 500  # on which the loss of the linear model is computed
FAR = 1e3  # an optimiser that is so far away has left the surface for good
STEPS = 120
LEFT = 0.01  # "nearly down": so much of the height at the start is left
TIE = 0.001  # heights that are closer than this count as equal
SEED = 0  # of the batches and of the random walk

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.16, 0.3, 1.0, 3.0)
MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
MOMENTUM = 0.8
BATCHES = (1, 4, 16, 64, IMAGES)
BATCH = 16

Gradient = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Surface:
    """A height (the loss) for each point of a square; `height` and `gradient` take points float (..., 2).

    `batch_gradient(point, images)`, where there is one, is the gradient at one point, computed from some of
    the IMAGES only: `images` are their indices, int (n,)."""

    title: str
    about: str
    height: Callable[[np.ndarray], np.ndarray]
    gradient: Gradient  # float (..., 2), too
    centre: tuple[float, float]
    reach: float  # from the centre to the edge
    start: tuple[float, float]
    rate: float  # the learning rate to begin with
    lowest: float  # the smallest height that there is
    detail: int = 240  # points in a row that are enough to show it
    batch_gradient: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None


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

    directions = np.stack([across, along])

    def moved(points: np.ndarray) -> np.ndarray:
        """Logits (P, N, 10) at points (P, 2)."""
        return logits + np.tensordot(points, directions, 1)

    def height(point: np.ndarray) -> np.ndarray:
        points = point.reshape(-1, 2)
        found = [logsumexp(moved(some), axis=2).mean(axis=1) for some in _blocks(points)]
        return np.concatenate(found).reshape(point.shape[:-1])

    def gradient(point: np.ndarray) -> np.ndarray:
        found = [
            np.tensordot(softmax(moved(some), axis=2), directions, ([1, 2], [1, 2])) / len(labels)
            for some in _blocks(point.reshape(-1, 2))
        ]
        return np.concatenate(found).reshape(point.shape)

    def batch_gradient(point: np.ndarray, images: np.ndarray) -> np.ndarray:
        chosen = directions[:, images]
        shares = softmax(logits[images] + np.tensordot(point, chosen, 1), axis=1)
        return np.tensordot(chosen, shares, 2) / len(images)

    lowest = minimize(height, np.zeros(2), jac=gradient).fun
    return Surface(
        "The linear model’s loss",
        f"The real loss on {len(labels):,} test digits. The trained model has 7,840 weights; here only two "
        "mixtures of them change, each drawn at random. In the middle are the trained weights.",
        height,
        gradient,
        (0.0, 0.0),
        1.2,
        (0.9, -0.95),
        0.1,
        float(lowest),
        detail=41,
        batch_gradient=batch_gradient,
    )


def _blocks(points: np.ndarray, size: int = 64) -> list[np.ndarray]:
    """Few points at a time: all at once would take 70 MB."""
    return np.array_split(points, max(1, -(-len(points) // size)))


@once(maxsize=1)
def surfaces() -> Mapping[str, Surface]:
    """By title."""
    found = (
        Surface(
            "Narrow valley",
            "Twelve times as steep across as along. A step that is right for the way along is too long for "
            "the way across: above a rate of 2/12 ≈ 0.167, gradient descent never arrives.",
            valley,
            valley_gradient,
            (0.0, 0.0),
            2.0,
            (-1.7, 0.8),
            0.16,
            0.0,
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
            0.0,
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
            0.0,
        ),
    )
    return {surface.title: surface for surface in (loss_of_linear(), *found)}


@once(maxsize=8)
def grid(surface: Surface) -> np.ndarray:
    """Heights on the square, the first row at the top: float (detail, detail)."""
    ticks = np.linspace(-surface.reach, surface.reach, surface.detail)
    x, y = np.meshgrid(surface.centre[0] + ticks, surface.centre[1] - ticks)
    return surface.height(np.stack([x, y], axis=-1))


# --- optimisers ----------------------------------------------------------------------------------------


class Path(NamedTuple):
    """The way of an optimiser."""

    points: np.ndarray  # float (steps + 1, 2)
    heights: np.ndarray  # float (steps + 1,): the loss on all images, whatever the optimiser saw of it
    gradients: np.ndarray | None  # float (steps + 1, 2): those that it followed, and the one it would follow

    @property
    def lost(self) -> bool:
        """Whether it left the surface for good."""
        return bool(np.abs(self.points[-1]).max() >= FAR)

    @property
    def turns(self) -> int:
        """How many of its steps went back: at more than a right angle to the step before."""
        steps = np.diff(self.points, axis=0)
        return int(np.count_nonzero((steps[1:] * steps[:-1]).sum(axis=1) < 0))

    def arrival(self, level: float) -> int | None:
        """After how many steps it was below that height for the first time; None if it never was."""
        below = np.flatnonzero(self.heights < level)
        return int(below[0]) if len(below) else None


Points = tuple[np.ndarray, np.ndarray]  # of the way, and the gradients there: each float (steps + 1, 2)


def descent(gradient: Gradient, start: np.ndarray, rate: float, steps: int = STEPS) -> Points:
    """Each step goes against the gradient. With the gradient of a random batch it is called SGD."""
    return momentum(gradient, start, rate, 0.0, steps)


def momentum(gradient: Gradient, start: np.ndarray, rate: float, kept: float, steps: int = STEPS) -> Points:
    """Each step keeps a share of the last one: `kept`, from 0 to 1."""
    step = np.zeros(2)

    def move(point: np.ndarray, slope: np.ndarray, n: int) -> np.ndarray:
        nonlocal step
        step = kept * step - rate * slope
        return point + step

    return _walk(gradient, start, steps, move)


def adam(gradient: Gradient, start: np.ndarray, rate: float, steps: int = STEPS) -> Points:
    """Kingma and Ba 2014, with their constants; the last one as in Keras."""
    mean, square = np.zeros(2), np.zeros(2)

    def move(point: np.ndarray, slope: np.ndarray, n: int) -> np.ndarray:
        nonlocal mean, square
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        alpha = rate * np.sqrt(1 - 0.999**n) / (1 - 0.9**n)
        return point - alpha * mean / (np.sqrt(square) + 1e-7)

    return _walk(gradient, start, steps, move)


def random_walk(
    surface: Surface, start: np.ndarray, rate: float, steps: int = STEPS, seed: int = SEED
) -> np.ndarray:
    """The simplest search: try a step in a random direction, up to `rate` of the square's width long, and
    take it if it leads down. The points of the way, float (steps + 1, 2)."""
    rng = np.random.default_rng(seed)
    points = [np.asarray(start, float)]
    lowest = surface.height(points[0])
    for _ in range(steps):
        tried = points[-1] + rng.uniform(-1, 1, 2) * min(rate, 1) * surface.reach
        height = surface.height(tried)
        points.append(tried if height < lowest else points[-1])
        lowest = min(lowest, height)
    return np.array(points)


def _walk(
    gradient: Gradient,
    start: np.ndarray,
    steps: int,
    move: Callable[[np.ndarray, np.ndarray, int], np.ndarray],
) -> Points:
    points, slopes = [np.asarray(start, float)], []
    for n in range(1, steps + 1):
        point = points[-1]
        slopes.append(gradient(point))
        gone = np.abs(point).max() >= FAR
        points.append(point if gone else np.clip(move(point, slopes[-1], n), -FAR, FAR))
    slopes.append(gradient(points[-1]))
    return np.array(points), np.array(slopes)


def batches(size: int, seed: int = SEED) -> Callable[[], np.ndarray]:
    """Each call gives the next batch: indices of images, int (size,). All images come once, in random order,
    before one comes again; what is left at the end of such an epoch and too few for a batch is left out."""
    rng = np.random.default_rng(seed)
    queue = np.array([], int)

    def following() -> np.ndarray:
        nonlocal queue
        if len(queue) < size:
            queue = rng.permutation(IMAGES)
        batch, queue = queue[:size], queue[size:]
        return batch

    return following


def seen_gradient(surface: Surface, batch: int) -> Gradient:
    """What an optimiser sees of the gradient: that of the next batch, where the surface has images and the
    batch is not all of them; else the whole gradient."""
    by_batch = surface.batch_gradient
    if by_batch is None or batch >= IMAGES:
        return surface.gradient
    following = batches(batch)
    return lambda point: by_batch(point, following())


def plain(surface: Surface, batch: int) -> str:
    """What the plainest optimiser is called: with random batches it is stochastic."""
    return "SGD" if surface.batch_gradient and batch < IMAGES else "Gradient descent"


@once(maxsize=256)
def paths(
    title: str, start: tuple[float, float], rate: float, kept: float = MOMENTUM, batch: int = IMAGES
) -> Mapping[str, Path]:
    """The ways of all optimisers on the surface of that title, by their names. All see the same batches."""
    surface = surfaces()[title]
    point = np.array(start)

    def path(points: np.ndarray, gradients: np.ndarray | None = None) -> Path:
        return Path(points, surface.height(points), gradients)

    return {
        plain(surface, batch): path(*descent(seen_gradient(surface, batch), point, rate)),
        "Momentum": path(*momentum(seen_gradient(surface, batch), point, rate, kept)),
        "Adam": path(*adam(seen_gradient(surface, batch), point, rate)),
        "Random walk": path(random_walk(surface, point, rate)),
    }


# --- what there is to say about them ---------------------------------------------------------------------


def goal(surface: Surface, start: tuple[float, float]) -> float | None:
    """The height at which an optimiser is nearly down; None where the start is as low as that."""
    above = float(surface.height(np.array(start))) - surface.lowest
    return surface.lowest + LEFT * above if LEFT * above >= TIE else None


def verdict(surface: Surface, ways: Mapping[str, Path]) -> list[str]:
    """Sentences on who was fast, who got lowest, who went zigzag and who got lost."""
    first = next(iter(ways.values()))
    level = goal(surface, (float(first.points[0, 0]), float(first.points[0, 1])))
    said = [_race(ways, level)] if level is not None else []
    said.append(_lowest(ways))
    for name, way in ways.items():
        if way.lost:
            said.append(f"{name} overshot further with every step and left the map: the rate is too high.")
        elif way.gradients is not None and way.turns > STEPS / 2:
            said.append(f"{name} zigzags: {way.turns} of its {STEPS} steps went back.")
    return said


def _race(ways: Mapping[str, Path], level: float) -> str:
    arrivals: dict[int, list[str]] = {}
    never = []
    for name, way in ways.items():
        steps = way.arrival(level)
        never.append(name) if steps is None else arrivals.setdefault(steps, []).append(name)
    told = [f"{_and(names)} after {count(steps, 'step')}" for steps, names in sorted(arrivals.items())]
    told += [f"{_and(never)} not in {STEPS} steps"] if never else []
    return f"First below {decimal(level, 3)} (99 % of the way down): {'; '.join(told)}."


def _lowest(ways: Mapping[str, Path]) -> str:
    ends = {name: float(way.heights[-1]) for name, way in ways.items()}
    least = min(ends.values())
    best = [name for name, end in ends.items() if end - least < TIE]
    at = f"below {TIE:g}" if least < TIE else f"at {decimal(least, 3)}"
    tie = f" It’s a tie: they are less than {TIE:g} apart." if len(best) > 1 else ""
    return f"After {STEPS} steps, lowest: {_and(best)}, {at}.{tie}"


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@once(maxsize=256)
def noise(title: str, start: tuple[float, float], batch: int) -> float | None:
    """How far the gradient of a batch points away from that of all images, at a point: the mean angle over
    200 random batches, in degrees. None where there are no batches."""
    surface = surfaces()[title]
    by_batch = surface.batch_gradient
    if by_batch is None or batch >= IMAGES:
        return None
    point, following = np.array(start), batches(batch)
    whole = surface.gradient(point)
    some = np.array([by_batch(point, following()) for _ in range(200)])
    cosine = some @ whole / (np.linalg.norm(some, axis=1) * np.linalg.norm(whole) + 1e-12)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean())


# --- as code ---------------------------------------------------------------------------------------------


def code(title: str, start: tuple[float, float], rate: float, kept: float, batch: int) -> str:
    """Plain Python that walks as Momentum does on the page, and prints where it comes to."""
    return f"""\
import numpy as np

from digitlab.inside import optimisation

surface = optimisation.surfaces()["{title}"]
gradient = optimisation.seen_gradient(surface, batch={batch})
point, step = np.array([{start[0]}, {start[1]}]), np.zeros(2)
path = [point]
for n in range({STEPS}):
    step = {kept:g} * step - {rate:g} * gradient(point)  # momentum 0: plain gradient descent
    point = point + step
    path.append(point)
path = np.array(path)
for n in range(0, {STEPS} + 1, 10):
    print(f"step {{n:3}}: at {{path[n].round(3)}}, height {{surface.height(path[n]):.4f}}")
"""
