"""What pages tell (ui/observed.py), counted for ui/server/metrics.py; and since when they have been asked."""

import threading
import time
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import observed

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
STROKE, SENDING = "stroke", "sending"  # what is answered

_arrived: dict[str, float] = {}  # by session: time.perf_counter() at the last message of its tab


class Arrivals:
    """ASGI middleware: an answer takes its time from here on, and not from where its page begins to run, for
    which it may have to wait."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        session = ""

        async def receiving() -> Message:
            message = await receive()
            if session:
                _arrived[session] = time.perf_counter()
            return message

        async def sending(message: Message) -> None:
            nonlocal session
            if not session and message["type"] == "websocket.send":
                session = _session_in(message.get("bytes") or b"")
            await send(message)

        try:
            await self.app(scope, receiving, sending)
        finally:
            _arrived.pop(session, None)


def _session_in(message: bytes) -> str:
    """The session's id, which Streamlit tells its tab in one of the first messages; else empty."""
    return ForwardMsg.FromString(message).new_session.initialize.session_id


class Counted:
    """What pages tell, by ui/observed.py. For any thread."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        from prometheus_client import Counter, Histogram

        self._strokes = Counter(
            "digitlab_strokes", "Strokes that arrived, on whichever page.", registry=registry
        )
        self._seconds = Histogram(
            "digitlab_answer_seconds",
            "From the arrival of a stroke on the first page, or of a press of Send, to its answer.",
            ["to"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._sent = Counter(
            "digitlab_drawings_sent",
            "Drawings that pupils sent to a class: stored; stored before, again; refused; database gone.",
            ["outcome"],
            registry=registry,
        )
        for outcome in observed.OUTCOMES:  # a series that is there only after the first time hides it
            self._sent.labels(outcome)
        for what in (STROKE, SENDING):
            self._seconds.labels(what)
        self._run = threading.local()  # each run of a page has its own thread

    def stroke(self) -> None:
        self._strokes.inc()
        self._run.stroke = _begun()

    def answered(self) -> None:
        begun, self._run.stroke = getattr(self._run, "stroke", None), None
        self._took(STROKE, begun)

    def sent(self, outcome: str) -> None:
        self._sent.labels(outcome).inc()
        self._took(SENDING, _begun())

    def _took(self, what: str, begun: float | None) -> None:
        if begun is not None:
            self._seconds.labels(what).observe(time.perf_counter() - begun)


def _begun() -> float | None:
    """When that arrived which this run answers; None in a tab's first run, which answers nothing."""
    context = get_script_run_ctx()
    return _arrived.get(context.session_id) if context else None
