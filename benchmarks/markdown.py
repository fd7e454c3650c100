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
    pattern = re.compile(
        rf"(<!-- begin {re.escape(name)} -->\n).*?(<!-- end {re.escape(name)} -->)", re.DOTALL
    )
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"{file} has no place for {name}.")
    file.write_text(pattern.sub(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", text), "utf-8")


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
