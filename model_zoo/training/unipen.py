r"""From the public originals to the files of pen strokes that digitlab/data/pen_strokes.py reads.

    python -m model_zoo.training.unipen pen_digits.json.gz \
        --pendigits pendigits-orig.tra --unipen train_r01_v07
    python -m model_zoo.training.unipen pen_other.json.gz \
        --unipen train_r01_v07 --sections 1b 1c 1d --at-most 144

docs/data.md says where they come from. Both are in the UNIPEN 1.0 format (Guyon, Schomaker, Plamondon,
Liberman, Janet 1994): statements that begin with a keyword at the start of a line. .PEN_DOWN is followed by
the points of a stroke, y pointing up; .SEGMENT CHARACTER 4-5 ? "7" says that strokes 4 and 5, counted from 0
through the whole recording, are a 7; .INCLUDE names a file to be read first, under train_r01_v07/include.
"""

import argparse
import gzip
import json
import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from digitlab.errors import DataCorrupt, DataUnavailable, DigitLabError

SIDE = 500  # units, the longer side of a drawing
DIGITS = frozenset("0123456789")
DIGIT_SECTION = "1a"
PROVIDERS = (
    "aga",
    "apa",
    "apb",
    "app",
    "ced",
    "syn",
)  # of UNIPEN: they recorded digits and letters, and wrote them apart
COMPRESSED = b"\x1f\x9d"  # how a .Z file begins
DEEPEST = 5  # .INCLUDE in .INCLUDE in ...

_SEGMENT = re.compile(r'\S+\s+(?P<where>[\d:,-]+)\s+(?:[^\s"]+\s+)?"(?P<label>(?:\\.|[^"\\])*)"')
_SPAN = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")

Strokes = list[np.ndarray]  # float (points, 2) each


@dataclass
class Segment:
    label: str
    where: str  # which strokes: its delineation
    comment: str = ""


@dataclass
class Recording:
    """What one UNIPEN file holds, with the files that it includes."""

    strokes: Strokes = field(
        default_factory=list
    )  # y pointing up; an empty one where the pen moved through the air
    segments: list[Segment] = field(default_factory=list)
    writer: str = ""
    columns: list[str] = field(default_factory=lambda: ["X", "Y"])
    resolution: dict[str, float] = field(default_factory=dict)  # points per inch or mm, of "X" and "Y"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 2 a request that can't be met."""
    options = _options(arguments)
    try:
        entries, left_out = [], 0
        for file in options.pendigits:
            found, missed = pendigits(file)
            entries += found
            left_out += missed
        if options.unipen:
            found, missed = unipen(options.unipen, options.sections, options.providers)
            entries += found
            left_out += missed
        entries = at_most(entries, options.at_most) if options.at_most else entries
        write(entries, options.out)
    except (DigitLabError, OSError) as error:
        print(f"model_zoo.training.unipen: {error}", file=sys.stderr)
        return 2
    writers = len({(entry["source"], entry["writer"]) for entry in entries})
    print(
        f"{options.out}: {len(entries):,} drawings, {writers:,} writers; {left_out:,} left out: incomplete."
    )
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m model_zoo.training.unipen",
        description="Convert public pen strokes into the format that training reads (see docs/data.md).",
    )
    parser.add_argument("out", type=Path, help="the file to write, NAME.json.gz")
    parser.add_argument(
        "--pendigits",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="pendigits-orig.tra, uncompressed",
    )
    parser.add_argument("--unipen", type=Path, metavar="FOLDER", help="train_r01_v07, unpacked")
    parser.add_argument(
        "--sections", nargs="+", default=[DIGIT_SECTION], metavar="1a", help="of UNIPEN's data/"
    )
    parser.add_argument(
        "--providers", nargs="+", default=PROVIDERS, metavar="aga", help="folders in a section"
    )
    parser.add_argument(
        "--at-most", type=int, metavar="N", help="so many drawings of each character, by chance"
    )
    options = parser.parse_args(arguments)
    if not (options.pendigits or options.unipen):
        parser.error("say what to convert: --pendigits, --unipen or both")
    return options


def pendigits(file: Path) -> tuple[list[dict[str, Any]], int]:
    """UCI's digits in pendigits-orig.tra or .tes: entries, and how many were incomplete. The two files have
    writers of their own. Raises DataUnavailable, DataCorrupt."""
    recording = Recording()
    _read(file, recording, None)
    source = "pendigits" if file.suffix != ".tes" else "pendigits-tes"
    entries = []
    for segment in recording.segments:
        comment = segment.comment.split()  # the digit, its writer, a number
        if len(comment) < 2 or not comment[1].isdigit():
            raise DataCorrupt(
                f"{file} doesn't name its writers: it is not one of UCI's pendigits-orig files."
            )
        if segment.label in DIGITS:
            entries.append(_entry(recording, segment, int(comment[1]), source))
    return _complete(entries)


def unipen(
    root: Path, sections: Sequence[str], providers: Sequence[str] = PROVIDERS
) -> tuple[list[dict[str, Any]], int]:
    """The characters in some sections of UNIPEN: digits from 1a, what is no digit from the others. Entries,
    and how many were incomplete. A file that can't be read is named on stderr and left out. A writer has the
    same number in every section. Raises DataUnavailable."""
    entries = []
    for section in sections:
        for provider in providers:
            folder = root / "data" / section / provider
            if not folder.is_dir():
                raise DataUnavailable(
                    f"There is no {folder}: --unipen wants the folder train_r01_v07, unpacked."
                )
            for file in sorted(folder.rglob("*.dat")):
                recording = Recording()
                try:
                    _read(file, recording, root / "include")
                except DigitLabError as error:
                    print(f"left out: {error}", file=sys.stderr)
                    continue
                # Apple's writers filled many pages, a file each: only what they signed with tells them apart
                person = recording.writer or file.relative_to(folder).with_suffix("").as_posix()
                for segment in recording.segments:
                    if len(segment.label) == 1 and (segment.label in DIGITS) == (section == DIGIT_SECTION):
                        writer = zlib.crc32(person.encode())
                        entries.append(_entry(recording, segment, writer, f"unipen-{provider}"))
    return _complete(entries)


def _entry(recording: Recording, segment: Segment, writer: int, source: str) -> dict[str, Any]:
    strokes = fitted(cut_out(recording.strokes, segment.where), recording.resolution)
    return {"label": segment.label, "writer": writer, "source": source, "strokes": strokes}


def _complete(entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    whole = [entry for entry in entries if entry["strokes"]]
    return whole, len(entries) - len(whole)


def at_most(entries: list[dict[str, Any]], count: int, seed: int = 0) -> list[dict[str, Any]]:
    """So many of each character, by chance, so that no writer is favoured."""
    kept: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number in np.random.default_rng(seed).permutation(len(entries)):
        entry = entries[number]
        if len(kept[entry["label"]]) < count:
            kept[entry["label"]].append(entry)
    return [entry for label in sorted(kept) for entry in kept[label]]


def write(entries: list[dict[str, Any]], file: Path) -> None:
    """The whole file or none; the same bytes for the same entries. Raises DataCorrupt without any."""
    if not entries:
        raise DataCorrupt("There is no drawing in it.")
    unfinished = file.with_name(f".{file.name}.unfinished")
    with unfinished.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        packed.write(json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode())
    unfinished.replace(file)


# --- the format --------------------------------------------------------------------------------------


def _read(file: Path, recording: Recording, include: Path | None, depth: int = 0) -> None:
    """Add a file's content to the recording. Raises DataUnavailable, DataCorrupt."""
    for keyword, rest in statements(_text(file)):
        words = rest.split()
        try:
            match keyword:
                case "INCLUDE" if include and words:
                    _include(words[0], recording, include, depth)
                case "COORD":
                    recording.columns = words
                case "X_POINTS_PER_INCH" | "Y_POINTS_PER_INCH" | "X_POINTS_PER_MM" | "Y_POINTS_PER_MM":
                    recording.resolution[keyword[0]] = float(words[0])
                case "WRITER_ID" if words:
                    recording.writer = words[0]
                case "PEN_DOWN":
                    recording.strokes.append(_points(words, recording.columns))
                case "PEN_UP" if words:  # counted where the tablet recorded it
                    recording.strokes.append(np.empty((0, 2)))
                case "SEGMENT" if found := _SEGMENT.match(rest):
                    label = re.sub(r"\\(.)", r"\1", found["label"])
                    recording.segments.append(Segment(label, found["where"]))
                case "COMMENT" if recording.segments:
                    recording.segments[-1].comment = recording.segments[-1].comment or rest
        except (ValueError, IndexError) as error:
            raise DataCorrupt(f"{file} is damaged, or no UNIPEN file: .{keyword} {rest[:40]!r}.") from error
    if depth == 0 and not (recording.segments and recording.strokes):
        raise DataCorrupt(
            f"{file} holds no labelled strokes: it is no UNIPEN file, or what it includes is missing."
        )


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataUnavailable(f"{file} can't be read: {error.strerror or error}.") from error
    if content.startswith(COMPRESSED):
        raise DataCorrupt(f"{file} is still compressed: gzip -d unpacks a .Z file.")
    return content.decode("latin-1")


def _include(name: str, recording: Recording, include: Path, depth: int) -> None:
    file = (include / name).resolve()
    if depth >= DEEPEST or not file.is_relative_to(include.resolve()):
        raise DataCorrupt(f"{name} must not be included.")
    if file.exists():  # lexica and notes are often missing, and not missed
        _read(file, recording, include, depth + 1)


def statements(text: str) -> Iterator[tuple[str, str]]:
    """Each keyword of a UNIPEN text, without its dot, and what stands between it and the next."""
    for part in re.split(r"(?m)^[ \t]*\.(?=[A-Z])", text)[1:]:
        keyword = re.match(r"[A-Z_]+", part)[0]
        yield keyword, part[len(keyword) :].strip()


def _points(words: list[str], columns: list[str]) -> np.ndarray:
    rows = np.array(words, float).reshape(-1, len(columns))
    points = rows[:, [columns.index("X"), columns.index("Y")]]
    if not np.isfinite(points).all():
        raise ValueError("a point that is nowhere")
    return points


def cut_out(strokes: Sequence[np.ndarray], where: str) -> Strokes:
    """The strokes that a delineation names: "3", "3-5", "3-5,8"; "3:10-4:20" from point 10 of stroke 3 to
    point 20 of stroke 4. None of them where it names one that isn't there."""
    chosen = []
    for span in where.split(","):
        found = _SPAN.fullmatch(span)
        if not found:
            return []
        first, start, last, end = (None if group is None else int(group) for group in found.groups())
        last = first if last is None else last
        if last >= len(strokes):
            return []
        for number in range(first, last + 1):
            begin = start if number == first else None
            stop = end + 1 if number == last and end is not None else None
            chosen.append(strokes[number][begin:stop])
    return [stroke for stroke in chosen if len(stroke)]


def fitted(strokes: Strokes, resolution: dict[str, float]) -> list[list[list[int]]]:
    """Strokes with their longer side SIDE units, from 0, y pointing down, repeated points dropped. A tablet
    may have another resolution across than along."""
    if not strokes:
        return []
    strokes = [stroke / [resolution.get("X", 1), -resolution.get("Y", 1)] for stroke in strokes]
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0).max()
    scale = SIDE / size if size else 0  # a dot has no size
    rounded = [np.rint((stroke - low) * scale).astype(int).tolist() for stroke in strokes]
    return [[point for point, _ in groupby(stroke)] for stroke in rounded]


if __name__ == "__main__":
    sys.exit(main())
