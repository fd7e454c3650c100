"""The page about optimisation, without a browser."""

import pytest

from digitlab.inside import optimisation
from pages.inside.optimisation import page
from pages.inside.optimisation.descent_map import place
from tests.apptest import open_page

REAL = optimisation.loss_of_linear().title


def texts(test) -> str:  # noqa: ANN001 - an AppTest
    return "\n".join(element.value for element in test.markdown)


def test_fresh_it_shows_sgd_with_batches_and_its_verdict() -> None:
    test = open_page("optimisation")
    assert not test.exception
    surface = optimisation.surfaces()[REAL]
    ways = optimisation.paths(REAL, surface.start, surface.rate, batch=optimisation.BATCH)
    for sentence in optimisation.verdict(surface, ways):
        assert sentence in texts(test)
    assert "Each step looks at 16 random digits only" in texts(test)
    assert "SGD" in texts(test)


def test_the_valley_begins_with_the_rate_of_its_zigzag_and_has_no_batches() -> None:
    test = open_page("optimisation", {"surface": "Narrow valley"})
    assert not test.exception
    assert "Gradient descent zigzags" in texts(test)
    assert not [slider for slider in test.select_slider if slider.key == "batch"]
    test = open_page("optimisation", {"surface": "Narrow valley", "rate": "1"})
    assert "the rate is too high" in texts(test)


def test_another_surface_begins_with_its_own_rate_and_start() -> None:
    test = open_page("optimisation", {"start": "0.3,0.3"})
    test.button_group(key="surface").set_value("Narrow valley").run()
    assert not test.exception
    assert test.select_slider(key="rate").value == optimisation.surfaces()["Narrow valley"].rate
    assert "start" not in test.query_params


def test_nonsense_in_the_link_is_dropped() -> None:
    nonsense = {"surface": "x", "rate": "y", "start": "9999,a", "batch": "-1", "momentum": "inf", "view": "z"}
    test = open_page("optimisation", nonsense | {"log": "7"})
    assert not test.exception
    assert "First below" in texts(test)


def test_without_mnist_the_loss_is_that_of_other_people_s_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = (optimisation.loss_of_linear, optimisation.surfaces, optimisation.paths, optimisation.noise)
    monkeypatch.setenv("MNIST_NPZ", "/nowhere.npz")
    for function in kept:
        function.cache_clear()
    try:
        test = open_page("optimisation")
        assert not test.exception
        assert "First below" in texts(test)
        surface = optimisation.loss_of_linear()
        assert surface.lowest == pytest.approx(optimisation.grid(surface).min(), abs=0.01)
    finally:
        for function in kept:
            function.cache_clear()


def test_in_three_dimensions() -> None:
    test = open_page("optimisation", {"view": "In 3-D", "log": "true"})
    assert not test.exception
    assert "Drag to turn it" in texts(test)


def test_what_is_said_of_batches() -> None:
    start = optimisation.loss_of_linear().start
    noise = optimisation.noise(REAL, start, 4)
    assert "4 random digits only, its *batch*: that is the S, for stochastic, of SGD" in page.about_batches(
        REAL, start, 4
    )
    assert f"off by {noise:.0f}° on average" in page.about_batches(REAL, start, 4)
    assert "all 500 digits" in page.about_batches(REAL, start, optimisation.IMAGES)
    assert "no digits here" in page.about_batches("Banana", (0.0, 0.0), 4)


@pytest.mark.parametrize(
    "value", [None, 7, True, "1,2", [], [1], [1, 2, 3], [True, 1], [1, None], [float("nan"), 0], ["1", "2"]]
)
def test_what_is_no_point_is_not_taken_for_one(value: object) -> None:
    assert place(value, optimisation.surfaces()["Banana"]) is None


def test_a_point_comes_to_the_surface() -> None:
    banana = optimisation.surfaces()["Banana"]
    assert place([1, 1.5], banana) == (1.0, 1.5)
    assert place([1e300, -99], banana) == (2.0, -1.0)
