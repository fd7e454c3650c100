"""A server is asked over HTTP, as browsers and strangers do."""

import http.client
from http.client import HTTPMessage
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit


class Server(Protocol):
    """What has an address: an app that runs, or a proxy before it."""

    @property
    def base_url(self) -> str: ...


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


def ask(server: Server, path: str = "/", method: str = "GET", body: Any = None, **headers: str) -> Answer:
    """Accept_Encoding="gzip" is the header Accept-Encoding."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    try:
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
