"""GET /api/health: may visitors be sent here? For load balancers and for whoever waits for a start."""

import threading
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ui.server import warm_up

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


def _checked() -> dict[str, bool]:
    return {name: _well(check) for name, check in CHECKS.items()}


def _well(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


async def health(_request: Request) -> JSONResponse:
    """200 and {"status": "ok", "models": true, "database": true}; 503, "not ready" and what is false."""
    checked = await run_in_threadpool(_checked)
    well = all(checked.values())
    return JSONResponse(
        {"status": "ok" if well else "not ready", **checked},
        status_code=200 if well else 503,
        headers={"Cache-Control": "no-store"},
    )


ROUTES = [Route("/api/health", health, methods=["GET"])]
