"""Components of our own: a few lines of JavaScript where Streamlit has nothing that answers a finger at once,
is reached by keyboard, and is read aloud."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.components import v2


def component(
    file: str, html: str, *, isolated: bool = True, script: Path | None = None
) -> Callable[..., Any]:
    """Declare the component of a module: `file` is its `__file__`, beside which stand its .js and .css.
    `html` is what it starts from. Not isolated, it has no .css and looks as ui/style.css says.
    `script` takes the place of its own .js."""
    here = Path(file)
    return v2.component(
        f"digitlab_{here.stem}",
        html=html,
        js=(script or here.with_suffix(".js")).read_text("utf-8"),
        css=here.with_suffix(".css").read_text("utf-8") if isolated else None,
        isolate_styles=isolated,
    )
