"""Which environment variables our code and the settings of the proxy read."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# others' own: uvicorn's, libpq's and Streamlit's
OTHERS = {
    "FORWARDED_ALLOW_IPS",
    "PGPASSWORD",
    "HOME",
    "XDG_DATA_HOME",
    "KERAS_HOME",
    "PYTHONDONTWRITEBYTECODE",
}
_OURS = re.compile(r"\bDIGITLAB_[A-Z_]+\b")


@cache
def read_by_code() -> set[str]:
    folders = [ROOT / name for name in ("digitlab", "ui", "model_zoo")]
    code = [file.read_text("utf-8") for folder in folders for file in folder.rglob("*.py")]
    return {name for text in code for name in _OURS.findall(text)} | OTHERS


@cache
def read_by_the_proxy() -> set[str]:
    settings = (ROOT / "deploy" / "haproxy" / "haproxy.cfg").read_text("utf-8")
    return set(re.findall(r"\$\{(\w+)", settings))
