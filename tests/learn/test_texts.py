"""What teachers write is read as they meant it, and leads where it says."""

import re
from pathlib import Path

import pytest

from digitlab.learn import texts
from digitlab.learn.texts import Lesson, Link, Term
from ui import menu

ROOT = Path(__file__).parents[2]
WANTED = [
    "MNIST",
    "epoch",
    "batch",
    "iteration",
    "optimiser",
    "SGD",
    "Adam",
    "loss",
    "cross-entropy",
    "accuracy",
    "precision",
    "recall",
    "confusion matrix",
    "gradient",
    "vectorisation",
    "scaling",
    "coordinate",
    "autoencoder",
    "convolution",
    "optimisation",
    "random walk",
    "slicing and indexing",
    "generative network",
    "anomaly detection",
    "feed-forward network",
    "back-propagation",
    "weight",
    "bias",
    "activation function",
    "overfitting",
]
TERMS = list(texts.glossary().values())
LINKS = {term.name: term.link for term in TERMS} | {
    f"{lesson.name}: {step.title}": step.link for lesson in texts.lessons().values() for step in lesson.steps
}


@pytest.mark.parametrize("name", WANTED)
def test_the_glossary_has(name: str) -> None:
    assert name.lower() in texts.glossary()


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_term_takes_one_to_three_sentences(term: Term) -> None:
    sentences = re.findall(r"[^.?!]+[.?!](?=\s|$)", re.sub(r"\([^)]*\)|`[^`]*`", "", term.text))
    assert 1 <= len(sentences) <= 3
    assert "\n\n" not in term.text


def test_terms_stand_in_the_order_of_the_alphabet() -> None:
    names = [term.name.lower().replace("t-sne", "tsne") for term in TERMS]
    assert names == sorted(names)


@pytest.mark.parametrize("where", LINKS)
def test_a_link_leads_to_a_page_that_knows_its_words(where: str) -> None:
    link = LINKS[where]
    assert isinstance(link, Link)
    page = ROOT / menu.ENTRIES[link.page].module.replace(".", "/")
    of_page = page.glob("*.py") if page.is_dir() else [page.with_suffix(".py")]
    known = "".join(file.read_text("utf-8") for file in [*of_page, *(ROOT / "ui").rglob("*.py")])
    for name, value in link.query:
        assert f'"{name}"' in known
        assert value


@pytest.mark.parametrize("lesson", texts.lessons().values(), ids=lambda lesson: lesson.name)
def test_a_lesson_asks_before_it_reveals(lesson: Lesson) -> None:
    assert re.match(r"\d+ minutes", lesson.summary)
    assert len(lesson.steps) >= 4
    for step in lesson.steps:
        assert step.text
        assert step.question.rstrip(")").endswith(("?", "."))
        assert step.answer
        assert "Answer:" not in step.question


def test_there_are_lessons() -> None:
    assert len(texts.lessons()) >= 5


def test_a_word_is_found_by_its_name_first() -> None:
    found = [term.name for term in texts.found(texts.glossary(), " RECALL ")]
    assert found[0] == "Recall"
    assert len(texts.found(texts.glossary(), "")) == len(TERMS)
    assert texts.found(texts.glossary(), "xyzzy") == []


def test_a_teachers_own_lesson_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "mine.md").write_text(
        "# Mine\n\n5 minutes.\n\n## Only a step\n\nLook.\nOpen: [the 4s](samples?is=4&is=9)\n", "utf-8"
    )
    monkeypatch.setattr(texts, "DOCS", tmp_path)
    texts.lessons.cache_clear()
    try:
        (mine,) = texts.lessons().values()
    finally:
        texts.lessons.cache_clear()
    assert (mine.title, mine.summary) == ("Mine", "5 minutes.")
    (step,) = mine.steps
    assert step == ("Only a step", "Look.", Link("the 4s", "samples", (("is", "4"), ("is", "9"))), "", "")
