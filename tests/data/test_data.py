"""The data sets through their public door. The network is a small HTTP server on this machine; the
MNIST that it serves is a small one with the same keys, so that a test takes milliseconds."""

import hashlib
import io
import json
import os
import pickle
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from digitlab import data
from digitlab.errors import DataCorrupt, DataUnavailable, DigitLabError, UnknownName

Arrays = dict[str, np.ndarray]
Respond = Callable[[BaseHTTPRequestHandler], None]
ROOT = Path(__file__).resolve().parents[2]


def small_arrays(seed: int = 0) -> Arrays:
    random = np.random.default_rng(seed)
    shapes = {"x_train": (60, 28, 28), "y_train": (60,), "x_test": (20, 28, 28), "y_test": (20,)}
    return {
        key: random.integers(0, 256 if key[0] == "x" else 10, shape, np.uint8)
        for key, shape in shapes.items()
    }


def npz(arrays: Arrays, save: Callable[..., None] = np.savez_compressed) -> bytes:
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


ARRAYS = small_arrays()
NPZ = npz(ARRAYS)
REPACKED = npz(ARRAYS, np.savez)


# --- a network -----------------------------------------------------------------------------------


class Server:
    """Answers every request with `respond`, and counts them."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.requests = 0
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests += 1
                server.respond(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        # an address of its own even if the port comes back: failures are remembered by address
        self.url = f"http://127.0.0.1:{self._http.server_port}/{time.monotonic_ns()}/mnist.npz"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


def sends(content: bytes, announced: int | None = None) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(announced or len(content)))
        request.end_headers()
        request.wfile.write(content)

    return respond


def answers(status: int) -> Respond:
    return lambda request: request.send_error(status)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras cache, and MNIST is the small one."""
    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    known = {key: (a.shape, hashlib.sha256(a.tobytes()).hexdigest()) for key, a in ARRAYS.items()}
    monkeypatch.setattr(data, "MNIST_ARRAYS", known)
    monkeypatch.setattr(data, "MNIST_SHA256", hashlib.sha256(NPZ).hexdigest())
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def server(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(sends(NPZ))
    monkeypatch.setattr(data, "MNIST_URL", server.url)
    yield server
    server.close()


@pytest.fixture
def name_file(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Path]:
    """Writes a file and has MNIST_NPZ name it."""

    def write(content: bytes) -> Path:
        path = tmp_path / "named.npz"
        path.write_bytes(content)
        monkeypatch.setenv("MNIST_NPZ", str(path))
        return path

    return write


def put_in(cache: Path, content: bytes) -> Path:
    cache.mkdir(parents=True)
    path = cache / "mnist.npz"
    path.write_bytes(content)
    return path


def assert_is_small_mnist(dataset: data.Dataset, split: str) -> None:
    np.testing.assert_array_equal(dataset.images, ARRAYS[f"x_{split}"], strict=True)
    np.testing.assert_array_equal(dataset.labels, ARRAYS[f"y_{split}"], strict=True)


def assert_holds_only_mnist(cache: Path) -> None:
    assert [path.name for path in cache.iterdir()] == ["mnist.npz"]
    assert (cache / "mnist.npz").read_bytes() == NPZ


# --- names ---------------------------------------------------------------------------------------


def test_names_and_splits() -> None:
    assert data.names() == ("mnist", "digits", "scribbles")
    assert data.splits("mnist") == ("train", "test")
    assert data.splits("digits") == ("test",)
    assert data.splits("scribbles") == ("test",)


@pytest.mark.parametrize(
    ("name", "split", "message"),
    [
        ("mnits", "test", "There is no data set “mnits”. There are: mnist, digits, scribbles."),
        ("mnist", "validation", "mnist has no split “validation”. It has: train, test."),
        ("digits", "train", "digits has no split “train”. It has: test."),
    ],
)
def test_unknown_names_are_answered_with_those_that_exist(name: str, split: str, message: str) -> None:
    with pytest.raises(UnknownName) as caught:
        data.load(name, split)
    assert str(caught.value) == message


def test_every_error_of_the_library_has_one_base() -> None:
    assert issubclass(DataCorrupt, DataUnavailable)
    assert issubclass(DataUnavailable, DigitLabError)
    assert issubclass(UnknownName, DigitLabError)


# --- a download ----------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "test"])
def test_downloads_into_an_empty_cache(server: Server, cache: Path, split: str) -> None:
    assert_is_small_mnist(data.load("mnist", split), split)
    assert_holds_only_mnist(cache)


def test_downloads_once(server: Server) -> None:
    first = data.load("mnist", "test")
    data.load("mnist", "train")
    assert data.load("mnist", "test").images is first.images
    assert server.requests == 1


def test_arrays_are_read_only(server: Server) -> None:
    for array in data.load("mnist", "test"):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_progress_hears_of_every_step(server: Server) -> None:
    heard: list[tuple[int, int]] = []
    data.load("mnist", "test", progress=lambda done, total: heard.append((done, total)))
    done, totals = zip(*heard, strict=True)
    assert len(done) > 1
    assert list(done) == sorted(set(done))
    assert done[-1] == len(NPZ)
    assert set(totals) == {len(NPZ)}


def test_a_page_that_is_left_during_the_download_spoils_nothing(server: Server, cache: Path) -> None:
    def leave(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        data.load("mnist", "test", progress=leave)
    assert list(cache.iterdir()) == []
    assert_is_small_mnist(data.load("mnist", "test"), "test")


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_other_accounts_may_read_a_shared_cache(server: Server, cache: Path) -> None:
    data.load("mnist", "test")
    assert stat.S_IMODE((cache / "mnist.npz").stat().st_mode) == 0o644


def test_threads_that_start_at_once_share_one_download_and_one_copy(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        loads = list(pool.map(lambda _: data.load("mnist", "test"), range(8)))
    assert server.requests == 1
    assert len({id(dataset.images) for dataset in loads}) == 1


PROCESS = """
import json, sys
from digitlab import data
data.MNIST_URL, data.MNIST_SHA256, arrays = json.loads(sys.argv[1])
data.MNIST_ARRAYS = {key: (tuple(shape), digest) for key, (shape, digest) in arrays.items()}
print(int(data.load("mnist", "test").images.sum()))
"""


def test_processes_that_start_at_once_leave_one_whole_file(server: Server, cache: Path) -> None:
    both_are_downloading = threading.Barrier(2)

    def respond(request: BaseHTTPRequestHandler) -> None:
        both_are_downloading.wait(timeout=8)
        sends(NPZ)(request)

    server.respond = respond
    known = json.dumps([data.MNIST_URL, data.MNIST_SHA256, data.MNIST_ARRAYS])
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, known], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    sums = [process.communicate(timeout=20)[0] for process in processes]
    assert sums == [f"{ARRAYS['x_test'].sum()}\n"] * 2
    assert server.requests == 2
    assert_holds_only_mnist(cache)


# --- a download that fails -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("respond", "reason"),
    [
        (sends(b"<html>Please sign in</html>"), "what arrived is not MNIST"),
        (sends(npz(small_arrays(seed=1))), "what arrived is not MNIST"),
        (sends(NPZ[: len(NPZ) // 2], announced=len(NPZ)), "the connection failed or broke off"),
        (sends(NPZ[: len(NPZ) // 2]), "what arrived is not MNIST"),
        (answers(404), "the server answered 404"),
        (answers(503), "the server answered 503"),
    ],
    ids=["sign-in page", "wrong hash", "broken off", "cut short", "not found", "unavailable"],
)
def test_a_failed_download_says_why_and_what_to_do_and_leaves_nothing(
    server: Server, cache: Path, respond: Respond, reason: str
) -> None:
    server.respond = respond
    with pytest.raises(DataUnavailable) as caught:
        data.load("mnist", "test")
    assert reason in str(caught.value)
    assert "MNIST_NPZ" in str(caught.value)
    assert list(cache.iterdir()) == []


def test_without_a_network_it_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:  # bound but not listening: connections are refused
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setattr(data, "MNIST_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}/")
        with pytest.raises(DataUnavailable, match=r"the connection failed.*MNIST_NPZ"):
            data.load("mnist", "test")


@pytest.mark.parametrize("before_it_stalls", [b"", NPZ[:1000]], ids=["at once", "half-way"])
def test_a_server_that_falls_silent_is_given_up_and_not_asked_again_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, before_it_stalls: bytes
) -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        if before_it_stalls:
            sends(before_it_stalls, announced=len(NPZ))(request)
        server.closing.wait(10)

    server.respond = respond
    monkeypatch.setattr(data, "SILENCE_S", (0.3, 0.3))
    start = time.monotonic()
    with pytest.raises(DataUnavailable) as first:
        data.load("mnist", "test")
    assert 0.25 < time.monotonic() - start < 2

    start = time.monotonic()
    with pytest.raises(DataUnavailable) as second:
        data.load("mnist", "test")
    assert time.monotonic() - start < 0.2
    assert server.requests == 1
    assert str(second.value).startswith(str(first.value))
    assert "The next attempt is in" in str(second.value)


def test_a_download_that_drags_on_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            request.wfile.write(bytes(1 << 14))
            server.closing.wait(0.02)

    server.respond = respond
    monkeypatch.setattr(data, "DOWNLOAD_S", 0.2)
    with pytest.raises(DataUnavailable, match="did not answer in time"):
        data.load("mnist", "test")


def test_once_the_network_is_back_it_downloads(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "PAUSE_FACTOR", 1)
    server.respond = answers(503)
    with pytest.raises(DataUnavailable):
        data.load("mnist", "test")
    server.respond = sends(NPZ)
    for _ in range(100):
        try:
            return assert_is_small_mnist(data.load("mnist", "test"), "test")
        except DataUnavailable:
            time.sleep(0.02)
    pytest.fail("it never tried again")


def test_a_file_put_into_the_cache_is_found_right_after_a_failure(server: Server, cache: Path) -> None:
    server.respond = answers(503)
    with pytest.raises(DataUnavailable):
        data.load("mnist", "test")
    (cache / "mnist.npz").write_bytes(NPZ)
    assert_is_small_mnist(data.load("mnist", "test"), "test")


def test_who_comes_during_a_slow_download_is_not_kept_waiting(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def respond(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        go_on.wait(5)
        sends(NPZ)(request)

    server.respond = respond
    monkeypatch.setattr(data, "BUSY_S", 0.1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(data.load, "mnist", "test")
        assert asked.wait(5)
        with pytest.raises(DataUnavailable, match="being fetched right now"):
            data.load("mnist", "test")
        go_on.set()
        assert_is_small_mnist(first.result(), "test")


def test_a_cache_that_cannot_be_written_is_named(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    with pytest.raises(DataUnavailable, match="KERAS_HOME") as caught:
        data.load("mnist", "test")
    assert str(tmp_path / "file" / "datasets") in str(caught.value)


# --- what lies in the cache ----------------------------------------------------------------------


@pytest.mark.parametrize("content", [NPZ, REPACKED], ids=["Keras' own", "repacked"])
def test_a_cached_file_needs_no_network(server: Server, cache: Path, content: bytes) -> None:
    path = put_in(cache, content)
    assert_is_small_mnist(data.load("mnist", "train"), "train")
    assert server.requests == 0
    assert path.read_bytes() == content


def flipped(content: bytes) -> bytes:
    """With one wrong bit inside the test images."""
    middle = content.index(ARRAYS["x_test"].tobytes()) + 5000
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


BROKEN = {
    "empty": b"",
    "no zip": b"<html>Please sign in</html>",
    "truncated": NPZ[: len(NPZ) // 2],
    "one bit wrong": flipped(REPACKED),
    "other pictures": npz(small_arrays(seed=1)),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_in_the_cache_is_replaced(server: Server, cache: Path, content: bytes) -> None:
    put_in(cache, content)
    assert_is_small_mnist(data.load("mnist", "test"), "test")
    assert_holds_only_mnist(cache)


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_in_the_cache_is_never_used(server: Server, cache: Path, content: bytes) -> None:
    server.respond = answers(503)
    path = put_in(cache, content)
    with pytest.raises(DataUnavailable, match="no usable MNIST"):
        data.load("mnist", "test")
    assert path.read_bytes() == content


# --- the file that MNIST_NPZ names ---------------------------------------------------------------


@pytest.mark.parametrize("content", [NPZ, REPACKED], ids=["Keras' own", "repacked"])
def test_a_named_file_is_used(server: Server, name_file: Callable[[bytes], Path], content: bytes) -> None:
    name_file(content)
    assert_is_small_mnist(data.load("mnist", "test"), "test")
    assert server.requests == 0


def refused(server: Server, cache: Path, error: type[DataUnavailable], path: Path) -> None:
    """It is an error that names the file and the variable, although the cache has a good file."""
    put_in(cache, NPZ)
    with pytest.raises(DataUnavailable) as caught:
        data.load("mnist", "test")
    assert caught.type is error
    assert str(path) in str(caught.value)
    assert "MNIST_NPZ names it" in str(caught.value)
    assert server.requests == 0


@pytest.mark.parametrize("name", ["missing.npz", "."], ids=["missing", "a folder"])
def test_a_named_file_that_is_not_there_is_an_error(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / name))
    refused(server, cache, DataUnavailable, tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [
        *BROKEN.values(),
        npz({key: a for key, a in ARRAYS.items() if key != "y_test"}),
        npz({**ARRAYS, "x_test": ARRAYS["x_test"][:-1]}),
        npz({**ARRAYS, "x_test": ARRAYS["x_test"].reshape(20, 784)}),
        npz({**ARRAYS, "x_test": ARRAYS["x_test"].astype(np.float32)}),
        npz({**ARRAYS, "x_test": ARRAYS["x_test"].astype(np.int8)}),
        npz({**ARRAYS, "x_test": np.asfortranarray(ARRAYS["x_test"])}),
        npz({**ARRAYS, "y_test": ARRAYS["y_test"] + np.uint8(1)}),
    ],
    ids=[
        *BROKEN,
        "no labels",
        "one less",
        "flat",
        "float",
        "signed",
        "column by column",
        "other labels",
    ],
)
def test_a_named_file_that_is_not_mnist_is_refused(
    server: Server, cache: Path, name_file: Callable[[bytes], Path], content: bytes
) -> None:
    refused(server, cache, DataCorrupt, name_file(content))


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_nothing_is_unpickled(
    server: Server, cache: Path, tmp_path: Path, name_file: Callable[[bytes], Path]
) -> None:
    trap = np.array([Trap(tmp_path / "sprung")] * 20, dtype=object)
    assert pickle.loads(pickle.dumps(trap)) is not None
    (tmp_path / "sprung").unlink()  # it works, so it must not be there again
    refused(server, cache, DataCorrupt, name_file(npz({**ARRAYS, "x_test": trap})))
    assert not (tmp_path / "sprung").exists()


def bomb(shape: tuple[int, ...], compression: int) -> bytes:
    """An mnist.npz of a few kilobytes whose test images unpack to 64 MB of zeros."""
    file = io.BytesIO(npz({key: a for key, a in ARRAYS.items() if key != "x_test"}))
    header = io.BytesIO()
    header_of = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, header_of)
    with zipfile.ZipFile(file, "a", compression) as archive:
        archive.writestr("x_test.npy", header.getvalue() + bytes(64 << 20))
    return file.getvalue()


@pytest.mark.parametrize(
    ("shape", "compression"),
    [
        ((64 << 20,), zipfile.ZIP_DEFLATED),
        ((10**15, 28, 28), zipfile.ZIP_DEFLATED),
        ((20, 28, 28), zipfile.ZIP_DEFLATED),
        ((20, 28, 28), zipfile.ZIP_BZIP2),
    ],
    ids=["large", "petabytes", "a tail", "bzip2"],
)
def test_an_oversized_member_is_refused_before_it_is_unpacked(
    server: Server,
    cache: Path,
    name_file: Callable[[bytes], Path],
    shape: tuple[int, ...],
    compression: int,
) -> None:
    path = name_file(bomb(shape, compression))
    tracemalloc.start()
    try:
        refused(server, cache, DataCorrupt, path)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.filterwarnings("ignore::UserWarning")  # numpy takes some for headers of Python 2
def test_any_damage_is_either_harmless_or_a_clear_error(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    at_structure = [m for mark in (b"PK", b"NUMPY") for m in occurrences(REPACKED, mark)]
    harmless = 0
    for trial in range(400):
        content = bytearray(REPACKED)
        for _ in range(random.integers(1, 4)):
            place = random.choice(at_structure) + random.integers(0, 120)
            content[place % len(content)] = random.choice([0, 10, 34, 40, 255])
        path = tmp_path / f"{trial}.npz"
        path.write_bytes(content)
        monkeypatch.setenv("MNIST_NPZ", str(path))
        try:
            assert_is_small_mnist(data.load("mnist", "test"), "test")
            harmless += 1
        except DataUnavailable:
            pass
    assert 0 < harmless < 400


def occurrences(content: bytes, mark: bytes) -> Iterator[int]:
    place = content.find(mark)
    while place >= 0:
        yield place
        place = content.find(mark, place + 1)


# --- digits --------------------------------------------------------------------------------------


def test_digits_look_like_mnist() -> None:
    images, labels = data.load("digits", "test")
    assert images.shape == (1797, 28, 28)
    assert labels.shape == (1797,)
    assert images.dtype == labels.dtype == np.uint8
    assert not images.flags.writeable
    assert not labels.flags.writeable
    assert (images.max(axis=(1, 2)) > 200).all()
    rows, columns = np.indices((28, 28))
    mass = images.sum(axis=(1, 2))
    for place in (rows, columns):
        centre = (images * place).sum(axis=(1, 2)) / mass
        assert (abs(centre - 14) < 1.5).mean() > 0.99
    assert (images.any(axis=2).sum(axis=1) <= 20).all()
    assert (images.any(axis=1).sum(axis=1) <= 20).all()


def test_digits_are_balanced_and_carry_their_own_labels() -> None:
    images, labels = data.load("digits", "test")
    counts = np.bincount(labels, minlength=10)
    assert counts.min() >= 174
    assert counts.max() <= 183
    pixels = images.reshape(len(images), -1) / 255
    half = len(pixels) // 2
    means = np.stack([pixels[:half][labels[:half] == digit].mean(axis=0) for digit in range(10)])
    distances = ((pixels[half:, None] - means) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == labels[half:]).mean() > 0.75


@pytest.mark.slow
def test_digits_are_the_same_in_every_process() -> None:
    digest = (
        "import hashlib; from digitlab import data; digits = data.load('digits', 'test');"
        "print(*(hashlib.sha256(array).hexdigest() for array in digits))"
    )
    other = subprocess.run(
        [sys.executable, "-c", digest], cwd=ROOT, capture_output=True, text=True, check=True
    )
    digits = data.load("digits", "test")
    assert other.stdout.split() == [hashlib.sha256(array.tobytes()).hexdigest() for array in digits]


# --- the real MNIST ------------------------------------------------------------------------------


def real_mnist_is_here() -> bool:
    folder = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"
    return Path(os.environ.get("MNIST_NPZ") or folder / "mnist.npz").exists()


def idx(array: np.ndarray) -> bytes:
    """The array in MNIST's own file format."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.mark.skipif(not real_mnist_is_here(), reason="needs MNIST: set MNIST_NPZ to a copy")
@pytest.mark.parametrize(
    ("split", "images_md5", "labels_md5"),
    [  # of the four files that MNIST was published as, unpacked
        ("train", "6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624"),
        ("test", "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_real_mnist_is_what_was_published(split: str, images_md5: str, labels_md5: str) -> None:
    images, labels = data.load("mnist", split)
    assert hashlib.md5(idx(images)).hexdigest() == images_md5
    assert hashlib.md5(idx(labels)).hexdigest() == labels_md5
