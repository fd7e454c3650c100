"""The database of class work, and the only way to it:

    with database.writing() as connection:
        connection.execute(...)

DIGITLAB_DATABASE names it as SQLAlchemy does (postgresql://user@host/name); without it, it is an SQLite file
in the user's data folder. Its tables are brought up to date at the first use. Whatever goes wrong with it is
a DatabaseGone, and the transaction is undone.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, make_url

from digitlab.errors import DatabaseGone

VARIABLE = "DIGITLAB_DATABASE"
FILE = "classes.sqlite3"
MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_S = 5  # longest wait for others' transactions, or for a connection
_TRUNCATIONS = 20  # attempts, while others read
_LOCK = 0x444C4142  # any number: whoever migrates a PostgreSQL holds it

_lock = threading.RLock()
_engines: dict[str, Engine] = {}  # by address; those whose tables are up to date


def address() -> URL:
    """Where the database is."""
    text = os.environ.get(VARIABLE)
    if not text:
        import platformdirs

        return URL.create("sqlite", database=str(platformdirs.user_data_path("digitlab") / FILE))
    try:
        url = make_url(text)
    except exc.ArgumentError:
        raise DatabaseGone(f"{VARIABLE} is no address of a database.") from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgres", "postgresql") else url


@contextmanager
def reading() -> Iterator[Connection]:
    """A transaction that writes nothing. Raises DatabaseGone."""
    with _transaction(writes=False) as connection:
        yield connection


@contextmanager
def writing() -> Iterator[Connection]:
    """A transaction: when the block ends, it is on the disk, or an error is raised and nothing has happened.
    Raises DatabaseGone."""
    with _transaction(writes=True) as connection:
        yield connection


def answers() -> bool:
    """Whether the database is there."""
    with reading() as connection:
        return connection.execute(sa.text("SELECT 1")).scalar() == 1


def forget_deleted() -> None:
    """Nothing of what was deleted shall be left in SQLite's log of changes either. While others read, a part
    of it may stay, until this is called again."""
    engine = _engine()
    if engine.dialect.name != "sqlite":
        return
    with _typed():
        connection = engine.raw_connection()
        try:
            for _ in range(_TRUNCATIONS):
                busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
                time.sleep(0.05)
        finally:
            connection.close()


def close() -> None:
    """Let go of all connections; the next use makes new ones."""
    with _lock:
        for engine in _engines.values():
            engine.dispose()
        _engines.clear()


@contextmanager
def _transaction(writes: bool) -> Iterator[Connection]:
    with (
        _typed(),
        _engine().connect().execution_options(digitlab_writes=writes) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _typed() -> Iterator[None]:
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, exc.InternalError, OSError) as error:
        if "full" in str(error).lower():
            raise DatabaseGone("The server’s disk is full: nothing more can be stored.") from error
        raise DatabaseGone("The server can’t reach its database just now.") from error


def _engine() -> Engine:
    url = address()
    name = url.render_as_string(hide_password=False)
    engine = _engines.get(name)
    if engine:
        return engine
    with _lock:
        if name not in _engines:
            engine = _made(url)
            try:
                with _typed():
                    _migrate(engine)
            except DatabaseGone:
                engine.dispose()
                raise
            _engines[name] = engine
        return _engines[name]


def _made(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        # a database that has gone is noticed before a transaction begins, and in seconds
        options = f"-c statement_timeout={1000 * BUSY_S} -c lock_timeout={1000 * BUSY_S}"
        return sa.create_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_timeout=BUSY_S,
            pool_pre_ping=True,
            connect_args={"connect_timeout": BUSY_S, "options": options},
            hide_parameters=True,  # drawings and hashes don't belong in a log
        )
    if url.database and url.database != ":memory:":
        with _typed():
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=8,
        max_overflow=8,
        pool_timeout=BUSY_S,
        connect_args={"timeout": BUSY_S},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    """Who will write takes its turn at once: two that have read, and then both want to write, fail."""
    writes = connection.get_execution_options().get("digitlab_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine) -> None:
    """Bring the tables up to date; several servers may start at once."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
