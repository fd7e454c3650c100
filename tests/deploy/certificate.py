"""A certificate that nobody trusts, for a proxy on this machine."""

import shutil
from pathlib import Path

import pytest

from benchmarks import proxy


def made_in(folder: Path) -> Path:
    """A PEM file with certificate and key for 127.0.0.1; the test is skipped where there is no openssl."""
    if not shutil.which("openssl"):
        pytest.skip("There is no openssl on this machine (Debian: apt install openssl).")
    return proxy.certificate(folder)
