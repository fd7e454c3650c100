"""The rules of the house: who may import whom, and what nobody does."""

import ast
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import menu

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
SERVED = sorted([*ROOT.glob("*.py"), *(file for package in PACKAGES for file in package.rglob("*.py"))])
OURS = sorted([*SERVED, *(ROOT / "benchmarks").rglob("*.py")])
TRAINERS = {"tensorflow", "keras"}


def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A Python command, with a folder's modules to import."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def nodes(file: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(file.read_text("utf-8"), str(file)))


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call with the last part of what is called: "Page" for st.Page(...)."""
    for node in nodes(file):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def imported(node: ast.AST) -> set[str]:
    """The packages that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return {node.module.split(".")[0]}
    return set()


def imported_at_once(node: ast.AST) -> set[str]:
    """The packages that a module imports when it is imported, not when its functions are called."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return set()
    if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        return set().union(*map(imported_at_once, node.orelse))
    return imported(node).union(*map(imported_at_once, ast.iter_child_nodes(node)))


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


# --- who imports whom --------------------------------------------------------------------------------

LINT = ("-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache")


def test_the_import_contracts_hold() -> None:
    done = run(*LINT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        ("digitlab/metrics.py", "import streamlit"),
        ("digitlab/metrics.py", "def late():\n    import keras"),
        ("digitlab/metrics.py", "from ui import style"),
        ("ui/style.py", "from pages.draw import steps"),
        ("ui/style.py", "import model_zoo"),
        ("ui/style.py", "import streamlit_drawable_canvas"),
        ("model_zoo/cnn.py", "import ui.style"),
        ("pages/draw/steps.py", "def late():\n    import keras"),
        ("pages/draw/steps.py", "import streamlit_drawable_canvas"),
        ("pages/draw/steps.py", "from pages.learn import glossary"),
        ("pages/inside/convolution/page.py", "from pages.inside.move import heat_maps"),
    ],
)
def test_a_breach_of_the_contracts_is_found(tmp_path: Path, file: str, statement: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source in SERVED:
        copy = tmp_path / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    with (tmp_path / file).open("a") as module:
        module.write(f"\n{statement}\n")
    done = run(*LINT, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


START = """
import importlib, sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("ui/site.py", default_timeout=60).run()
assert not app.exception, app.exception
for module in sys.argv[1:]:
    importlib.import_module(module)

import numpy
from digitlab import inference
inference.load("cnn").predict(numpy.zeros((1, 28, 28), numpy.float32))
print(*sys.modules)
"""


def test_what_serves_loads_no_tensorflow() -> None:
    """Neither the app's first run, nor any module, nor an answer. Keras in a server process makes
    Streamlit clear Keras' session after every stroke."""
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in SERVED
        if file.parent != ROOT
        and file.stem not in ("__init__", "site")
        and "migrations" not in file.parts  # Alembic runs these
    ]
    done = run("-c", START, *modules)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {
        "digitlab.inference",
        "ui.answers",
        "pages.inside.neuron.page",
        "model_zoo.cnn",
        "ai_edge_litert",
    } <= loaded
    assert not {module.split(".")[0] for module in loaded} & TRAINERS


@pytest.mark.parametrize("file", SERVED, ids=names(SERVED))
def test_tensorflow_is_imported_only_where_it_is_used(file: Path) -> None:
    if file.name != "train.py":
        assert not imported_at_once(ast.parse(file.read_text("utf-8"))) & TRAINERS


def test_only_the_pad_knows_the_canvas_package() -> None:
    """Also modules that the contract in pyproject.toml doesn't list yet."""
    knows = [file for file in SERVED if any("streamlit_drawable_canvas" in imported(n) for n in nodes(file))]
    assert names(knows) == ["ui/pad/__init__.py"]


# --- what nobody does --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=["check", "format"])
def test_ruff_has_nothing_to_say(command: tuple[str, ...]) -> None:
    done = run("-m", "ruff", *command, "--no-cache", ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", OURS, ids=names(OURS))
def test_nothing_is_unpickled(file: Path) -> None:
    """A pickle from a stranger runs the stranger's code."""
    picklers = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
    assert not set().union(*map(imported, nodes(file))) & picklers
    for _, call in calls(file):
        for keyword in call.keywords:
            if keyword.arg == "allow_pickle":
                assert ast.unparse(keyword.value) == "False"


@pytest.mark.parametrize("file", OURS, ids=names(OURS))
def test_no_text_is_taken_for_html(file: Path) -> None:
    """st.html is for what we wrote; text that anybody else wrote goes through st.markdown, which is safe
    as long as nobody says otherwise."""
    for _, call in calls(file):
        assert "unsafe_allow_html" not in {keyword.arg for keyword in call.keywords}


# --- pages -------------------------------------------------------------------------------------------


def rooms(chapter: Path) -> set[str]:
    """The pages of a chapter: one file each, or one folder."""
    return {path.stem for path in chapter.iterdir() if path.stem.strip("_") == path.stem}


def test_the_menu_has_each_page_and_each_entry_is_a_page() -> None:
    chapters = [path for path in (ROOT / "pages").iterdir() if path.is_dir() and path.name != "__pycache__"]
    modules = {f"pages.{chapter.name}.{room}" for chapter in chapters for room in rooms(chapter)}
    assert {entry.module for entry in menu.ENTRIES.values()} == modules
    assert len(modules) > 20


@pytest.mark.parametrize("entry", menu.ENTRIES.values(), ids=list(menu.ENTRIES))
def test_a_page_is_a_module_named_as_its_address_that_can_be_imported(entry: menu.Entry) -> None:
    room = "start" if entry.address == "class" else entry.address  # a word that Python reserves
    assert entry.module.split(".")[-1] == room
    assert callable(importlib.import_module(entry.module).render)
