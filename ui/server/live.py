"""GET /api/live/<digest>/<file>: scripts and networks for answers in the browser, kept there for a year.
GET /api/live/class/<id>.bin: the network of a class's model, while its class lasts."""

import gzip
import re
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from digitlab.classroom import trained
from digitlab.errors import ClassError
from ui.pad import live_files
from ui.server.paths import is_here, routes
from ui.server.static import accepts_gzip

FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "private, max-age=86400, immutable"  # a class's: as long as most classes last


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(live_files.files()[name], 9, mtime=0)


async def file(request: Request) -> Response:
    """200 for a file of this version of the app, 404 for anything else."""
    asked = request.path_params
    name = asked["name"]
    if not is_here(request) or asked["digest"] != live_files.digest() or name not in live_files.files():
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


def of_class(request: Request) -> Response:
    """200 for the network of a training with this id, 404 where there is none or its class has ended, 503
    while the database is gone. Not `async`, so that nobody else waits for the database."""
    training_id = request.path_params["id"]
    network = None
    if is_here(request) and re.fullmatch("[0-9a-f]{32}", training_id):
        try:
            network = trained.live(training_id)
        except ClassError:
            return PlainTextResponse("The database can’t be reached just now.", 503, {"Retry-After": "5"})
    if network is None:
        return PlainTextResponse("Not found", 404, {"Cache-Control": "no-store"})
    return Response(network, media_type="application/octet-stream", headers={"Cache-Control": A_DAY})


ROUTES = [
    *routes(live_files.OF_CLASSES + "/{id}.bin", of_class),
    *routes(live_files.ROUTE + "/{digest}/{name}", file),
]
