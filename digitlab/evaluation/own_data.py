"""Pictures that somebody brings: a CSV as on Kaggle, a NumPy .npz, or a ZIP of pictures in folders 0 to 9.

The file comes from a stranger. Its size, its number of entries, their sizes unpacked and the pixels of its
pictures are read from headers and bounded before anything is unpacked or decoded; nothing in it is executed.
One file is read at a time, so that many at once don't add up.
"""

import csv
import io
import re
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image

from digitlab import photos
from digitlab.data import Dataset
from digitlab.errors import DataCorrupt, PictureError
from digitlab.preprocess import FIELD, to_mnist

MAX_BYTES = photos.MAX_BYTES  # of the file, as server.maxUploadSize
MAX_PICTURES = 5_000
MAX_PICTURE_BYTES = 1_000_000  # a picture of a ZIP, unpacked
MAX_PICTURE_PIXELS = 1_000_000
MAX_UNPACKED_BYTES = 40_000_000  # all pictures of a ZIP
MAX_PIXELS = 50_000_000
MAX_SECONDS = 10.0  # of computing, looked at between pictures
MAX_ENTRIES = 3 * MAX_PICTURES  # macOS packs a second file beside each
_PIXELS = FIELD * FIELD
_HEADER = 10_000  # bytes: an array's header has about 100
_LINE = 10_000  # characters: a line of 785 numbers has at most 3,140, in quotation marks 4,710
_BRIGHT = 128  # mean of a picture above which it is dark ink on white paper
_PICTURE = re.compile(r"\.(png|jpe?g|webp)$", re.IGNORECASE)
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # bzip2 and LZMA pack zeros a hundred times denser
_PUPILS = "pupils"  # the array of an .npz that says who drew what
_reading = threading.Lock()
_PATIENCE_S = 30  # longest wait while others' files are read


@dataclass(frozen=True, eq=False)
class OwnData:
    """What a file holds."""

    file: str  # its name
    images: np.ndarray  # uint8 (N, 28, 28), ink bright on black
    labels: np.ndarray  # uint8 (N,), 0 to 9
    names: Sequence[str]  # N: the picture's path in the ZIP, "row 2" of a CSV, "picture 0" of an .npz
    inverted: int  # how many pictures of 28 × 28 were dark on white, and were inverted
    pupils: np.ndarray | None = None  # int64 (N,): who drew each, where an .npz says so

    @property
    def dataset(self) -> Dataset:
        return Dataset(self.images, self.labels)


class _Content(NamedTuple):
    """The first four are OwnData's fields of the same names."""

    images: np.ndarray
    labels: np.ndarray
    names: Sequence[str]
    pupils: np.ndarray | None = None


def npz(images: np.ndarray, labels: np.ndarray, pupils: np.ndarray) -> bytes:
    """An .npz that `read` and train.py take: images uint8 (N, 28, 28), ink bright on black; labels
    uint8 (N,); and who drew each of them, int (N,)."""
    content = io.BytesIO()
    np.savez_compressed(content, images=images, labels=labels, pupils=pupils)
    return content.getvalue()


def read(name: str, content: bytes) -> OwnData:
    """The pictures and labels in a file called `name`. Pictures of 28 × 28 pixels are taken as they are,
    inverted where they are dark on white; those of another size are prepared as drawings are. Raises
    DataCorrupt with a sentence that names the row or the entry."""
    kind = PurePosixPath(name.lower()).suffix
    if kind not in _READERS:
        raise DataCorrupt(f"Bring one of these: {', '.join(_READERS)}.")
    if len(content) > MAX_BYTES:
        raise DataCorrupt(f"This file is larger than {MAX_BYTES // 1024**2} MB.")
    if not _reading.acquire(timeout=_PATIENCE_S):
        raise DataCorrupt("Other people’s files are being read. Try again in a minute.")
    try:
        images, labels, names, pupils = _READERS[kind](content)
    except DataCorrupt:
        raise
    except Exception as error:  # csv, zipfile, zlib and numpy fail in a dozen ways on what is damaged
        raise DataCorrupt("This file is damaged, or not what its name says.") from error
    finally:
        _reading.release()
    on_white = images.mean(axis=(1, 2)) > _BRIGHT
    images = np.where(on_white[:, None, None], 255 - images, images)
    return OwnData(name, images, labels, names, int(np.count_nonzero(on_white)), pupils)


# --- CSV -----------------------------------------------------------------------------------------------


def _csv(content: bytes) -> _Content:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataCorrupt("This is not a text file; a CSV is one.") from error
    rows, names = [], []  # never MAX_PICTURES of them: a row has at least 1,570 characters
    for number, row in enumerate(csv.reader(_lines(text)), start=1):
        fields = [field.strip() for field in row]
        if not any(fields) or (number == 1 and _is_heading(fields)):
            continue
        if len(fields) != _PIXELS + 1:
            raise DataCorrupt(f"Row {number} has {len(row)} values; it needs a label and {_PIXELS} pixels.")
        rows.append(_row(number, fields))
        names.append(f"row {number}")
    if not rows:
        raise DataCorrupt("There is no picture in this file.")
    table = np.stack(rows)
    return _Content(table[:, 1:].reshape(-1, FIELD, FIELD), table[:, 0], names)


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text), start=1):
        if len(line) > _LINE:
            raise DataCorrupt(f"Row {number} is too long; it needs a label and {_PIXELS} pixels.")
        yield line


def _is_heading(fields: Sequence[str]) -> bool:
    """Names of columns, not a picture with a bad label: some of its pixels are no pixels either."""
    return not re.match(r"[-+.\d]", fields[0]) and not all(map(_is_byte, fields[1:]))


def _is_byte(field: str) -> bool:
    # three characters at most: longer numbers are refused before they are read
    return len(field) <= 3 and field.isascii() and field.isdigit() and int(field) <= 255


def _row(number: int, fields: Sequence[str]) -> np.ndarray:
    """A label and 784 pixels, uint8 (785,)."""
    label = fields[0]
    if not (len(label) == 1 and label in "0123456789"):
        raise DataCorrupt(f"Row {number}: the label is {_short(label)}; it must be 0 to 9.")
    for place, field in enumerate(fields):
        if not _is_byte(field):
            problem = f"Row {number}, value {place + 1} is {_short(field)}"
            raise DataCorrupt(f"{problem}; a whole number from 0 to 255 belongs there.")
    return np.array(fields, np.uint8)


def _short(text: str) -> str:
    """Of a file's text what fits into a sentence."""
    text = "".join(c if c.isprintable() else "?" for c in text[:41])
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”" if text else "empty"


# --- NumPy ---------------------------------------------------------------------------------------------


def _npz(content: bytes) -> _Content:
    with _archive(content) as archive:
        entries = archive.infolist()
        names = {entry.filename.removesuffix(".npy") for entry in entries}
        if len(entries) > 2 + (_PUPILS in names):
            raise DataCorrupt(f"It must hold pictures and labels, two arrays. It holds {len(entries):,}.")
        heads = {entry.filename.removesuffix(".npy"): _head(archive, entry) for entry in entries}
        pictures = [n for n, (shape, _) in heads.items() if len(shape) == 3 and shape[1:] == (FIELD, FIELD)]
        labels = [name for name, (shape, _) in heads.items() if len(shape) == 1 and name != _PUPILS]
        if len(pictures) != 1 or len(labels) != 1:
            found = ", ".join(f"{_short(name)} {shape}" for name, (shape, _) in heads.items()) or "nothing"
            raise DataCorrupt(
                f"It must hold pictures (N, {FIELD}, {FIELD}) and labels (N,), once each. It holds {found}."
            )
        ((count, *_), x_type), ((other,), y_type) = heads[pictures[0]], heads[labels[0]]
        if x_type != np.uint8 or y_type.kind not in "iu":
            raise DataCorrupt(f"Pictures must be uint8 and labels integers; these are {x_type} and {y_type}.")
        if count != other or not count:
            raise DataCorrupt(f"There are {count:,} pictures and {other:,} labels.")
        if count > MAX_PICTURES:
            raise DataCorrupt(f"There are {count:,} pictures; {MAX_PICTURES:,} at most.")
        who_shape, who_type = heads.get(_PUPILS, ((count,), np.dtype(np.uint8)))
        if who_shape != (count,) or who_type.kind not in "iu":
            raise DataCorrupt(f"{_short(_PUPILS)} must be {count:,} integers; it is {who_type} {who_shape}.")
        size = count * (_PIXELS + y_type.itemsize + who_type.itemsize) + len(entries) * _HEADER
        if sum(entry.file_size for entry in entries) > size:
            raise DataCorrupt("Its arrays are larger than they say.")
        arrays = {
            entry.filename.removesuffix(".npy"): np.lib.format.read_array(
                io.BytesIO(archive.read(entry)), allow_pickle=False
            )
            for entry in entries
        }
    x, y = arrays[pictures[0]], arrays[labels[0]]
    if not ((y >= 0) & (y <= 9)).all():
        row = int(np.flatnonzero((y < 0) | (y > 9))[0])
        raise DataCorrupt(f"Label number {row} is {y[row]}; it must be 0 to 9.")
    pupils = arrays[_PUPILS].astype(np.int64) if _PUPILS in arrays else None
    return _Content(x, y.astype(np.uint8), [f"picture {number}" for number in range(count)], pupils)


def _head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of an array, from its first bytes."""
    with archive.open(entry) as file:
        first = io.BytesIO(file.read(_HEADER))
    try:
        version = np.lib.format.read_magic(first)
        header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, _, dtype = header[version](first)
    except (ValueError, KeyError) as error:
        raise DataCorrupt(f"{_short(entry.filename)} is not an array of numbers.") from error
    if dtype.hasobject:  # a pickle
        raise DataCorrupt(f"{_short(entry.filename)} is not an array of numbers.")
    return shape, dtype


def _archive(content: bytes) -> zipfile.ZipFile:
    """A ZIP that isn't encrypted, whose packing is an ordinary one, and whose list of entries isn't long."""
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:  # one in the list for each entry; the list isn't read yet
        raise DataCorrupt(f"There are too many entries in this file: {MAX_PICTURES:,} pictures at most.")
    archive = zipfile.ZipFile(io.BytesIO(content))
    for entry in archive.infolist():
        if entry.compress_type not in _PLAIN or entry.flag_bits & 1:
            raise DataCorrupt("Its entries must be stored or deflated as ZIP usually is, without a password.")
    return archive


# --- ZIP of pictures -----------------------------------------------------------------------------------


def _zip(content: bytes) -> _Content:
    end = time.thread_time() + MAX_SECONDS  # computing, not waiting: a busy machine refuses no good file
    with _archive(content) as archive:
        entries = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir()
            and _PICTURE.search(entry.filename)
            and not entry.filename.startswith("__MACOSX/")
        ]
        if not entries:
            raise DataCorrupt("There is no picture in a folder named 0 to 9.")
        if len(entries) > MAX_PICTURES:
            raise DataCorrupt(f"There are {len(entries):,} pictures; {MAX_PICTURES:,} at most.")
        for entry in entries:
            if _folder(entry) not in set("0123456789"):
                raise DataCorrupt(f"{_short(entry.filename)} lies in no folder named 0 to 9.")
            if entry.file_size > MAX_PICTURE_BYTES:
                raise DataCorrupt(f"{_short(entry.filename)} is larger than 1 MB.")
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
            raise DataCorrupt(f"Unpacked, this is more than {MAX_UNPACKED_BYTES // 10**6} MB.")
        pixels = 0
        for entry in entries:  # all sizes, before the first picture is decoded
            _in_time(end)
            pixels += _size(entry, archive.read(entry))
            if pixels > MAX_PIXELS:
                raise DataCorrupt(
                    f"All pictures together have more than {MAX_PIXELS // 10**6} million pixels. "
                    "Make them smaller: 28 × 28 is enough."
                )
        images = []
        for entry in entries:
            _in_time(end)
            images.append(_picture(entry, archive.read(entry)))
    labels = np.array([int(_folder(entry)) for entry in entries], np.uint8)
    return _Content(np.stack(images), labels, [entry.filename for entry in entries])


def _folder(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).parent.name


def _in_time(end: float) -> None:
    if time.thread_time() > end:
        raise DataCorrupt(f"Reading these pictures takes longer than {MAX_SECONDS:.0f} seconds. Bring fewer.")


def _size(entry: zipfile.ZipInfo, content: bytes) -> int:
    """How many pixels a picture has, from its header."""
    try:
        with Image.open(io.BytesIO(content), formats=photos.FORMATS) as image:
            width, height = image.size
    except Exception as error:  # a decoder fails in many ways on what strangers send
        raise DataCorrupt(f"{_short(entry.filename)} is not a picture that can be read.") from error
    if width * height > MAX_PICTURE_PIXELS:
        raise DataCorrupt(
            f"{_short(entry.filename)} is too large: {width} × {height}, over a million pixels."
        )
    return width * height


def _picture(entry: zipfile.ZipInfo, content: bytes) -> np.ndarray:
    """uint8 (28, 28): a picture of that size as it is, any other as a photo of a digit."""
    try:
        image = photos.decode(content)
        if image.shape == (FIELD, FIELD, 3):
            return image.mean(axis=2).round().astype(np.uint8)
        seen = to_mnist(image)
    except PictureError as error:
        raise DataCorrupt(f"{_short(entry.filename)}: {error}") from error
    if seen is None:
        raise DataCorrupt(f"{_short(entry.filename)} is blank.")
    return np.round(seen * 255).astype(np.uint8)


_READERS = {".csv": _csv, ".npz": _npz, ".zip": _zip}
