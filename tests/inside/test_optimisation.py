"""Optimisers walk as Keras' do, on surfaces whose slopes are right, and what is said of them is so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import data, inference
from digitlab.inside import optimisation, vectorised
from digitlab.inside.optimisation import IMAGES, RATES, STEPS
from tests.shell import Shell

TITLES = list(optimisation.surfaces())
FAMOUS = [title for title in TITLES if optimisation.surfaces()[title].batch_gradient is None]
REAL = optimisation.loss_of_linear().title
SHARE = st.floats(-1, 1)


@pytest.mark.parametrize("title", TITLES)
@given(SHARE, SHARE)
@settings(max_examples=25, deadline=None)
def test_a_gradient_is_the_slope(title: str, x: float, y: float) -> None:
    surface = optimisation.surfaces()[title]
    point = np.array(surface.centre) + surface.reach * np.array([x, y])
    tiny = 1e-5 * np.eye(2)
    slope = (surface.height(point + tiny) - surface.height(point - tiny)) / 2e-5
    assert np.allclose(surface.gradient(point), slope, atol=1e-4, rtol=1e-4)
    assert np.allclose(surface.gradient(np.stack([point, point - tiny[0]]))[0], slope, atol=1e-4, rtol=1e-4)


def test_the_gradients_of_all_batches_of_an_epoch_make_the_whole_gradient() -> None:
    surface = optimisation.loss_of_linear()
    point, following = np.array(surface.start), optimisation.batches(50)
    epoch = [following() for _ in range(IMAGES // 50)]
    assert sorted(np.concatenate(epoch)) == list(range(IMAGES)), "each image once"
    found = [surface.batch_gradient(point, batch) for batch in epoch]
    assert np.allclose(np.mean(found, axis=0), surface.gradient(point))
    assert np.std(found, axis=0).min() > 0.01, "they are noisy"


def test_small_batches_are_noisier_and_never_settle() -> None:
    surface = optimisation.loss_of_linear()
    angles = [optimisation.noise(REAL, surface.start, batch) for batch in optimisation.BATCHES]
    assert angles[-1] is None
    assert angles[:-1] == sorted(angles[:-1], reverse=True)
    wobble = []
    for batch in optimisation.BATCHES:
        ways = optimisation.paths(REAL, surface.start, 0.1, batch=batch)
        assert next(iter(ways)) == ("SGD" if batch < IMAGES else "Gradient descent")
        wobble.append(np.ptp(next(iter(ways.values())).points[-20:], axis=0).max())
    assert wobble[0] > 5 * wobble[-1]
    for title in FAMOUS:
        assert optimisation.noise(title, (0.0, 0.0), 1) is None
        assert "SGD" not in optimisation.paths(title, optimisation.surfaces()[title].start, 0.1, batch=1)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("name", ["Gradient descent", "Momentum", "Adam"])
def test_the_way_is_keras(title: str, name: str) -> None:
    keras = pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")
    surface = optimisation.surfaces()[title]
    optimizer = {
        "Gradient descent": keras.optimizers.SGD(0.05),
        "Momentum": keras.optimizers.SGD(0.05, momentum=0.9),
        "Adam": keras.optimizers.Adam(0.05),
    }[name]
    place = keras.Variable(np.array(surface.start), dtype="float64")
    path = optimisation.paths(title, surface.start, 0.05, 0.9)[name]
    for expected in path.points[1:21]:
        slope = surface.gradient(keras.ops.convert_to_numpy(place))
        optimizer.apply([keras.ops.convert_to_tensor(slope, "float64")], [place])
        # Keras keeps rates and powers of Adam's constants as float32
        assert np.allclose(keras.ops.convert_to_numpy(place), expected, atol=2e-5)
    assert np.allclose(path.gradients, surface.gradient(path.points))
    assert np.allclose(path.heights, surface.height(path.points))


def test_all_get_down_with_the_suggested_rate() -> None:
    for title, surface in optimisation.surfaces().items():
        for batch in (IMAGES, optimisation.BATCH):
            for way in optimisation.paths(title, surface.start, surface.rate, batch=batch).values():
                heights = way.heights - surface.lowest
                assert heights[-1] < 0.5 * heights[0]
                assert heights.min() > -1e-6, "nothing is lower than the lowest point"


@given(SHARE, SHARE, st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_a_random_walk_never_goes_up(x: float, y: float, seed: int) -> None:
    surface = optimisation.surfaces()["Four valleys"]
    path = optimisation.random_walk(surface, surface.reach * np.array([x, y]), 0.1, 40, seed)
    assert (np.diff(surface.height(path)) <= 0).all()


@pytest.mark.parametrize("name", ["Gradient descent", "Momentum"])
def test_far_too_long_steps_end_far_away_and_stay_finite(name: str) -> None:
    way = optimisation.paths("Narrow valley", (-1.7, 0.8), 3.0)[name]
    assert np.isfinite(way.points).all()
    assert np.abs(way.points[-1]).max() == optimisation.FAR
    assert way.lost


def test_the_loss_in_the_middle_is_the_models() -> None:
    surface = optimisation.loss_of_linear()
    try:
        images, labels = data.load("mnist", "test")
    except data.DataUnavailable:
        images, labels = data.load("digits", "test")
    answers = inference.load("linear").predict(images[:IMAGES] / np.float32(255))
    loss = -np.log(answers[np.arange(IMAGES), labels[:IMAGES]]).mean()
    assert np.isclose(surface.height(np.zeros(2)), loss, atol=1e-4)


# --- what the page says ----------------------------------------------------------------------------------


def test_the_narrow_valley_shows_its_zigzag_and_momentum_helps() -> None:
    surface = optimisation.surfaces()["Narrow valley"]
    ways = optimisation.paths(surface.title, surface.start, surface.rate)
    descent = ways["Gradient descent"]
    assert np.abs(np.diff(np.sign(descent.points[:20, 1]))).min() == 2, "from side to side with every step"
    assert "Gradient descent zigzags: 119 of its 120 steps went back." in optimisation.verdict(surface, ways)
    level = optimisation.goal(surface, surface.start)
    assert ways["Momentum"].arrival(level) < descent.arrival(level)


def test_too_much_momentum_rolls_past_the_goal() -> None:
    surface = optimisation.surfaces()["Narrow valley"]
    level = optimisation.goal(surface, surface.start)

    def arrival(kept: float) -> float:
        steps = optimisation.paths(surface.title, surface.start, surface.rate, kept)["Momentum"].arrival(
            level
        )
        return np.inf if steps is None else steps

    assert arrival(0.5) < arrival(0.8) < arrival(0.0) < arrival(0.99)


@pytest.mark.parametrize("rate", RATES)
def test_the_valley_s_highest_rate(rate: float) -> None:
    surface = optimisation.surfaces()["Narrow valley"]
    way = optimisation.paths(surface.title, surface.start, rate)["Gradient descent"]
    assert (way.heights[-1] < way.heights[0]) == (rate < 2 / 12)
    assert way.lost == (rate > 2 / 12)


@pytest.mark.parametrize(
    ("title", "batch"), [*((title, IMAGES) for title in TITLES), (REAL, optimisation.BATCH), (REAL, 1)]
)
@pytest.mark.parametrize("rate", RATES)
def test_every_sentence_is_so(title: str, batch: int, rate: float) -> None:
    surface = optimisation.surfaces()[title]
    ways = optimisation.paths(title, surface.start, rate, 0.8, batch)
    race, lowest, *others = optimisation.verdict(surface, ways)
    start = surface.height(np.array(surface.start))
    level = surface.lowest + (start - surface.lowest) / 100
    assert race.startswith(f"First below {level:.3f} (99 % of the way down): ")
    for name, way in ways.items():
        below = [n for n, height in enumerate(surface.height(way.points)) if height < level]
        steps = f"after {below[0]} step" if below else f"not in {STEPS} steps"
        (told,) = [part for part in race.split(": ", 1)[1].split("; ") if name in part]
        assert steps in told
    ends = {name: surface.height(way.points[-1]) for name, way in ways.items()}
    best = {name for name, end in ends.items() if end - min(ends.values()) < 0.001}
    assert {name for name in ways if name in lowest} == best
    assert ("tie" in lowest) == (len(best) > 1)
    assert "0.000" not in lowest.replace("0.0001", "")
    for name, way in ways.items():
        gone = np.abs(way.points[-1]).max() >= optimisation.FAR
        steps = np.diff(way.points, axis=0)
        back = sum(float(a @ b) < 0 for a, b in zip(steps[1:], steps[:-1], strict=True))
        assert (
            f"{name} overshot further with every step and left the map: the rate is too high." in others
        ) == gone
        zigzag = f"{name} zigzags: {back} of its {STEPS} steps went back."
        assert (zigzag in others) == (back > STEPS / 2 and not gone and name != "Random walk")


def test_who_starts_at_the_bottom_has_won_no_race() -> None:
    surface = optimisation.surfaces()["Narrow valley"]
    ways = optimisation.paths(surface.title, (0.0, 0.0), 0.1)
    assert optimisation.verdict(surface, ways) == [
        f"After {STEPS} steps, lowest: Gradient descent, Momentum, Adam and Random walk, below 0.001. It’s a "
        "tie: they are less than 0.001 apart."
    ]


@pytest.mark.parametrize(("title", "batch"), [("Banana", IMAGES), (REAL, 4)])
def test_the_code_walks_as_shown(title: str, batch: int, shell: Shell) -> None:
    surface = optimisation.surfaces()[title]
    code = optimisation.code(title, surface.start, 0.1, 0.5, batch)
    wanted = optimisation.paths(title, surface.start, 0.1, 0.5, batch)["Momentum"].points
    assert np.allclose(shell(code)["path"], wanted)


def test_loops_and_arrays_give_the_same_sums(shell: Shell) -> None:
    rng = np.random.default_rng(0)
    pictures, weights, biases = rng.random((3, 784)), rng.standard_normal((784, 10)), rng.random(10)
    timing = vectorised.measure(pictures, weights, biases)
    assert timing.difference < 1e-9
    found = shell(vectorised.code())
    assert np.allclose(found["fast"], found["pictures"] @ found["weights"] + found["biases"])
