"""What the readers of the zoo read before a change, and now: one table of all that other commands measured.

    python -m benchmarks.before_after [--before COMMIT] [--write]

It compares the models' cards and the tables in docs/ with those of a commit of this repository; without
--before with version 1.4.0, which read pictures alone. (How it read photos was measured later: docs/photos.md
keeps that table.) It measures nothing itself: benchmarks.seeds, robustness, unseen_source and photos do.
--write puts the table into docs/robustness.md.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import markdown
from digitlab import inference

ROOT = Path(__file__).parents[1]
PAGE = markdown.DOCS / "robustness.md"
VERSION_1_4 = "85011b9"
ABSENT = "–"
DEFAULT = "cnn"
READERS = [name for name in inference.names() if name not in ("dense_classic", "autoencoder")]

Read = Callable[[str], str]  # a file's path in the repository -> its text, "" where it isn't there


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 where the commit isn't in this copy of the repository."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default=VERSION_1_4, metavar="COMMIT")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    if git("cat-file", "-e", options.before).returncode:
        print(f"benchmarks.before_after: there is no commit {options.before} here.", file=sys.stderr)
        return 2
    before = dict(photos(present("docs/photos.md"), "photos before"))
    before |= figures(lambda path: git("show", f"{options.before}:{path}").stdout)
    now = dict(figures(present))
    text = markdown.table(
        ["in %", "before", "now"], [[name, before.get(name, ABSENT), value] for name, value in now.items()]
    )
    print(text)
    if options.write:
        markdown.keep(PAGE, "before and after", text)
    return 0


def git(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [shutil.which("git") or "git", *arguments], cwd=ROOT, capture_output=True, text=True
    )


def present(path: str) -> str:
    file = ROOT / path
    return file.read_text("utf-8") if file.exists() else ""


def figures(read: Read) -> Iterator[tuple[str, str]]:
    """What is measured, and the figure as text, in percent."""
    cards = {name: card(read, name) for name in (*READERS, inference.STROKES)}
    for name in READERS:
        if cards[name]:
            yield f"MNIST's test images, {name}", over_seeds(cards[name], "test_accuracy")
    strokes, pictures = cards[inference.STROKES], cards[DEFAULT]
    for fold, people in (("drawn_test", "test writers"), ("drawn_validation", "validation writers")):
        yield f"drawn, {people}, {DEFAULT}: the picture", over_seeds(pictures, f"{fold}_accuracy")
        both = over_seeds(strokes, f"joined_{fold}_accuracy") if strokes else ABSENT
        yield f"drawn, {people}, {DEFAULT}: picture and movement", both
    unseen = markdown.kept(read("docs/robustness.md"), "unseen source")
    for source in [*unseen][1:]:
        cells = unseen[source]
        yield f"source left out: {source}", cells[-2] if len(cells) > 2 else cells[-1]
    robust = markdown.kept(read("docs/robustness.md"), "robustness")
    for row, cells in robust.items():
        if row.startswith("UCI"):
            yield f"{row}, {DEFAULT}", cells[next(iter(robust.values())).index(DEFAULT)]
        if row.startswith("**mean corruption error"):
            yield "mean corruption error of the sturdiest (read wrong)", f"{min(map(float, cells)):.2f}"
    yield from photos(read("docs/photos.md"), "photos")


def photos(text: str, name: str) -> Iterator[tuple[str, str]]:
    if found := markdown.kept(text, name):
        heads = next(iter(found.values()))
        yield "photos read right", found["**all**"][heads.index("read right")]
        yield "photos read wrong, more than 90 % sure", found["**all**"][heads.index("wrong above 90 %")]


def card(read: Read, name: str) -> dict[str, Any]:
    text = read(f"model_zoo/artifacts/{name}/card.json")
    return json.loads(text) if text else {}


def over_seeds(card: dict[str, Any], figure: str) -> str:
    """The mean of the seeds that the card has, and their range; else that of the only one."""
    values = card.get("seeds", {}).get(figure) or [card[figure]]
    mean = markdown.percent(float(np.mean(values)))
    return mean if len(values) == 1 else f"{mean} ({min(values):.2%} to {max(values):.2%})".replace("%", "")


if __name__ == "__main__":
    sys.exit(main())
