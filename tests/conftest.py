"""What several tests need, and which tests are fast."""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from digitlab import data
from digitlab.errors import DataUnavailable
from tests.shell import Shell, run

TESTS = Path(__file__).parent
NOWHERE = str(TESTS / "nowhere")
# fixtures that make a test slow, or that a bare machine lacks
NOT_FAST = {"mnist_test", "shell"}


def pytest_configure(config: pytest.Config) -> None:
    """No test touches the classes of whoever runs it.

    `pytest -m fast` is the same everywhere: it has neither MNIST nor TensorFlow, even where they are."""
    folder = tempfile.TemporaryDirectory(prefix="digitlab-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ.setdefault("DIGITLAB_DATABASE", f"sqlite:///{folder.name}/classes.sqlite3")
    if config.getoption("markexpr") == "fast":
        os.environ |= {"MNIST_NPZ": NOWHERE, "PEN_DIGITS": NOWHERE, "PEN_OTHER": NOWHERE}
        # tests/blocked stands in for TensorFlow, here and in the processes that tests start
        os.environ["PYTHONPATH"] = os.pathsep.join([str(TESTS / "blocked"), os.environ.get("PYTHONPATH", "")])
        sys.path.insert(0, str(TESTS / "blocked"))


@pytest.hookimpl(tryfirst=True)  # before pytest picks those that -m names
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tier of each test. Only slowness has to be said by hand."""
    for item in items:
        if TESTS / "browser" in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))  # a busy machine misses a time-out now and then
        elif not NOT_FAST & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("slow"):
            item.add_marker("fast")
    # Playwright leaves its event loop running in this thread: no test after it could start its own
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def mnist_test() -> data.Dataset:
    """MNIST's 10,000 test images; the test is skipped where they can't be had."""
    try:
        return data.load("mnist", "test")
    except DataUnavailable as error:
        pytest.skip(f"This test needs MNIST. {error}")


@pytest.fixture(scope="session")
def mnist_pictures(mnist_test: data.Dataset) -> np.ndarray:
    """The same as the models want them: float32 (10000, 28, 28) in [0, 1]."""
    return mnist_test.images.astype(np.float32) / 255


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs code in a plain Python shell; gives the arrays and numbers that it leaves."""
    return lambda code: run(code, tmp_path)
