"""Mistakes of a model on a data set: the matrix, the digits behind it, what can be taken away."""

import csv
import io
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitlab import data, evaluation, inference
from digitlab.evaluation import Evaluation, reports
from digitlab.evaluation.handwriting import Handwriting, handwriting
from digitlab.evaluation.label_errors import DOUBTS
from digitlab.evaluation.mistakes import ORDERS, Filter, select
from digitlab.metrics import per_class
from digitlab.strokes import Stroke, render

ROOT = Path(__file__).parents[2]
MODELS = inference.names()


@st.composite
def evaluations(draw: st.DrawFn, labels: int = 9) -> Evaluation:
    """A random model on a random data set."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(1, 200))
    probabilities = rng.dirichlet(np.full(10, 0.3), count).astype(np.float32)
    return Evaluation(rng.integers(0, labels + 1, count).astype(np.uint8), probabilities)


@given(evaluations())
@settings(deadline=None)
def test_numbers_are_scikit_learns(result: Evaluation) -> None:
    expected = sklearn.metrics.confusion_matrix(result.labels, result.answers, labels=range(10))
    assert np.array_equal(result.matrix, expected)
    figures = per_class(result.labels, result.answers)
    for average, ours in (("precision", figures.precision), ("recall", figures.recall), ("f1", figures.f1)):
        function = getattr(sklearn.metrics, f"{average}_score")
        theirs = function(result.labels, result.answers, labels=range(10), average=None, zero_division=0)
        assert np.allclose(ours, theirs)
    assert result.right.mean() == sklearn.metrics.accuracy_score(result.labels, result.answers)


@given(evaluations(labels=data.NO_DIGIT))
@settings(deadline=None)
def test_every_picture_is_in_one_cell(result: Evaluation) -> None:
    cells = [result.cell(label, answer) for label in range(11) for answer in range(10)]
    assert sorted(np.concatenate(cells)) == list(range(len(result.labels)))
    assert result.matrix.sum() == len(result.labels)
    assert np.isinf(result.loss[result.labels == data.NO_DIGIT]).all()


@pytest.mark.parametrize("name", MODELS)
def test_committed_predictions_give_the_cards_accuracy(name: str) -> None:
    result = evaluation.evaluate(name, "mnist")
    assert len(result.labels) == 10_000
    assert result.right.mean() == pytest.approx(inference.load(name).card["test_accuracy"], abs=1e-5)


def test_committed_labels_are_mnists(mnist_test: data.Dataset) -> None:
    for name in MODELS:
        assert np.array_equal(evaluation.evaluate(name, "mnist").labels, mnist_test.labels)
    for index, doubt in DOUBTS.items():
        assert doubt.other != mnist_test.labels[index]
        assert doubt.for_label <= 2
        assert doubt.for_label + doubt.for_other + doubt.for_neither == 5


def test_other_data_sets_are_answered_on_the_spot() -> None:
    result = evaluation.evaluate("cnn", "digits")
    assert len(result.labels) == 1797
    assert result.right.mean() > 0.85
    scribbles = evaluation.evaluate("cnn", "scribbles")
    assert scribbles.matrix.shape == (11, 10)
    assert not scribbles.right.any()


def test_without_mnist_there_are_no_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))
    assert evaluation.pictures("mnist") is None
    assert evaluation.pictures("digits") is not None


# --- browsing ---------------------------------------------------------------------------------------


@given(
    evaluations(),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.none() | st.booleans(),
    st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).map(tuple),
    st.sampled_from(ORDERS),
)
@settings(deadline=None)
def test_filters_and_orders(
    result: Evaluation,
    label: int | None,
    answer: int | None,
    right: bool | None,
    confidence: tuple[float, float],
    order: str,
) -> None:
    chosen = select(result, Filter(label, answer, right, confidence), order)
    assert len(set(chosen)) == len(chosen)
    wanted = {
        i
        for i in range(len(result.labels))
        if (label is None or result.labels[i] == label)
        and (answer is None or result.answers[i] == answer)
        and (right is None or result.right[i] == right)
        and confidence[0] <= result.confidence[i] <= confidence[1]
    }
    assert set(chosen) == wanted
    match order:
        case "largest loss":
            assert (np.diff(result.loss[chosen]) <= 0).all()
        case "most confidently wrong":
            wrong = ~result.right[chosen]
            assert (np.diff(wrong.astype(int)) <= 0).all()
            assert (np.diff(result.confidence[chosen][wrong]) <= 0).all()
            assert (np.diff(result.confidence[chosen][~wrong]) >= 0).all()
        case _:
            assert (np.diff(chosen) > 0).all()


def test_filter_by_handwriting() -> None:
    result = Evaluation(np.zeros(4, np.uint8), np.full((4, 10), 0.1, np.float32))
    written = Handwriting(np.array([1, 2, 3, 4.0]), np.array([-20, 0, 5, 30.0]), *np.zeros((2, 4)))
    chosen = select(result, Filter(handwriting={"pen": (2, 4), "slant": (-5, 10)}), ORDERS[2], written)
    assert chosen.tolist() == [1, 2]


def test_handwriting_is_measured() -> None:
    def line(lean: float, pen: float) -> np.ndarray:
        return 255 - render([Stroke([(14 - lean, 24), (14 + lean, 4)], pen)], size=28)

    written = handwriting(
        np.stack([line(0, 2), line(6, 2), line(-6, 2), line(0, 5), np.zeros((28, 28), np.uint8)])
    )
    assert abs(written.slant[0]) < 3
    assert written.slant[1] == pytest.approx(31, abs=5)
    assert written.slant[2] == pytest.approx(-31, abs=5)
    assert written.pen[3] > written.pen[0] + 1.5
    assert written.height[0] == pytest.approx(22, abs=2)
    assert [feature[4] for feature in written] == [0, 0, 0, 0]


# --- to take away ------------------------------------------------------------------------------------


@given(evaluations())
@settings(deadline=None, max_examples=25)
def test_tables_hold_what_they_say(result: Evaluation) -> None:
    errors = list(csv.DictReader(io.StringIO(reports.errors_csv(result))))
    assert [int(line["index"]) for line in errors] == np.flatnonzero(~result.right).tolist()
    assert all(line["label"] != line["answer"] for line in errors)
    figures = list(csv.DictReader(io.StringIO(reports.metrics_csv(result))))
    assert len(figures) == 11
    assert float(figures[10]["f1"]) == pytest.approx(result.right.mean(), abs=1e-6)
    assert sum(int(line["pictures"]) for line in figures[:10]) == len(result.labels)


def test_drawings_and_report() -> None:
    result, card = evaluation.evaluate("linear", "mnist"), inference.load("linear").card
    svg = ElementTree.fromstring(reports.matrix_svg(result, "Linear <on> MNIST"))
    texts = [element.text for element in svg.iter() if element.tag.endswith("text")]
    assert "Linear <on> MNIST" in texts
    assert texts.count(str(result.matrix[9, 4])) >= 1
    with Image.open(io.BytesIO(reports.matrix_png(result, "Linear"))) as image:
        assert image.format == "PNG"
        assert image.width > 900
    page = reports.report_html(result, card, "mnist")
    assert f"{card['test_accuracy']:.2%}" in page
    assert "<script" not in page
    assert "http://www.w3.org/2000/svg" in page.replace("https://", "loaded://")
    assert "loaded://" not in page.replace("https://", "loaded://"), "nothing comes from elsewhere"


def test_the_code_that_is_shown_gives_the_same_numbers() -> None:
    from pages.evaluation.mistakes.downloads import CODE

    code = CODE.format(name="linear")
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    result = evaluation.evaluate("linear", "mnist")
    numbers = [int(n) for n in shown.stdout.split("precision")[0].replace("[", " ").replace("]", " ").split()]
    assert np.array_equal(np.array(numbers).reshape(10, 10), result.matrix)
    assert float(shown.stdout.split()[-1]) == result.right.mean()
