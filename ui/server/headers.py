"""Security headers: what a page of ours may load, and who may show it in a frame."""

import base64
import hashlib
import os
import re
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMES = "DIGITLAB_FRAME_ANCESTORS"  # who may embed the app: "'self' https://school.example"
# No browser shows these as a page. A hundred of them come with the first visit: the rules would weigh 40 KB.
NO_PAGES = ("text/javascript", "application/javascript", "text/css", "font/", "image/png", "image/jpeg")
SHELL = Path(st.__file__).with_name("static") / "index.html"


def content_security_policy(frame_ancestors: str, shell: str) -> str:
    """All comes from this server. `shell` is Streamlit's HTML, whose one script in the page is let through by
    its hash. Raises ValueError where `frame_ancestors` could say more than who may embed the app."""
    if not re.fullmatch(r"[\w '*:/.\[\]-]+", frame_ancestors, re.ASCII):
        raise ValueError(f"{FRAMES} lists sources, separated by spaces; it can't be {frame_ancestors!r}.")
    inline = re.findall(r"<script>(.*?)</script>", shell, re.DOTALL)
    let_through = [f"'sha256-{_sha256(code)}'" for code in inline]
    rules = {
        "default-src": "'self'",
        # components bring their JavaScript over the WebSocket, as blobs
        "script-src": " ".join(["'self'", "blob:", *let_through]),
        # the camera's picture reaches Streamlit's own code as a data: address
        "connect-src": "'self' data:",
        "style-src": "'self' 'unsafe-inline'",  # Streamlit writes its styles into the page
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def _sha256(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


class SecurityHeaders:
    """ASGI middleware that adds them; what an answer already says stays. Scripts, styles, fonts and pictures
    are only told not to be taken for something else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        shell = SHELL.read_text("utf-8")
        self._headers = {
            "Content-Security-Policy": content_security_policy(os.environ.get(FRAMES, "'self'"), shell),
            "Referrer-Policy": "no-referrer",  # a desk's link holds its key, and proxies log referrers
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if not headers.get("content-type", "").startswith(NO_PAGES):
                    for name, value in self._headers.items():
                        headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending)
