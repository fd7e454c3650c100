"""The benchmarks that judge the zoo by people's drawings, on drawings made here: no data set is needed."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import markdown, not_a_digit, pen_strokes, robustness, seeds, unseen_source
from benchmarks.drawings import UNSEEN, VARIANTS, looked_at, unseen, writers
from benchmarks.logits import logits
from digitlab import data, inference
from digitlab.data import pen_strokes as strokes_of
from digitlab.data.pen_strokes import PenDrawing
from digitlab.errors import DataUnavailable
from digitlab.strokes import examples
from model_zoo.training import training_data
from model_zoo.training.training_data import WEIGHT, Examples, TrainingData


@pytest.fixture
def drawn_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of our examples, each "written" by thirty people and once on a page of Apple's."""
    entries = [
        {
            "label": str(digit),
            "writer": writer,
            "source": source,
            "strokes": [np.asarray(stroke.points).tolist() for stroke in example],
        }
        for digit, example in enumerate(examples())
        for writer in range(30)
        for source in ("somebody", "unipen-apa")
    ]
    for which, variable in (("digits", "PEN_DIGITS"), ("other", "PEN_OTHER")):
        # as others, the examples are small letters
        named = [
            entry | ({} if which == "digits" else {"label": "abcdefghij"[int(entry["label"])]})
            for entry in entries
        ]
        file = tmp_path / f"pen_{which}.json.gz"
        file.write_bytes(gzip.compress(json.dumps(named).encode()))
        monkeypatch.setenv(variable, str(file))
    training_data.drawn.cache_clear()
    yield tmp_path / "pen_digits.json.gz"
    training_data.drawn.cache_clear()


def rows(table: str) -> dict[str, list[str]]:
    cells = [line.split("|")[1:-1] for line in table.splitlines()]
    return {name.strip(): [cell.strip() for cell in rest] for name, *rest in cells}


def test_a_table_is_markdown() -> None:
    assert (
        markdown.table(["a", "b"], [["x", "1"], ["y", "2"]]) == "| a | b |\n|---|--:|\n| x | 1 |\n| y | 2 |"
    )
    assert markdown.percent(0.98765) == "98.77"


def test_numbers_are_kept_in_their_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- begin a -->\nold\n<!-- end a -->\n<!-- begin b -->\nkept\n<!-- end b -->\nafter\n"
    )
    for content in (r"new \1", r"newer \g<2>"):
        markdown.keep(page, "a", content)
        text = page.read_text()
        assert text.startswith(f"before\n<!-- begin a -->\n\n{content}\n\n<!-- end a -->")
        assert text.endswith("<!-- begin b -->\nkept\n<!-- end b -->\nafter\n")
    with pytest.raises(ValueError, match="no place for c"):
        markdown.keep(page, "c", "")


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (pen_strokes.PAGE, "ablation"),
        (pen_strokes.PAGE, "hard cases"),
        (pen_strokes.PAGE, "failures"),
        (robustness.PAGE, "robustness"),
        (not_a_digit.PAGE, "ways"),
        (not_a_digit.PAGE, "digits refused"),
        (not_a_digit.PAGE, "doodles"),
        (not_a_digit.PAGE, "clear characters"),
        (not_a_digit.PAGE, "like digits"),
    ],
)
def test_each_page_has_a_place_for_its_numbers(tmp_path: Path, page: Path, name: str) -> None:
    copy = tmp_path / page.name
    copy.write_bytes(page.read_bytes())
    markdown.keep(copy, name, "numbers")


@pytest.mark.slow
def test_benchmarks_see_the_drawings_that_training_is_judged_by(drawn_here: Path) -> None:
    for fold in UNSEEN:
        theirs = training_data.drawn(fold)
        ours = looked_at(unseen([fold]))
        assert len(theirs.labels) > VARIANTS
        assert sorted(p.tobytes() for p in ours.pictures[""]) == sorted(p.tobytes() for p in theirs.images)
        assert sorted(ours.digits) == sorted(theirs.labels)


def test_writers_are_people_not_pages(drawn_here: Path) -> None:
    drawings = unseen()
    assert {drawing.source for drawing in drawings} == {"somebody", "unipen-apa"}
    people = list(writers(drawings))
    assert len(people) == len({drawing.writer for drawing in drawings if drawing.source == "somebody"})
    for theirs in people:
        assert len({(d.source, d.writer) for d, mine in zip(drawings, theirs, strict=True) if mine}) == 1
    assert sum(theirs.sum() for theirs in people) == sum(d.source == "somebody" for d in drawings)


@pytest.mark.slow
def test_the_pen_strokes_table_has_each_step_and_reader(
    drawn_here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pen_strokes.main(["--file", str(drawn_here)]) == 0
    ablation, hard, failures = (
        rows(part) for part in capsys.readouterr().out.split("in %:\n\n")[1].strip().split("\n\n")
    )
    assert ablation["preprocessing"] == list(inference.names())
    assert set(pen_strokes.WAYS) < set(ablation)
    best = [float(share) for share in ablation[pen_strokes.EVERYTHING]]
    worst = [float(share) for share in ablation["the whole pad, shrunk"]]
    assert max(best) > 95
    assert max(worst) < max(best)
    assert hard["all"][0] == failures["all"][0] == f"{VARIANTS * len(unseen()):,}"
    assert hard["all"][1:] == ablation[pen_strokes.EVERYTHING]
    assert "0 with a slash that we drew" in hard
    assert [name for name in failures if name.startswith("source")] == [
        "source somebody",
        "source unipen-apa",
    ]


class Shy:
    """A reader that says 1 to everything, and shows it for every second picture only."""

    def __init__(self) -> None:
        self.card = {"title": "Shy"}
        self.asked = 0

    def predict(self, pictures: np.ndarray) -> np.ndarray:
        return np.tile(np.eye(10, dtype=np.float32)[1], (len(pictures), 1))

    def answer(self, picture: np.ndarray) -> inference.Answer:
        self.asked += 1
        digit = 1 if self.asked % 2 else None
        return inference.Answer(digit, 1, 0, True, self.predict(picture[None])[0])


def test_failures_tell_wrong_answers_from_those_that_are_not_shown(drawn_here: Path) -> None:
    drawings = [drawing for drawing in unseen() if drawing.label in "12"][:20]
    seen = looked_at(drawings, {pen_strokes.EVERYTHING: pen_strokes.WAYS[pen_strokes.EVERYTHING]}, variants=2)
    table = rows(pen_strokes.failures(Shy(), seen))
    assert [float(cell) for cell in table["digit 1"][1:]] == [100, 50, 0]
    assert [float(cell) for cell in table["digit 2"][1:]] == [0, 50, 50]


def test_without_pen_strokes_it_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    with pytest.raises(DataUnavailable):
        unseen()
    assert pen_strokes.main([]) == 2
    said = capsys.readouterr().err
    assert "PEN_DIGITS" in said
    assert said.count("\n") == 1


def test_the_robustness_table(
    drawn_here: Path, mnist_test: data.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "robustness.md"
    page.write_bytes(robustness.PAGE.read_bytes())
    monkeypatch.setattr(robustness, "PAGE", page)
    assert robustness.main(["--limit", "120", "--write"]) == 0
    block = page.read_text().split("<!-- begin robustness -->\n\n")[1].split("\n\n<!-- end")[0]
    table = rows(block)
    assert table["share read right, in %"] == list(inference.names())
    shares = {
        name: [float(cell) for cell in cells]
        for name, cells in table.items()
        if "%" not in name[-2:] and name != "---"
    }
    assert min(shares["MNIST's test images"]) > 85
    errors = 100 - np.mean([shares[name] for name in robustness.CORRUPTIONS], axis=0)
    assert shares["**mean corruption error** (read wrong)"] == pytest.approx(errors, abs=0.02)
    assert any(name.startswith("drawn, test writers") for name in shares)
    assert any(name.startswith("source unipen-apa, pages") for name in shares)
    assert any("worst of" in name for name in shares)


# --- not a digit -------------------------------------------------------------------------------------


def test_auroc_is_how_often_a_digit_scores_higher() -> None:
    assert not_a_digit.auroc(np.array([3, 4]), np.array([1, 2])) == 1
    assert not_a_digit.auroc(np.array([1, 2]), np.array([3, 4])) == 0
    assert not_a_digit.auroc(np.array([1, 3]), np.array([2, 2])) == 0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", inference.names())
def test_logits_are_what_the_softmax_is_taken_of(name: str) -> None:
    compute = logits(inference.ARTIFACTS / name / "model.tflite")
    if compute is None:
        pytest.skip(f"{name} ends in no softmax")
    pictures = data.load("digits", "test").images[:700] / np.float32(255)
    raw = compute(pictures)
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    assert (
        np.abs(powers / powers.sum(axis=1, keepdims=True) - inference.load(name).predict(pictures)).max()
        < 1e-5
    )
    assert np.ptp(raw, axis=1).max() > 1.5, "probabilities, not logits"


def test_what_gives_no_ten_probabilities_has_no_logits() -> None:
    assert logits(inference.ARTIFACTS / inference.DETECTOR / "model.tflite") is None


class Brightness:
    """Takes bright pictures for digits: all of them 7s."""

    name = "brightness"
    reconstructs = False
    card = {"threshold": 0.5}  # noqa: RUF012

    def score(self, pictures: np.ndarray) -> np.ndarray:
        return pictures.mean(axis=(1, 2))

    def predict(self, pictures: np.ndarray) -> np.ndarray:
        return np.tile(np.eye(10, dtype=np.float32)[7], (len(pictures), 1))


def shade(*levels: int) -> np.ndarray:
    return np.repeat(np.array(levels, np.uint8), 784).reshape(-1, 28, 28)


SHADES = not_a_digit.Pictures(
    mnist=shade(200, 220),
    drawn=shade(200, 100),
    held_out=(shade(250),),
    scribbles=shade(0, 150),
    others=shade(10, 20, 140, 240, 250),
    characters=np.array(["K", "K", "K", "|", "O"]),
    pages=np.array([True, False, True, False, False]),
)


def test_characters_are_told_apart_from_those_that_look_like_a_digit() -> None:
    clear, like = map(rows, not_a_digit.characters(Brightness(), SHADES, Brightness()))
    assert clear["K"] == ["3", "66.67", "0.8333", "7 (100%)"]
    assert list(clear) == ["character", "---", "K"]
    assert like["O"] == ["1", "0.00", "0.0000", "7 (100%)", "0"]
    assert like["&#124;"][-1] == "1"


def test_each_way_is_measured_on_all_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(not_a_digit, "logits", lambda file: lambda pictures: np.log(pictures[:, :10, 0] + 1))
    table = rows(not_a_digit.ways(Brightness(), [Brightness()], SHADES))
    best = table[not_a_digit.DETECTOR]
    assert best == ["1.0000", "0.7500", "1.0000", "0.8333", "1.0000", "0.00", "50.00", "50.00", "66.67"]
    assert table["brightness: highest probability"][:5] == ["0.5000"] * 5
    assert table["brightness: energy"][:5] == best[:5]


def test_true_digits_refused_are_counted_in_each_way_to_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that refuses what has ink in the middle: a 1, and a 0 with a slash."""
    ring = [(60 - 50 * np.sin(a), 100 - 100 * np.cos(a)) for a in np.linspace(0, 6.28, 30)]
    drawings = [
        PenDrawing(label, writer, f"of {label}", [np.array(points, float)])
        for label, points in (("0", ring), ("1", [(20, 0), (0, 200)]))
        for writer in range(12)
    ]
    monkeypatch.setattr(not_a_digit, "unseen", lambda folds: drawings if folds == [1] else drawings[:12])
    judge = SimpleNamespace(
        card={"threshold": 0.5}, score=lambda pictures: 1 - pictures[:, 12:16, 12:16].max(axis=(1, 2))
    )
    table = rows(not_a_digit.digits_refused(judge))
    assert table["all"] == ["0.00", "50.00"]
    assert table["– source of 0"] == ["0.00", "0.00"]
    assert table["– source of 1"] == ["–", "100.00"]
    assert table["0"] == ["0.00", "0.00"]
    assert table["0 with a slash from corner to corner"] == ["100.00", "100.00"]
    assert table["1 as elsewhere"] == ["–", "100.00"]
    assert table["9 as elsewhere"] == ["–", "–"]


def test_the_not_a_digit_tables(
    drawn_here: Path, mnist_test: data.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(not_a_digit.PAGE.read_bytes())
    monkeypatch.setattr(not_a_digit, "PAGE", page)
    assert not_a_digit.main(["--limit", "80", "--write"]) == 0
    block = page.read_text().split("<!-- begin ways -->\n\n")[1].split("\n\n<!-- end")[0]
    table = rows(block)
    assert float(table[not_a_digit.DETECTOR][0]) > 0.95
    assert {f"{name}: entropy" for name in inference.names()} < set(table)


def test_without_data_not_a_digit_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    assert not_a_digit.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- seeds -------------------------------------------------------------------------------------------


def test_the_spread_over_seeds_is_put_into_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "linear").mkdir()
    (tmp_path / "linear" / "card.json").write_text('{"name": "linear", "test_accuracy": 0.9}')

    def trained(command: list[str], **_: object) -> SimpleNamespace:
        folder = Path(command[command.index("--out") + 1], "linear")
        folder.mkdir()
        accuracy = 0.9 + 0.01 * int(command[command.index("--seed") + 1])
        (folder / "card.json").write_text(json.dumps({"test_accuracy": accuracy}))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(seeds, "ARTIFACTS", tmp_path)
    monkeypatch.setattr(seeds.subprocess, "run", trained)
    assert seeds.main(["linear", "--seeds", "1", "3", "--write"]) == 0
    card = json.loads((tmp_path / "linear" / "card.json").read_text())
    assert card["name"] == "linear"
    assert card["seeds"]["test_accuracy"] == pytest.approx([0.9, 0.91, 0.93])
    assert "| test_accuracy | 91.33 | 90.00 | 93.00 |" in seeds.table("linear", card["seeds"])


# --- a source that training never saw ----------------------------------------------------------------


@pytest.mark.slow
def test_a_source_is_left_out_of_training_and_then_read(
    drawn_here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learned = [d.source for d in strokes_of.load("digits") if d.fold not in UNSEEN]
    marks = np.array([1, *(2 if source == "somebody" else 3 for source in learned * WEIGHT)], np.uint8)
    pictures = np.broadcast_to(marks[None, :, None, None], (4, len(marks), 28, 28))
    mnist = Examples(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    prepared = TrainingData(pictures, marks, mnist)  # 1: MNIST's
    trained_on: list[TrainingData] = []

    def ours(name: str, *_: object) -> object:
        import keras

        return keras.saving.load_model(inference.ARTIFACTS / name / "model.keras")

    monkeypatch.setattr(training_data, "classifiers", lambda *_: prepared)
    monkeypatch.setattr(unseen_source, "build", ours)
    monkeypatch.setattr(
        unseen_source, "fit", lambda _model, _recipe, given, *_, **__: trained_on.append(given)
    )
    assert unseen_source.main(["--sources", "somebody", "--seeds", "0", "1"]) == 0
    by_picture, by_movement, *again = trained_on
    assert len(again) == 2, "a second seed"
    others = learned.count("unipen-apa")
    assert by_picture.labels.tolist() == [1] + [3] * others * WEIGHT
    assert (by_picture.variants == by_picture.labels[:, None, None]).all()
    assert len(by_movement.labels) == by_movement.variants.shape[1] == others > 100
    table = rows(capsys.readouterr().out)
    count, *shares, firm = table["somebody"]
    assert count == "300"
    assert all(float(share.split(" ± ")[0]) > 90 for share in shares)
    assert len(shares) == 3
    assert float(firm) < 1
    assert table["the worst of them"][1:4] == [share.split(" ± ")[0] for share in shares]
    assert unseen_source.main(["--sources", "somebody", "--movement"]) == 0
    assert rows(capsys.readouterr().out)["somebody"][1] == shares[1].split(" ± ")[0]


def test_a_source_left_out_is_worth_as_much_as_any_other() -> None:
    """However many drawings it has."""
    few = {"its picture": (0.9, 0.01)}
    many = {"its picture": (1.0, 0.0)}
    drawings = [PenDrawing("1", 1, source, []) for source in ("few", *["many"] * 9)]
    table = rows(unseen_source.table({"few": [few, few], "many": [many, many]}, drawings))
    assert table["mean of the sources"] == ["", "95.00 ± 7.07", "0.50"]
    assert table["the worst of them"] == ["", "90.00", "1.00"]
    assert table["few"] == ["1", "90.00 ± 0.00", "1.00"]
