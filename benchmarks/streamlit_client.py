"""A browser tab without the browser: one user of a drawing page, over Streamlit's own protocol.

A tab keeps one WebSocket open. It sends `BackMsg` protobufs that ask for a run of the script, or of
one fragment; every run comes back as `ForwardMsg` protobufs: `new_session`, one `delta` for each
element and block, `script_finished`. A run does not say which request it answers, so a `User` lets
one run finish before asking for the next. (A page that reruns by itself does so when it is told to.)
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
from PIL import ImageColor
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

Point = tuple[float, float]
Stroke = tuple[Point, ...]
Drawing = tuple[Stroke, ...]
DeltaPath = tuple[int, ...]

CANVAS_COMPONENT = "streamlit-drawable-canvas."

# A tab sends its XSRF cookie as the second "subprotocol", or this where it has none. The server
# looks at it only for people who have logged in.
NO_XSRF_TOKEN = "PLACEHOLDER_AUTH_TOKEN"

XSRF = "_streamlit_xsrf"  # the cookie that an upload repeats in its header

# What fabric.js writes around the geometry of every freehand stroke.
FABRIC_PATH = json.loads("""{
    "lockMovementX": false, "lockMovementY": false, "lockRotation": false, "lockScalingX": false,
    "lockScalingY": false, "lockSkewingX": false, "lockSkewingY": false, "lockScalingFlip": false,
    "type": "Path", "version": "7.4.0", "originX": "center", "originY": "center",
    "fill": null, "strokeDashArray": null, "strokeLineCap": "round", "strokeDashOffset": 0,
    "strokeLineJoin": "round", "strokeUniform": false, "strokeMiterLimit": 10, "scaleX": 1,
    "scaleY": 1, "angle": 0, "flipX": false, "flipY": false, "opacity": 1, "shadow": null,
    "visible": true, "backgroundColor": "", "fillRule": "nonzero", "paintFirst": "fill",
    "globalCompositeOperation": "source-over", "skewX": 0, "skewY": 0
}""")

# The kinds of element whose `body` is text on the page.
TEXT_ELEMENTS = frozenset({"alert", "heading", "html", "markdown", "metric", "text"})


@dataclass(frozen=True)
class Canvas:
    """The drawing canvas as the page describes it to the browser; lengths in pixels."""

    widget_id: str
    fragment_id: str
    width: int
    height: int
    stroke_width: int
    stroke_color: str
    background_color: str
    wants_image: bool

    @classmethod
    def from_delta(cls, delta: Delta) -> Canvas:
        """Read the canvas out of the delta that put it on the page."""
        component = delta.new_element.bidi_component
        settings = json.loads(component.json)
        return cls(
            widget_id=component.id,
            fragment_id=delta.fragment_id,
            width=settings["canvasWidth"],
            height=settings["canvasHeight"],
            stroke_width=settings["strokeWidth"],
            stroke_color=settings["strokeColor"],
            background_color=settings["backgroundColor"],
            wants_image=settings["returnImageData"],
        )


@dataclass(frozen=True)
class Widget:
    """A button or a component of ours, as the page describes it to the browser."""

    id: str
    fragment_id: str  # of the fragment in which it stands; empty outside of all
    data: Any  # what a component was given


@dataclass(frozen=True)
class Reply:
    """What one run brought: after how many seconds, and with which error, if any."""

    seconds: float
    error: str | None
    deltas: Sequence[Delta]
    texts: Mapping[DeltaPath, str]
    containers: Mapping[str, DeltaPath]
    pictures: Sequence[str]

    def text(self, container: str | None = None) -> str:
        """Return the text that arrived in `st.container(key=container)`, or on the whole page."""
        root = () if container is None else self.containers.get(container)
        if root is None:
            return ""
        inside = (body for path, body in self.texts.items() if path[: len(root)] == root)
        return "\n".join(inside)


class User:
    """One tab with a drawing page open.

    `page` is the page's URL path, empty for the default page; `query` is what follows the question mark of
    its link, percent-encoded. Nothing here gives up by itself:
    bound `open` and `draw` with `asyncio.timeout`. After a stroke that was given up, `draw` may be
    called again; it first lets the overdue run finish. A lost connection raises OSError or what
    `websockets` raises. `cookies` are the browser's, by name; what the server sets is added to them, so that
    the tab that follows a lost one comes back with them.
    """

    def __init__(
        self, base_url: str, *, page: str = "", query: str = "", cookies: dict[str, str] | None = None
    ) -> None:
        self._base_url = base_url
        self._cookies = {} if cookies is None else cookies
        self._session_id = ""
        self._page = page
        self._query = query
        self._socket: ClientConnection | None = None
        self._run_is_owed = False  # asked for, but not seen to its end
        self._page_script_hash = ""
        self._containers: dict[str, DeltaPath] = {}
        self._kept_deltas: dict[str, Delta] = {}  # large ones, which the server then sends by hash
        self.pictures: dict[str, bytes] = {}  # that the server kept for the page, by path
        self._uploaded: dict[str, str] = {}  # by the uploader's id: where its file can be deleted
        self.canvas: Canvas | None = None
        self.widgets: dict[str, Widget] = {}  # by the `key=` of each
        self.reruns: dict[str, float] = {}  # fragments that run by themselves: after how many seconds

    async def open(self) -> Reply:
        """Connect and wait for the page's first run; `seconds` includes the connection."""
        started = time.perf_counter()
        self._socket = await connect(
            self._base_url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=self._base_url,
            subprotocols=["streamlit", NO_XSRF_TOKEN],
            proxy=None,
            max_size=None,
            ping_interval=None,
            open_timeout=None,
            close_timeout=2,
            additional_headers=self._cookie_header(),
        )
        assert self._socket.response
        self._keep_cookies(self._socket.response.headers.get_all("Set-Cookie"))
        request = self._request()
        request.rerun_script.page_name = self._page
        request.rerun_script.query_string = self._query
        reply = await self._ask(request, started)
        await self._load_pictures(reply)
        return reply

    async def draw(self, drawing: Drawing) -> Reply:
        """Lift the pen: send all strokes on the canvas, wait for the run that answers them.

        `drawing` holds every stroke since the canvas was last cleared, the newest one last, as
        points in canvas pixels.
        """
        if self.canvas is None:
            raise LookupError("The page has shown no drawing canvas.")
        return await self.send(canvas_value(drawing, self.canvas))

    async def send(self, value: str) -> Reply:
        """Send any text as the canvas's value, also what no canvas would."""
        if self.canvas is None:
            raise LookupError("The page has shown no drawing canvas.")
        return await self._rerun(
            self.canvas.fragment_id, WidgetState(id=self.canvas.widget_id, json_value=value)
        )

    async def change(self, widget: Widget, **state: Any) -> Reply:
        """What a component of ours says to the server."""
        return await self._rerun(widget.fragment_id, WidgetState(id=widget.id, json_value=json.dumps(state)))

    async def choose(self, widget: Widget, option: str) -> Reply:
        """Choose one of a row of options, by what is written on it."""
        chosen = {"data": [option]}
        return await self._rerun(widget.fragment_id, WidgetState(id=widget.id, string_array_value=chosen))

    async def upload(self, widget: Widget, name: str, content: bytes) -> Reply:
        """Bring a file, as a browser does: ask where to, send it there, say that it is there. Raises OSError
        where it isn't taken."""
        request = BackMsg()
        request.file_urls_request.request_id = f"{id(content):x}"
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self._session_id
        await self._socket.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            if message.WhichOneof("type") == "file_urls_response":
                break
        to = message.file_urls_response.file_urls[0]
        if XSRF not in self._cookies:
            await self.fetch("/_stcore/health")
        form = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
        status, _ = await self.fetch(
            to.upload_url,
            "PUT",
            form + content + b"\r\n--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x", "X-Xsrftoken": self._cookies.get(XSRF, "")},
        )
        if status != HTTPStatus.NO_CONTENT:
            raise OSError(f"The upload was answered with {status}.")
        state = WidgetState(id=widget.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = to.file_id, name, len(content)
        info.file_urls.CopyFrom(to)
        reply = await self._rerun(widget.fragment_id, state)
        if before := self._uploaded.get(widget.id):  # a new file takes the place of the one before
            await self.fetch(before, "DELETE", headers={"X-Xsrftoken": self._cookies.get(XSRF, "")})
        self._uploaded[widget.id] = to.delete_url
        return reply

    async def press(self, widget: Widget) -> Reply:
        """Press a button."""
        return await self._rerun(widget.fragment_id, WidgetState(id=widget.id, trigger_value=True))

    async def look_again(self, fragment_id: str) -> Reply:
        """What a fragment of `reruns` does by itself."""
        return await self._rerun(fragment_id)

    async def _rerun(self, fragment_id: str, *states: WidgetState) -> Reply:
        request = self._request()
        request.rerun_script.page_script_hash = self._page_script_hash
        request.rerun_script.query_string = self._query
        request.rerun_script.fragment_id = fragment_id
        request.rerun_script.is_auto_rerun = not states
        request.rerun_script.cached_message_hashes.extend(self._kept_deltas)
        request.rerun_script.widget_states.widgets.extend(states)
        sent = time.perf_counter()
        if self._run_is_owed:
            await self._next_run(sent)
        reply = await self._ask(request, sent)
        await self._load_pictures(reply)
        return reply

    async def aclose(self) -> None:
        """Close the tab; `contextlib.aclosing` does so at the end of a block."""
        if self._socket is not None:
            await self._socket.close()

    def _request(self) -> BackMsg:
        request = BackMsg()
        state = request.rerun_script
        state.widget_states.SetInParent()
        state.context_info.timezone = "UTC"
        state.context_info.timezone_offset = 0
        state.context_info.locale = "en-US"
        state.context_info.url = f"{self._base_url}/{self._page}"
        state.context_info.is_embedded = False
        state.context_info.color_scheme = "light"
        return request

    async def _ask(self, request: BackMsg, started: float) -> Reply:
        self._run_is_owed = True
        await self._socket.send(request.SerializeToString())
        reply = await self._next_run(started)
        self._run_is_owed = False
        return reply

    async def _next_run(self, started: float) -> Reply:
        """Read until a run has finished that was not cut short by another one."""
        run = _Run()
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            match message.WhichOneof("type"):
                case "new_session":
                    run = _Run()
                    self._session_id = message.new_session.initialize.session_id or self._session_id
                    self._page_script_hash = message.new_session.page_script_hash
                case "navigation":
                    self._page_script_hash = message.navigation.page_script_hash
                case "auto_rerun":
                    self.reruns[message.auto_rerun.fragment_id] = message.auto_rerun.interval
                case "delta":
                    if message.metadata.cacheable:
                        self._kept_deltas[message.hash] = message.delta
                    self._read_delta(message.delta, tuple(message.metadata.delta_path), run)
                case "ref_hash":
                    delta = self._kept_deltas[message.ref_hash]
                    self._read_delta(delta, tuple(message.metadata.delta_path), run)
                case "script_finished":
                    status = message.script_finished
                    if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        run.error = "The script does not compile."
                    if status != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        seconds, containers = time.perf_counter() - started, dict(self._containers)
                        return Reply(seconds, run.error, run.deltas, run.texts, containers, run.pictures)

    def _read_delta(self, delta: Delta, path: DeltaPath, run: _Run) -> None:
        run.deltas.append(delta)
        if delta.HasField("add_block"):
            if delta.add_block.id:
                self._containers[_user_key(delta.add_block.id)] = path
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind in TEXT_ELEMENTS:
            run.texts[path] = getattr(element, kind).body
        elif kind == "imgs":
            run.pictures += [image.url for image in element.imgs.imgs]
        elif kind == "exception" and not element.exception.is_warning:
            # A server may keep both to itself (client.showErrorDetails).
            run.error = f"{element.exception.type}: {element.exception.message}"
        elif element.bidi_component.component_name.startswith(CANVAS_COMPONENT):
            self.canvas = Canvas.from_delta(delta)
        elif kind in ("bidi_component", "button", "button_group", "file_uploader"):
            described = getattr(element, kind)
            data = json.loads(getattr(described, "json", "") or "null")
            self.widgets[_user_key(described.id)] = Widget(described.id, delta.fragment_id, data)

    async def _load_pictures(self, reply: Reply) -> None:
        """Fetch the pictures that the server keeps for the page, each once, as a tab would."""
        for url in reply.pictures:
            if url.startswith("/") and url not in self.pictures:
                status, self.pictures[url] = await self.fetch(url)
                if status != HTTPStatus.OK:
                    raise OSError(f"A picture was answered with {status}.")

    async def fetch(
        self, path: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """The status and body of the answer to a request outside the WebSocket, with this tab's cookies."""
        server = urlsplit(self._base_url)
        reader, writer = await asyncio.open_connection(server.hostname, server.port)
        lines = {"Host": server.netloc, "Connection": "close", **self._cookie_header(), **(headers or {})}
        if body:
            lines["Content-Length"] = str(len(body))
        try:
            head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items())]
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            answer, _, content = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
        if not answer:
            raise ConnectionResetError("The server answered nothing.")
        first, *rest = answer.decode("latin-1").split("\r\n")
        pairs = [line.partition(": ") for line in rest]
        self._keep_cookies([value for name, _, value in pairs if name.lower() == "set-cookie"])
        return int(first.split()[1]), content

    def _cookie_header(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Cookie": cookies} if cookies else {}

    def _keep_cookies(self, headers: Sequence[str]) -> None:
        for header in headers:
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value


@dataclass
class _Run:
    """What has arrived of a run so far."""

    error: str | None = None
    deltas: list[Delta] = field(default_factory=list)
    texts: dict[DeltaPath, str] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)


def _user_key(element_id: str) -> str:
    """Return the `key=` inside an element id, which reads `$$ID-<hash>-<key>`."""
    return element_id.split("-", 2)[-1]


@lru_cache(maxsize=1024)
def canvas_value(drawing: Drawing, canvas: Canvas) -> str:
    """Return the JSON that the canvas component sends when the last of the strokes is done."""
    raw = {
        "version": FABRIC_PATH["version"],
        "objects": [_fabric_path(stroke, canvas) for stroke in drawing],
        "background": canvas.background_color,
    }
    image = _png_data_url(drawing, canvas) if canvas.wants_image else None
    return json.dumps({"drawing": {"raw": raw, "data": image}}, separators=(",", ":"))


def _fabric_path(stroke: Stroke, canvas: Canvas) -> dict[str, Any]:
    """Describe one stroke as fabric.js does: a curve through the midpoints of the pen's points."""
    points = np.asarray(stroke, dtype=float)
    curves = np.hstack([points[:-1], (points[:-1] + points[1:]) / 2]).tolist()
    # Fabric lengthens both ends by this hair's breadth, so that a dot has an extent, too.
    hair = canvas.stroke_width / 1000
    points[0] -= hair
    points[-1] += hair
    first, last = points[0].tolist(), points[-1].tolist()
    low, high = points.min(axis=0), points.max(axis=0)
    (left, top), (width, height) = ((low + high) / 2).tolist(), (high - low).tolist()
    return FABRIC_PATH | {
        "left": left,
        "top": top,
        "width": width,
        "height": height,
        "stroke": canvas.stroke_color,
        "strokeWidth": canvas.stroke_width,
        "path": [["M", *first], *(["Q", *curve] for curve in curves), ["L", *last]],
    }


def _png_data_url(drawing: Drawing, canvas: Canvas) -> str:
    """Render the strokes as the browser does and encode them for the wire."""
    image = np.empty((canvas.height, canvas.width, 4), np.uint8)
    image[:] = _bgra(canvas.background_color or "#00000000")
    for stroke in drawing:
        points = np.rint(stroke).astype(np.int32).reshape(-1, 1, 2)
        ink = _bgra(canvas.stroke_color)
        cv2.polylines(image, [points], False, ink, canvas.stroke_width, cv2.LINE_AA)
    _, png = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _bgra(color: str) -> tuple[int, ...]:
    red, green, blue, *alpha = ImageColor.getrgb(color)
    return (blue, green, red, *(alpha or [255]))
