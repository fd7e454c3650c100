"""Whose address it is, behind a proxy: digitlab.classroom.attempts counts by it.

uvicorn believes the proxies that FORWARDED_ALLOW_IPS names, this machine's own where it is not set, and takes
the address that they put last into X-Forwarded-For. But where Streamlit listens on IPv6 and IPv4 at once, as
it does unless told otherwise, a proxy's 127.0.0.1 is written ::ffff:127.0.0.1, and no proxy is known: all
visitors then have its address."""

import ipaddress
import os

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PROXIES = "FORWARDED_ALLOW_IPS"  # addresses and networks, separated by commas: "10.0.0.7, 10.1.0.0/16"
HERE = "127.0.0.1,::1"


class VisitorsAddress:
    """ASGI middleware: IPv4 addresses are written as such, and then uvicorn's own rule holds."""

    def __init__(self, app: ASGIApp) -> None:
        self._believing = ProxyHeadersMiddleware(app, os.environ.get(PROXIES, HERE))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if client := scope.get("client"):
            scope["client"] = (as_written(client[0]), *client[1:])
        await self._believing(scope, receive, send)  # type: ignore[arg-type]


def as_written(address: str) -> str:
    """ "::ffff:192.0.2.1" is "192.0.2.1"; all else stays as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or address)
