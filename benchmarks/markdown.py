"""Tables in Markdown, and the places in docs/ where a command keeps its numbers."""

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    rule = f"|---|{'--:|' * (len(header) - 1)}"
    first, *rest = (f"| {' | '.join(line)} |" for line in [header, *rows])
    return "\n".join([first, rule, *rest])


def percent(share: float) -> str:
    return f"{share * 100:.2f}"


def keep(file: Path, name: str, content: str) -> None:
    """Put the content between <!-- begin NAME --> and <!-- end NAME -->. Raises ValueError without them."""
    text = file.read_text("utf-8")
    place = _place(name)
    if len(place.findall(text)) != 1:
        raise ValueError(f"{file} has no place for {name}.")
    file.write_text(place.sub(lambda found: f"{found[1]}\n{content}\n\n{found[3]}", text), "utf-8")


def kept(text: str, name: str) -> dict[str, list[str]]:
    """The cells of the table that stands there under this name: its first column -> the others, the head
    first; empty without one."""
    found = _place(name).search(text)
    lines = [line for line in (found[2] if found else "").splitlines() if line.startswith("| ")]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {first: rest for first, *rest in cells}


def _place(name: str) -> re.Pattern[str]:
    """Where content is kept: its beginning, the content, its end."""
    name = re.escape(name)
    return re.compile(rf"(<!-- begin {name} -->\n)(.*?)(<!-- end {name} -->)", re.DOTALL)


def show(tables: Iterable[tuple[str, str]], write: bool) -> None:
    """Print tables of docs/BENCHMARKS.md, (name, content), as they come; with `write`, keep them there."""
    for name, content in tables:
        print(f"\n## {name}\n\n{content}", flush=True)
        if write:
            keep(DOCS / "BENCHMARKS.md", name, content)


def options(description: str, parser: argparse.ArgumentParser | None = None) -> argparse.Namespace:
    """The command line of a benchmark of speed: `--write`, and what the parser has already."""
    parser = parser or argparse.ArgumentParser()
    parser.description = description.splitlines()[0]
    parser.add_argument("--write", action="store_true", help="into docs/BENCHMARKS.md, too")
    return parser.parse_args()
