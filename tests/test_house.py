"""The rules of the house: who may import whom, and what nobody does."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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
        ("ui/style.py", "from pages import draw"),
        ("ui/style.py", "import model_zoo"),
        ("pages/draw.py", "def late():\n    import keras"),
        ("pages/draw.py", "import streamlit_drawable_canvas"),
    ],
)
def test_a_breach_of_the_contracts_is_found(tmp_path: Path, file: str, statement: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source in SERVED:
        copy = tmp_path / source.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(source, copy)
    with (tmp_path / file).open("a") as module:
        module.write(f"\n{statement}\n")
    done = run(*LINT, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


START = """
import importlib, sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("app.py", default_timeout=60).run()
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
        if file.parent.name in ("digitlab", "ui", "model_zoo") and file.stem != "__init__"
    ]
    done = run("-c", START, *modules)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {"digitlab.inference", "ui.show", "model_zoo.cnn", "ai_edge_litert"} <= loaded
    assert not {module.split(".")[0] for module in loaded} & TRAINERS


@pytest.mark.parametrize("file", SERVED, ids=names(SERVED))
def test_tensorflow_is_imported_only_where_it_is_used(file: Path) -> None:
    if file.name != "train.py":
        assert not imported_at_once(ast.parse(file.read_text("utf-8"))) & TRAINERS


def test_only_the_pad_knows_the_canvas_package() -> None:
    """Also modules that the contract in pyproject.toml doesn't list yet."""
    knows = [file for file in SERVED if any("streamlit_drawable_canvas" in imported(n) for n in nodes(file))]
    assert names(knows) == ["ui/pad.py"]


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


def pages_named_by(function: str, file: Path) -> list[str]:
    return [
        call.args[0].value
        for name, call in calls(file)
        if name == function and call.args and isinstance(call.args[0], ast.Constant)
    ]


PAGES = [file for file in sorted((ROOT / "pages").glob("*.py")) if file.name != "__init__.py"]


def test_each_page_is_in_the_navigation_and_each_entry_is_a_page() -> None:
    assert sorted(set(pages_named_by("Page", ROOT / "app.py"))) == names(PAGES)
    assert len(PAGES) > 1


@pytest.mark.parametrize("file", PAGES, ids=names(PAGES))
def test_the_address_of_a_page_is_its_files_name(file: Path) -> None:
    """Else the first visitor after a start who comes by a link gets the wrong page."""
    addresses = set()
    for name, call in calls(ROOT / "app.py"):
        if name == "Page" and (ROOT / ast.literal_eval(call.args[0])) == file:
            said = {keyword.arg: keyword.value for keyword in call.keywords}
            if "default" not in said:  # that one stands at the root only
                addresses.add(ast.literal_eval(said["url_path"]) if "url_path" in said else file.stem)
    assert addresses == {file.stem}


@pytest.mark.parametrize("file", SERVED, ids=names(SERVED))
def test_links_to_pages_lead_somewhere(file: Path) -> None:
    for page in pages_named_by("page_link", file) + pages_named_by("switch_page", file):
        assert page.startswith("http") or (ROOT / page).is_file()
