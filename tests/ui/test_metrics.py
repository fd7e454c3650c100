"""/api/metrics: what it says while people draw and send, that it names nobody, and that it is off unasked."""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import starlette.requests
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import User
from digitlab.classroom import classes, database
from ui import observed
from ui.server import health, memory, metrics
from ui.server.memory import Memory

ROOT = Path(__file__).parents[2]
KEPT = "kept-digitlab-pupil"  # the component that says what the tab keeps
STROKES = (((60, 60), (150, 60), (220, 70)), ((210, 70), (150, 140), (120, 220)))
# All that a label may say, so that there are always equally many series.
LABELS = {
    "outcome": {"stored", "again", "refused", "gone"},
    "to": {"stroke", "sending"},
    "check": {"models", "database"},
    "state": {"open", "paused", "closed", "waiting", "training"},
    "event": {"connect", "reconnect", "disconnect"},
    "le": {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"},
}
VERSIONS = {"version", "streamlit", "python"}


def run(scene: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result()


def values(text: str) -> dict[str, float]:
    """By name and labels, as they are written: 'digitlab_classes{state="open"}'."""
    return {
        sample.name + "".join(f'{{{name}="{value}"}}' for name, value in sample.labels.items()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Lesson(NamedTuple):
    app: RunningApp
    code: str
    text: str  # of /api/metrics

    @property
    def values(self) -> dict[str, float]:
        return values(self.text)


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lesson]:
    """A server on which one person has drawn, and a pupil has sent a drawing."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("metrics")
        patch.setenv(database.VARIABLE, f"sqlite:///{folder / 'classes.sqlite3'}")
        code = classes.start()[0].code
        database.close()
        with running_app(ROOT / "app.py", cwd=ROOT, env=os.environ | {metrics.VARIABLE: "1"}) as app:
            run(draw_and_send(app, code))
            with urlopen(app.base_url + "/api/metrics", timeout=30) as answer:
                yield Lesson(app, code, answer.read().decode())


async def draw_and_send(app: RunningApp, code: str) -> None:
    async with asyncio.timeout(60), aclosing(User(app.base_url)) as tab:
        await tab.open()
        await tab.draw(STROKES[:1])
        await tab.draw(STROKES)
        await tab.draw(STROKES[:1])  # Undo
    async with asyncio.timeout(60), aclosing(User(app.base_url, page="join", query=f"class={code}")) as tab:
        await tab.open()
        await tab.change(tab.widgets[KEPT], text="")
        await tab.change(tab.widgets[KEPT], text=tab.widgets[KEPT].data["put"])
        await tab.draw(STROKES)
        await tab.press(tab.widgets["send"])


def test_what_people_do_is_counted_and_timed(lesson: Lesson) -> None:
    found = lesson.values
    for name, number in {
        "digitlab_strokes_total": 3,
        'digitlab_answer_seconds_count{to="stroke"}': 2,  # on the page of a class, a stroke has none
        'digitlab_answer_seconds_count{to="sending"}': 1,
        'digitlab_drawings_sent_total{outcome="stored"}': 1,
        'digitlab_drawings_sent_total{outcome="refused"}': 0,
        'digitlab_session_events_total{event="connect"}': 2,
        'digitlab_classes{state="open"}': 1,
        "digitlab_pupils": 1,
        "digitlab_drawings": 1,
        'digitlab_trainings{state="waiting"}': 0,
        'digitlab_health{check="models"}': 1,
        'digitlab_health{check="database"}': 1,
        "digitlab_uploads_bytes": 0,
    }.items():
        assert found[name] == number, name
    for kind in ("stroke", "sending"):
        assert 0.0005 < found[f'digitlab_answer_seconds_sum{{to="{kind}"}}'] < 60
    assert found["process_resident_memory_bytes"] > 1e8
    assert found["digitlab_database_bytes"] > 4096


def test_no_label_names_anybody(lesson: Lesson) -> None:
    for family in text_string_to_metric_families(lesson.text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                assert name in VERSIONS or value in LABELS[name], sample
    assert lesson.code not in lesson.text
    assert not re.search(r"127\.0\.0\.1|::1", lesson.text)


def test_names_are_as_prometheus_wants_them(lesson: Lesson) -> None:
    for family in text_string_to_metric_families(lesson.text):
        assert re.fullmatch(r"(digitlab|process)_[a-z_]+", family.name)
        assert family.documentation.endswith(".")
        assert not family.name.endswith(("_milliseconds", "_mb", "_count"))


def test_streamlits_own_figures_stay_closed(lesson: Lesson) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(lesson.app.base_url + "/_stcore/metrics", timeout=30)
    assert refused.value.code == 404
    refused.value.close()


def test_openmetrics_comes_for_whoever_wants_it(lesson: Lesson) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    with urlopen(Request(lesson.app.base_url + "/api/metrics", headers=accept), timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        assert answer.read().endswith(b"# EOF\n")


# --- in this process -------------------------------------------------------------------------------------


def ask() -> tuple[int, dict[str, float]]:
    request = starlette.requests.Request({"type": "http", "headers": [], "path": "/api/metrics"})
    answer = run(metrics.metrics(request))
    text = bytes(answer.body).decode()
    return answer.status_code, values(text) if answer.status_code == 200 else {}


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(metrics.VARIABLE, "1")
    metrics.start()
    yield
    metrics.stop()


def test_unasked_it_is_not_there_and_costs_nothing() -> None:
    metrics.start()
    assert ask()[0] == 404
    look = "import sys, ui.server; print('prometheus_client' in sys.modules, len(ui.server.MIDDLEWARE))"
    said = {
        asked: subprocess.run(
            [sys.executable, "-c", look],
            cwd=ROOT,
            env=os.environ | {metrics.VARIABLE: asked},
            capture_output=True,
            text=True,
        ).stdout.split()
        for asked in ("0", "1")
    }
    assert said["0"][0] == "False"
    assert int(said["1"][1]) == int(said["0"][1]) + 1


@pytest.mark.usefixtures("counting")
def test_without_its_database_the_rest_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, "postgresql://digitlab@127.0.0.1:1/nowhere")
    observed.sent(observed.GONE)
    status, found = ask()
    assert status == 200
    assert found['digitlab_health{check="database"}'] == 0
    assert found['digitlab_drawings_sent_total{outcome="gone"}'] == 1
    assert "digitlab_drawings" not in found


def test_a_silent_database_is_asked_once_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    back, asked = threading.Event(), []

    def silent() -> int:
        asked.append(1)
        back.wait(60)
        return len(asked)

    monkeypatch.setattr(health, "LONGEST_S", 0.05)
    kept = metrics.Kept(silent)
    assert [kept(), kept()] == [None, None]
    monkeypatch.setattr(health, "LONGEST_S", 60)
    back.set()
    assert [kept(), kept(), kept()] == [1, 1, 1], "what is known is kept for a while"
    monkeypatch.setattr(metrics, "KEPT_S", -1)
    assert kept() == 2


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"own": ("1000", "700", "inactive_file 200")}, Memory(500, 1000)),
        ({"": ("2000", "900", "anon 1"), "own": ("max", "700", "")}, Memory(900, 2000)),  # a pod's
        ({"own": ("max", "700", "inactive_file 200")}, None),
        ({}, None),
    ],
    ids=["its own limit", "that of the group around it", "no limit", "no cgroups"],
)
def test_memory_is_what_linux_counts(
    files: dict[str, tuple[str, ...]], found: Memory | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for group, contents in files.items():
        (tmp_path / group).mkdir(exist_ok=True)
        for name, content in zip(("max", "current", "stat"), contents, strict=True):
            (tmp_path / group / f"memory.{name}").write_text(content)
    (tmp_path / "mine").write_text("1:name=systemd:/x\n0::/own\n")
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "MINE", tmp_path / "mine")
    assert memory.memory() == found
