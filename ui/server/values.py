"""Values of components that Streamlit could not read.

A component's value is JSON, and Streamlit parses and copies it before any code of a page runs: it fails on
what is no JSON, on deep nesting and on very long integers. The page then shows an error box until it is
loaded again, and each time the log gets a traceback. No browser sends such a thing; here it is taken out."""

import json
import logging
import re

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

MAX_DEPTH = 32  # a drawing has six levels
MAX_DIGITS = 22  # with the sign: from 1e21 on, JavaScript writes an exponent
KINDS = ("json_value", "json_trigger_value")
_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")

_log = logging.getLogger(__name__)


class ReadableValues:
    """ASGI middleware: a message from a tab reaches Streamlit without the values that can't be read; one that
    is no message at all ends the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def receiving() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            data = without_unreadable(message.get("bytes") or b"")
            if data is None:
                _log.warning("A message that is not Streamlit's ended its connection.")
                await send({"type": "websocket.close", "code": 1002})
                return {"type": "websocket.disconnect", "code": 1002}
            return dict(message) | {"bytes": data}

        await self.app(scope, receiving, send)


def without_unreadable(data: bytes) -> bytes | None:
    """The same BackMsg without unreadable values; None where it is no BackMsg."""
    try:
        request = BackMsg.FromString(data)
    except DecodeError:
        return None
    if not request.WhichOneof("type"):
        return None
    if request.WhichOneof("type") != "rerun_script":
        return data
    widgets = request.rerun_script.widget_states.widgets
    kept = [widget for widget in widgets if _is_readable(widget)]
    if len(kept) == len(widgets):
        return data
    _log.warning("Values of components that can't be read were left out: %d", len(widgets) - len(kept))
    del widgets[:]
    widgets.extend(kept)
    return request.SerializeToString()


def _is_readable(widget: WidgetState) -> bool:
    kind = widget.WhichOneof("value")
    return kind not in KINDS or is_readable(getattr(widget, kind))


def is_readable(text: str) -> bool:
    """Whether this is JSON that is not nested too deep, without integers that no float can hold."""
    try:
        json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError):
        return False
    brackets = _NO_BRACKETS.sub("", _STRINGS.sub("", text))
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace("[]", "").replace("{}", "")  # the innermost pairs
    return not brackets


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("No browser writes such an integer.")
    return int(digits)
