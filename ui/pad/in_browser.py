"""A component whose work is done by a module of `ui/pad/browser/`, which a browser keeps: what comes over the
WebSocket with each visit only loads it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ui.components import component
from ui.pad import live_files

_LOADER = Path(__file__).with_name("loader.js")


def in_browser(file: str, html: str, *, isolated: bool = True) -> Callable[..., Any]:
    """As `ui.components.component`, but the JavaScript beside `file` is browser/<its name>.js."""
    made = component(file, html, isolated=isolated, script=_LOADER)
    module = f"{Path(file).stem}.js"

    def show(data: Mapping[str, Any], **options: Any) -> Any:
        return made(data={**data, "module": live_files.url(module)}, **options)

    return show
