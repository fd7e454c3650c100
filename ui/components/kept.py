"""What a tab keeps under a name: it survives a reload, stands in no link, and goes when the tab is closed."""

import re

from ui.components import component

_component = component(__file__, html="<span></span>")


def kept(name: str, put: str | None = None) -> str | None:
    """What the tab keeps under this name: letters, digits, "-", "_" and spaces. "" is nothing; None, that the
    tab has not said so yet: the page runs again when it has. `put` is kept from now on. What is returned
    comes from the browser, and may be anybody's."""
    said = _component(
        key=f"kept-{name}", data={"name": name, "put": put}, on_text_change=_nothing, height=0
    ).get("text")
    return said if isinstance(said, str) and re.fullmatch(r"[\w -]{0,100}", said, re.ASCII) else None


def _nothing() -> None:
    """The page reads it in its next run."""
