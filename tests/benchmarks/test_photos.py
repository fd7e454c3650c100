"""The table of photos, on drawings made here."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import markdown, photos
from benchmarks.photos import Read
from digitlab.strokes import examples


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the page; and our examples as if twenty people had written them."""
    entries = [
        {
            "label": str(digit),
            "writer": writer,
            "source": "somebody",
            "strokes": [np.asarray(stroke.points).tolist() for stroke in example],
        }
        for digit, example in enumerate(examples())
        for writer in range(20)
    ]
    file = tmp_path / "pen_digits.json.gz"
    file.write_bytes(gzip.compress(json.dumps(entries).encode()))
    monkeypatch.setenv("PEN_DIGITS", str(file))
    copy = tmp_path / photos.PAGE.name
    copy.write_bytes(photos.PAGE.read_bytes())
    monkeypatch.setattr(photos, "PAGE", copy)
    return copy


def test_the_table_has_a_row_for_each_kind_and_one_for_all(page: Path, tmp_path: Path) -> None:
    kinds = ["white paper", "12-bit scan", "cut by the picture’s edge"]
    assert photos.main(["--limit", "3", "--kinds", *kinds, "--save", str(tmp_path / "taken"), "--write"]) == 0
    block = page.read_text().split("<!-- begin photos -->\n\n")[1].split("\n\n<!-- end")[0]
    _, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()]
    assert [row[0] for row in rows] == [*kinds, "**all**"]
    assert [row[1] for row in rows] == ["3", "3", "3", "9"]
    assert all(sum(map(float, row[2:5])) == pytest.approx(100, abs=0.02) for row in rows)
    assert rows[0][2] == "100.00"
    assert rows[2][3] == "100.00"
    assert "edge" in rows[2][6]
    assert len(list((tmp_path / "taken").glob("*.png"))) == 3


def test_photos_are_the_same_each_time() -> None:
    assert len(photos.KINDS) == 20
    strokes = [np.asarray(stroke.points, float) for stroke in examples()[4]]
    for kind in ("pencil", "hollow"):
        first, second = (photos.KINDS[kind](np.random.default_rng(7), strokes) for _ in range(2))
        assert first == second


def test_a_doubted_digit_is_neither_right_nor_wrong() -> None:
    reads = [
        Read(3, 3, 0.99, None),
        Read(3, 8, 0.95, None),
        Read(3, 8, 0.6, None),
        Read(3, None, 0.99, "The digit touches the picture’s edge."),
    ]
    assert photos.row("x", reads)[1:6] == ["4", "25.00", "25.00", "50.00", "25.00"]
    assert photos.row("x", reads)[6].endswith("edge. 1")


def test_without_pen_strokes_it_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PEN_DIGITS", raising=False)
    assert photos.main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_has_both_tables() -> None:
    text = photos.PAGE.read_text("utf-8")
    assert text.count("<!-- begin photos -->") == 1
    assert "before" in text.casefold()
    assert markdown.DOCS in photos.PAGE.parents
