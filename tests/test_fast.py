"""The fast tests are what they say, and run nearly all of the library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.skipif(
    "DIGITLAB_ALL" not in os.environ,
    reason="runs most tests again: DIGITLAB_COVERAGE=1 or `just coverage`",
)
def test_the_fast_tests_pass_alone_and_run_the_library(tmp_path: Path) -> None:
    """Without MNIST, TensorFlow and a browser; pyproject.toml says which share of digitlab they must run."""
    environment = os.environ | {"COVERAGE_FILE": str(tmp_path / "coverage")}
    coverage = [sys.executable, "-m", "coverage"]

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*coverage, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900
        )

    tests = run("run", "-m", "pytest", "-m", "fast", "-q", "-p", "no:cacheprovider")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "TensorFlow isn't installed" in tests.stdout  # said by the tests that skip without it
    report = run("report")
    assert report.returncode == 0, report.stdout + report.stderr
