"""Misspelt words in texts, names and comments: codespell knows the common ones."""

import subprocess
import sys
from pathlib import Path


def test_no_word_is_misspelt() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib"], cwd=Path(__file__).parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
