"""One digit spoiled: what is shown is what the library makes, and the words fit."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import markdown
from digitlab import data, inference, strokes
from digitlab.evaluation import spoil
from digitlab.evaluation.corruptions import CORRUPTIONS, corrupt
from digitlab.evaluation.spoil import CLEAN, PUBLISHED, STRENGTHS
from digitlab.preprocess import to_mnist
from pages.evaluation import spoil as page
from tests.apptest import open_page
from tests.shell import Shell
from ui import models, pad
from ui.pictures import grey

DIGIT = 3
PICTURE = grey(to_mnist(strokes.render(strokes.examples()[DIGIT])))


def test_each_strength_is_spoiled_and_read() -> None:
    found = spoil.spoiled(PICTURE.tobytes(), "zigzag")
    assert (found.pictures[0] == PICTURE).all()
    assert (found.pictures[STRENGTHS.index(PUBLISHED)] == corrupt("zigzag", PICTURE[None])[0]).all()
    assert tuple(found.answers) == inference.names()
    pictures = found.pictures / np.float32(255)
    assert np.allclose(found.answers["cnn"], inference.load("cnn").predict(pictures), atol=1e-6)
    assert np.allclose(found.scores, inference.load("cnn").digit_score(pictures), atol=1e-6)


def test_the_overview_has_all_fifteen() -> None:
    pictures, read = spoil.overview(PICTURE.tobytes())
    for name, picture, guess in zip(CORRUPTIONS, pictures, read["dense"], strict=True):
        assert (picture == corrupt(name, PICTURE[None])[0]).all()
        assert guess == inference.load("dense").predict(picture[None] / np.float32(255)).argmax()


def test_what_was_measured_fits_the_zoo() -> None:
    assert tuple(spoil.measured()) == inference.names()
    for name, wrong in spoil.measured().items():
        assert set(wrong) == {CLEAN, *CORRUPTIONS}
        assert wrong[CLEAN] == pytest.approx(1 - inference.load(name).card["test_accuracy"], abs=2e-4)
        assert spoil.mean_error(name) == pytest.approx(np.mean([wrong[each] for each in CORRUPTIONS]))


@pytest.mark.parametrize(("reader", "name"), [("cnn", "brightness"), ("sturdy", "stripe")])
def test_it_is_measured_on_all_of_mnist(reader: str, name: str, mnist_test: data.Dataset) -> None:
    pictures = corrupt(name, mnist_test.images) / np.float32(255)
    wrong = inference.load(reader).predict(pictures).argmax(axis=1) != mnist_test.labels
    assert spoil.measured()[reader][name] == pytest.approx(wrong.mean(), abs=3e-4)


def test_what_is_kept_is_what_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoil, "FILE", tmp_path / "spoil.json")
    spoil.measured.cache_clear()
    spoil.keep({"cnn": {CLEAN: 0.0044, **dict.fromkeys(CORRUPTIONS, 0.1234567)}})
    assert spoil.measured()["cnn"]["fog"] == 0.12346
    assert spoil.mean_error("cnn") == pytest.approx(0.12346)
    spoil.measured.cache_clear()


@pytest.mark.parametrize("sample", [None, "digits-4"])
def test_the_code_gives_what_is_shown(sample: str | None, shell: Shell) -> None:
    picture = data.load("digits", "test").images[4] if sample else PICTURE
    arrays = shell(spoil.code(sample, "shot noise", 120, ["linear", "cnn"]))
    found = spoil.spoiled(picture.tobytes(), "shot noise")
    step = STRENGTHS.index(120)
    assert (arrays["shown"] == found.pictures[step]).all()
    for answer, reader in zip(arrays["answers"], ("linear", "cnn"), strict=True):
        assert np.allclose(answer, found.answers[reader][step], atol=1e-5)


# --- the page ----------------------------------------------------------------------------------------


def test_the_link_says_what_spoils_it_and_how_strongly() -> None:
    test = open_page("spoil", {"corruption": "Stripe", "strength": "120"})
    assert not test.exception
    assert test.selectbox(key="corruption").value == "stripe"
    assert test.slider(key="strength").value == 120
    found, step = spoil.spoiled(PICTURE.tobytes(), "stripe"), STRENGTHS.index(120)
    right = sum(int(answers[step].argmax() == DIGIT) for answers in found.answers.values())
    said = page.said(found, step, DIGIT)
    assert str(right) in said or right == 0
    texts = [each.value for each in test.markdown]
    assert said in texts
    assert page.SENTENCES["stripe"] in texts
    assert [each.value for each in test.markdown if "All fifteen at 100 %" in each.value]


def test_my_own_drawing_is_spoiled() -> None:
    test = open_page("spoil", state={"_pad": pad._Pad(drawing=strokes.examples()[8])})
    assert not test.exception
    assert any("still read the 8" in each.value for each in test.markdown)


@pytest.mark.parametrize(
    "query",
    [
        {"corruption": "snow", "strength": "155", "sample": "none"},
        {"corruption": "", "strength": "nan"},
        {"corruption": "Fog", "strength": "3.5"},
        {"corruption": "<b>", "strength": "-1e309"},
    ],
)
def test_nonsense_in_the_link_breaks_nothing(query: dict[str, str]) -> None:
    assert not open_page("spoil", query).exception


def test_each_corruption_has_its_sentence() -> None:
    assert tuple(page.SENTENCES) == tuple(CORRUPTIONS)


def test_the_words_fit_what_is_read() -> None:
    def found(*guesses: int, score: float = 0.99) -> spoil.Spoiled:
        answers = {str(number): np.eye(10)[[guess]] for number, guess in enumerate(guesses)}
        return spoil.Spoiled(np.zeros((1, 28, 28), np.uint8), answers, np.array([score]))

    assert page.said(found(3, 3), 0, 3).startswith("**All 2 still read the 3.** The detector takes it for a")
    assert page.said(found(3, 5), 0, 3).startswith("**1 of 2 still reads the 3.**")
    assert page.said(found(5, 5), 0, 3).startswith("**None of the 2 reads the 3 any more.**")
    assert "for no digit, so on the Draw page the answer would be “Not sure”" in page.said(
        found(3, score=0.01), 0, 3
    )


@pytest.mark.parametrize(
    ("wrong_at", "words"),
    [
        ([], "Right up to 150 %"),
        ([100, 110, 120, 130, 140, 150], "Right up to 90 %"),
        ([50], "Right up to 40 %, and at some strengths after that"),
        (STRENGTHS, "Wrong from the start"),
        ([0, 10], "Wrong at first, right at some strengths"),
    ],
)
def test_how_long_a_model_holds_out(wrong_at: list[int], words: str) -> None:
    assert page.holds_out([strength not in wrong_at for strength in STRENGTHS]) == words


def test_those_that_practised_are_best() -> None:
    """As the page says, and lesson 4."""
    from model_zoo import CLASSIFIERS, committee, definition

    practised = [name for name in CLASSIFIERS if definition(name).RECIPE.spoil]
    assert practised == ["deep_cnn", "sturdy"]
    assert [folder.name for folder in committee.MEMBERS] == practised
    sturdiest = sorted(inference.names(), key=spoil.mean_error)
    assert set(sturdiest[:3]) == {*practised, "committee"}
    assert spoil.mean_error(sturdiest[2]) <= 0.02
    assert spoil.mean_error(sturdiest[3]) > 0.1
    said = page.sentence(["sturdy", "linear"])
    assert said.startswith("One digit proves little.")
    assert all(models.title(name) in said for name in practised)
    clean = sorted(inference.names(), key=lambda name: -inference.load(name).card["test_accuracy"])
    assert set(clean[:3]) == {*practised, "committee"}


def test_what_the_docs_say_of_them() -> None:
    page = (markdown.DOCS / "robustness.md").read_text("utf-8")
    rows = markdown.kept(page, "practised")
    names = ["cnn", "sturdy", "deep_cnn", "committee"]
    assert rows["one training each, seed 0"] == [f"`{name}`" for name in names]
    cards = [inference.load(name).card for name in names]
    assert rows["mean corruption error, MNIST's test images"] == [shown(spoil.mean_error(n)) for n in names]
    assert rows["MNIST's test images read right"] == [shown(card["test_accuracy"]) for card in cards]
    for who in ("test", "validation"):
        assert rows[f"drawn, {who} writers"] == [shown(card[f"drawn_{who}_accuracy"]) for card in cards]
    deep, both = (shown(inference.load(name).card["test_accuracy"]) for name in ("deep_cnn", "committee"))
    assert f"They have {deep} (`deep_cnn`) and {both} (`committee`)" in page


def test_the_committee_is_hardly_ever_worse_than_its_members() -> None:
    page = (markdown.DOCS / "robustness.md").read_text("utf-8")
    table = markdown.kept(page, "robustness")
    header, *rows = table.values()
    deep, sturdy, committee = (header.index(name) for name in ("deep_cnn", "sturdy", "committee"))
    errors = table["**mean corruption error** (read wrong)"]
    behind = [
        max(float(cells[deep]), float(cells[sturdy])) - float(cells[committee])
        for cells in rows
        if cells is not errors
    ]
    assert len(behind) > 20
    assert f"nowhere more than {max(behind):.2f} points behind" in " ".join(page.split())
    assert float(errors[committee]) < min(float(errors[deep]), float(errors[sturdy]))


def shown(share: float) -> str:
    return f"{markdown.percent(share)} %"


def test_a_line_says_what_is_read_and_is_escaped() -> None:
    answers = np.eye(10)[[3] * 4 + [5] * (len(STRENGTHS) - 4)]
    html = str(page.reader("A<b>", answers, 4, 3))
    assert "A&lt;b&gt;" in html
    assert html.startswith('<tr class="wrong">')
    assert html.count('class="right') == 4
    assert "Right up to 30 %" in html
