"""Each test of the store runs twice: on SQLite, and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digitlab.classroom import database
from tests.classroom.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as server:
        if server is None:
            pytest.skip("There is no PostgreSQL on this machine (Debian: apt install postgresql).")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database, for one test; its address."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'classes.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres").new()
    monkeypatch.setenv(database.VARIABLE, url)
    yield url
    database.close()
