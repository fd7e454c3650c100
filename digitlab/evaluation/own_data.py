"""A data set that somebody brings: CSV as on Kaggle, .npz, or a ZIP of pictures in folders 0 to 9.

Nothing in it is executed, and nothing is unpacked beyond what is needed: sizes are checked before reading.
"""

import csv
import io
import re
import zipfile
from pathlib import PurePosixPath

import numpy as np

from digitlab.data import Dataset
from digitlab.errors import DataCorrupt, PictureError
from digitlab.photos import decode
from digitlab.preprocess import FIELD, to_mnist

MAX_PICTURES = 5_000
_PIXELS = FIELD * FIELD
_MAX_ARRAY = MAX_PICTURES * _PIXELS  # bytes
_MAX_PICTURE_FILE = 1_000_000  # bytes, one of a ZIP, unpacked
_PICTURE = re.compile(r"\.(png|jpe?g|webp)$", re.IGNORECASE)


def read(name: str, content: bytes) -> Dataset:
    """The pictures and labels in a file. Raises DataCorrupt with a sentence that names the row or file."""
    kind = PurePosixPath(name.lower()).suffix
    if kind not in _READERS:
        raise DataCorrupt(f"Bring one of these: {', '.join(_READERS)}.")
    try:
        return _READERS[kind](content)
    except DataCorrupt:
        raise
    except Exception as error:  # csv, zipfile, zlib and numpy fail in a dozen ways on what is damaged
        raise DataCorrupt("This file is damaged, or not what its name says.") from error


def _csv(content: bytes) -> Dataset:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataCorrupt("This is not a text file; a CSV is one.") from error
    rows: list[np.ndarray] = []
    # a field is a number of three digits: longer ones are refused before they are read
    for number, row in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
        if not row or (number == 1 and not row[0].strip().isdigit()):  # the names of the columns
            continue
        if len(rows) == MAX_PICTURES:
            raise DataCorrupt(f"Row {number}: that is more than {MAX_PICTURES:,} pictures.")
        if len(row) != _PIXELS + 1:
            raise DataCorrupt(f"Row {number} has {len(row)} values; it needs a label and {_PIXELS} pixels.")
        fields = [field.strip() for field in row]
        if not all(field.isascii() and field.isdigit() and len(field) <= 3 for field in fields):
            bad = next(i for i, f in enumerate(fields) if not (f.isascii() and f.isdigit() and len(f) <= 3))
            raise DataCorrupt(f"Row {number}, value {bad + 1}: a whole number from 0 to 255 belongs there.")
        values = np.array(fields, np.int64)
        if values[0] > 9:
            raise DataCorrupt(f"Row {number}: the label is {values[0]}; it must be 0 to 9.")
        if values[1:].max() > 255:
            raise DataCorrupt(f"Row {number}: a pixel is {values[1:].max()}; it must be 0 to 255.")
        rows.append(values.astype(np.uint8))
    if not rows:
        raise DataCorrupt("There is no picture in this file.")
    table = np.stack(rows)
    return Dataset(table[:, 1:].reshape(-1, FIELD, FIELD), table[:, 0])


def _npz(content: bytes) -> Dataset:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        arrays = {}
        for entry in archive.infolist():
            if entry.file_size > _MAX_ARRAY + 10_000:
                raise DataCorrupt(f"{entry.filename} is too large: {MAX_PICTURES:,} pictures at most.")
            try:
                with archive.open(entry) as file:
                    raw = io.BytesIO(file.read(_MAX_ARRAY + 10_000))
                array = np.lib.format.read_array(raw, allow_pickle=False)
                arrays[entry.filename.removesuffix(".npy")] = array
            except ValueError as error:
                raise DataCorrupt(f"{entry.filename} is not an array of numbers.") from error
    pictures = [a for a in arrays.values() if a.ndim == 3 and a.shape[1:] == (FIELD, FIELD)]
    labels = [a for a in arrays.values() if a.ndim == 1]
    if len(pictures) != 1 or len(labels) != 1:
        found = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "nothing"
        raise DataCorrupt(
            f"It must hold pictures (N, {FIELD}, {FIELD}) and labels (N,), once each. It holds {found}."
        )
    (x,), (y,) = pictures, labels
    if x.dtype != np.uint8 or y.dtype.kind not in "iu":
        raise DataCorrupt(f"Pictures must be uint8 and labels integers; these are {x.dtype} and {y.dtype}.")
    if len(x) != len(y) or not len(x):
        raise DataCorrupt(f"There are {len(x)} pictures and {len(y)} labels.")
    if not ((y >= 0) & (y <= 9)).all():
        row = int(np.flatnonzero((y < 0) | (y > 9))[0])
        raise DataCorrupt(f"Label number {row} is {y[row]}; it must be 0 to 9.")
    return Dataset(x, y.astype(np.uint8))


def _zip(content: bytes) -> Dataset:
    images, labels = [], []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir() and _PICTURE.search(e.filename)]
        if len(entries) > MAX_PICTURES:
            raise DataCorrupt(f"There are {len(entries):,} pictures; {MAX_PICTURES:,} at most.")
        for entry in entries:
            if entry.filename.startswith("__MACOSX/"):
                continue
            folder = PurePosixPath(entry.filename).parent.name
            if folder not in set("0123456789"):
                raise DataCorrupt(f"{entry.filename} lies in no folder named 0 to 9.")
            if entry.file_size > _MAX_PICTURE_FILE:
                raise DataCorrupt(f"{entry.filename} is larger than 1 MB.")
            with archive.open(entry) as file:
                images.append(_picture(entry.filename, file.read(_MAX_PICTURE_FILE)))
            labels.append(int(folder))
    if not images:
        raise DataCorrupt("There is no picture in a folder named 0 to 9.")
    return Dataset(np.stack(images), np.array(labels, np.uint8))


def _picture(name: str, content: bytes) -> np.ndarray:
    """As it is, if it has the size already; else as the app would read it."""
    try:
        image = decode(content)
        if image.shape == (FIELD, FIELD, 3):
            return image[:, :, 0]
        seen = to_mnist(image)
    except PictureError as error:
        raise DataCorrupt(f"{name}: {error}") from error
    if seen is None:
        raise DataCorrupt(f"{name} is blank.")
    return np.round(seen * 255).astype(np.uint8)


_READERS = {".csv": _csv, ".npz": _npz, ".zip": _zip}
