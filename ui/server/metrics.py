"""GET /api/metrics: what the server does, in numbers, as Prometheus reads them. 404 unless
DIGITLAB_METRICS=1; then nothing is counted either, and Prometheus' library is not even imported.

No label says who: their values are the words that stand here, so that there are always equally many series.
What the database knows is asked by one thread, at most every KEPT_S; a scrape waits for it LONGEST_S at most
(ui/server/health.py), and goes without it where the database is silent.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit import runtime

import digitlab
from digitlab.errors import DatabaseGone
from ui import observed
from ui.server import guards, health
from ui.server.counted import Counted
from ui.server.memory import memory
from ui.server.paths import is_here, routes

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

    from digitlab.classroom.figures import Figures

VARIABLE = "DIGITLAB_METRICS"
KEPT_S = 10

T = TypeVar("T")


def are_asked_for() -> bool:
    return os.environ.get(VARIABLE) == "1"


# --- what is looked up -----------------------------------------------------------------------------------


class Found(NamedTuple):
    """What may take its time; None where it can't be had."""

    database: "Figures | None"
    trainings: Mapping[str, int] | None  # by state


def look() -> Found:
    from digitlab.classroom.figures import figures
    from ui import trainings

    return Found(_or_none(figures), _or_none(trainings.queue_length))


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except DatabaseGone:
        return None


class Kept(Generic[T]):
    """A result that may be KEPT_S old; None while it can't be had in time."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._found: T | None = None
        self._when = -float("inf")
        self._bounded = health.Bounded(self._look)

    def __call__(self) -> T | None:
        if time.monotonic() - self._when > KEPT_S and not self._bounded():
            return None
        return self._found

    def _look(self) -> bool:
        self._found = self._ask()
        self._when = time.monotonic()
        return True


class Looked:
    """A collector: what is read at each scrape."""

    def __init__(self) -> None:
        self._found = Kept(look)

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily as Gauge
        from prometheus_client.core import InfoMetricFamily

        versions = {
            "version": digitlab.__version__,
            "streamlit": st.__version__,
            "python": platform.python_version(),
        }
        yield InfoMetricFamily("digitlab_build", "What runs here.", versions)
        yield from _sessions()
        yield Gauge(
            "digitlab_uploads_bytes", "Files that the server keeps for its sessions.", _bytes_of_uploads()
        )
        yield Gauge("digitlab_uploads_limit_bytes", "More than that it doesn't take.", guards.MAX_ALL)
        if found := memory():
            yield Gauge("digitlab_memory_used_bytes", "What counts against the limit.", found.used)
            yield Gauge("digitlab_memory_limit_bytes", "Above that, something is killed.", found.limit)
        database, queue = self._found() or Found(None, None)
        others = (name for name in health.CHECKS if name != "database")
        checked = health.which_are_well(others) | {"database": database is not None}
        yield _labelled("digitlab_health", "1 where it is well, as in /api/health.", "check", checked)
        if database:
            yield from _of_database(database)
        if queue is not None:
            yield _labelled("digitlab_trainings", "Trainings in the queue.", "state", queue)


def _sessions() -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    if not runtime.exists():
        return
    stats = runtime.get_instance().stats_mgr.get_stats(["active_sessions", "session_events"])
    now = sum(stat.value for stat in stats.get("active_sessions", ()))  # type: ignore[attr-defined]
    yield GaugeMetricFamily("digitlab_sessions", "Tabs that are connected now.", now)
    events = CounterMetricFamily(
        "digitlab_session_events", "Tabs that came, came back and went.", labels=["event"]
    )
    for stat in stats.get("session_events", ()):
        events.add_metric([stat.labels["type"]], stat.value)  # type: ignore[attr-defined]
    yield events


def _bytes_of_uploads() -> int:
    if not runtime.exists():
        return 0
    return sum(sum(sizes.values()) for sizes in guards.kept_files().values())


def _of_database(found: "Figures") -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily as Gauge

    yield _labelled("digitlab_classes", "Classes that have not ended.", "state", found.classes)
    yield Gauge("digitlab_pupils", "Pupils of these classes.", found.pupils)
    yield Gauge("digitlab_drawings", "Drawings that these classes have stored.", found.drawings)
    yield Gauge("digitlab_database_seconds", "Until the database had answered.", found.seconds)
    yield Gauge("digitlab_database_bytes", "The database on its disk.", found.size)
    if found.free is not None:
        yield Gauge("digitlab_database_free_bytes", "What is left on that disk.", found.free)
    if found.trainers is not None:
        yield Gauge("digitlab_trainers", "Trainers that are alive.", found.trainers.alive)
        longest_s = found.trainers.longest_s
        yield Gauge("digitlab_trainings_longest_wait_seconds", "Of those that wait now.", longest_s)


def _labelled(name: str, words: str, label: str, values: Mapping[str, float]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


# --- the route -------------------------------------------------------------------------------------------

_registry: "CollectorRegistry | None" = None  # prometheus_client's, while somebody asks for metrics


def start() -> None:
    """Count from now on, where metrics are asked for."""
    global _registry
    if not are_asked_for():
        return
    import prometheus_client

    prometheus_client.disable_created_metrics()
    _registry = prometheus_client.CollectorRegistry()
    observed.listen(Counted(_registry))
    prometheus_client.ProcessCollector(registry=_registry)
    _registry.register(Looked())


def stop() -> None:
    """Count no more."""
    global _registry
    observed.listen(None)
    _registry = None


async def metrics(request: Request) -> Response:
    """200 and all metrics in the format that was asked for; 404 where metrics are not asked for."""
    registry = _registry
    if registry is None or not is_here(request):
        return PlainTextResponse("Not found", 404)
    from prometheus_client.exposition import choose_encoder

    encode, kind = choose_encoder(request.headers.get("accept", ""))
    body = await run_in_threadpool(encode, registry)
    return Response(body, headers={"Content-Type": kind, "Cache-Control": "no-store"})


ROUTES = routes("/api/metrics", metrics)
