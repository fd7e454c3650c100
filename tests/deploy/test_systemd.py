"""deploy/systemd: units that systemd understands, and that shut themselves in."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.environment import ROOT, read_by_code, read_by_the_proxy

FOLDER = ROOT / "deploy" / "systemd"
UNITS = {"digitlab@8501.service": "digitlab@.service", "digitlab-trainer.service": "digitlab-trainer.service"}
HERE = "/opt/digitlab"
PROXY = (FOLDER / "haproxy.service.d" / "digitlab.conf").read_text("utf-8")
SAFE_ENOUGH = 20  # tenths, of 100: systemd's own estimate


def variables(unit: str) -> dict[str, str]:
    lines = re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would be, were the project where they look for it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("python", "streamlit"):
        (programs / name).symlink_to(sys.executable)
    for name, file in UNITS.items():
        text = (FOLDER / file).read_text("utf-8")
        text = re.sub(rf"{HERE}/\.venv[-\w]*/bin", str(programs), text)
        (tmp_path / name).write_text(text.replace(HERE, str(ROOT)))
    return tmp_path


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="There is no systemd on this machine.")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_it_and_finds_it_shut_in(unit: str, installed: Path) -> None:
    def analyze(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["systemd-analyze", *options], capture_output=True, text=True, timeout=60)

    verified = analyze("verify", "--man=no", str(installed / unit))
    if "Failed to" in verified.stderr and "cgroup" in verified.stderr.lower():
        pytest.skip(f"systemd can't look here: {verified.stderr.strip()}")
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = analyze("security", "--offline=true", f"--threshold={SAFE_ENOUGH}", str(installed / unit))
    assert rated.returncode == 0, rated.stdout


@pytest.mark.parametrize("file", UNITS.values())
def test_it_is_bounded_and_starts_again(file: str) -> None:
    unit = (FOLDER / file).read_text("utf-8")
    for setting in ("Restart=always", "MemoryMax=", "TimeoutStopSec=30", "DynamicUser=yes"):
        assert re.search(f"^{setting}", unit, re.MULTILINE), setting
    assert set(variables(unit)) <= read_by_code()
    assert variables(unit)["XDG_DATA_HOME"] == "/var/lib/digitlab"


def test_the_proxy_looks_for_the_replicas_where_they_are() -> None:
    told = variables(PROXY)
    assert told.pop("CONFIG") == f"{HERE}/deploy/haproxy/haproxy.cfg"
    assert set(told) <= read_by_the_proxy()
    replica = (FOLDER / "digitlab@.service").read_text("utf-8")
    assert "--server.port %i --server.address 127.0.0.1" in replica
    for number in (1, 2):
        assert told[f"REPLICA_{number}"] == f"127.0.0.1:{8500 + number}"
        assert f"digitlab@{8500 + number}" in replica
