"""What the browser loads to answer while one draws: our JavaScript, and networks as train.py left them.

The address of a file holds a digest of all of them, so browsers may keep it for ever.
"""

import hashlib
from functools import cache
from pathlib import Path

import streamlit as st

from digitlab.inference import ARTIFACTS

ROUTE = "/api/live"
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
    """Whether this model answers in the browser."""
    return f"{model}.bin" in files()


def url(name: str) -> str:
    """Where the browser finds a file. Raises KeyError where there is no such."""
    if name not in files():
        raise KeyError(name)
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}{ROUTE}/{digest()}/{name}"
