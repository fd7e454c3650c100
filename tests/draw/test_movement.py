"""What the Draw page says of a drawing's picture and of the pen's movement."""

import re
from html import unescape

import numpy as np
import pytest

from digitlab import inference
from digitlab.inference import Answer
from digitlab.numbers import probability
from digitlab.preprocess import to_mnist
from digitlab.strokes import Drawing, Stroke, examples, render
from model_zoo.training import training_data
from pages.draw.draw.page import what_they_say
from tests.apptest import open_page
from ui import answers

SEVEN = examples()[7]
UPWARDS = tuple(Stroke(points[::-1], width) for points, width in examples()[3])  # a 3 from the bottom up
SHARES = r"<b>(\d)</b>, <span>(.+?)</span>"


def opinions(html: str) -> list[tuple[str, str]]:
    """Digit and probability: of the picture, of the movement."""
    found = re.search(r'<p class="opinions">(.*?)</p>', html)
    return re.findall(SHARES, unescape(found[1])) if found else []


def details(name: str, drawing: Drawing, read: Drawing) -> str:
    said = what_they_say([inference.load(name)], render(drawing), read)
    assert said is not None
    return said[1]


@pytest.mark.parametrize("drawing", [SEVEN, UPWARDS], ids=["a 7", "a 3 from the bottom up"])
def test_of_a_drawing_both_opinions_are_shown(drawing: Drawing) -> None:
    seen = to_mnist(render(drawing))
    assert seen is not None
    answer = inference.load("cnn").answer(seen, drawing)
    assert answer.by_picture is not None
    assert answer.by_movement is not None
    html = details("cnn", drawing, drawing)
    both = (answer.by_picture, answer.by_movement)
    assert opinions(html) == [(str(one.argmax()), str(probability(float(one.max())))) for one in both]
    assert html.index("Its picture: ") < html.index("The pen’s movement: ")
    differs = both[0].argmax() != both[1].argmax()
    assert differs == (drawing is UPWARDS)
    assert html.count('<span class="other">') == differs


@pytest.mark.parametrize(("name", "read"), [("cnn", ()), ("linear", SEVEN)], ids=["a photo", "MNIST alone"])
def test_where_the_movement_is_not_read_nothing_is_said_of_it(name: str, read: Drawing) -> None:
    html = details(name, SEVEN, read)
    assert "The pen’s movement" not in html
    assert "Runner-up" in html


@pytest.mark.parametrize("name", inference.names())
def test_who_knows_mnist_alone_promises_strangers_too_much_and_says_so(name: str) -> None:
    html, model = details(name, SEVEN, ()), inference.load(name)
    card, trust = model.card, answers.trust(model)
    says = re.findall(r"of strangers’ drawings it reads (\d+) %, but expects to read (\d+) %", html)
    assert bool(says) == (name in ("linear", "dense_classic")) == (not model.reads_movement)
    if says:
        (reads, expects) = map(int, says[0])
        assert reads == round(card["drawn_validation_accuracy"] * 100)
        assert trust in answers.template(False, trust)  # the browser's answer says it, too
        if drawn := training_data.drawn(training_data.VALIDATION_FOLD):
            shares = model.predict(drawn.pictures()).max(axis=1)
            assert expects == round(float(shares.mean()) * 100)
    else:
        assert card["drawn_validation_calibration_error"] < 0.02


def test_of_several_models_it_is_said_once_and_who_goes_without_it() -> None:
    models = [inference.load(name) for name in ("linear", "dense_classic", "cnn")]
    said = what_they_say(models, render(SEVEN), SEVEN)
    assert said is not None
    assert said[1].count("The pen’s movement: <b>7</b>, ") == 1
    assert "It counts for all but Linear and Textbook net: they know MNIST’s pictures alone, and" in said[1]
    said = what_they_say(models[2:] * 2, render(SEVEN), SEVEN)
    assert said is not None
    assert "all but" not in said[1]
    assert "The pen’s movement: <b>7</b>, " in said[1]


def test_the_answer_that_both_share_is_coloured_as_the_answer() -> None:
    picture, movement = np.eye(10, dtype=np.float32)[[3, 8]]
    html = answers.opinions(Answer(8, 8, 3, True, movement, picture, movement))
    assert re.findall(r'<span class="(\w*)">(?:Its|The)', html) == ["other", ""]


@pytest.mark.parametrize(
    ("query", "shown"), [({}, True), ({"model": "linear"}, False), ({"compare": "true"}, False)]
)
def test_an_empty_pad_keeps_their_place(query: dict[str, str], shown: bool) -> None:
    page = open_page("draw", query)
    assert not page.exception
    (kept,) = [
        element.proto.body for element in page.get("html") if 'class="no-details"' in element.proto.body
    ]
    assert bool(opinions(kept)) == shown
