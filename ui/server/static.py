"""Streamlit's own JavaScript and CSS, compressed once per server.

Streamlit sends them as they are, three megabytes to each new browser, because its compression starts anew for
every request. What a class loads thirty times is packed here once and kept.
"""

import asyncio
import gzip
from typing import NamedTuple

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.paths import path_of

MAX_KEPT = 16_000_000  # bytes of packed files; all of Streamlit's together are smaller
MIN_SIZE = 1000  # a smaller file doesn't get smaller
TYPES = ("text/", "application/javascript", "application/json", "application/wasm", "image/svg+xml")

Key = tuple[str, str]  # path and ETag: another file under the same path has another ETag


class Answer(NamedTuple):
    start: Message
    body: bytes


class StaticCompression:
    """ASGI middleware: gzip for the files under /static/ and for the page's shell at /."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._packed: LRUCache[Key, bytes] = LRUCache(MAX_KEPT, getsizeof=len)
        self._underway: dict[Key, asyncio.Task[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _concerns(scope):
            await self.app(scope, receive, send)
            return
        if not accepts_gzip(Headers(scope=scope)):
            await self.app(scope, receive, _varying(send))
            return
        head = (await _ask(self.app, scope, "HEAD")).start
        headers = MutableHeaders(raw=list(head["headers"]))  # a response may be sent again
        etag = headers.get("etag")
        if head["status"] != 200 or etag is None or not _worth_it(headers):
            await self.app(scope, receive, _varying(send))
            return
        body = await self._pack((scope["path"], etag), scope)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        headers["ETag"] = f"W/{etag.removeprefix('W/')}"  # the same file, but other bytes
        headers.add_vary_header("Accept-Encoding")
        del headers["Accept-Ranges"]
        await send(dict(head) | {"headers": headers.raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _pack(self, key: Key, scope: Scope) -> bytes:
        """The file's compressed bytes. Who asks while they are made waits for them."""
        if (packed := self._packed.get(key)) is not None:
            return packed
        task = self._underway.get(key)
        if task is None:
            task = self._underway[key] = asyncio.create_task(self._compress(key, scope))
            task.add_done_callback(lambda _: self._underway.pop(key))
        return await asyncio.shield(task)  # it goes on when this browser gives up

    async def _compress(self, key: Key, scope: Scope) -> bytes:
        plain = (await _ask(self.app, scope, "GET")).body
        packed = await run_in_threadpool(gzip.compress, plain, 9, mtime=0)
        if len(packed) <= MAX_KEPT:
            self._packed[key] = packed
        return packed


def _concerns(scope: Scope) -> bool:
    """GET or HEAD of one of Streamlit's files. A part of a file (Range) stays as it is: 206."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    path = path_of(scope)
    return path == "/" or path.startswith("/static/")


def accepts_gzip(headers: Headers) -> bool:
    """As the browser says in Accept-Encoding; a weight of 0 is a no."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not weight or weight.strip("0.") != ""
    return False


def _worth_it(headers: Headers) -> bool:
    size = int(headers.get("content-length", 0))
    kind = headers.get("content-type", "")
    return size >= MIN_SIZE and kind.startswith(TYPES) and "content-encoding" not in headers


def _varying(send: Send) -> Send:
    """Tell caches that another browser may get other bytes."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return sending


async def _ask(app: ASGIApp, scope: Scope, method: str) -> Answer:
    """What the app itself would answer."""
    start: Message = {}
    body: list[bytes] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # a GET has no body, and nobody disconnects
        return {}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.append(message.get("body", b""))

    await app(dict(scope) | {"method": method, "extensions": {}}, receive, send)
    return Answer(start, b"".join(body))
