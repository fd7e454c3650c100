"""The data sets by name, as arrays: where they come from, and what to do when they can't be had.

    images, labels = load("mnist", "train")

- `mnist` (LeCun, Cortes, Burges; "train" 60,000 and "test" 10,000): the file that the environment
  variable MNIST_NPZ names, and then no other; else `mnist.npz` in Keras' cache (~/.keras/datasets,
  or under KERAS_HOME); else downloaded into that cache once.
- `digits` ("test" only, 1,797): scikit-learn's copy of the test half of UCI "Optical Recognition of
  Handwritten Digits" (Alpaydin, Kaynak 1998), by 13 writers who are not in MNIST: another
  handwriting to test on. The training half, by 30 others, doesn't come with scikit-learn.
- `scribbles` ("test" only, 2,000): letters, symbols, scribbles, dots, noise and blank paper, drawn by
  digitlab/data/scribbles.py: what is no digit.
- `class:KFRTW` ("test" only): what the class with this code has drawn so far, as far as everybody may see it
  (digitlab.classroom.drawings). It grows; `fixed` gives a name under which it stays as it is,
  "class:KFRTW@17".
"""

import hashlib
import math
import os
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from digitlab.caches import once
from digitlab.classroom.names import OF_CLASS
from digitlab.errors import ClassError, DataCorrupt, DataUnavailable, UnknownName

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
# Shape, and SHA-256 of the bytes, of each array. MNIST is known by its content: the same arrays
# zipped anew are MNIST, and Fashion-MNIST, which has the same shapes, is not.
MNIST_ARRAYS: dict[str, tuple[tuple[int, ...], str]] = {
    "x_train": ((60000, 28, 28), "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"),
    "y_train": ((60000,), "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13"),
    "x_test": ((10000, 28, 28), "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"),
    "y_test": ((10000,), "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"),
}

SILENCE_S = (3, 10)  # longest wait for a connection, to each of the host's addresses; for more data
DOWNLOAD_S = 600  # longest download: 11 MB at 20 KB/s
LEFTOVER_S = 60  # a download writes all the time; a file that is older than this was left behind
BUSY_S = 10  # longest wait for a data set that another thread is fetching
# After a failed download there is no other attempt for 20 times as long as it took, 5 minutes at
# most: a network that swallows packets doesn't hang every page, one that refuses is soon asked again.
PAUSE_FACTOR, LONGEST_PAUSE_S = 20, 300

_SPLITS = {"mnist": ("train", "test"), "digits": ("test",), "scribbles": ("test",)}
NO_DIGIT = 10  # the label of what is none
# A class opens the page at once: that should be one download, and one copy in memory.
_locks = {name: threading.Lock() for name in _SPLITS}

F = TypeVar("F", bound=Callable[..., Any])
Progress = Callable[[int, int], None]  # bytes so far, bytes in all (0 if the server doesn't say)


class Dataset(NamedTuple):
    """Pictures and what they show. All callers share the arrays, so they are read-only."""

    images: np.ndarray  # uint8 (N, 28, 28), ink bright on black
    labels: np.ndarray  # uint8 (N,), 0 to 9, or NO_DIGIT


def names() -> tuple[str, ...]:
    """The data sets that `load` knows, but for those of classes."""
    return tuple(_SPLITS)


def splits(name: str) -> tuple[str, ...]:
    """Which of "train" and "test" a data set has. Raises UnknownName."""
    if name.startswith(OF_CLASS):
        return ("test",)
    if name not in _SPLITS:
        raise UnknownName(f"There is no data set “{name}”. There are: {', '.join(names())}.")
    return _SPLITS[name]


def load(name: str, split: str, progress: Progress | None = None) -> Dataset:
    """A data set by name; from memory after the first time. `progress` hears of a download.

    Raises UnknownName; DataUnavailable when it can't be had now, or when a class has ended or has drawn
    nothing yet; DataCorrupt, a kind of DataUnavailable, when the file that MNIST_NPZ names is damaged or
    isn't MNIST."""
    if split not in splits(name):
        raise UnknownName(f"{name} has no split “{split}”. It has: {', '.join(splits(name))}.")
    if name.startswith(OF_CLASS):
        return _of_class(name)
    if not _locks[name].acquire(timeout=BUSY_S):
        raise DataUnavailable(f"{name} is being fetched right now. Try again in a minute.")
    try:
        match name:
            case "digits":
                return _digits()
            case "scribbles":
                return _scribbles()
            case _:
                return _mnist(split, progress)
    finally:
        _locks[name].release()


def fixed(name: str) -> str:
    """The name of a class's drawings as they are now, for some minutes, "class:KFRTW@17"; any other name as
    it is. Raises DataUnavailable."""
    from digitlab.classroom import moments

    if moments.code_of(name) is None:
        return name
    try:
        return moments.fix(name)
    except ClassError as error:  # no such class, or its database is gone
        raise DataUnavailable(str(error)) from error


def once_each(maxsize: int) -> Callable[[F], F]:
    """As `digitlab.caches.once`, for a function of data sets' and models' names: its results for a class are
    those for its drawings as they are, and it gets the name that is fixed to them. So they are for a class's
    model that has the name now. Raises also as `fixed` and `inference.load` do."""

    def decorate(function: F) -> F:
        kept: Any = once(maxsize)(lambda _, *args, **named: function(*args, **named))

        @wraps(function)
        def asked(*args: Any, **named: Any) -> Any:
            args, named = tuple(map(_fixed, args)), {name: _fixed(value) for name, value in named.items()}
            return kept(_models((*args, *named.values())), *args, **named)

        asked.cache_clear = kept.cache_clear  # pyright: ignore[reportAttributeAccessIssue]
        return cast(F, asked)

    return decorate


def _fixed(value: Any) -> Any:
    return fixed(value) if isinstance(value, str) and value.startswith(OF_CLASS) else value


def _models(values: Sequence[Any]) -> tuple[str, ...]:
    """What tells a class's models from those that have had their names before."""
    named = [value for value in values if isinstance(value, str) and value.startswith(OF_CLASS)]
    if not named:
        return ()
    from digitlab.classroom import trained

    return tuple(trained.identity(name).id for name in named if trained.is_name(name))


def _of_class(name: str) -> Dataset:
    from digitlab.classroom import moments

    try:
        snapshot = moments.at(name)
    except ClassError as error:
        raise DataUnavailable(str(error)) from error
    if not snapshot.rows:
        raise DataUnavailable("This class has drawn nothing yet.")
    return snapshot.dataset


# --- digits --------------------------------------------------------------------------------------


@once(maxsize=1)
def _digits() -> Dataset:
    from sklearn.datasets import load_digits

    from digitlab.preprocess import to_mnist

    bundled: Any = load_digits()  # 8 by 8, 0 to 16: the inked pixels in each 4 by 4 of a 32 by 32 scan
    images = []
    for counts in np.pad(bundled.images, ((0, 0), (1, 1), (1, 1))):
        picture = to_mnist(_scan(counts))
        assert picture is not None  # each of them has ink
        images.append(np.round(picture * 255).astype(np.uint8))
    return _frozen(Dataset(np.stack(images), bundled.target.astype(np.uint8)))


def _scan(counts: np.ndarray) -> np.ndarray:
    """The scan in which the inked pixels of each 4 by 4 block were counted, as near as the counts tell: uint8
    (4 N, 4 N), ink 255, from counts (N, N). Each block gets its number of inked pixels again, at the places
    that have most ink when the counts are enlarged smoothly. So thin strokes stay whole: cut off at half
    grey, as it was done before, four zeros in ten were open."""
    import cv2

    side = len(counts)
    smooth = cv2.resize(counts, (4 * side, 4 * side), interpolation=cv2.INTER_CUBIC)
    blocks = smooth.reshape(side, 4, side, 4).swapaxes(1, 2).reshape(side, side, 16)
    rank = np.argsort(np.argsort(-blocks, axis=2, kind="stable"), axis=2)  # 0: most ink in its block
    inked = (rank < counts[..., None]).reshape(side, side, 4, 4)
    return inked.swapaxes(1, 2).reshape(4 * side, 4 * side).astype(np.uint8) * 255


def _frozen(dataset: Dataset) -> Dataset:
    for array in dataset:
        array.setflags(write=False)
    return dataset


# --- scribbles -----------------------------------------------------------------------------------


@once(maxsize=1)
def _scribbles() -> Dataset:
    from digitlab.data.scribbles import seen

    images = seen(2_000, seed=0)
    return _frozen(Dataset(images, np.full(len(images), NO_DIGIT, np.uint8)))


# --- mnist ---------------------------------------------------------------------------------------


def _mnist(split: str, progress: Progress | None) -> Dataset:
    if named := os.environ.get("MNIST_NPZ"):
        return _read_named(Path(named).expanduser(), split)
    cached = _keras_cache() / "mnist.npz"
    with suppress(DataUnavailable):  # absent; or damaged, and then replaced, as Keras does
        return _read_mnist(cached, split)
    _download(cached, progress)
    return _read_mnist(cached, split)


def _read_named(path: Path, split: str) -> Dataset:
    try:
        return _read_mnist(path, split)
    except DataUnavailable as error:
        advice = "MNIST_NPZ names it: correct that, or unset it to have MNIST downloaded."
        raise type(error)(f"{error} {advice}") from error


def _keras_cache() -> Path:
    """Where Keras keeps the data sets that it has downloaded."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"


@once(maxsize=2)  # both splits: 55 MB
def _read_mnist(path: Path, split: str) -> Dataset:
    return Dataset(_read_array(path, f"x_{split}"), _read_array(path, f"y_{split}"))


def _read_array(path: Path, key: str) -> np.ndarray:
    """One array of an mnist.npz, read-only. Raises DataUnavailable, DataCorrupt."""
    shape, digest = MNIST_ARRAYS[key]
    if path.exists() and not path.is_file():  # /dev/zero has no end
        raise DataUnavailable(f"{path} is not a file.")
    try:
        content = _read_bytes(path, key, shape)
    except OSError as error:
        raise DataUnavailable(f"{path} can't be read: {error.strerror or error}.") from error
    except Exception as error:  # a damaged file makes zipfile and numpy raise a dozen kinds
        raise DataCorrupt(f"{path} is damaged, or it is no mnist.npz.") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise DataCorrupt(f"{path} holds something else than MNIST.")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _read_bytes(path: Path, key: str, shape: tuple[int, ...]) -> bytes:
    """The array's bytes, none if it has another shape or type. However large the file claims to be,
    no more is unpacked than that shape has; nothing is ever unpickled."""
    with zipfile.ZipFile(path) as archive:
        packed = archive.getinfo(f"{key}.npy")
        if packed.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("packed in a way that can't be unpacked in small steps")
        with archive.open(packed) as file:
            np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0(file)
            return file.read(math.prod(shape)) if header == (shape, False, np.uint8) else b""


# --- its download --------------------------------------------------------------------------------

_failures: dict[str, tuple[float, str]] = {}  # address -> when to try it again, what went wrong


def _download(path: Path, progress: Progress | None) -> None:
    """Put Keras' file at `path`, whole and checked, or not at all. Raises DataUnavailable."""
    import pooch  # which takes care of the temporary file, its hash and its place

    start = time.monotonic()
    again, problem = _failures.get(MNIST_URL, (start, ""))
    if start < again:
        raise DataUnavailable(f"{problem} The next attempt is in {math.ceil(again - start)} s.")
    folder = path.parent / "digitlab-download"  # our own: what is in it may be deleted
    try:
        _delete_leftovers(folder)
        arrived = pooch.retrieve(
            MNIST_URL,
            MNIST_SHA256,
            f"{os.getpid()}-{path.name}",
            folder,
            downloader=lambda url, target, _: _fetch(url, target, progress),  # pyright: ignore
        )
        with suppress(OSError):  # pooch makes it private; Keras doesn't, as a cache may be shared
            Path(arrived).chmod(0o644)
        Path(arrived).replace(path)
    except (OSError, ValueError) as error:  # what requests raises are OSErrors
        problem = (
            "There is no usable MNIST on this machine, and it could not be downloaded: "
            f"{_reason(error, path.parent)}. Connect to the internet once, or set the environment "
            "variable MNIST_NPZ to an mnist.npz that you have."
        )
        end = time.monotonic()
        _failures[MNIST_URL] = (end + min(PAUSE_FACTOR * (end - start), LONGEST_PAUSE_S), problem)
        raise DataUnavailable(problem) from error
    finally:
        with suppress(OSError):  # another process may be at it
            folder.rmdir()


def _delete_leftovers(folder: Path) -> None:
    """What a download left that was killed: nobody has written to it for a minute."""
    for file in folder.glob("*"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > LEFTOVER_S:
                file.unlink()


def _fetch(url: str, target: str, progress: Progress | None) -> None:
    """In place of pooch's own, which limits no download as a whole and wants a bar to report to."""
    import requests

    end = time.monotonic() + DOWNLOAD_S
    with requests.get(url, stream=True, timeout=SILENCE_S) as answer, Path(target).open("wb") as file:
        answer.raise_for_status()
        total = int(answer.headers.get("content-length", 0))
        for chunk in answer.iter_content(1 << 14):
            file.write(chunk)
            if time.monotonic() > end:
                raise requests.Timeout
            if progress:
                progress(file.tell(), total)


def _reason(error: Exception, folder: Path) -> str:
    import requests

    match error:
        case requests.HTTPError(response=requests.Response(status_code=status)):
            return f"the server answered {status}"
        case requests.Timeout():
            return "the server did not answer in time"
        case requests.RequestException():
            return "the connection failed or broke off"
        case OSError():
            why = error.strerror or "no permission"
            return f"{folder} can't be written to ({why}; KERAS_HOME may name another folder)"
        case _:
            return "what arrived is not MNIST (some networks answer with a page of their own)"
