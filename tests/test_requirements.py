"""What is installed: each version stands in constraints.txt, and the version of the app in one place."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from digitlab import __version__

ROOT = Path(__file__).parents[1]
FILES = ("requirements-serve.txt", "requirements.txt", "requirements-dev.txt")
LOCK = "If a requirement has changed: `just lock`."


def read(name: str) -> list[Requirement]:
    """The requirements in a file, without those that it takes over from another file."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in (ROOT / name).read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def pinned(requirement: Requirement) -> str | None:
    """The one version that it allows, or None."""
    match list(requirement.specifier):
        case [only] if only.operator == "==" and "*" not in only.version:
            return only.version
    return None


DIRECT = [requirement for name in FILES for requirement in read(name)]
LOCKED = {canonicalize_name(locked.name): pinned(locked) for locked in read("constraints.txt")}


def pulled_in(asked: list[Requirement]) -> set[str]:
    """The names of what is installed with these requirements on this machine, as their metadata say."""
    done: set[tuple[str, str]] = set()
    names: set[str] = set()
    left = [(requirement, extra) for requirement in asked for extra in ("", *requirement.extras)]
    while left:
        requirement, extra = left.pop()
        name = canonicalize_name(requirement.name)
        names.add(name)
        if (name, extra) in done:
            continue
        done.add((name, extra))
        try:
            lines = requires(requirement.name) or []
        except PackageNotFoundError:  # not all of it need be installed: those who train need no tests
            continue
        wanted = [Requirement(line) for line in lines]
        wanted = [each for each in wanted if not each.marker or each.marker.evaluate({"extra": extra})]
        left += [(each, more) for each in wanted for more in ("", *each.extras)]
    return names


def test_each_requirement_is_one_version_and_says_no_other_in_the_lock() -> None:
    for requirement in DIRECT:
        assert pinned(requirement), f"{requirement} allows several versions"
        assert LOCKED[canonicalize_name(requirement.name)] == pinned(requirement), LOCK


def test_all_that_they_pull_in_is_locked() -> None:
    names = pulled_in(DIRECT)
    assert {"streamlit", "pandas", "tensorflow", "grpcio", "pytest", "pluggy"} <= names
    assert not names - LOCKED.keys(), LOCK
    assert all(LOCKED.values())


def test_the_lock_is_used_by_all_requirements() -> None:
    """Else a fresh clone installs what is newest on that day."""
    assert "-c constraints.txt" in (ROOT / "requirements-serve.txt").read_text("utf-8").splitlines()
    assert "-r requirements-serve.txt" in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines()


def test_the_lean_app_needs_no_tensorflow() -> None:
    assert not pulled_in(read("requirements-serve.txt")) & {"tensorflow", "keras"}


def test_the_python_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (ROOT / ".python-version").read_text("utf-8").strip() in SpecifierSet(project["requires-python"])


def test_the_version_is_the_newest_in_the_changelog() -> None:
    versions = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert versions[0] == __version__
    assert versions == sorted(versions, key=lambda version: [*map(int, version.split("."))], reverse=True)
