"""A plain Python shell for the code that pages show."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
Shell = Callable[[str], dict[str, np.ndarray]]


def run(code: str, folder: Path) -> dict[str, np.ndarray]:
    """What it makes of the code: its arrays and numbers. The folder takes them over."""
    save = f"\nimport numpy\nnumpy.savez({str(folder / 'out.npz')!r}, **{{k: v for k, v in globals().items() "
    save += "if isinstance(v, (numpy.ndarray, numpy.generic, float, int))})"
    subprocess.run([sys.executable, "-c", code + save], cwd=ROOT, check=True, capture_output=True)
    with np.load(folder / "out.npz") as saved:
        return dict(saved)
