"""Running the code that a page shows."""

import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]


def run(code: str, folder: Path) -> dict[str, np.ndarray]:
    """What a plain Python shell makes of the code: its arrays and NumPy's numbers."""
    save = f"\nimport numpy\nnumpy.savez({str(folder / 'out.npz')!r}, **{{k: v for k, v in globals().items() "
    save += "if isinstance(v, (numpy.ndarray, numpy.generic))})"
    subprocess.run([sys.executable, "-c", code + save], cwd=ROOT, check=True, capture_output=True)
    with np.load(folder / "out.npz") as saved:
        return dict(saved)
