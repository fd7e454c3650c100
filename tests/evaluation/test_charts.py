"""The evaluation pages' figures say what the library counts."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from digitlab import inference, metrics
from digitlab.evaluation import charts, confidence
from digitlab.evaluation.confidence import BINS
from digitlab.evaluation.one_digit import THRESHOLDS, one_vs_rest


def trace(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.name == name)


def axes(figure: go.Figure) -> tuple[str, str]:
    return figure.layout.xaxis.title.text, figure.layout.yaxis.title.text


@pytest.mark.parametrize("threshold", [*THRESHOLDS, 0.5])
@pytest.mark.parametrize("model", ["linear", "cnn"])
def test_the_choice_is_where_it_can_be_seen_and_says_its_numbers(model: str, threshold: float) -> None:
    counts = one_vs_rest(model, "mnist", 8).counts(threshold)
    figures = (
        (charts.roc(model, "mnist", 8, threshold), counts.false_positive_rate, counts.recall),
        (charts.precision_recall(model, "mnist", 8, threshold), counts.recall, counts.precision),
    )
    for figure, x, y in figures:
        point = trace(figure, "your choice")
        assert (point.x[0], point.y[0]) == (x, y)
        assert list(point.customdata[0]) == [threshold, counts.tp, counts.fn, counts.fp]
        for value, axis in ((x, figure.layout.xaxis), (y, figure.layout.yaxis)):
            assert axis.range[0] <= value <= axis.range[1]
        assert any("an 8" in title or "says 8" in title for title in axes(figure))
        assert figure.layout.dragmode is False  # a finger scrolls


@pytest.mark.parametrize("draw", [charts.roc, charts.precision_recall])
def test_under_the_pointer_stands_what_each_threshold_gives(draw: object) -> None:
    curve = trace(draw("linear", "mnist", 3, 0.5), "model")
    task = one_vs_rest("linear", "mnist", 3)
    for threshold, found, missed, taken in np.asarray(curve.customdata, float)[1:]:
        counts = task.counts(np.float32(threshold))
        assert (found, missed, taken) == (counts.tp, counts.fn, counts.fp)


def test_figures_are_drawn_once_and_a_visitors_choice_is_added_to_a_copy() -> None:
    shared = charts._roc("cnn", "mnist", 4)
    traces = len(shared.data)
    assert len(charts.roc("cnn", "mnist", 4, 0.3).data) == traces + 1
    assert len(charts.roc("cnn", "mnist", 4, 0.9).data) == traces + 1
    assert charts._roc("cnn", "mnist", 4) is shared
    assert len(shared.data) == traces
    assert charts.reliability("cnn", "mnist", False) is charts.reliability("cnn", "mnist", False)


@pytest.mark.parametrize("refuse", [False, True])
@pytest.mark.parametrize("threshold", confidence.THRESHOLDS)
def test_the_curve_of_coverage_goes_through_the_choice(threshold: float, refuse: bool) -> None:
    here = confidence.selection("cnn", "mnist", threshold / 100, refuse)
    figure = charts.coverage("cnn", "mnist", refuse, here)
    point = trace(figure, "your choice")
    assert (point.x[0], point.y[0]) == (here.coverage, here.accuracy)
    assert point.customdata[0][1] == here.wrong
    curve = trace(figure, "the least sure are left out")
    nearest = np.abs(np.asarray(curve.x) - here.coverage).argmin()
    assert curve.y[nearest] == pytest.approx(here.accuracy, abs=5e-4)
    answered, wrong, right = np.asarray(curve.customdata, float).T
    assert wrong == pytest.approx(np.round(answered * 100 * (1 - right / 100)), abs=0.6)


def test_who_answers_nothing_has_no_point() -> None:
    nothing = metrics.Selection(0, 0, 44, 9956)
    assert "your choice" not in [t.name for t in charts.coverage("cnn", "mnist", False, nothing).data]


@pytest.mark.parametrize("refuse", [False, True])
def test_bars_counts_and_whiskers_are_the_librarys(refuse: bool) -> None:
    bins = charts.bins("linear", "mnist", refuse)
    filled = bins.right + bins.wrong > 0
    bars, counts, ideal = charts.reliability("linear", "mnist", refuse).data
    assert list(bars.y) == pytest.approx(bins.accuracy[filled])
    low, high = bins.interval[filled].T
    assert np.array(bars.y) - bars.error_y.arrayminus == pytest.approx(low)
    assert np.array(bars.y) + bars.error_y.array == pytest.approx(high)
    assert [len(counts.text), list(ideal.x), list(ideal.y)] == [filled.sum(), [0, 1], [0, 1]]


def test_heights_of_the_histogram_are_read_off_an_axis_that_says_what_they_mean() -> None:
    bins = charts.bins("linear", "mnist", False)
    figure = charts.confidences("linear", "mnist", False, 0.9)
    right, wrong = trace(figure, "right"), trace(figure, "wrong")
    assert 10 ** np.array(right.y) - 1 == pytest.approx(bins.right)
    assert 10 ** -np.array(wrong.y) - 1 == pytest.approx(bins.wrong)
    axis = figure.layout.yaxis
    for place, label in zip(axis.tickvals, axis.ticktext, strict=True):
        assert 10 ** abs(place) - 1 == pytest.approx(int(label.replace(",", "")))
    assert min(wrong.y) >= axis.range[0]
    assert max(right.y) <= axis.range[1]
    assert list(trace(figure, "your choice").x) == [0.9, 0.9]


def test_right_is_blue_and_wrong_is_orange() -> None:
    figure = charts.confidences("linear", "mnist", False, 0.9)
    assert trace(figure, "right").marker.color == "#3b82f6"
    assert trace(figure, "wrong").marker.color == "#ea8a1e"


def test_refusing_what_is_no_digit_changes_every_figure_and_the_calibration() -> None:
    def drawn(refuse: bool) -> list[go.Figure]:
        here = confidence.selection("linear", "mnist", 0.9, refuse)
        return [
            charts.coverage("linear", "mnist", refuse, here),
            charts.reliability("linear", "mnist", refuse),
            charts.confidences("linear", "mnist", refuse, 0.9),
        ]

    for without, with_detector in zip(drawn(False), drawn(True), strict=True):
        assert without.to_json() != with_detector.to_json()
    errors = [confidence.calibration_error("linear", "mnist", refuse) for refuse in (False, True)]
    assert errors[0] != errors[1]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["digits", "scribbles"])
@pytest.mark.parametrize("refuse", [False, True])
def test_no_number_in_a_figure_is_infinite_or_none(dataset: str, refuse: bool) -> None:
    figures = [charts.confidences("cnn", dataset, refuse, 0.9999)]
    if dataset == "digits":
        here = confidence.selection("cnn", dataset, 0.9999, refuse)
        figures += [charts.coverage("cnn", dataset, refuse, here), charts.reliability("cnn", dataset, refuse)]
    for figure in figures:
        json.dumps(json.loads(figure.to_json()), allow_nan=False)
        assert all(axes(figure))


def test_figures_of_nothing_stand() -> None:
    none = metrics.reliability(np.zeros((0, 10)), np.zeros(0, int), BINS)
    for figure in (charts.reliability_of(none), charts.confidences_of(none)):
        assert all(axes(figure))


def test_all_models_have_figures() -> None:
    for name in inference.names():
        assert charts.roc(name, "mnist", 0, 0.5).data
