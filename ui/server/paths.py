"""Paths of requests, as the app sees them."""

import streamlit as st
from starlette.types import Scope


def path_of(scope: Scope) -> str:
    """The path without what a proxy or `server.baseUrlPath` puts before it: "/_stcore/health"."""
    path: str = scope["path"]
    for prefix in (scope.get("root_path", ""), st.get_option("server.baseUrlPath") or ""):
        prefix = "/" + prefix.strip("/")
        if prefix != "/" and path.startswith(prefix + "/"):
            path = path.removeprefix(prefix)
    return path
