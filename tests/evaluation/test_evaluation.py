"""Mistakes of a model on a data set: the matrix, the digits behind it, what can be taken away."""

import csv
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitlab import data, evaluation, inference
from digitlab.evaluation import Evaluation, label_errors, reports
from digitlab.evaluation.handwriting import Handwriting, handwriting
from digitlab.evaluation.label_errors import DOUBTS
from digitlab.evaluation.mistakes import ORDERS, Filter, code_of_matrix, select
from digitlab.evaluation.slices import slices
from digitlab.metrics import per_class
from digitlab.numbers import percent
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


@pytest.mark.slow
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
    errors = list(csv.DictReader(io.StringIO(reports.mistakes_csv(result))))
    assert [int(line["index"]) for line in errors] == np.flatnonzero(~result.right).tolist()
    assert all(line["label"] != line["answer"] for line in errors)
    answers = list(csv.DictReader(io.StringIO(reports.answers_csv(result))))
    assert [int(line["answer"]) for line in answers] == result.answers.tolist()
    shares = [[float(line[f"p{digit}"]) for digit in range(10)] for line in answers]
    assert np.allclose(shares, result.probabilities, atol=1e-6)
    figures = list(csv.DictReader(io.StringIO(reports.metrics_csv(result))))
    assert len(figures) == 11
    assert float(figures[10]["f1"]) == pytest.approx(result.right.mean(), abs=1e-6)
    assert sum(int(line["pictures"]) for line in figures[:10]) == len(result.labels)


def test_answers_of_a_file_carry_the_names_of_its_pictures() -> None:
    result = Evaluation(np.array([3, 4], np.uint8), np.eye(10, dtype=np.float32)[[3, 9]])
    lines = list(csv.DictReader(io.StringIO(reports.answers_csv(result, ["3/a.png", "=cmd()/4/b.png"]))))
    assert [line["picture"] for line in lines] == ["3/a.png", "'=cmd()/4/b.png"], "no formula"
    lines = list(csv.DictReader(io.StringIO(reports.mistakes_csv(result, ["3/a.png", "4/b.png"]))))
    assert [(line["picture"], line["label"], line["answer"]) for line in lines] == [("4/b.png", "4", "9")]


def texts_of(svg: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")]


def test_drawings_and_report() -> None:
    result, card = evaluation.evaluate("linear", "mnist"), inference.load("linear").card
    texts = texts_of(reports.matrix_svg(result, "Linear <on> MNIST"))
    assert "Linear <on> MNIST" in texts
    assert {"Read as", "What it is"} <= set(texts), "the axes have names"
    assert texts.count(str(result.matrix[9, 4])) >= 1
    with Image.open(io.BytesIO(reports.matrix_png(result, "Linear"))) as image:
        assert image.format == "PNG"
        assert image.width > 900
    page = reports.report_html(result, card, "Linear on MNIST")
    assert percent(card["test_accuracy"], 2) in page
    assert "<h1>Linear on MNIST</h1>" in page
    assert "<script" not in page
    assert "http://www.w3.org/2000/svg" in page.replace("https://", "loaded://")
    assert "loaded://" not in page.replace("https://", "loaded://"), "nothing comes from elsewhere"
    assert "&lt;script" in reports.report_html(result, card, "<script>"), "a file's name may be anything"


def test_svg_and_png_are_one_drawing() -> None:
    """Each square of the drawing has its colour at the same place of the PNG."""
    result = evaluation.evaluate("linear", "mnist")
    squares = [
        element.attrib
        for element in ElementTree.fromstring(reports.matrix_svg(result, "")).iter()
        if element.tag.endswith("rect") and "rx" in element.attrib
    ]
    assert len(squares) == 100
    with Image.open(io.BytesIO(reports.matrix_png(result, ""))) as image:
        for square in squares:
            x, y = (2 * int(square[name]) + 12 for name in "xy")
            assert square["fill"] == "rgb({},{},{})".format(*image.getpixel((x, y)))


def test_scribbles_have_a_row_and_no_figures() -> None:
    """Their exports were an empty grid, and ten digits with 0 pictures each."""
    result, card = evaluation.evaluate("cnn", "scribbles"), inference.load("cnn").card
    texts = texts_of(reports.matrix_svg(result, "CNN on the scribbles"))
    assert "no digit" in texts
    counts = [int(text.replace(",", "")) for text in texts if text.replace(",", "").isdigit()]
    assert sum(counts) == 2_000 + sum(range(10)), "all pictures, and the names of the columns"
    table = list(csv.DictReader(io.StringIO(reports.metrics_csv(result))))
    assert [int(line["pictures"]) for line in table] == result.matrix[data.NO_DIGIT].tolist()
    page = reports.report_html(result, card, "CNN on the scribbles")
    assert "None of the 2,000 pictures is a digit" in page
    assert "recall" not in page


# --- the code that is shown --------------------------------------------------------------------------


def printed(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.replace("[", " ").replace("]", " ").split()]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["mnist", "digits", "npz", "csv", "zip"])
def test_the_code_that_is_shown_gives_the_same_numbers(dataset: str, tmp_path: Path) -> None:
    """For each data set; it was MNIST's for all of them."""
    if dataset in ("mnist", "digits"):
        code = code_of_matrix("linear", dataset)
        result = evaluation.evaluate("linear", dataset)
    else:
        some = data.Dataset(*(array[:60] for array in data.load("digits", "test")))
        file = tmp_path / f"my 'digits'.{dataset}"
        file.write_bytes({"npz": npz_file, "csv": csv_file, "zip": zip_file}[dataset](some))
        code = code_of_matrix("linear", "own", str(file))
        result = evaluation.answer("linear", some)
    shown = printed(code)
    matrix = np.array(numbers(shown.split("precision")[0])).reshape(10, 10)
    assert np.array_equal(matrix, result.matrix)
    assert float(shown.split()[-1]) == pytest.approx(result.right.mean(), abs=1e-12)


@pytest.mark.slow
def test_the_code_for_scribbles_counts_answers() -> None:
    shown = printed(code_of_matrix("cnn", "scribbles"))
    assert numbers(shown) == evaluation.evaluate("cnn", "scribbles").matrix[data.NO_DIGIT].tolist()


def npz_file(some: data.Dataset) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, x=some.images, y=some.labels)
    return content.getvalue()


def csv_file(some: data.Dataset) -> bytes:
    lines = (",".join(map(str, [y, *x.ravel()])) for x, y in zip(*some, strict=True))
    return "\n".join(lines).encode()


def zip_file(some: data.Dataset) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, (x, y) in enumerate(zip(*some, strict=True)):
            archive.writestr(f"{y}/{number}.png", cv2.imencode(".png", x)[1].tobytes())
    return content.getvalue()


# --- labels and slices ---------------------------------------------------------------------------------


@given(evaluations())
@settings(deadline=None)
def test_suspects_are_the_mistakes_by_normalised_margin(result: Evaluation) -> None:
    found = label_errors.suspects(result)
    assert set(found) == set(np.flatnonzero(~result.right))
    by_hand = [
        result.probabilities[i, result.labels[i]] - np.delete(result.probabilities[i], result.labels[i]).max()
        for i in found
    ]
    assert (np.diff(by_hand) >= 0).all()
    assert all(margin <= 0 for margin in by_hand)


def test_confident_learning_by_hand() -> None:
    """Four pictures labelled 0 and 1, the last one really a 1: only that one is accused."""
    shares = np.full((5, 10), 0.0, np.float32)
    shares[:, 0], shares[:, 1] = [0.9, 0.8, 0.1, 0.2, 0.1], [0.1, 0.2, 0.9, 0.8, 0.9]
    result = Evaluation(np.array([0, 0, 1, 1, 0], np.uint8), shares)
    # the mean of 0s is 0.6, of 1s 0.85: the last picture has 0.9 of 1
    assert label_errors.confident_suspects(result).tolist() == [4]
    assert label_errors.suspects(result).tolist() == [4]


def test_a_good_model_accuses_labels_that_people_doubted() -> None:
    """Northcutt's 15, of 10,000. By chance, one in 44 mistakes would be 0.07."""
    for name in ("cnn", "deep_cnn", "committee"):
        found = label_errors.suspects(evaluation.evaluate(name, "mnist"))
        assert label_errors.doubted(found) >= 6, name
        assert DOUBTS.keys() & set(found[:2].tolist()), name


def test_doubts_need_digits() -> None:
    with pytest.raises(ValueError, match="no digit"):
        label_errors.normalised_margin(evaluation.evaluate("cnn", "scribbles"))


@given(evaluations(), st.integers(0, 1))
@settings(deadline=None)
def test_slices_hold_every_picture_once(result: Evaluation, places: int) -> None:
    measure = np.random.default_rng(len(result.labels)).normal(3, 1, len(result.labels)).astype(np.float32)
    found = slices(measure, result.right, places=places)
    assert sum(one.pictures for one in found) == len(result.labels)
    assert sum(one.right for one in found) == result.right.sum()
    for one in found:
        assert one.accuracy == one.right / one.pictures
        assert 0 <= one.interval[0] <= one.accuracy + 1e-9
        assert one.accuracy - 1e-9 <= one.interval[1] <= 1


def test_slices_are_about_equal_and_have_wilsons_intervals() -> None:
    found = slices(np.linspace(0, 10, 1000), np.arange(1000) % 10 > 0)
    assert [one.pictures for one in found] == pytest.approx([200] * 5, abs=2)
    share, n, z = found[0].accuracy, found[0].pictures, 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert found[0].interval == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_all_pictures_alike_are_one_slice() -> None:
    (only,) = slices(np.full(7, 2.0), np.ones(7, bool))
    assert (only.low, only.high, only.pictures) == (2, 2, 7)
