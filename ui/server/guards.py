"""What strangers may not do: read the server's figures, fill its memory, use our routes from elsewhere."""

from collections import Counter

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime

from ui.server.paths import path_of

CLOSED = "/_stcore/metrics"
UPLOADS = "/_stcore/upload_file/"
OWN = "/api/"
MAX_BODY = 1_000_000  # bytes of one request to a route of our own
SAFE = ("GET", "HEAD", "OPTIONS")
MAX_FILES = 4  # of one session; no page asks for more than one
MAX_BYTES = 20_000_000  # of one session: three files of the largest size (server.maxUploadSize)
MAX_ALL = 500_000_000  # of all sessions


class ClosedPaths:
    """ASGI middleware: /_stcore/metrics is not there. It walks through all that all sessions keep, 70 ms with
    200 tabs; who watches the server asks /api/metrics (ui/server/metrics.py), which takes 3 to 5."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and path_of(scope).rstrip("/") == CLOSED:
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class OwnRoutes:
    """ASGI middleware: what is sent to /api/ is small, says how large it is, and comes from our own pages.

    Streamlit bounds and checks its own routes only. Browsers say in Sec-Fetch-Site where a request comes
    from; what is no browser says nothing, and has no pupil's cookies either."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and scope["method"] not in SAFE and path_of(scope).startswith(OWN)
        problem = _problem(Headers(scope=scope)) if own else None
        await (problem or self.app)(scope, receive, send)


def _problem(headers: Headers) -> PlainTextResponse | None:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _refuse(403, "This comes from another site.")
    length = headers.get("content-length", "")
    if not length.isdecimal():  # h11 lets nobody send more than that
        return _refuse(411, "How much is it? Send a Content-Length.")
    if int(length) > MAX_BODY:
        return _refuse(413, f"At most {MAX_BODY:,} bytes.")
    return None


class UploadLimit:
    """ASGI middleware: a session keeps at most MAX_FILES files and MAX_BYTES bytes, all together MAX_ALL.

    Streamlit takes any number of files for any session that is connected, whether or not its page has a place
    for them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._arriving: Counter[str] = Counter()  # by session: files that are being read just now
        self._largest = st.get_option("server.maxUploadSize") * 1024**2

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope) if scope["type"] == "http" else ""
        if not path.startswith(UPLOADS) or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        session, _, file = path.removeprefix(UPLOADS).partition("/")
        if problem := self._problem(session, file):
            await self._let_pass(receive)
            await problem(scope, receive, send)
            return
        self._arriving[session] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._arriving[session] -= 1
            self._arriving += Counter()  # forget sessions at zero

    async def _let_pass(self, receive: Receive) -> None:
        """Read a file and keep nothing of it: a browser hears an answer only once it has sent all."""
        left = self._largest
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body", False):
                return

    def _problem(self, session: str, file: str) -> PlainTextResponse | None:
        """Why this file is not taken. What arrives just now counts as large as it may become."""
        kept = kept_files()
        others = [size for name, size in kept.get(session, {}).items() if name != file]
        arriving = self._arriving[session]
        if len(others) + arriving >= MAX_FILES:
            return _refuse(429, f"At most {MAX_FILES} files at a time. Remove one, or load the page anew.")
        if sum(others) + (arriving + 1) * self._largest > MAX_BYTES:
            return _refuse(413, "These files are too large together. Remove one, or load the page anew.")
        everything = sum(sum(sizes.values()) for sizes in kept.values())
        if everything + (self._arriving.total() + 1) * self._largest > MAX_ALL:
            return _refuse(503, "The server has no room for more files just now. Try again later.")
        return None


def kept_files() -> dict[str, dict[str, int]]:
    """Sizes of the files that the server keeps, in bytes, by session and file."""
    storage = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    return {
        session: {name: len(file.data) for name, file in dict(files).items()}
        for session, files in dict(storage).items()
    }


def _refuse(status: int, sentence: str) -> PlainTextResponse:
    return PlainTextResponse(sentence, status, headers={"Connection": "close"})
