"""What several tests need."""

import numpy as np
import pytest

from digitlab import data
from digitlab.errors import DataUnavailable


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
