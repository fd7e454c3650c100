"""What a teacher may change without touching code: docs/glossary.md and the lessons in docs/lessons/."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from digitlab.caches import once

DOCS = Path(__file__).parents[2] / "docs"

_LINK = re.compile(r"^(?:Try it|Open): \[(?P<label>.+?)\]\((?P<target>[^)]+)\)$", re.MULTILINE)
_TITLE = re.compile("^# (.+)$", re.MULTILINE)


class Link(NamedTuple):
    """A view of the app."""

    label: str
    page: str  # its address, as in ui/menu.py
    query: tuple[tuple[str, str], ...]  # name and value; a name may stand there more than once


class Term(NamedTuple):
    name: str
    text: str  # Markdown
    link: Link | None


class Step(NamedTuple):
    title: str
    text: str  # Markdown
    link: Link | None
    question: str
    answer: str


class Lesson(NamedTuple):
    name: str  # the stem of its file
    title: str
    about: str  # Markdown: how long, for whom
    steps: tuple[Step, ...]


@once(maxsize=1)
def glossary() -> dict[str, Term]:
    """All terms in the order of the file, by their names in small letters."""
    _, *parts = re.split("^## ", (DOCS / "glossary.md").read_text("utf-8"), flags=re.MULTILINE)
    terms = []
    for part in parts:
        name, text = part.split("\n", 1)
        terms.append(Term(name.strip(), _LINK.sub("", text).strip(), _link(text)))
    return {term.name.lower(): term for term in terms}


def found(terms: dict[str, Term], wanted: str) -> list[Term]:
    """The terms that have the words in their name; after them those that have them in their text."""
    wanted = wanted.strip().lower()
    named = [term for name, term in terms.items() if wanted in name]
    return named + [term for term in terms.values() if term not in named and wanted in term.text.lower()]


@once(maxsize=1)
def lessons() -> dict[str, Lesson]:
    """All lessons in the order of their files' names, by these."""
    return {file.stem: _lesson(file) for file in sorted((DOCS / "lessons").glob("*.md"))}


def _lesson(file: Path) -> Lesson:
    head, *parts = re.split("^## ", file.read_text("utf-8"), flags=re.MULTILINE)
    title = _TITLE.search(head)
    return Lesson(
        file.stem, title[1] if title else file.stem, _TITLE.sub("", head).strip(), tuple(map(_step, parts))
    )


def _step(part: str) -> Step:
    title, text = part.split("\n", 1)
    text, _, answer = text.partition("\nAnswer: ")
    text, _, question = text.partition("\nQuestion: ")
    return Step(title.strip(), _LINK.sub("", text).strip(), _link(text), question.strip(), answer.strip())


def _link(text: str) -> Link | None:
    found = _LINK.search(text)
    if not found:
        return None
    target = urlsplit(found["target"])
    return Link(found["label"], target.path, tuple(parse_qsl(target.query)))
