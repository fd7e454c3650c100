"""The mistakes page without a browser: what the link asks for is shown, and what a file holds is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab import data, evaluation
from digitlab.evaluation import Evaluation
from digitlab.evaluation.own_data import OwnData
from pages.evaluation.mistakes import downloads, handwriting_slices, upload
from pages.evaluation.mistakes.view import HANDWRITING, LABELS, View, link
from tests.apptest import open_page
from ui import confusion_cells
from ui.confusion_cells import small_matrix
from ui.digit_dialog import NAMES


@pytest.fixture
def own() -> OwnData:
    images, labels = data.load("digits", "test")
    return OwnData("my *file*.zip", images[:100], labels[:100], [f"3/{i}.png" for i in range(100)], 2)


@pytest.fixture
def no_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "none.npz"))


def mistakes(query: dict[str, str], state: dict[str, Any] | None = None) -> AppTest:
    return open_page("mistakes", query, state, timeout=120)


def texts(page: AppTest) -> str:
    assert not page.exception, page.exception[0].message
    elements = (*page.markdown, *page.caption, *page.warning, *page.info)
    return "\n".join(element.value for element in elements)


def headline(model: str, dataset: str, label: int, answer: int) -> str:
    count = int(evaluation.evaluate(model, dataset).matrix[label, answer])
    return f"**{confusion_cells.sentence(label, answer, count)}**"


def test_fresh_it_shows_the_most_frequent_mistake() -> None:
    matrix = evaluation.evaluate("linear", "digits").matrix
    label, answer = confusion_cells.most_frequent_mistake(matrix)
    page = mistakes({"model": "linear", "digits": "Other people"})
    assert headline("linear", "digits", label, answer) in texts(page)


def test_the_most_frequent_mistake_is_no_right_answer() -> None:
    matrix = np.diag(np.full(10, 900))
    matrix[4, 9], matrix[7, 2] = 12, 11
    assert confusion_cells.most_frequent_mistake(matrix) == (4, 9)


def test_the_link_is_the_view() -> None:
    """All filters, not only the cell; each is a chip that takes it away again."""
    asked = {
        "model": "linear",
        "digits": "Other people",
        "is": "any",
        "read_as": "any",
        "answers": "wrong",
        "confidence": "0.5 to 1",
        "pen": "1 to 3",
        "slant": "-20 to 10",
    }
    page = mistakes(asked)
    result = evaluation.evaluate("linear", "digits")
    written = evaluation.handwriting.handwriting(evaluation.pictures("digits"))
    passes = ~result.right & (result.confidence >= 0.5)
    passes &= (written.pen >= 1) & (written.pen < 3) & (written.slant >= -20) & (written.slant < 10)
    assert f"**{passes.sum()} pictures**" in texts(page)
    chips = {button.key: button for button in page.button if (button.key or "").startswith("chip-")}
    assert chips["chip-right"].label == "Wrong answers"
    assert chips["chip-pen"].label == "Pen width 1 to 3 px"
    assert chips["chip-slant"].label == "Slant −20 to 10 °"
    assert chips["chip-confidence"].label == "Confidence 0.5 to 1"
    chips["chip-pen"].click().run()
    assert "pen" not in {name for name, value in page.query_params.items() if value}
    assert page.query_params["slant"] == "-20 to 10"


def test_a_change_of_a_filter_goes_into_the_link() -> None:
    page = mistakes({"model": "linear", "digits": "Other people", "is": "9", "page": "2"})
    page.selectbox(key="view-label").select("0").run()
    assert page.query_params["is"] == "0"
    assert not page.query_params.get("page"), "another cell begins at its first page"
    page.selectbox(key="view-order").select("largest loss").run()
    assert page.query_params["order"] == "largest loss"
    assert page.query_params["is"] == "0"


@pytest.mark.parametrize(
    "nonsense",
    [
        {"is": "12", "read_as": "x"},
        {"is": "<b>", "digits": "nonsense", "cells": "7", "model": "none"},
        {"page": "99999", "order": "7", "show": "x", "answers": "maybe"},
        {"page": "-1", "pen": "x", "slant": "nan to inf", "confidence": "2 to -3", "height": "5 to 1"},
        {"read_as": "no digit", "digits": "Other people"},
        {"is": "no digit", "read_as": "3", "digits": "Other people"},
    ],
)
def test_nonsense_in_the_link(nonsense: dict[str, str]) -> None:
    texts(mistakes(nonsense))


def test_views_go_through_the_link() -> None:
    written = link(View(label=9, answer=None, right=False, ranges={"slant": (-20.0, 10.0)}, page=3))
    expected = {"is": "9", "read_as": "any", "answers": "wrong", "slant": "-20 to 10", "page": "3"}
    assert written == expected


def test_an_end_of_a_range_is_open() -> None:
    """Pens are up to 9 pixels wide; the slider ends at 6."""
    ranges = {"pen": (3.0, 6.0), "height": (10.0, 19.0), "slant": (5.0, 5.0), "confidence": (0.0, 0.5)}
    wanted = View(ranges=ranges).filter
    assert wanted.handwriting["pen"] == (3.0, np.inf)
    assert wanted.handwriting["height"] == (10.0, pytest.approx(19, abs=1e-5))
    assert wanted.handwriting["height"][1] < 19
    assert wanted.handwriting["slant"] == (5.0, 5.0)
    assert wanted.confidence == (-np.inf, pytest.approx(0.5))


@pytest.mark.parametrize("name", handwriting_slices.MEASURES)
def test_by_handwriting(name: str) -> None:
    asked = {"model": "linear", "digits": "Other people", "show": HANDWRITING, "measure": name}
    page = mistakes(asked)
    assert "95 % intervals (Wilson 1927)" in texts(page)
    wrong = int(page.button(key="worst-slice").label.split()[2])
    page.button(key="worst-slice").click().run()
    assert page.query_params["answers"] == "wrong"
    found = int(next(m.value for m in page.markdown if "picture" in m.value).strip("*").split()[0])
    assert found == wrong


def test_doubtful_labels(mnist_test: data.Dataset) -> None:
    text = texts(mistakes({"show": LABELS}))
    wrong = int((~evaluation.evaluate("cnn", "mnist").right).sum())
    assert f"**{wrong} answers contradict their labels.**" in text
    assert "Of the 15 labels that people doubted, 8 are among these." in text


def test_scribbles() -> None:
    assert "no digit read as" in texts(mistakes({"digits": "Scribbles"}))


def test_without_mnist_the_matrix_and_its_downloads_are_mnists(no_mnist: None) -> None:
    page = mistakes({"model": "linear", "is": "9", "read_as": "4"})
    text = texts(page)
    assert "MNIST’s pictures can’t be had here" in text
    assert headline("linear", "digits", 9, 4) in text
    assert any("predictions.npz" in block.value for block in page.code)


def test_an_own_file_is_named_and_stays(own: OwnData) -> None:
    page = mistakes({"digits": "Your file"}, {"_own": own})
    text = texts(page)
    assert "You see: **my \\*file\\*\\.zip**, 100 digits." in text
    assert "2 of them were dark on white, and we inverted them." in text
    assert any("own_data.read" in block.value and "my *file*.zip" in block.value for block in page.code)


def test_a_refused_file_is_not_taken_for_the_one_before(own: OwnData) -> None:
    state = {"_own": own, "_own_problem": "**text\\.zip** can’t be used."}
    text = texts(mistakes({"digits": "Your file"}, state))
    assert "You still see your earlier file: **my \\*file\\*\\.zip**" in text


def test_without_a_file_it_says_what_to_bring() -> None:
    assert "Three kinds of file" in texts(mistakes({"digits": "Your file"}))


def test_a_strangers_text_is_no_markdown() -> None:
    assert upload.plain("![x](http://y) <b> `z`") == "\\!\\[x\\]\\(http\\:\\/\\/y\\) \\<b\\> \\`z\\`"


@pytest.mark.parametrize(
    ("name", "stem"), [("mine.zip", "mine"), ("../../x y.csv", "x-y"), ("<b>.npz", "b"), (".zip", "own")]
)
def test_a_file_name_is_safe_in_ours(name: str, stem: str) -> None:
    assert downloads.file_stem(name) == stem


def test_every_data_set_has_a_name_for_people() -> None:
    assert set(data.names()) | {"own"} <= set(NAMES)


def test_small_matrix() -> None:
    counts = np.diag(np.full(10, 20))
    counts[4, 9] = 3
    html = small_matrix(counts, "Your <answers>")
    assert "Your &lt;answers&gt;" in html
    assert 'title="4 read as 9: 3 times"' in html
    assert html.count("<td title=") == 100
    assert "<th></th>" not in html


def test_margins_of_what_is_no_digit() -> None:
    assert confusion_cells.margins(evaluation.evaluate("cnn", "scribbles")) is None
    few = Evaluation(np.array([3, 3], np.uint8), np.eye(10, dtype=np.float32)[[3, 4]])
    recalls, precisions, accuracy = confusion_cells.margins(few)
    assert [cell.text for cell in recalls] == ["50.0"]
    assert [cell.text for cell in precisions] == ["", "", "", "100.0", "0.0", "", "", "", "", ""]
    assert accuracy.title == "50.00 % of all were read correctly"
