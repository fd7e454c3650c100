"""What browsers send for components is checked: thousands of values, in this process. Some of them go
through a server in tests/draw/test_hostile.py."""

import importlib
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2.bidi_component.state import BidiComponentState
from streamlit.errors import StreamlitWidgetAlreadyInstantiatedError
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest
from streamlit.util import AttributeDictionary

from benchmarks.streamlit_client import Canvas, canvas_value
from digitlab.strokes import examples
from digitlab.training import local_queue
from tests.apptest import open_page
from tests.classroom.class_work import ClassWork, work
from tests.mutations import mutated
from ui import menu, pad

__all__ = ["work"]  # a fixture
ROOT = Path(__file__).parents[1]
CORPUS = json.loads((ROOT / "tests" / "corpus" / "component_values.json").read_text("utf-8"))
VALUES = 450  # for each event of each component
DRAWINGS = 6000
RERUNS = 5  # after values that a component has taken, for each of its events
# pages with components that listen, and what these listen to
PAGES = {
    "class": {"text"},
    "compare": {"pressed"},
    "convolution": {"kernel", "pressed"},
    "desk": {"acted"},
    "draw": {"asked", "kept", "pen", "pressed"},
    "join": {"text"},
    "mistakes": {"pressed"},
    "move": {"pressed"},
    "neuron": {"neuron", "digit"},
    "optimisation": {"start"},
    "samples": {"pressed"},
    "slicing": {"rectangle"},
    "spoil": {"pressed"},
    "train_one": {"owner"},
    "wall": {"pressed"},
}
OF_CLASS = ("desk", "wall")  # pages that have components only where the link names a class


def after_the_page(
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    then: Callable[[], None],
    query: Mapping[str, str] | None = None,
) -> AppTest:
    """Open a page; `then` is called at the end of its first run, where the session's state can be reached."""
    module = importlib.import_module(menu.ENTRIES[address].module)
    render, waiting = module.render, [then]

    def both() -> None:
        render()
        if waiting:
            waiting.pop()()

    monkeypatch.setattr(module, "render", both)
    return open_page(address, query, timeout=120)


def values(event: str, chance: random.Random) -> Iterator[Any]:
    yield from CORPUS["bad"]
    good = CORPUS["good"].get(event, CORPUS["good"]["pressed"])
    for _ in range(VALUES - len(CORPUS["bad"])):
        yield mutated(chance.choice(good + CORPUS["bad"]), chance)


def component_state(widget_id: str, event: str, value: Any) -> WidgetState:
    return WidgetState(id=widget_id, json_value=json.dumps({event: value}))


class Sender:
    """Sends values to all components of the page that is just running, callback by callback."""

    def __init__(self) -> None:
        self.events: set[str] = set()
        self.sent = 0
        self.failed: list[str] = []
        self.taken: list[WidgetState] = []  # the page has changed after these

    def __call__(self) -> None:
        context = get_script_run_ctx()
        assert context is not None
        states = context.session_state._state._new_widget_state
        for widget_id, about in list(states.widget_metadata.items()):
            if about.value_type == "json_value":
                for event, callback in (about.callbacks or {}).items():
                    self._try(context, states, widget_id, event, callback)

    def _try(
        self, context: Any, states: Any, widget_id: str, event: str, callback: Callable[[], None]
    ) -> None:
        self.events.add(event)
        taken: list[WidgetState] = []
        for value in values(event, random.Random(event)):
            before = self._choices(context)
            proto = component_state(widget_id, event, value)
            states.set_widget_from_proto(proto)
            self.sent += 1
            try:
                callback()
            except StreamlitWidgetAlreadyInstantiatedError:  # it may set a widget: here the page has run
                taken.append(proto)
            except Exception as error:
                self.failed.append(f"{event} = {value!r:.200}: {error!r}")
            if self._choices(context) != before:
                taken.append(proto)
        self.taken += random.Random(0).sample(taken, min(RERUNS, len(taken)))

    def _choices(self, context: Any) -> str:
        return repr((context.session_state._state._new_session_state, st.query_params.to_dict()))


@pytest.mark.parametrize("address", PAGES)
def test_no_value_breaks_a_component(
    address: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if address == "train_one":  # it shows its form only where it can train
        request.getfixturevalue("mnist_test")
        if not local_queue.possible():
            pytest.skip("TensorFlow isn't installed: requirements.txt has it")
    query = None
    if address in OF_CLASS:
        class_work: ClassWork = request.getfixturevalue("work")
        class_work.draw(7, asked=1)
        query = class_work.link
    sender = Sender()
    test = after_the_page(monkeypatch, address, sender, query)
    assert sender.events >= PAGES[address]
    assert sender.sent >= VALUES * len(sender.events)
    assert not sender.failed
    assert not test.exception
    for proto in sender.taken:
        test._run(WidgetStates(widgets=[proto]))
        assert not test.exception, f"the page after {proto.json_value:.200}"


def test_no_value_breaks_the_pad(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    settings = Canvas("", "", pad.PAD_SIZE, pad.PAD_SIZE, 16, "#000", "#fff", wants_image=False)
    drawings = [
        json.loads(canvas_value(tuple(tuple(stroke.points) for stroke in strokes), settings))
        for strokes in examples()
    ]
    seeds = drawings + CORPUS["drawings"] + CORPUS["bad"]
    sent = iter(seeds + [mutated(chance.choice(seeds), chance) for _ in range(DRAWINGS - len(seeds))])
    problems: list[str] = []

    def draw() -> None:
        import streamlit_drawable_canvas as package

        value: Any = None

        def browser(**arguments: Any) -> BidiComponentState:
            given = value if isinstance(value, dict) else {}
            return AttributeDictionary(arguments["default"] | given)

        monkeypatch.setattr(package, "out", browser)
        place = st.empty()
        for value in sent:
            try:
                with place:
                    pad.canvas()
                pad.drawing()
            except Exception as error:
                problems.append(f"{value!r:.300}: {error!r}")

    test = after_the_page(monkeypatch, "draw", draw)
    assert not next(sent, None), "all were sent"
    assert not problems
    assert not test.exception


def test_all_listening_components_are_known() -> None:
    code = "".join(
        file.read_text("utf-8") for root in ("pages", "ui") for file in ROOT.glob(f"{root}/**/*.py")
    )
    assert {*re.findall(r"on_([a-z]+)_change=", code)} == set().union(*PAGES.values())
    assert {*CORPUS["good"]} == set().union(*PAGES.values())
