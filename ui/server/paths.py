"""Paths of requests, as the app sees them, with `server.baseUrlPath` before them and without.

Streamlit puts it before its own routes only, and a proxy may take it away or leave it."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Scope

from ui import links


def path_of(scope: Scope) -> str:
    """The path without what a proxy or `server.baseUrlPath` puts before it: "/_stcore/health"."""
    path: str = scope["path"]
    for prefix in (scope.get("root_path", ""), links.base()):
        prefix = "/" + prefix.strip("/")
        if prefix != "/" and path.startswith(prefix + "/"):
            path = path.removeprefix(prefix)
    return path


def routes(path: str, answer: Callable[[Request], Any]) -> list[Route]:
    """Routes of ours for GET. What stands before the path may be anything: `answer` asks `is_here`."""
    return [Route(before + path, answer, methods=["GET"]) for before in ("", "/{base:path}")]


def is_here(request: Request) -> bool:
    """Whether what stands before the path is ours."""
    return request.path_params.get("base", "") in ("", links.base().strip("/"))
