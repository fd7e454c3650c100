"""GET /api/health: is all well? For alarms, and for whoever waits for a start.
GET /api/health/models: may visitors be sent here? For proxies: where the database is gone, it is gone for all
servers, and everything but class work goes on; a proxy that asked for it would close them all."""

import threading
from collections.abc import Callable, Iterable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ui.server import warm_up
from ui.server.paths import is_here, routes

LONGEST_S = 2.0  # for which a check may take its time; then it isn't well


class Bounded:
    """A check that may take long: it runs in one thread of its own, and who asks meanwhile waits for that."""

    def __init__(self, check: Callable[[], bool]) -> None:
        self._check = check
        self._lock = threading.Lock()
        self._asked: _Asked | None = None

    def __call__(self) -> bool:
        with self._lock:
            asked = self._asked
            if asked is None or asked.done.is_set():
                asked = self._asked = _Asked(self._check)
                asked.start()
        return asked.done.wait(LONGEST_S) and asked.well


class _Asked(threading.Thread):
    def __init__(self, check: Callable[[], bool]) -> None:
        super().__init__(name="health", daemon=True)
        self.done = threading.Event()
        self.well = False
        self._check = check

    def run(self) -> None:
        self.well = _well(self._check)
        self.done.set()


def _database() -> bool:
    from digitlab.classroom import database

    return database.answers()


# What must be well, by name. A check takes no argument, is quick, and may be called from any thread.
CHECKS: dict[str, Callable[[], bool]] = {"models": warm_up.models_are_loaded, "database": Bounded(_database)}


def which_are_well(names: Iterable[str]) -> dict[str, bool]:
    return {name: _well(CHECKS[name]) for name in names}


def _well(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


async def health(request: Request) -> Response:
    """200 and {"status": "ok", "models": true, "database": true}; 503, "not ready" and what is false. With
    a check's name in the path, this one alone."""
    names = [request.path_params["check"]] if "check" in request.path_params else list(CHECKS)
    if not is_here(request) or not CHECKS.keys() >= set(names):
        return PlainTextResponse("Not found", 404)
    checked = await run_in_threadpool(which_are_well, names)
    well = all(checked.values())
    return JSONResponse(
        {"status": "ok" if well else "not ready", **checked},
        status_code=200 if well else 503,
        headers={"Cache-Control": "no-store"},
    )


ROUTES = [*routes("/api/health", health), *routes("/api/health/{check}", health)]
