"""GET /api/live/<digest>/<file>: scripts and networks for answers in the browser, kept there for a year.

Streamlit puts `server.baseUrlPath` before its own routes only, so ours are here with it and without.
"""

import gzip
from functools import cache

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.pad import live_files
from ui.server.static import accepts_gzip

FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(live_files.files()[name], 9, mtime=0)


async def file(request: Request) -> Response:
    """200 for a file of this version of the app, 404 for anything else."""
    asked = request.path_params
    name = asked["name"]
    here = asked.get("base", "") in ("", (st.get_option("server.baseUrlPath") or "").strip("/"))
    if not here or asked["digest"] != live_files.digest() or name not in live_files.files():
        return PlainTextResponse("Not found", 404)
    kind = "text/javascript" if name.endswith(".js") else "application/octet-stream"
    headers = {"Cache-Control": FOR_EVER}
    # networks as well, though they hardly get smaller: else Streamlit packs them anew for each visitor
    if accepts_gzip(request.headers):
        headers |= {
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
        }  # unpacked, Streamlit says the latter
        return Response(_packed(name), media_type=kind, headers=headers)
    return Response(live_files.files()[name], media_type=kind, headers=headers)


_ADDRESS = live_files.ROUTE + "/{digest}/{name}"
ROUTES = [Route(before + _ADDRESS, file, methods=["GET"]) for before in ("", "/{base:path}")]
