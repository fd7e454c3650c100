"""What app.py adds to Streamlit's server: middleware, routes of our own, and what happens at start."""

import contextlib
from collections.abc import AsyncIterator

import streamlit as st
from starlette.middleware import Middleware

from ui.server import classes, health, live, metrics, sockets, warm_up
from ui.server.addresses import VisitorsAddress
from ui.server.counted import Arrivals
from ui.server.guards import ClosedPaths, OwnRoutes, UploadLimit
from ui.server.headers import SecurityHeaders
from ui.server.static import StaticCompression
from ui.server.values import ReadableValues

# The first one is the outermost: every answer leaves through SecurityHeaders.
MIDDLEWARE = [
    Middleware(SecurityHeaders),
    Middleware(VisitorsAddress),
    Middleware(ClosedPaths),
    Middleware(OwnRoutes),
    Middleware(UploadLimit),
    Middleware(StaticCompression),
    Middleware(ReadableValues),
    *([Middleware(Arrivals)] if metrics.are_asked_for() else []),
]
ROUTES = [*health.ROUTES, *live.ROUTES, *metrics.ROUTES]


@contextlib.asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """From the server's start, before its first answer, to its end."""
    sockets.send_at_once()
    metrics.start()
    warm_up.start()
    classes.start()
    yield
    metrics.stop()
    classes.stop()
    warm_up.stop()
