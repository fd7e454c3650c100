"""What ui/server/values.py takes out of a tab's messages, and what it lets through untouched."""

import asyncio
import json

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from digitlab.strokes import examples
from ui.pad import strokes_json
from ui.server.values import ReadableValues, is_readable, without_unreadable

DRAWING = {"drawing": {"raw": strokes_json.from_strokes(examples()[8], "#000"), "data": None}}
READABLE = [
    "null",
    "true",
    "7",
    '"["',
    '"\\"]"',
    "[]",
    "{}",
    '{"a": "]]]"}',
    "[" * 20 + "]" * 20,
    json.dumps(DRAWING),
]
UNREADABLE = {
    "nothing": "",
    "no JSON": "{",
    "a word": "x",
    "deep": "[" * 400 + "]" * 400,
    "deep objects": '{"a":' * 100 + "1" + "}" * 100,
    "deep behind brackets in words": '["]]]",' * 100 + "1" + "]" * 100,
    "very deep": "[" * 100_000 + "]" * 100_000,
    "long integer": "9" * 4_400,
    "more than a float holds": f"[0, {10**400}]",
    "cut short": json.dumps(DRAWING)[:-10],
}


def message(**values: str) -> bytes:
    """A tab's request to run the script again; the kind of each value by the widget's id."""
    request = BackMsg()
    request.rerun_script.query_string = "a=1"
    for name, value in values.items():
        widget = request.rerun_script.widget_states.widgets.add()
        widget.id = name
        setattr(widget, "json_trigger_value" if name.startswith("trigger") else "json_value", value)
    return request.SerializeToString()


@pytest.mark.parametrize("text", READABLE)
def test_what_browsers_send_is_readable(text: str) -> None:
    assert is_readable(text)
    assert without_unreadable(message(one=text, trigger=text)) == message(one=text, trigger=text)


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_values_are_left_out(name: str, caplog: pytest.LogCaptureFixture) -> None:
    text = UNREADABLE[name]
    sent = message(one="7", two=text, trigger=text, three="8")
    assert without_unreadable(sent) == message(one="7", three="8")
    assert len(caplog.text.splitlines()) == 1


@pytest.mark.parametrize("sent", [b"", b"\xff\xff\xff", b"no protobuf", None], ids=repr)
def test_no_message_at_all_ends_the_connection(sent: bytes | None) -> None:
    """None stands for a text frame."""
    seen: list[Message] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        seen.append(await receive())

    async def receive() -> Message:
        return {"type": "websocket.receive", "bytes": sent, "text": None if sent is not None else "hello"}

    async def send(message: Message) -> None:
        seen.append(message)

    asyncio.run(ReadableValues(app)({"type": "websocket"}, receive, send))
    assert [message["type"] for message in seen] == ["websocket.close", "websocket.disconnect"]
