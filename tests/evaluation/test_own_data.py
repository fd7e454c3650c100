"""Data sets that people bring: good ones, and every way to be wrong, with a sentence that names the place."""

import io
import pickle
import zipfile

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import data
from digitlab.errors import DataCorrupt
from digitlab.evaluation.own_data import MAX_PICTURES, read
from digitlab.strokes import examples, render


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


def zip_of(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return content.getvalue()


def png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


@pytest.mark.parametrize("head", [True, False])
def test_csv_as_on_kaggle(some: data.Dataset, head: bool) -> None:
    images, labels = read("Train.CSV", csv_of(some, head))
    assert np.array_equal(images, some.images)
    assert np.array_equal(labels, some.labels)


def test_npz(some: data.Dataset) -> None:
    images, labels = read("mine.npz", npz_of(x=some.images, y=some.labels.astype(np.int64)))
    assert np.array_equal(images, some.images)
    assert np.array_equal(labels, some.labels)


def test_zip_of_pictures(some: data.Dataset) -> None:
    pairs = enumerate(zip(*some, strict=True))
    files = {f"mine/{label}/{i}.png": png(image) for i, (image, label) in pairs}
    files |= {"mine/readme.txt": b"hello", "__MACOSX/mine/0/._x.png": b"junk"}
    images, labels = read("mine.zip", zip_of(files))
    assert np.array_equal(images, some.images)
    assert np.array_equal(labels, some.labels)


def test_large_pictures_in_a_zip_are_read_as_the_app_would() -> None:
    images, labels = read("a.zip", zip_of({f"{d}/a.png": png(render(examples()[d])) for d in range(10)}))
    assert images.shape == (10, 28, 28)
    assert labels.tolist() == list(range(10))
    assert images.max() > 240


ROW = ",".join(["3"] + ["0"] * 784)
BAD = {
    "short row": ("a.csv", f"{ROW}\n3,1,2\n".encode(), "Row 2 has 3 values"),
    "label": ("a.csv", ROW.replace("3", "12", 1).encode(), "Row 1: the label is 12"),
    "pixel": ("a.csv", (ROW[:-1] + "256").encode(), "Row 1: a pixel is 256"),
    "text": ("a.csv", (ROW + "\n" + ROW[:-1] + "x").encode(), "Row 2, value 785"),
    "negative": ("a.csv", (ROW[:-1] + "-1").encode(), "Row 1, value 785"),
    "huge": ("a.csv", (ROW[:-1] + "9" * 5000).encode(), "Row 1, value 785"),
    "empty csv": ("a.csv", b"", "no picture"),
    "only names": ("a.csv", b"label,pixel0\n", "no picture"),
    "no text": ("a.csv", b"\xff\xfe\x00\x01", "not a text file"),
    "too many": ("a.csv", ((ROW + "\n") * (MAX_PICTURES + 1)).encode(), f"Row {MAX_PICTURES + 1}"),
    "no zip": ("a.npz", b"nothing", "damaged"),
    "no arrays": ("a.npz", npz_of(), "It holds nothing"),
    "wrong shape": ("a.npz", npz_of(x=np.zeros((5, 784), np.uint8), y=np.zeros(5, int)), r"x \(5, 784\)"),
    "floats": ("a.npz", npz_of(x=np.zeros((5, 28, 28)), y=np.zeros(5, int)), "must be uint8"),
    "counts": ("a.npz", npz_of(x=np.zeros((5, 28, 28), np.uint8), y=np.zeros(4, int)), "5 pictures and 4"),
    "label 10": ("a.npz", npz_of(x=np.zeros((2, 28, 28), np.uint8), y=np.array([1, 10])), "number 1 is 10"),
    "no folder": ("a.zip", zip_of({"x.png": b""}), "no folder named"),
    "no picture file": ("a.zip", zip_of({"3/x.png": b"text"}), "3/x.png: This file is not a picture"),
    "blank": ("a.zip", zip_of({"3/x.png": png(np.full((99, 99), 255, np.uint8))}), "3/x.png is blank"),
    "empty zip": ("a.zip", zip_of({}), "no picture"),
    "bomb": ("a.zip", zip_of({"3/x.png": bytes(50_000_000)}), "larger than 1 MB"),
    "large": ("a.npz", npz_of(x=np.zeros((6000, 28, 28), np.uint8), y=np.zeros(6000, int)), "too large"),
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
        images, labels = read("a.npz", bytes(content))
    except DataCorrupt:
        return
    assert images.shape[1:] == (28, 28)
    assert labels.max() <= 9
