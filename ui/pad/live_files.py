"""What the browser loads to answer while one draws: our JavaScript, and networks as train.py left them.

The address of a file holds a digest of all of them, so browsers may keep it for ever. A class's model has an
address of its own, with the id of its training, and is there as long as the class.
"""

import hashlib
from functools import cache
from pathlib import Path

from digitlab.classroom import trained
from digitlab.errors import DigitLabError
from digitlab.inference import ARTIFACTS
from ui import links

ROUTE = "/api/live"
OF_CLASSES = f"{ROUTE}/class"
_BROWSER = Path(__file__).with_name("browser")


@cache
def files() -> dict[str, bytes]:
    """Contents by name: "live.js", "cnn.bin"."""
    scripts = {path.name: path.read_bytes() for path in sorted(_BROWSER.glob("*.js"))}
    networks = {f"{path.parent.name}.bin": path.read_bytes() for path in sorted(ARTIFACTS.glob("*/live.bin"))}
    return scripts | networks


@cache
def digest() -> str:
    """Of all files and their names."""
    parts = (f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in files().items())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def has(model: str) -> bool:
    """Whether this model of the zoo answers in the browser."""
    return f"{model}.bin" in files()


def url(name: str) -> str:
    """Where the browser finds a file. Raises KeyError where there is no such."""
    if name not in files():
        raise KeyError(name)
    return f"{links.base()}{ROUTE}/{digest()}/{name}"


def network(model: str) -> tuple[str, str] | None:
    """What the browser calls a model's network, and where it finds it; None for a model that doesn't answer
    there, or that is gone with its class."""
    if has(model):
        return model, url(f"{model}.bin")
    if not trained.is_name(model):
        return None
    try:
        identity = trained.identity(model)
    except DigitLabError:
        return None
    # by its id: a class that was emptied begins again with number 1, and the tab has kept the other one
    return (identity.id, f"{links.base()}{OF_CLASSES}/{identity.id}.bin") if identity.live else None
