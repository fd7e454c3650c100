"""Digits beside each other: read where they fall apart cleanly; single ones are never torn apart."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import markdown, several_digits
from benchmarks.drawings import unseen
from digitlab import inference
from digitlab.draw import several
from digitlab.errors import DataUnavailable
from digitlab.inference import Answer
from digitlab.preprocess import to_mnist
from digitlab.strokes import Drawing, Stroke, examples, render
from model_zoo.training.training_data import TEST_FOLD
from ui import several_digits as shown

CNN = inference.load("cnn")
REFUSED = Answer(None, 1, 2, False, np.full(10, 0.1, np.float32))
NUMBERS = ("12", "47", "11", "70", "358", "2024", "1689")


def number(digits: str, gap: float = 14, pen: float = 10, heights: Sequence[float] = ()) -> Drawing:
    """The examples beside each other, with so many pixels of paper in between."""
    shapes = []
    for digit, height in zip(digits, heights or [1.0] * len(digits), strict=True):
        points = [np.asarray(stroke.points, float) for stroke in examples()[int(digit)]]
        low, span = np.concatenate(points).min(axis=0), np.ptp(np.concatenate(points), axis=0)
        shapes.append([(stroke - low) / span[1] * height for stroke in points])
    widths = [max(stroke[:, 0].max() for stroke in shape) for shape in shapes]
    scale = min(180, (270 - len(digits) * pen - (len(digits) - 1) * gap) / sum(widths))
    drawing, x = [], pen / 2 + 3
    for shape, width in zip(shapes, widths, strict=True):
        drawing += [Stroke(stroke * scale + (x, 40), pen) for stroke in shape]
        x += width * scale + pen + gap
    return tuple(drawing)


def whole(picture: np.ndarray) -> Answer:
    seen = to_mnist(picture)
    assert seen is not None
    return CNN.answer(seen)


def read(picture: np.ndarray) -> str:
    """What is read, as on the page: "12", or nothing."""
    return "".join(str(part.answer.digit) for part in several.read(CNN, picture, whole(picture)))


# --- numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", NUMBERS)
def test_a_number_is_read_digit_by_digit(digits: str) -> None:
    picture = render(number(digits))
    assert whole(picture).digit is None
    assert read(picture) == digits


def test_each_digit_is_seen_as_if_it_stood_alone() -> None:
    picture = render(number("24"))
    for part, digit in zip(several.read(CNN, picture, REFUSED), (2, 4), strict=True):
        assert part.seen.shape == (28, 28)
        assert part.seen.dtype == np.float32
        alone = to_mnist(render(examples()[digit]))
        assert alone is not None
        assert np.abs(part.seen - alone).mean() < 0.05  # another digit: 0.15


def test_light_ink_colours_and_larger_pictures_are_read_too() -> None:
    picture = render(number("47"))
    assert read(255 - picture) == "47"
    assert read(np.kron(picture, np.ones((6, 6), np.uint8))) == "47"
    assert read(np.stack([np.full_like(picture, 230), picture, picture], axis=2)) == "47"


def test_digits_may_reach_over_each_other_as_long_as_they_do_not_touch() -> None:
    seven, four = (
        [(30, 60), (130, 60), (80, 220)],
        [[(150, 60), (115, 160), (220, 160)], [(185, 110), (185, 220)]],
    )
    alone = [Stroke(seven, 10)], [Stroke(points, 10) for points in four]
    picture = render([stroke for strokes in alone for stroke in strokes])
    assert read(picture) == "74"
    for part, strokes in zip(several.read(CNN, picture, REFUSED), alone, strict=True):
        seen = to_mnist(render(strokes))
        assert seen is not None
        assert np.abs(part.seen - seen).max() < 0.02, "there is ink of its neighbour"


def test_a_piece_that_stands_above_another_belongs_to_its_digit() -> None:
    five = [Stroke(np.array(points) * [0.6, 1], 10) for points in IN_PIECES["5, its bar apart"]]
    one = Stroke([(200, 60), (200, 215)], 10)
    assert len(np.unique([len(several.split(render([*strokes, one]))) for strokes in (five, five[:1])])) == 1
    assert read(render([*five, one])) == "51"


# --- what is no number -------------------------------------------------------------------------------


def joined(one: str, other: str, drawing: Drawing) -> Drawing:
    """With a line from the first digit's first stroke to the other's last one."""
    first, last = (sum(len(examples()[int(digit)]) for digit in digits) for digits in (one, other))
    ends = [drawing[number].points[0] for number in (first, last - 1)]
    return (*drawing, Stroke(np.array(ends), 10))


@pytest.mark.parametrize("digits", [digits for digits in NUMBERS if len(digits) == 2])
def test_of_touching_digits_nothing_is_said(digits: str) -> None:
    picture = render(joined("", digits, number(digits)))
    assert several.split(picture) == []
    assert several.read(CNN, picture, REFUSED) == ()


def test_where_only_some_touch_nothing_is_said_either() -> None:
    picture = render(joined("2", "202", number("2024")))
    assert len(several.split(picture)) == 3
    assert several.read(CNN, picture, REFUSED) == ()


@pytest.mark.parametrize("pen", [8, 18, 32])
@pytest.mark.parametrize("digit", range(10))
def test_a_single_digit_is_not_torn_apart(digit: int, pen: int) -> None:
    picture = render([stroke._replace(width=pen) for stroke in examples()[digit]])
    assert several.split(picture) == []
    assert several.read(CNN, picture, REFUSED) == ()


IN_PIECES = {
    "5, its bar apart": [[(90, 60), (80, 130), (150, 125), (165, 180), (80, 210)], [(115, 55), (200, 50)]],
    "7, its bar apart": [[(80, 60), (190, 60), (120, 230)], [(168, 150), (215, 148)]],
    "4, open": [[(90, 60), (80, 150), (190, 150)], [(165, 80), (160, 145)], [(160, 165), (155, 230)]],
    "0 with a slash": [[(140, 60), (90, 140), (140, 220), (190, 140), (140, 60)], [(60, 230), (220, 50)]],
    "1, its flag apart": [[(90, 110), (135, 65)], [(145, 80), (145, 230)]],
    "i": [[(140, 120), (140, 230)], [(140, 60), (141, 60)]],
    "=": [[(80, 120), (200, 120)], [(80, 160), (200, 160)]],
}


@pytest.mark.parametrize("pieces", IN_PIECES.values(), ids=IN_PIECES)
def test_pieces_of_one_character_belong_together_or_are_no_digits(
    pieces: list[list[tuple[float, float]]],
) -> None:
    assert several.read(CNN, render([Stroke(points, 14) for points in pieces]), REFUSED) == ()


def moved(drawing: Drawing, down: float) -> Drawing:
    return tuple(
        stroke._replace(points=np.asarray(stroke.points) + np.array([0, down])) for stroke in drawing
    )


NO_NUMBERS = {
    "five digits": number("12345", gap=8, pen=5),
    "a point in between": (*number("13", gap=60), Stroke([(84, 215), (85, 215)], 12)),
    "a small one, as in a power": number("22", heights=(1, 0.4)),
    "on different lines": (number("11")[0], *moved(number("11")[1:], 90)),
    "underlined": (*number("12"), Stroke([(5, 260), (270, 262)], 8)),
    "a 1 and a cross": (
        number("11")[0],
        Stroke([(160, 40), (260, 220)], 12),
        Stroke([(260, 40), (160, 220)], 12),
    ),
    "many dots beside each other": tuple(Stroke([(x, 90)], 4) for x in range(4, 276, 6)),
}


@pytest.mark.parametrize("drawing", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_of_what_is_no_clean_number_nothing_is_said(drawing: Drawing) -> None:
    assert several.read(CNN, render(drawing), REFUSED) == ()


def test_cases_above_fail_for_no_other_reason() -> None:
    """Without what is wrong with them they are numbers."""
    for digits, drawing in {
        "11": number("11"),
        "12": number("12"),
        "22": number("22"),
        "13": number("13", gap=60),
        "1234": number("1234", gap=8, pen=5),
    }.items():
        assert read(render(drawing)) == digits


def test_an_empty_pad_is_no_number() -> None:
    assert several.split(render(())) == []


def test_what_has_an_answer_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(several, "trace", lambda picture: pytest.fail("it was"))
    picture = render(examples()[7])
    assert several.read(CNN, picture, whole(picture)) == ()


def test_where_one_digit_is_unsure_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = render(number("12"))
    for sure, expected in ((several.SURE, 2), (several.SURE - 0.01, 0)):
        answers = iter([Answer(1, 1, 2, True, np.eye(10)[1]), Answer(2, 2, 7, True, np.eye(10)[2] * sure)])
        monkeypatch.setattr(CNN, "answer", lambda seen, answers=answers: next(answers))
        assert len(several.read(CNN, picture, REFUSED)) == expected


# --- on the page -------------------------------------------------------------------------------------


def test_the_page_says_which_and_shows_each() -> None:
    picture = render(number("12"))
    said = shown.what_they_say([CNN], picture, [whole(picture)])
    assert said is not None
    headline, details = said
    assert '<div class="big">1 2</div>' in headline
    assert "This looks like 1 2: two digits beside each other." in headline
    assert details.count("<img") == details.count('role="img"') == 2
    assert details.count('<div class="chosen"') == 2
    assert len(re.findall(r"--share:[01]\.\d{3}", details)) == 20
    assert "The 1 as the model sees it" in details


def test_several_models_each_say_what_they_read() -> None:
    picture = render(number("2024"))
    models = [inference.load(name) for name in ("linear", "dense", "cnn")]
    said = shown.what_they_say(models, picture, [REFUSED, Answer(7, 7, 1, True, np.eye(10)[7]), REFUSED])
    assert said is not None
    headlines, pictures = said
    assert headlines.count("2 0 2 4") >= 1
    assert '<div class="big">7</div>' in headlines  # who has an answer for the whole keeps it
    assert pictures.count("<img") == 4


def test_where_there_is_no_number_the_page_says_what_it_always_says() -> None:
    for drawing in (examples()[3], NO_NUMBERS["underlined"]):
        picture = render(drawing)
        assert shown.what_they_say([CNN], picture, [whole(picture)]) is None


# --- the claims of docs/not_a_digit.md ---------------------------------------------------------------


def rows(table: str) -> dict[str, list[str]]:
    cells = [line.split("|")[1:-1] for line in table.splitlines()]
    return {name.strip(): [cell.strip() for cell in rest] for name, *rest in cells}


def in_docs(name: str) -> dict[str, list[str]]:
    text = several_digits.PAGE.read_text("utf-8")
    return rows(text.split(f"<!-- begin {name} -->\n\n")[1].split("\n\n<!-- end")[0])


def test_no_single_digit_is_torn_apart_says_the_table() -> None:
    table = in_docs("not numbers")
    for whose in ("test", "validation"):
        count, torn, _ = table[f"single digits, {whose} writers"]
        assert int(count.replace(",", "")) > 5_000
        assert float(torn) <= 0.1


@pytest.mark.slow
def test_a_small_sample_agrees_with_the_tables() -> None:
    try:
        drawings = unseen([TEST_FOLD])
        again = rows(several_digits.not_numbers(CNN, 60))
    except DataUnavailable as error:
        pytest.skip(str(error))
    assert all(float(again[name][1]) == 0 for name in again if name.startswith("single"))
    sample = rows(several_digits.numbers(CNN, drawings, 40))
    for name, cells in in_docs("numbers").items():
        if name.startswith(("2", "3", "4")):
            # 40 drawings: three standard deviations are 24 % at most
            off = np.array(sample[name][1:], float) - np.array(cells[1:], float)
            assert np.abs(off).max() < 24, name


def test_the_page_has_a_place_for_its_numbers(tmp_path: Path) -> None:
    copy = tmp_path / "page.md"
    copy.write_bytes(several_digits.PAGE.read_bytes())
    for name in ("numbers", "not numbers"):
        markdown.keep(copy, name, "numbers")


def test_without_pen_strokes_the_benchmark_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    assert several_digits.main([]) == 2
    said = capsys.readouterr().err
    assert "PEN_DIGITS" in said
    assert said.count("\n") == 1
