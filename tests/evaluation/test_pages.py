"""Answer only when sure, one digit, compare, and the game: each opened, and what they decide and say."""

import re
from collections.abc import Mapping

import pytest
from streamlit.testing.v1 import AppTest

from digitlab import data, inference
from digitlab.errors import DataUnavailable
from digitlab.evaluation import confidence as library
from digitlab.evaluation import guess as games
from digitlab.evaluation.one_digit import Counts
from digitlab.metrics import Selection
from pages.evaluation import compare, confidence, guess, one_digit
from tests import apptest

ADDRESSES = ("confidence", "one_digit", "compare", "guess")
NONSENSE = {
    "model": "x",
    "a": "<b>",
    "b": "%00",
    "digits": "inf",
    "sure": "nan",
    "digit": "11",
    "threshold": "1e309",
    "group": "z",
    "page": "-3",
    "cell": "4-99",
    "round": "9" * 40,
    "answers": "4x",
    "detector": "perhaps",
}


def open_page(address: str, query: Mapping[str, str] | None = None) -> AppTest:
    # without MNIST the game asks all models about the digits by other people, which takes its time
    return apptest.open_page(address, query, timeout=120)


def text(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


@pytest.fixture
def without_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    load = data.load

    def refuse(name: str, split: str = "test") -> data.Dataset:
        if name == "mnist":
            raise DataUnavailable("not here")
        return load(name, split)

    monkeypatch.setattr(data, "load", refuse)


@pytest.mark.parametrize("address", ADDRESSES)
def test_fresh(address: str) -> None:
    page = open_page(address)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("address", ADDRESSES)
def test_with_nonsense_in_the_link(address: str) -> None:
    page = open_page(address, NONSENSE)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_mnist(address: str, without_mnist: None) -> None:
    page = open_page(address)
    assert not page.exception
    assert [info.value for info in page.info if "MNIST" in info.value] or address == "confidence"


# --- answer only when sure ---------------------------------------------------------------------------


def test_the_link_brings_the_sentence_back() -> None:
    page = open_page("confidence", {"model": "linear", "sure": "80", "digits": "digits", "detector": "true"})
    here = library.selection("linear", "digits", 0.8, True)
    assert f"Linear answers {here.coverage * 100:.1f} % and makes {here.wrong} mistakes" in text(page)
    assert "For pictures that aren’t refused, its confidence" in text(page)


def test_what_is_no_digit_is_not_called_right() -> None:
    page = open_page("confidence", {"digits": "Scribbles", "sure": "0"})
    assert "CNN answers 2,000 of 2,000 letters" in text(page)
    assert [metric.value for metric in page.metric] == ["100.0 %", "0"]


@pytest.mark.parametrize(
    ("here", "said", "next_"),
    [
        (Selection(90, 2, 5, 3), "answers 92.0 % and makes 2 mistakes, instead of 7 when", "to the right"),
        (Selection(90, 1, 6, 3), "makes 1 mistake, instead of 7", "to the right"),
        (Selection(80, 0, 7, 13), "makes no mistake, instead of 7", "to the left"),
        (Selection(93, 7, 0, 0), "answers everything, and makes 7 mistakes", "to the right"),
        (Selection(0, 0, 7, 93), "answers none of the digits", "to the left"),
    ],
)
def test_the_sentence_and_what_to_try_next(here: Selection, said: str, next_: str) -> None:
    everything = Selection(93, 7, 0, 0)
    assert said in confidence.sentence("CNN", "the digits", "mnist", here, everything)
    assert next_ in confidence.invitation("mnist", here)


def test_scribbles_have_their_own_words() -> None:
    some, none = Selection(0, 12, 1988, 0), Selection(0, 0, 2000, 0)
    assert "Each of these answers is a mistake" in confidence.sentence("CNN", "them", "scribbles", some, some)
    assert "switch on" in confidence.invitation("scribbles", some)
    assert confidence.invitation("scribbles", none) == "So it makes no mistake."


# --- one digit ---------------------------------------------------------------------------------------


def test_it_is_an_8() -> None:
    page = open_page("one_digit", {"digit": "8", "threshold": "0.3", "model": "linear"})
    assert "Is it an 8?" in text(page)
    everything = text(page) + "".join(html.proto.body for html in page.get("html"))
    assert not re.search(r"\ba 8\b", everything)
    assert page.slider(key="threshold").value == 0.3


def test_the_effect_stands_beside_the_threshold() -> None:
    said = one_digit.effect(8, Counts(tp=972, fp=4, fn=2, tn=9022))
    assert "**2** of 974 8s missed" in said
    assert "**4** others taken for an 8" in said
    assert "Precision **99.6 %** · recall **99.8 %**" in said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "there is none"), (1.0, "100.0 %"), (0.99949, "99.95 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_how_a_figure_is_written(value: float | None, said: str) -> None:
    assert one_digit.share(value) == said


def test_an_area_is_only_1_when_it_is() -> None:
    assert [one_digit.area(value) for value in (1.0, 0.99999, 0.98765)] == [
        "1.0000",
        "more than 0.9999",
        "0.9877",
    ]


def test_strips_say_how_many_there_are() -> None:
    assert one_digit.first(972, "closest calls first") == "10 of 972, closest calls first"
    assert one_digit.first(4, "closest calls first") == "closest calls first"


# --- compare -----------------------------------------------------------------------------------------


def test_the_page_number_stands_in_the_link(mnist_test: data.Dataset) -> None:
    page = open_page("compare", {"a": "linear", "b": "cnn", "group": "Only B right", "page": "3"})
    assert not page.exception
    assert page.session_state["page"] == 3


@pytest.mark.parametrize(
    ("p", "verdict", "often"),
    [
        (0.0327658, "Chance alone hardly explains the difference: p = 0.033.", "about 33 of 1,000"),
        (1e-9, "Chance alone hardly explains the difference: p < 0.001.", "fewer than 1 of 1,000"),
        (0.0499, "Chance alone hardly explains the difference: p = 0.050.", "about 50 of 1,000"),
        (0.05, "The difference may well be chance: p = 0.050.", "about 50 of 1,000"),
        (0.6, "The difference may well be chance: p = 0.60.", "about 600 of 1,000"),
        (1.0, "The difference may well be chance: p = 1.00.", "almost always"),
    ],
)
def test_a_p_value_is_read_as_what_it_is(p: float, verdict: str, often: str) -> None:
    assert compare.verdict(p).replace("\N{NO-BREAK SPACE}", " ") == verdict
    assert compare.meaning(p).startswith("Two equally good models would differ by this much or more")
    assert often in compare.meaning(p)


def test_it_warns_of_many_pairs_and_of_other_seeds() -> None:
    models = inference.load("linear"), inference.load("committee")
    said = compare.caution(models, "mnist")
    assert "one of 36 pairs" in said
    assert "Linear between 92.66 % and 92.72 %" in said
    assert "Committee" not in said
    assert "92.66" not in compare.caution(models, "digits")


def test_a_cell_says_in_words_what_its_colour_says() -> None:
    cells, *_ = compare.difference_cells("cnn", "dense", "mnist")
    for label, line in enumerate(cells):
        for answer, cell in enumerate(line):
            counts = [int(n.replace(",", "")) for n in re.findall(r"[AB] ([\d,]+)", cell.title)]
            better = (counts[1] - counts[0]) * (1 if label == answer else -1)
            word = "B is better" if better > 0 else "B is worse" if better else "No difference"
            assert cell.title.endswith(word)
            assert cell.color == compare.color(better)
    assert compare.color(1).startswith("rgba(59, 130, 246")
    assert compare.color(-1).startswith("rgba(234, 138, 30")


# --- the game ----------------------------------------------------------------------------------------


def test_a_reload_finds_the_game_where_it_was() -> None:
    page = open_page("guess")
    for number, answer in enumerate((4, 7), 1):
        page.button(key=f"guess-{answer}").click().run()
        assert page.query_params["answers"] == "47"[:number] + "-"
        page.button(key="next").click().run()
    again = open_page("guess", dict(page.query_params))
    assert again.session_state["game"] == page.session_state["game"]
    assert again.session_state["game"].guesses == (4, 7)
    looking = open_page("guess", {"round": "1", "answers": "47-"})
    assert looking.button(key="next")


def test_buttons_are_named_by_their_digit() -> None:
    page = open_page("guess")
    assert [page.button(key=f"guess-{digit}").label for digit in range(10)] == [str(n) for n in range(10)]


def test_the_end_has_both_matrices_and_the_next_round() -> None:
    page = open_page("guess", {"round": "2", "answers": "0" * games.QUESTIONS})
    assert page.header[0].value.startswith("You: ")
    assert sum('class="small-matrix"' in html.proto.body for html in page.get("html")) == 2
    page.button(key="again").click().run()
    assert page.query_params["round"] == "3"
    assert page.session_state["game"].guesses == ()


@pytest.mark.parametrize(
    ("you", "machine", "said"),
    [
        (4, 4, "You and the machine agree with the label."),
        (4, 9, "You agree with the label. The machine doesn’t."),
        (9, 4, "The machine agrees with the label. You don’t."),
        (9, 9, "Neither you nor the machine agrees with the label."),
    ],
)
def test_who_agrees_with_the_label(you: int, machine: int, said: str) -> None:
    question = games.Question(0, 4, machine, 0.9, None)
    assert guess.verdict(question, you) == said
    assert guess.tint(you, question) == ("tint-right" if you == 4 else "tint-wrong")
    assert guess.mark(you, question) == ("as the label" if you == 4 else "not the label")
