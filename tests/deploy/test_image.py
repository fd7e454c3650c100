"""The images of deploy/Containerfile: what they are made of, and the one that serves, built and run.

Building takes minutes, so it happens with DIGITLAB_ALL=1 only. It needs Linux, root, buildah, an index of
Python packages, and a base: the image that DIGITLAB_TEST_BASE names, or what debootstrap makes."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import psutil
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.server import HOST, free_port
from benchmarks.streamlit_client import Drawing, User
from deploy import slim
from tests.classroom import postgres
from tests.test_requirements import DIRECT, LOCKED, pinned, pulled_in, read
from ui import menu

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
PACKAGES = Path(sysconfig.get_path("purelib"))
INDEX = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
CERTIFICATES = os.environ.get("SSL_CERT_FILE", "")
MIRROR = "http://deb.debian.org/debian"
SUITE = "bookworm"
USER = 1000
BELONGS = {  # what doesn't bear its package's name
    "cv2": "opencv",
    "opencv_python_headless": "opencv",
    "PIL": "pillow",
    "psycopg_binary": "psycopg",
    "sklearn": "scikit-learn",
    "scikit_learn": "scikit-learn",
}
SEVEN: Drawing = (
    ((80.0, 70.0), (130.0, 70.0), (190.0, 72.0), (170.0, 130.0), (140.0, 200.0), (130.0, 230.0)),
)

# --- what can be seen without building ---------------------------------------------------------------


def stages() -> dict[str, str]:
    """The lines of each stage, by its name, in their order."""
    parts = re.split(r"^FROM \S+ AS (\S+)$", CONTAINERFILE, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_image_that_serves_is_the_last_one() -> None:
    """It is what is built where nobody names a target, as Hugging Face does."""
    assert list(stages())[-1] == "serve"


@pytest.mark.parametrize("target", ["serve", "train"])
def test_nothing_of_what_runs_belongs_to_its_user(target: str) -> None:
    lines = [line for line in stages()[target].splitlines() if line and not line.startswith(("#", " "))]
    words = [line.split()[0] for line in lines]
    assert f"USER {USER}:{USER}" in lines
    assert max(at for at, word in enumerate(words) if word == "COPY") < words.index("USER")
    assert not any("--chown" in line for line in lines)
    command = next(line for line in lines if line.startswith("CMD "))
    assert isinstance(json.loads(command.removeprefix("CMD ")), list), (
        "a shell would keep the signals to itself"
    )


def hashed(name: str) -> dict[str, str]:
    """The version of each package in a file with hashes; each has one at least."""
    entries = (DEPLOY / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    lines = [line.split(" --hash=") for line in entries if line and not line.startswith("#")]
    assert all(len(line) > 1 and "sha256:" in line[1] for line in lines)
    wanted = [Requirement(line[0]) for line in lines]
    return {canonicalize_name(each.name): pinned(each) or "" for each in wanted}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("requirements-serve.lock", ["requirements-serve.txt"]),
        ("requirements-train.lock", ["requirements-serve.txt", "requirements.txt"]),
    ],
)
def test_what_an_image_installs_is_what_the_tests_run_with(name: str, files: list[str]) -> None:
    locked = hashed(name)
    assert {package: LOCKED[package] for package in locked} == locked, "`just lock`"
    assert pulled_in([each for file in files for each in read(file)]) <= locked.keys(), "`just lock`"
    assert ("tensorflow" in locked) == ("train" in name)


def test_the_images_are_built_with_the_same_uv() -> None:
    (uv,) = (each for each in DIRECT if each.name == "uv")
    assert hashed("requirements-uv.lock") == {"uv": pinned(uv)}


@pytest.mark.skipif(sys.platform != "linux", reason="the packages for Linux hold other files")
@pytest.mark.parametrize("pattern", slim.DROPPED)
def test_what_is_left_out_is_there_to_be_left_out(pattern: str) -> None:
    assert next(PACKAGES.glob(pattern), None), f"no package holds {pattern} any longer: deploy/slim.py"


def test_libraries_are_stripped_that_are_there() -> None:
    assert {path.relative_to(PACKAGES).parts[0] for path in slim.libraries(PACKAGES)} == set(slim.STRIPPED)


def test_slimming_a_folder(tmp_path: Path) -> None:
    names = [
        "pandas/tests/data/large.csv",
        "pandas/core.py",
        "pandas/core.pyi",
        "pyarrow/src/a.cc",
        "pyarrow/lib.py",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    slim.slim(tmp_path)
    left = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(left) == ["pandas/core.py", "pyarrow/lib.py"]


def left_out(path: Path) -> bool:
    return any(each.match(pattern) for each in (path, *path.parents) for pattern in slim.DROPPED)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux lists what a process has loaded")
def test_nothing_that_a_start_loads_is_left_out() -> None:
    """All pages, one answer and the modules whose bytecode the images bring, in a process of their own."""
    code = """
import importlib, json, sys
from deploy import slim
from ui.server import warm_up
for name in slim.IMPORTED:
    importlib.import_module(name)
warm_up.load_models()
warm_up.modules()
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps([*filter(None, files), *open("/proc/self/maps").read().split()]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    loaded = {
        Path(word) for word in json.loads(done.stdout.splitlines()[-1]) if word.startswith(str(PACKAGES))
    }
    assert len(loaded) > 500
    loaded.discard(PACKAGES / "ai_edge_litert" / "libLiteRt.so")  # loaded where it is there, and never asked
    assert [str(path) for path in loaded if left_out(path)] == []


# --- the image that serves ---------------------------------------------------------------------------


def _reason_not_to_build() -> str:
    if "DIGITLAB_ALL" not in os.environ:
        return "builds for minutes: DIGITLAB_ALL=1"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "building here needs Linux and root"
    if not shutil.which("buildah"):
        return "there is no buildah (Debian: apt install buildah)"
    if "DIGITLAB_TEST_BASE" not in os.environ and not shutil.which("debootstrap"):
        return "no base: DIGITLAB_TEST_BASE names no image, and there is no debootstrap to make one"
    return ""


class Buildah:
    """buildah with a storage of its own, which goes with the folder. It needs no daemon."""

    def __init__(self, folder: Path) -> None:
        self._storage = ["--root", str(folder / "store"), "--runroot", str(folder / "run")]

    def __call__(self, *words: str | Path) -> str:
        command = ["buildah", "--storage-driver", "vfs", *self._storage, *map(str, words)]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
        return done.stdout.strip()


def base(buildah: Buildah, folder: Path) -> str:
    """The name of a Debian without Python; the test is skipped where none can be had."""
    if named := os.environ.get("DIGITLAB_TEST_BASE"):
        return named
    made = ["debootstrap", "--variant=minbase", SUITE, str(folder / "debian"), MIRROR]
    done = subprocess.run(made, capture_output=True, check=False, text=True)
    if done.returncode:
        pytest.skip(f"debootstrap can’t make a base here: {done.stdout.splitlines()[-1:]}")
    container = buildah("from", "scratch")
    buildah("add", container, folder / "debian", "/")
    buildah("commit", container, "localhost/debian")
    return "localhost/debian"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict]]:
    """The root of the image that serves, and what it says about itself."""
    if reason := _reason_not_to_build():
        pytest.skip(reason)
    try:
        urllib.request.urlopen(INDEX.rstrip("/") + "/uv/", timeout=20).close()
    except (OSError, urllib.error.URLError) as error:
        pytest.skip(f"there is no index of Python packages: {error}")
    folder = tmp_path_factory.mktemp("image")
    buildah = Buildah(folder)
    options = ["--isolation", "chroot", "--format", "docker", "--build-arg", f"INDEX={INDEX}"]
    options += ["--build-arg", f"BASE={base(buildah, folder)}"]
    if CERTIFICATES:
        options += ["--secret", f"id=certificates,src={CERTIFICATES}"]
    buildah(
        "build", *options, "--file", DEPLOY / "Containerfile", "--target", "serve", "--tag", "digitlab", ROOT
    )
    said = json.loads(buildah("inspect", "--type", "image", "localhost/digitlab"))["Docker"]["config"]
    yield Path(buildah("mount", buildah("from", "localhost/digitlab"))), said
    shutil.rmtree(folder, ignore_errors=True)


def in_image(image: tuple[Path, dict], data: Path, words: list[str], **more: str) -> list[str]:
    """A command that runs `words` in the image as a container would: with its user, a root that it can't
    write, a /tmp of its own, and `data` as /data. It is one process, so what is sent to it arrives."""
    root, said = image
    os.chown(data, USER, USER)
    variables = [*said["Env"], *(f"{name}={value}" for name, value in more.items())]
    script = f"""
        set -e
        mount --bind {root} {root}
        mount --rbind /proc {root}/proc
        mount --rbind /dev {root}/dev
        mount -t tmpfs -o mode=1777 tmpfs {root}/tmp
        mount --bind {data} {root}/data
        mount -o remount,ro,bind {root}
        exec chroot --userspec={said["User"]} {root} env -i --chdir={said["WorkingDir"]} "$@"
    """
    return ["unshare", "--mount", "sh", "-c", script, "sh", *variables, *words]


@contextmanager
def started(image: tuple[Path, dict], data: Path, **more: str) -> Iterator[tuple[str, psutil.Process]]:
    """What the image starts: its address once it is healthy, and its process."""
    port = free_port()
    process = subprocess.Popen(
        in_image(image, data, image[1]["Cmd"], STREAMLIT_SERVER_PORT=str(port), **more)
    )
    try:
        _wait(f"http://{HOST}:{port}/api/health")
        yield f"http://{HOST}:{port}", psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM), "it doesn't stop when it is asked to"


def _wait(address: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            assert time.monotonic() < end, "it doesn't become healthy"
            time.sleep(0.1)


def class_code(image: tuple[Path, dict], data: Path, **more: str) -> str:
    """The code of a class that a second process starts, on the same database."""
    code = "from digitlab.classroom import classes; print(classes.start()[0].code)"
    done = subprocess.run(
        in_image(image, data, ["python", "-c", code], **more), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


async def use(address: str, code: str) -> None:
    """Open all pages, draw a digit, look at the wall of a class."""
    for page in menu.ENTRIES:
        async with asyncio.timeout(60), aclosing(User(address, page=page)) as user:
            assert (await user.open()).error is None, page
    async with asyncio.timeout(60), aclosing(User(address)) as user:
        await user.open()
        assert ">7<" in (await user.draw(SEVEN)).text("answer")
    async with asyncio.timeout(60), aclosing(User(address, page="wall", query=f"class={code}")) as user:
        assert "0" in (await user.open()).text("wall-count")


@pytest.mark.slow
def test_the_image_serves_from_a_root_that_it_cannot_write(image: tuple[Path, dict], tmp_path: Path) -> None:
    kind, *check = image[1]["Healthcheck"]["Test"]
    assert kind == "CMD"
    with started(image, tmp_path) as (address, process):
        assert process.uids().real == USER
        asyncio.run(use(address, class_code(image, tmp_path)))
        assert (tmp_path / "digitlab" / "classes.sqlite3").exists()
        asks = in_image(image, tmp_path, check, STREAMLIT_SERVER_PORT=address.rsplit(":", 1)[1])
        assert subprocess.run(asks, check=False).returncode == 0
    assert subprocess.run(asks, check=False, stderr=subprocess.DEVNULL).returncode == 1


def weights(packages: Path) -> dict[str, float]:
    """Millions of bytes of each package that has 10 at least, with what its wheel keeps beside it."""
    found: Counter[str] = Counter()
    for file in packages.rglob("*"):
        if file.is_file() and not file.is_symlink():
            name = file.relative_to(packages).parts[0].removesuffix(".libs")
            found[BELONGS.get(name, name)] += file.stat().st_size
    return {name: size / 1e6 for name, size in found.items() if size >= 10e6}


@pytest.mark.slow
def test_the_table_of_weights_is_right(image: tuple[Path, dict]) -> None:
    text = (ROOT / "docs" / "images.md").read_text("utf-8")
    said = {
        name: float(weight) for name, weight in re.findall(r"^\| (\w[\w-]*) \| \d+ \| (\d+) \|", text, re.M)
    }
    (packages,) = (image[0] / "opt" / "venv" / "lib").glob("python3.*/site-packages")
    measured = weights(packages)
    assert {name for name, weight in said.items() if weight >= 10} == measured.keys()
    assert {name: said[name] for name in measured} == pytest.approx(measured, rel=0.1, abs=1.5)


@pytest.mark.slow
def test_the_image_keeps_classes_in_postgresql(image: tuple[Path, dict], tmp_path: Path) -> None:
    with postgres.running() as server:
        if server is None:
            pytest.skip("There is no PostgreSQL on this machine (Debian: apt install postgresql).")
        database = server.new()
        with started(image, tmp_path, DIGITLAB_DATABASE=database) as (address, _process):
            asyncio.run(use(address, class_code(image, tmp_path, DIGITLAB_DATABASE=database)))
        assert not (tmp_path / "digitlab").exists()
