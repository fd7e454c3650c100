"""Leaves out of the installed packages what the app never reads: `python deploy/slim.py`.

deploy/Containerfile runs it, with the Python whose packages they are; nobody else should. What is left out is
gone for the app: tests/deploy/test_image.py checks that each pattern still names something, and opens all
pages in the image. docs/images.md says what stays, and why.
"""

import importlib.util
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

# What is left out, by glob, and why. Folders go with all that is in them.
DROPPED = {
    "**/tests": "the packages' own tests",
    "**/*.pyi": "hints for editors",
    "**/*.px[di]": "Cython's sources",
    "**/*.pyx": "Cython's sources",
    "**/include": "headers: nothing is compiled against the packages",
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so": "runs models on a graphics card; ours take 50 µs without",
    "ai_edge_litert/libLiteRt.so": "LiteRT's second interface; the app uses the Interpreter",
    "ai_edge_litert/tools": "prepares models for phones' accelerators",
    "ai_edge_litert/vendors": "the accelerators of phones",
    "clang": "reads C++; TensorFlow asks for it, and trains without",
    "plotly/labextension": "Plotly in Jupyter",
    "plotly/package_data/*.js": "Plotly for saved HTML and Jupyter; Streamlit brings its own",
    "pyarrow/*flight*": "Arrow over a network",
    "pyarrow/*s3*": "Arrow in a cloud's storage",
    "pyarrow/libarrow_python.so": "the same file as libarrow_python.so.*; only compilers ask for this name",
    "pyarrow/libarrow_python.so.*.*.*": "the same file as libarrow_python.so.*",
    "pyarrow/src": "Arrow's sources",
    "pydeck/nbextension": "maps in Jupyter; we draw none",
    "sklearn/datasets/images": "two photographs",
}
# Their libraries carry symbols for debuggers. Not those of numpy, scipy and OpenCV: what they bring was
# rewritten by patchelf, and no longer loads after strip.
STRIPPED = ("ai_edge_litert", "pyarrow", "sqlalchemy")
# What a start imports. Its bytecode is written now, as nothing is written once the image runs: the app is
# there in 1 s instead of 2. For all packages it would weigh twice as much, and be no quicker.
IMPORTED = (
    "ai_edge_litert.interpreter",
    "alembic.command",
    "cv2",
    "markdown_it",
    "pandas",
    "PIL.ImageDraw",
    "plotly.express",
    "pooch",
    "procrastinate",
    "prometheus_client",
    "psycopg",
    "scipy.stats",
    "segno",
    "sklearn.manifold",
    "sklearn.metrics",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "streamlit.starlette",
    "streamlit.web.cli",
)
TRAINING = ("keras", "tensorflow")  # and what each training imports, where it is installed


def libraries(packages: Path) -> Iterator[Path]:
    """The shared libraries of STRIPPED."""
    for name in STRIPPED:
        yield from (each for each in (packages / name).rglob("*.so*") if not each.is_symlink())


def slim(packages: Path) -> None:
    """Drop and strip, in the folder `packages`. Raises FileNotFoundError where there is no `strip`,
    CalledProcessError where it fails."""
    for pattern in DROPPED:
        for path in sorted(packages.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    for library in libraries(packages):
        subprocess.run(["strip", "--strip-unneeded", library], check=True)  # noqa: S607 - Debian's binutils


def write_bytecode(packages: Path) -> None:
    """Of all modules in `packages` that importing IMPORTED brings in. Python takes it without comparing
    times, which a copy into another layer may change."""
    for name in (*IMPORTED, *filter(importlib.util.find_spec, TRAINING)):
        importlib.import_module(name)
    for module in list(sys.modules.values()):
        source = getattr(module, "__file__", None) or ""
        if source.endswith(".py") and Path(source).is_relative_to(packages):
            py_compile.compile(source, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


if __name__ == "__main__":
    here = Path(sysconfig.get_path("purelib"))
    slim(here)
    write_bytecode(here)
