"""The figures of the chapter: what they show, and that a plot never collapses."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from digitlab.training import charts, histories
from digitlab.training.local_queue import LocalRun as Run
from digitlab.training.settings import Settings

NAMES = tuple(histories.histories())
LEGEND_ROW = 19  # pixels, of Plotly's legend at its size of letters


def lines(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("measure", charts.MEASURES)
def test_curves_hold_each_epoch_of_each_model(measure: str) -> None:
    figure = lines(charts.curves(NAMES, measure, training=True, log=False))
    assert len(figure) == 2 * len(NAMES)
    for history in histories.histories().values():
        line = figure[history.title]
        assert list(line.x) == list(range(1, history.epochs + 1))
        assert list(line.y) == getattr(history, charts.MEASURES[measure].validation)
        assert list(figure[f"{history.title}, training"].y) == getattr(
            history, charts.MEASURES[measure].training
        )


def test_no_two_models_look_alike_and_none_changes_its_look() -> None:
    figure = lines(charts.curves(NAMES, "Loss", training=False, log=False))
    looks = {name: (trace.line.color, trace.marker.symbol) for name, trace in figure.items()}
    assert len({colour for colour, _ in looks.values()}) == len(NAMES)
    assert len({symbol for _, symbol in looks.values()}) == len(NAMES)
    alone = lines(charts.curves((NAMES[-1],), "Loss", training=False, log=False))
    ((title, trace),) = alone.items()
    assert (trace.line.color, trace.marker.symbol) == looks[title]


def test_one_press_in_the_legend_hides_both_lines_of_a_model() -> None:
    figure = charts.curves(NAMES, "Accuracy", training=True, log=False)
    groups: dict[str, list[bool | None]] = {}
    for trace in figure.data:
        groups.setdefault(trace.legendgroup, []).append(trace.showlegend)
    assert all(sorted(map(bool, shown)) == [False, True] for shown in groups.values())


def test_logarithmic_axes_show_the_error() -> None:
    figure = charts.curves(NAMES, "Accuracy", training=False, log=True)
    cnn = histories.histories()["cnn"]
    assert np.allclose(lines(figure)[cnn.title].y, 1 - np.array(cnn.validation_accuracy))
    assert figure.layout.yaxis.type == figure.layout.xaxis.type == "log"
    assert "misread" in figure.layout.yaxis.title.text


def test_gaps_are_the_difference_at_the_end() -> None:
    (bars,) = charts.gaps(NAMES).data
    shown = dict(zip(bars.y, bars.x, strict=True))
    for history in histories.histories().values():
        gap = history.accuracy[-1] - history.validation_accuracy[-1]
        assert shown[history.title] == pytest.approx(100 * gap)


def test_the_moment_is_marked_in_a_copy() -> None:
    figure = charts.replay("cnn")
    assert charts.replay("cnn") is figure, "built once"
    marked = charts.marked(figure, 2.5)
    assert marked.layout.shapes[0].x0 == marked.layout.shapes[0].x1 == 2.5
    assert not figure.layout.shapes


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run("me", 1, Settings("dense", "adam", 0.003, 32, 3, 500))
    run.trainer = SimpleNamespace(folder=tmp_path)  # type: ignore[assignment]
    progress = {
        "step": 24,
        "steps": 48,
        "steps_per_epoch": 16,
        "history": {"accuracy": [0.5], "val_accuracy": [0.6], "loss": [2.0], "val_loss": [1.5]},
        "curve": {"step": [8, 16, 24], "accuracy": [0.3, 0.7, 0.8], "loss": [3.0, 1.0, 0.5]},
    }
    (tmp_path / "progress.json").write_text(json.dumps(progress), "utf-8")
    return run


def test_a_run_is_shown_step_by_step_and_epoch_by_epoch(run: Run) -> None:
    solid, dotted = charts.runs([run], "Accuracy").data
    assert (list(solid.x), list(solid.y)) == ([1], [0.6])
    assert (list(dotted.x), list(dotted.y)) == ([0.5, 1.0, 1.5], [0.3, 0.7, 0.8])
    solid, dotted = charts.runs([run], "Loss").data
    assert (list(solid.y), list(dotted.y)) == ([1.5], [3.0, 1.0, 0.5])


def test_a_run_that_has_not_begun_is_an_empty_line() -> None:
    solid, dotted = charts.runs([Run("me", 1, Settings("dense", "adam", 0.003, 32, 3, 500))], "Loss").data
    assert len(solid.y) == len(dotted.y) == 0


@pytest.mark.parametrize("count", [1, 3, 5])
def test_the_plot_keeps_its_height_however_many_runs_there_are(run: Run, count: int) -> None:
    figure = charts.runs([run] * count, "Accuracy")
    rows = sum(trace.showlegend is not False for trace in figure.data)
    assert figure.layout.height - LEGEND_ROW * rows >= charts.PLOT
