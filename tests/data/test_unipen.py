"""UNIPEN texts, written for these tests, become the pen strokes that training reads."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab.data import pen_strokes
from model_zoo.training import unipen

PENDIGITS = """\
.INCLUDE note.doc
.HIERARCHY DIGIT
.SEGMENT DIGIT 0-1 ? "7"
.COMMENT 7 12 1
.PEN_DOWN
 100 300
 100 300
 200 300
 150 100
.PEN_UP
.DT 100
.PEN_DOWN
 120 200
 180 200
.PEN_UP
.DT 100

.SEGMENT DIGIT 2 ? "1"
.COMMENT 1 3 2
.PEN_DOWN
 50 400
 50 0
.PEN_UP
.DT 100
"""

# of a folder like train_r01_v07
DOCUMENTATION = (
    ".COMMENT ### about this tablet ###\n.COORD X Y\n.X_POINTS_PER_INCH 100\n.Y_POINTS_PER_INCH 200\n"
)
PAGE = """\
.WRITER_ID Ada
.START_BOX
.PEN_DOWN
0 0
.PEN_UP
.PEN_DOWN
10 0
10 800
.PEN_UP
.PEN_DOWN
0 400
100 400
"""


def tree(root: Path, *pages: str, section: str = "1a", segments: str) -> Path:
    for number, page in enumerate(pages):
        for folder, name, text in (
            (
                f"data/{section}/abc/x",
                f"{number}.dat",
                f".INCLUDE abc/abc.doc\n.INCLUDE abc/{number}.dat\n{segments}",
            ),
            ("include/abc", "abc.doc", DOCUMENTATION),
            ("include/abc", f"{number}.dat", page),
        ):
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / name).write_text(text, "latin-1")
    return root


@pytest.fixture
def tra(tmp_path: Path) -> Path:
    file = tmp_path / "pendigits-orig.tra"
    file.write_text(PENDIGITS)
    return file


def test_pendigits_become_drawings_with_y_pointing_down(tra: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json.gz"
    assert unipen.main([str(out), "--pendigits", str(tra)]) == 0
    seven, one = pen_strokes.read(out)
    assert (seven.label, seven.writer, seven.source) == ("7", 12, "pendigits")
    # 100 wide and 200 high; the bar first from the left, above; the repeated point is gone
    assert [stroke.tolist() for stroke in seven.strokes] == [
        [[0, 0], [250, 0], [125, 500]],
        [[50, 250], [200, 250]],
    ]
    assert (one.label, one.writer) == ("1", 3)
    assert one.strokes[0].tolist() == [[0, 0], [0, 500]]


def test_the_two_parts_of_pendigits_have_writers_of_their_own(tra: Path) -> None:
    tes = tra.with_suffix(".tes")
    tra.rename(tes)
    assert {entry["source"] for entry in unipen.pendigits(tes)[0]} == {"pendigits-tes"}


def test_unipen_pages_are_put_together_from_the_files_they_include(tmp_path: Path) -> None:
    tree(tmp_path, PAGE, segments='.SEGMENT CHARACTER 1-2 ? "4"\n.SEGMENT CHARACTER 2 OK "x"\n')
    entries, left_out = unipen.unipen(tmp_path, ["1a"], ["abc"])
    assert left_out == 0
    (entry,) = entries  # the x is no digit, and so has no place in section 1a
    assert (entry["label"], entry["source"]) == ("4", "unipen-abc")
    # twice as many points to the inch along as across: 1 inch wide, 4 high
    assert entry["strokes"] == [[[12, 500], [12, 0]], [[0, 250], [125, 250]]]


def test_a_person_is_the_same_writer_on_every_page_and_in_every_section(tmp_path: Path) -> None:
    other = PAGE.replace("Ada", "Grace")
    tree(tmp_path, PAGE, PAGE, other, segments='.SEGMENT CHARACTER 1 ? "1"\n.SEGMENT CHARACTER 2 ? "-"\n')
    tree(tmp_path, PAGE, section="1d", segments='.SEGMENT CHARACTER 1 ? "1"\n.SEGMENT CHARACTER 2 ? "-"\n')
    ada, again, grace = unipen.unipen(tmp_path, ["1a"], ["abc"])[0]
    assert ada["writer"] == again["writer"] != grace["writer"]
    (dash,) = unipen.unipen(tmp_path, ["1d"], ["abc"])[0]
    assert (dash["label"], dash["writer"]) == ("-", ada["writer"])


@pytest.mark.parametrize("label", ['"\\""', '"\\\\"', '"~"', '"é"'])
def test_any_character_can_be_a_label(tmp_path: Path, label: str) -> None:
    tree(tmp_path, PAGE, section="1d", segments=f".SEGMENT CHARACTER 1 ? {label}\n")
    (entry,) = unipen.unipen(tmp_path, ["1d"], ["abc"])[0]
    assert entry["label"] == label[1:-1].removeprefix("\\")


def test_what_names_missing_strokes_is_left_out_and_counted(tmp_path: Path) -> None:
    tree(tmp_path, PAGE, segments='.SEGMENT CHARACTER 1 ? "1"\n.SEGMENT CHARACTER 2-3 ? "4"\n')
    entries, left_out = unipen.unipen(tmp_path, ["1a"], ["abc"])
    assert ([entry["label"] for entry in entries], left_out) == (["1"], 1)


def test_a_damaged_page_doesnt_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree(tmp_path, "\n.PEN_DOWN\n1 2 3\n", PAGE, segments='.SEGMENT CHARACTER 1 ? "1"\n')
    assert len(unipen.unipen(tmp_path, ["1a"], ["abc"])[0]) == 1
    assert "left out" in capsys.readouterr().err


STROKES = [np.array([[n, 10.0 * n + point] for point in range(5)]) for n in range(4)]


@pytest.mark.parametrize(
    ("where", "points"),
    [
        ("2", [[20, 21, 22, 23, 24]]),
        ("0-1", [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14]]),
        ("0,3", [[0, 1, 2, 3, 4], [30, 31, 32, 33, 34]]),
        ("1:3-2:1", [[13, 14], [20, 21]]),
        ("1:1-1:2", [[11, 12]]),
        ("3-4", []),
        ("3:9-3:12", []),
        ("3-", []),
    ],
)
def test_a_delineation_cuts_strokes_out(where: str, points: list[list[int]]) -> None:
    assert [stroke[:, 1].tolist() for stroke in unipen.cut_out(STROKES, where)] == points


coordinate = st.integers(-30_000, 30_000)
stroke = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=12)
digit = st.tuples(
    st.sampled_from(sorted(unipen.DIGITS)), st.integers(1, 44), st.lists(stroke, min_size=1, max_size=3)
)


@settings(deadline=None)
@given(st.lists(digit, min_size=1, max_size=4))
def test_what_is_written_as_unipen_comes_back(tmp_path_factory: pytest.TempPathFactory, digits: list) -> None:
    lines, count = [], 0
    for label, writer, strokes in digits:
        lines += [
            f'.SEGMENT DIGIT {count}-{count + len(strokes) - 1} ? "{label}"',
            f".COMMENT {label} {writer} 0",
        ]
        for points in strokes:
            lines += [".PEN_DOWN", *(f" {x} {y}" for x, y in points), ".PEN_UP", ".DT 100"]
        count += len(strokes)
    file = tmp_path_factory.mktemp("round") / "pendigits-orig.tra"
    file.write_text("\n".join(lines))
    entries, left_out = unipen.pendigits(file)
    assert left_out == 0
    assert [(entry["label"], entry["writer"]) for entry in entries] == [(d[0], d[1]) for d in digits]
    for entry, (_, _, strokes) in zip(entries, digits, strict=True):
        size = np.ptp(np.concatenate(strokes), axis=0).max()
        assert len(entry["strokes"]) == len(strokes)
        assert np.ptp(np.concatenate(entry["strokes"]), axis=0).max() == (unipen.SIDE if size else 0)
        assert np.concatenate(entry["strokes"]).min() == 0
        for points, given_points in zip(entry["strokes"], strokes, strict=True):
            (x, y), (given_x, given_y) = (
                np.subtract(points[-1], points[0]),
                np.subtract(given_points[-1], given_points[0]),
            )
            assert abs(x * size - given_x * unipen.SIDE) <= size
            assert abs(y * size + given_y * unipen.SIDE) <= size  # y turned over


def test_at_most_so_many_of_each_character() -> None:
    entries = [{"label": "ab"[n % 2], "writer": n} for n in range(20)]
    kept = unipen.at_most(entries, 3)
    assert [entry["label"] for entry in kept] == list("aaabbb")
    assert unipen.at_most(entries, 3) == kept
    assert len({entry["writer"] for entry in kept}) == 6


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no UNIPEN file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no UNIPEN file"),
        (unipen.COMPRESSED + b"rest", "still compressed"),
        (PENDIGITS.replace(" 200 300\n", " 200\n", 1).encode(), "damaged"),
        (PENDIGITS.replace(" 200 300\n", " 200 nan\n", 1).encode(), "damaged"),
        (PENDIGITS.replace(".COMMENT", ".NOTE").encode(), "writers"),
        (b".COORD\n" + PENDIGITS.encode(), "damaged"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    file, out = tmp_path / "pendigits-orig.tra", tmp_path / "out.json.gz"
    file.write_bytes(content)
    assert unipen.main([str(out), "--pendigits", str(file)]) == 2
    message = capsys.readouterr().err
    assert says in message
    assert message.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize("option", ["--pendigits", "--unipen"])
def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert unipen.main([str(tmp_path / "out"), option, str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_nothing_outside_the_folder_is_included(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text(PAGE)
    root = tree(tmp_path / "root", PAGE, segments='.SEGMENT CHARACTER 1 ? "1"\n.INCLUDE ../../secret\n')
    assert unipen.unipen(root, ["1a"], ["abc"])[0] == []
    assert "must not be included" in capsys.readouterr().err


def test_the_same_input_gives_the_same_bytes(tra: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.json.gz", "b.json.gz")]
    for file in files:
        unipen.main([str(file), "--pendigits", str(tra)])
    content = files[0].read_bytes()
    assert content == files[1].read_bytes()
    assert content[4:8] == bytes(4), "gzip notes the time, unless it is told not to"
    assert len(json.loads(gzip.decompress(content))) == 2
