"""A certificate that nobody trusts, for a proxy on this machine."""

import shutil
import subprocess
from pathlib import Path

import pytest


def made_in(folder: Path) -> Path:
    """A PEM file with certificate and key for 127.0.0.1; the test is skipped where there is no openssl."""
    if not shutil.which("openssl"):
        pytest.skip("There is no openssl on this machine (Debian: apt install openssl).")
    key, certificate, both = (folder / name for name in ("key.pem", "certificate.pem", "both.pem"))
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    both.write_text(certificate.read_text() + key.read_text())
    both.chmod(0o600)
    return both
