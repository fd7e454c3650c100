"""HTML on the page. What goes into a template is escaped, unless it is `Markup` itself."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import streamlit as st
from markupsafe import Markup, escape

__all__ = ["Markup", "joined", "markup", "put"]


def markup(template: str, **values: Any) -> Markup:
    """`template` is our own HTML, with {names}; the values are escaped. Numbers, which can't do harm, may be
    formatted: {share:.1f}. (As `Markup.format`, which is written in Python, and slow.)"""
    safe = {
        name: value if isinstance(value, int | float | np.number) else escape(value)
        for name, value in values.items()
    }
    return Markup(template.format(**safe))


def joined(parts: Iterable[Markup | str], between: str = "") -> Markup:
    """One piece of HTML out of many; plain text among them is escaped."""
    return Markup(between).join(parts)


def put(html: Markup, width: Any = "stretch") -> None:
    """Show it. The classes that it uses stand in ui/style.css. Raises TypeError for plain text, which may
    not have been escaped."""
    if not isinstance(html, Markup):
        raise TypeError("HTML must be Markup: make it with ui.markup.markup")
    st.html(str(html), width=width)
