"""What a teacher may change without touching code: docs/glossary.md and the lessons in docs/lessons/.

Both are Markdown, read with markdown-it. A part begins with a heading of the second level. In it, a line that
begins with `Open:` or `Try it:` holds a link to a view of the app; `Question:` begins the question, `Answer:`
the answer for the teacher. Comments (<!-- ... -->) are for who writes the file, and shown nowhere.
"""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from markdown_it import MarkdownIt

from digitlab.caches import once

DOCS = Path(__file__).parents[2] / "docs"

_MARKDOWN = MarkdownIt()
_LINK = ("Open: ", "Try it: ")


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
    summary: str  # Markdown: how long, for whom
    steps: tuple[Step, ...]


@once(maxsize=1)
def glossary() -> dict[str, Term]:
    """All terms in the order of the file, by their names in small letters."""
    _, _, parts = _parts((DOCS / "glossary.md").read_text("utf-8"))
    terms = (Term(title, *_text_and_link(lines)) for title, lines in parts)
    return {term.name.lower(): term for term in terms}


def found(terms: dict[str, Term], wanted: str) -> list[Term]:
    """The terms that have the words in their name; after them those that have them in their text. Hyphens,
    spaces, accents and capitals don't matter: "backpropagation" finds "Back-propagation"."""
    wanted = _plain(wanted)
    named = [term for name, term in terms.items() if wanted in _plain(name)]
    return named + [term for term in terms.values() if term not in named and wanted in _plain(term.text)]


@once(maxsize=1)
def lessons() -> dict[str, Lesson]:
    """All lessons in the order of their files' names, by these."""
    return {file.stem: _lesson(file) for file in sorted((DOCS / "lessons").glob("*.md"))}


def _lesson(file: Path) -> Lesson:
    title, summary, parts = _parts(file.read_text("utf-8"))
    return Lesson(file.stem, title or file.stem, summary, tuple(_step(*part) for part in parts))


def _step(title: str, lines: list[str]) -> Step:
    text, question, answer = [], [], []
    kept = text
    for line in lines:
        if line.startswith("Question: "):
            kept = question
        elif line.startswith("Answer: "):
            kept = answer
        kept.append(line.removeprefix("Question: ").removeprefix("Answer: "))
    said, link = _text_and_link(text + [line for line in question if line.startswith(_LINK)])
    asked, _ = _text_and_link(question)
    return Step(title, said, link, asked, "\n".join(answer).strip())


def _parts(text: str) -> tuple[str, str, list[tuple[str, list[str]]]]:
    """The title, what stands before the first part, and each part's title and lines; without comments."""
    lines = text.splitlines()
    tokens = _MARKDOWN.parse(text)
    headings = []
    for token, inline in pairwise(tokens):
        if token.type == "html_block" and token.map:
            lines[slice(*token.map)] = [""] * (token.map[1] - token.map[0])
        if token.type == "heading_open" and token.level == 0 and token.map:
            headings.append((token.tag, inline.content, token.map))
    title = next((words for tag, words, _ in headings if tag == "h1"), "")
    starts = [(words, place) for tag, words, place in headings if tag == "h2"]
    ends = [place[0] for _, place in starts[1:]] + [len(lines)]
    head_from = next((place[1] for tag, _, place in headings if tag == "h1"), 0)
    head_to = starts[0][1][0] if starts else len(lines)
    parts = [(words, lines[place[1] : end]) for (words, place), end in zip(starts, ends, strict=True)]
    return title, "\n".join(lines[head_from:head_to]).strip(), parts


def _text_and_link(lines: list[str]) -> tuple[str, Link | None]:
    """The text without the line of the link, and the link."""
    link = next((_link(line) for line in lines if line.startswith(_LINK)), None)
    return "\n".join(line for line in lines if not line.startswith(_LINK)).strip(), link


def _link(line: str) -> Link | None:
    (inline,) = _MARKDOWN.parseInline(line)
    children = inline.children or []
    for token, label in pairwise(children):
        if token.type == "link_open":
            target = urlsplit(str(token.attrs["href"]))
            return Link(label.content, target.path, tuple(parse_qsl(target.query)))
    return None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[\s\-‐‑–_]|[\u0300-\u036f]", "", letters)
