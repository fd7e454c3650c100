"""Data sets that people bring: good ones, and every way to be wrong, with a sentence that names the place."""

import io
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitlab import data
from digitlab.errors import DataCorrupt
from digitlab.evaluation import own_data
from digitlab.evaluation.own_data import MAX_PICTURES, read
from digitlab.strokes import examples, render

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def some() -> data.Dataset:
    images, labels = data.load("digits", "test")
    return data.Dataset(images[:30], labels[:30])


def csv_of(dataset: data.Dataset, head: bool = True) -> bytes:
    lines = [",".join(["label", *(f"pixel{i}" for i in range(784))])] if head else []
    for image, label in zip(*dataset, strict=True):
        lines.append(",".join(map(str, [label, *image.ravel()])))
    return "\n".join(lines).encode()


def npz_of(**arrays: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def zip_of(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return content.getvalue()


def png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


@pytest.mark.parametrize("head", [True, False])
def test_csv_as_on_kaggle(some: data.Dataset, head: bool) -> None:
    brought = read("Train.CSV", csv_of(some, head))
    assert np.array_equal(brought.images, some.images)
    assert np.array_equal(brought.labels, some.labels)
    assert brought.file == "Train.CSV"
    assert brought.names[0] == ("row 2" if head else "row 1")


def test_npz(some: data.Dataset) -> None:
    brought = read("mine.npz", npz_of(x=some.images, y=some.labels.astype(np.int64)))
    assert np.array_equal(brought.images, some.images)
    assert np.array_equal(brought.labels, some.labels)
    assert brought.names[29] == "picture 29"


def test_an_npz_may_say_who_drew_what(some: data.Dataset) -> None:
    """As the download of a class does."""
    pupils = np.arange(30, dtype=np.int16) // 3
    brought = read("class.npz", npz_of(images=some.images, labels=some.labels, pupils=pupils))
    assert np.array_equal(brought.labels, some.labels)
    assert brought.pupils is not None
    assert np.array_equal(brought.pupils, pupils)
    assert read("mine.npz", npz_of(x=some.images, y=some.labels)).pupils is None


def test_zip_of_pictures(some: data.Dataset) -> None:
    pairs = enumerate(zip(*some, strict=True))
    files = {f"mine/{label}/{i}.png": png(image) for i, (image, label) in pairs}
    brought = read(
        "mine.zip", zip_of(files | {"mine/readme.txt": b"hello", "__MACOSX/mine/0/._x.png": b"junk"})
    )
    assert np.array_equal(brought.images, some.images)
    assert np.array_equal(brought.labels, some.labels)
    assert list(brought.names) == list(files)
    assert brought.inverted == 0


def test_dark_ink_on_white_is_inverted_and_counted(some: data.Dataset) -> None:
    """Pictures of 28 × 28 were once read as they came: 26 right of 100, where 100 are."""
    paper = data.Dataset(255 - some.images, some.labels)
    files = {f"{label}/{i}.png": png(image) for i, (image, label) in enumerate(zip(*paper, strict=True))}
    for name, content in (
        ("a.zip", zip_of(files)),
        ("a.npz", npz_of(x=paper.images, y=paper.labels)),
        ("a.csv", csv_of(paper)),
    ):
        brought = read(name, content)
        assert np.array_equal(brought.images, some.images), name
        assert brought.inverted == 30


def test_no_mnist_digit_looks_dark_on_white(mnist_test: data.Dataset) -> None:
    assert mnist_test.images.mean(axis=(1, 2)).max() < own_data._BRIGHT


def test_large_pictures_in_a_zip_are_read_as_the_app_would() -> None:
    brought = read("a.zip", zip_of({f"{d}/a.png": png(render(examples()[d])) for d in range(10)}))
    assert brought.images.shape == (10, 28, 28)
    assert brought.labels.tolist() == list(range(10))
    assert brought.images.max() > 240


def one_bit(width: int, height: int) -> bytes:
    """A PNG of few bytes and many pixels."""
    content = io.BytesIO()
    Image.new("1", (width, height)).save(content, "PNG")
    return content.getvalue()


ROW = ",".join(["3"] + ["0"] * 784)
BAD = {
    "short row": ("a.csv", f"{ROW}\n3,1,2\n".encode(), "Row 2 has 3 values"),
    "label": ("a.csv", ROW.replace("3", "12", 1).encode(), "Row 1: the label is “12”"),
    "label -1": ("a.csv", ROW.replace("3", "-1", 1).encode(), "Row 1: the label is “-1”"),
    "label seven": ("a.csv", ROW.replace("3", "seven", 1).encode(), "Row 1: the label is “seven”"),
    "no label": ("a.csv", ROW.replace("3", "", 1).encode(), "Row 1: the label is empty"),
    "pixel": ("a.csv", (ROW[:-1] + "256").encode(), "Row 1, value 785 is “256”"),
    "one long line": ("a.csv", b"," * 3_000_000, "Row 1 is too long"),
    "large file": ("a.csv", b"\n" * (own_data.MAX_BYTES + 1), "larger than 6 MB"),
    "text": ("a.csv", (ROW + "\n" + ROW[:-1] + "x").encode(), "Row 2, value 785"),
    "negative": ("a.csv", (ROW[:-1] + "-1").encode(), "Row 1, value 785"),
    "huge": ("a.csv", (ROW[:-1] + "9" * 5000).encode(), "Row 1, value 785 is “9{40}…”"),
    "empty csv": ("a.csv", b"", "no picture"),
    "only names": ("a.csv", b"label,pixel0\n", "no picture"),
    "no text": ("a.csv", b"\xff\xfe\x00\x01", "not a text file"),
    "no zip": ("a.npz", b"nothing", "damaged"),
    "no arrays": ("a.npz", npz_of(), "It holds nothing"),
    "wrong shape": ("a.npz", npz_of(x=np.zeros((5, 784), np.uint8), y=np.zeros(5, int)), r"“x” \(5, 784\)"),
    "floats": ("a.npz", npz_of(x=np.zeros((5, 28, 28)), y=np.zeros(5, int)), "must be uint8"),
    "counts": ("a.npz", npz_of(x=np.zeros((5, 28, 28), np.uint8), y=np.zeros(4, int)), "5 pictures and 4"),
    "label 10": ("a.npz", npz_of(x=np.zeros((2, 28, 28), np.uint8), y=np.array([1, 10])), "number 1 is 10"),
    "no folder": ("a.zip", zip_of({"x.png": b""}), "no folder named"),
    "no picture file": ("a.zip", zip_of({"3/x.png": b"text"}), "“3/x.png” is not a picture"),
    "blank": ("a.zip", zip_of({"3/x.png": png(np.full((99, 99), 255, np.uint8))}), "“3/x.png” is blank"),
    "empty zip": ("a.zip", zip_of({}), "no picture"),
    "bomb": ("a.zip", zip_of({"3/x.png": bytes(50_000_000)}), "larger than 1 MB"),
    "one too many": (
        "a.npz",
        npz_of(x=np.zeros((MAX_PICTURES + 1, 28, 28), np.uint8), y=np.zeros(MAX_PICTURES + 1, int)),
        "There are 5,001 pictures; 5,000 at most",
    ),
    "three arrays": ("a.npz", npz_of(x=np.zeros(1), y=np.zeros(1), z=np.zeros(1)), "It holds 3"),
    "too few pupils": (
        "a.npz",
        npz_of(x=np.zeros((5, 28, 28), np.uint8), y=np.zeros(5, int), pupils=np.zeros(4, int)),
        "“pupils” must be 5 integers",
    ),
    "pupils as text": (
        "a.npz",
        npz_of(x=np.zeros((5, 28, 28), np.uint8), y=np.zeros(5, int), pupils=np.array(["a"] * 5)),
        "“pupils” must be 5 integers",
    ),
    "bzip2": ("a.npz", zip_of({"x.npy": b""}, zipfile.ZIP_BZIP2), "stored or deflated"),
    "lzma": ("a.zip", zip_of({"3/x.png": b""}, zipfile.ZIP_LZMA), "stored or deflated"),
    "many entries": ("a.zip", b"PK\x01\x02" * 20_000, "too many entries"),
    "large picture": (
        "a.zip",
        zip_of({"3/x.png": one_bit(1001, 1000)}),
        "“3/x.png” is too large: 1001 × 1000",
    ),
    "pixels": (
        "a.zip",
        zip_of({f"3/{i}.png": one_bit(1000, 1000) for i in range(51)}),
        "more than 50 million pixels",
    ),
    "unpacked": (
        "a.zip",
        zip_of({f"3/{i}.png": bytes(1_000_000) for i in range(41)}),
        "Unpacked, this is more than 40 MB",
    ),
    "other": ("a.exe", b"MZ", "Bring one of these"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named(name: str) -> None:
    file, content, sentence = BAD[name]
    with pytest.raises(DataCorrupt, match=sentence):
        read(file, content)


def test_nothing_is_unpickled() -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return (pytest.fail, ("it was unpickled",))

    objects = io.BytesIO()
    np.save(objects, np.array([Trap()], dtype=object), allow_pickle=True)
    for body in (objects.getvalue(), pickle.dumps(Trap())):
        with pytest.raises(DataCorrupt, match="not an array"):
            read("a.npz", zip_of({"x.npy": body}))


@given(st.sampled_from(["a.csv", "a.npz", "a.zip"]), st.binary(max_size=300))
@settings(deadline=None)
def test_random_bytes_are_refused_calmly(name: str, content: bytes) -> None:
    with pytest.raises(DataCorrupt):
        read(name, content)


@given(st.integers(0, 4000), st.integers(0, 255))
@settings(deadline=None, max_examples=150)
def test_a_damaged_file_gives_a_sentence_or_pictures(at: int, value: int) -> None:
    content = bytearray(npz_of(x=np.zeros((3, 28, 28), np.uint8), y=np.arange(3)))
    content[at % len(content)] = value
    try:
        brought = read("a.npz", bytes(content))
    except DataCorrupt:
        return
    assert brought.images.shape[1:] == (28, 28)
    assert brought.labels.max() <= 9


def test_exactly_the_greatest_number_of_pictures_passes() -> None:
    content = npz_of(x=np.zeros((MAX_PICTURES, 28, 28), np.uint8), y=np.zeros(MAX_PICTURES, int))
    assert len(read("a.npz", content).labels) == MAX_PICTURES


# --- files that would take the machine -----------------------------------------------------------------

MEASURED = """
import resource, sys, time
from digitlab.errors import DataCorrupt
from digitlab.evaluation.own_data import read

name = sys.argv[1]
content = sys.stdin.buffer.read()
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    read(name, content)
except DataCorrupt as error:
    print(error)
else:
    print("taken")
print(time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def measured(name: str, content: bytes) -> tuple[str, float, float]:
    """What becomes of a file in a process of its own: the sentence, seconds of CPU, and by how many MB the
    peak of its memory rose."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, name], input=content, cwd=ROOT, capture_output=True, check=True
    )
    sentence, numbers = done.stdout.decode().splitlines()
    seconds, megabytes = map(float, numbers.split())
    return sentence, seconds, megabytes


def array_bomb(packing: int, count: int = 60) -> bytes:
    """Arrays of 3.9 MB each; reliability review: 400 of them, 0.1 MB packed, took 1.5 GB."""
    array = io.BytesIO()
    np.save(array, np.zeros((MAX_PICTURES, 28, 28), np.uint8))
    return zip_of({f"{i}.npy": array.getvalue() for i in range(count)}, packing)


def lying_array() -> bytes:
    """Its header says two pictures, and 300 MB follow."""
    array = io.BytesIO()
    np.save(array, np.zeros((2, 28, 28), np.uint8))
    labels = io.BytesIO()
    np.save(labels, np.zeros(2, int))
    return zip_of({"x.npy": array.getvalue() + bytes(300_000_000), "y.npy": labels.getvalue()})


BOMBS = {
    "deflated arrays": lambda: ("a.npz", array_bomb(zipfile.ZIP_DEFLATED)),
    "bzip2 arrays": lambda: ("a.npz", array_bomb(zipfile.ZIP_BZIP2)),
    "an array longer than it says": lambda: ("a.npz", lying_array()),
    "large pictures of one bit": lambda: (
        "a.zip",
        zip_of({f"3/{i}.png": body for body in [one_bit(4080, 4080)] for i in range(300)}),
    ),
    "5,000 pictures of a million pixels": lambda: (
        "a.zip",
        zip_of({f"3/{i}.png": body for body in [one_bit(1000, 1000)] for i in range(MAX_PICTURES)}),
    ),
    "a million fields": lambda: ("a.csv", b"0," * 1_000_000),
    "a million rows": lambda: ("a.csv", b"0\n" * 1_000_000),
    "a million empty rows": lambda: ("a.csv", b"\n" * 6_000_000),
    "a hundred thousand entries": lambda: ("a.zip", b"PK\x01\x02" + bytes(42) * 100_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_next_to_nothing(bomb: str) -> None:
    name, content = BOMBS[bomb]()
    assert len(content) < own_data.MAX_BYTES
    sentence, seconds, megabytes = measured(name, content)
    assert sentence != "taken"
    assert megabytes < 60
    assert seconds < 5  # of CPU: a wide bound, for a busy machine


def test_the_deadline_lies_between_two_pictures(monkeypatch: pytest.MonkeyPatch, some: data.Dataset) -> None:
    content = zip_of({f"3/{i}.png": png(image) for i, image in enumerate(some.images)})
    assert len(read("a.zip", content).labels) == 30
    monkeypatch.setattr(own_data, "MAX_SECONDS", 0.0)
    with pytest.raises(DataCorrupt, match="takes longer"):
        read("a.zip", content)


@pytest.mark.slow
def test_the_largest_good_zip_is_read_in_time() -> None:
    content = zip_of({f"3/{i}.png": png(np.full((28, 28), i % 100, np.uint8)) for i in range(MAX_PICTURES)})
    sentence, _, megabytes = measured("a.zip", content)
    assert sentence == "taken"
    assert megabytes < 100
