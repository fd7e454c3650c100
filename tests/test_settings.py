"""The settings in .streamlit/config.toml are known to the installed Streamlit, and in force.

Some are hidden options that the next version may rename without a word: Streamlit only logs what it
doesn't know, and the class would find out.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digitlab.photos import MAX_BYTES

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / ".streamlit" / "config.toml"

ASK = """
import json, sys
from streamlit import config

def asked(option):
    try:
        return [config.get_option(option), config.get_where_defined(option)]
    except RuntimeError:  # not defined
        return None

print(json.dumps({option: asked(option) for option in json.loads(sys.argv[1])}))
"""


def options(section: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """("theme.dark.textColor", "#fff") and so on."""
    for name, value in section.items():
        if isinstance(value, dict):
            yield from options(value, f"{path}{name}.")
        else:
            yield path + name, value


def ask(folder: Path, names: list[str]) -> tuple[dict[str, Any], str]:
    """What a Streamlit that starts in this folder says about the options, and what it logs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(names)],
        cwd=folder,
        env=clean | {"HOME": str(folder)},  # not what the user of this machine has set
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


WRITTEN = dict(options(tomllib.loads(FILE.read_text("utf-8"))))


@pytest.fixture(scope="module")
def answer() -> tuple[dict[str, Any], str]:
    return ask(ROOT, list(WRITTEN))


@pytest.mark.parametrize("name", WRITTEN)
def test_each_option_is_known_and_in_force(name: str, answer: tuple[dict[str, Any], str]) -> None:
    found = answer[0][name]
    assert found is not None, f"this Streamlit has no option {name}"
    value, where = found
    assert value == WRITTEN[name]
    assert Path(where) == FILE


def test_streamlit_complains_about_none(answer: tuple[dict[str, Any], str]) -> None:
    """Neither "not a valid config option" nor "deprecated"."""
    assert answer[1] == ""


def test_a_wrong_option_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[runner]\npostScriptGc = false\n")
    found, log = ask(tmp_path, ["runner.postScriptGc", "runner.postScriptGC"])
    assert found["runner.postScriptGc"] is None
    assert found["runner.postScriptGC"][0] is True  # so it is still on by default
    assert "runner.postScriptGc" in log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runner.postScriptGC", False),  # else 100 pupils wait for seconds after every stroke
        ("runner.magicEnabled", False),  # else a bare expression on a line is printed into the page
        ("server.maxWidgetStateSize", 1),  # MB; else 200 pupils can fill the memory with 25 MB each
        ("server.maxUploadSize", MAX_BYTES / 1024**2),  # MB; else one refuses what the other allows
        ("server.fileWatcherType", "none"),  # else a class that arrives at once waits for half a minute
        ("client.showErrorDetails", "none"),  # else strangers read tracebacks
        ("browser.gatherUsageStats", False),  # else pupils' browsers report to Streamlit
    ],
)
def test_what_matters_stays_as_it_is(name: str, value: Any) -> None:
    assert WRITTEN[name] == value
