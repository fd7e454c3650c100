"""GET /api/health: may visitors be sent here? For load balancers and for whoever waits for a start."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ui.server import warm_up

# What must be well, by name. A check takes no argument, is quick, and may be called from any thread.
CHECKS: dict[str, Callable[[], bool]] = {"models": warm_up.models_are_loaded}


def _checked() -> dict[str, bool]:
    return {name: _well(check) for name, check in CHECKS.items()}


def _well(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


async def health(_request: Request) -> JSONResponse:
    """200 and {"status": "ok", "models": true}; 503 and {"status": "not ready", "models": false}."""
    checked = await run_in_threadpool(_checked)
    well = all(checked.values())
    return JSONResponse(
        {"status": "ok" if well else "not ready", **checked},
        status_code=200 if well else 503,
        headers={"Cache-Control": "no-store"},
    )


ROUTES = [Route("/api/health", health, methods=["GET"])]
