"""The database of class work, and the only way to it:

    with database.writing() as connection:
        connection.execute(...)

DIGITLAB_DATABASE names it as SQLAlchemy does (postgresql://user@host/name); without it, it is an SQLite file
in the user's data folder, which nobody else may read. Its tables are brought up to date at the first use, and
again where the file was taken away meanwhile. Whatever goes wrong with it is a DatabaseGone, and the
transaction is undone.
"""

import errno
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, make_url

from digitlab.classroom.tables import metadata
from digitlab.errors import DatabaseGone

VARIABLE = "DIGITLAB_DATABASE"
FILE = "classes.sqlite3"
MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_S = 5  # longest wait for others' transactions, or for a connection
_TRUNCATIONS = 3  # attempts, while others read
_RETRY_S = 1  # so long after a failed start, nobody tries again: else all wait for one another
_LOCK = 0x444C4142  # any number: whoever migrates a PostgreSQL holds it
_VERSION = "alembic_version"  # the table that says how new the others are

_FULL = "The server’s disk is full: nothing more can be stored."
_DAMAGED = "The server’s database is damaged, or it is another program’s."
_STRANGE = "The server’s database is another program’s, or that of a newer Digit Lab."
_AWAY = "The server can’t reach its database just now."

Identity = tuple[int, int]  # of a file: device and inode


class _Store(NamedTuple):
    """A database whose tables are up to date."""

    engine: Engine
    file: Identity | None  # the SQLite file; None for PostgreSQL


_lock = threading.RLock()
_stores: dict[str, _Store] = {}  # by address
_failed: dict[str, tuple[float, str]] = {}  # by address: when, and what was said


class _Queue:
    """SQLite has one writer, and who wants to be it polls, in no order: some wait for seconds. In this
    process they come one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        self._take()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._busy = False

    def _take(self) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(BUSY_S):
            return
        with self._lock:
            if not mine.is_set():  # else it has come just now
                self._waiting.remove(mine)
                raise DatabaseGone(_AWAY)


_queue = _Queue()


def address() -> URL:
    """Where the database is. Raises DatabaseGone."""
    text = os.environ.get(VARIABLE)
    if not text:
        import platformdirs

        return URL.create("sqlite", database=str(platformdirs.user_data_path("digitlab") / FILE))
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):  # the latter for a port that is no number
        raise DatabaseGone(f"{VARIABLE} is no address of a database.") from None
    match url.get_backend_name():
        case "postgres" | "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case "sqlite" if url.database not in (None, "", ":memory:"):
            return url.set(drivername="sqlite")
    raise DatabaseGone(f"{VARIABLE} must name an SQLite file or a PostgreSQL.")


def shared() -> bool:
    """Whether it is one that several servers can share: a PostgreSQL. Raises DatabaseGone."""
    return address().get_backend_name() == "postgresql"


@contextmanager
def reading() -> Iterator[Connection]:
    """A transaction that writes nothing; all that it reads is of one moment. Raises DatabaseGone."""
    with _typed():
        engine = _engine()
        options: dict[str, Any] = {"digitlab_writes": False}
        if engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect() as connection, connection.execution_options(**options).begin():
            yield connection


@contextmanager
def writing() -> Iterator[Connection]:
    """A transaction: when the block ends, it is on the disk, or an error is raised and nothing has happened.
    Raises DatabaseGone."""
    with _typed():
        engine = _engine()
        one_by_one = _queue.turn() if engine.dialect.name == "sqlite" else nullcontext()
        with one_by_one, engine.begin() as connection:
            yield connection


def answers() -> bool:
    """Whether the database is there."""
    with reading() as connection:
        return connection.execute(sa.text("SELECT 1")).scalar() == 1


def forget_deleted() -> bool:
    """Nothing of what was deleted shall be left in SQLite's log of changes either. Returns whether it is so:
    while others read, a part of it may stay, until this is called again."""
    try:
        with _typed():
            engine = _engine()
            if engine.dialect.name != "sqlite":
                return True
            with closing(engine.raw_connection()) as connection:
                for _ in range(_TRUNCATIONS):
                    busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    if not busy:
                        return True
                    time.sleep(0.05)
    except DatabaseGone:
        pass
    return False


def close() -> None:
    """Let go of all connections; the next use makes new ones."""
    with _lock:
        for store in _stores.values():
            store.engine.dispose()
        _stores.clear()
        _failed.clear()


# --- what goes wrong -------------------------------------------------------------------------------------


@contextmanager
def _typed() -> Iterator[None]:
    """Every fault of the database itself is a DatabaseGone; faults of ours stay what they are."""
    try:
        yield
    except (exc.IntegrityError, exc.DataError):
        raise
    except (exc.DBAPIError, exc.TimeoutError, sqlite3.Error, OSError) as error:
        cause = getattr(error, "orig", None) or error
        if _without_tables(cause):  # it was replaced by an empty one: the next use makes them
            close()
        elif isinstance(error, exc.ProgrammingError):
            raise
        raise DatabaseGone(_sentence(cause)) from error


def _without_tables(cause: BaseException) -> bool:
    return getattr(cause, "sqlstate", "") == "42P01" or "no such table" in str(cause)


def _sentence(cause: BaseException) -> str:
    text = str(cause).lower()
    full = getattr(cause, "sqlstate", "") == "53100" or getattr(cause, "errno", 0) == errno.ENOSPC
    if full or "is full" in text or "no space left" in text:
        return _FULL
    if "malformed" in text or "not a database" in text:
        return _DAMAGED
    return _AWAY


# --- the way to it ---------------------------------------------------------------------------------------


def _engine() -> Engine:
    url = address()
    name = url.render_as_string(hide_password=False)
    store = _stores.get(name)
    if store and store.file == _identity(url):
        return store.engine
    with _lock:
        store = _stores.get(name)
        if store and store.file == _identity(url):
            return store.engine
        if store:  # what its connections write would go to a file that has no name any more
            _stores.pop(name).engine.dispose()
        when, said = _failed.get(name, (-_RETRY_S, ""))
        if said and time.monotonic() - when < _RETRY_S:
            raise DatabaseGone(said)
        try:
            with _typed():
                _stores[name] = _started(url)
        except DatabaseGone as error:
            _failed[name] = time.monotonic(), str(error)
            raise
        return _stores[name].engine


def _identity(url: URL) -> Identity | None:
    if url.get_backend_name() != "sqlite":
        return None
    try:
        found = os.stat(url.database or "")  # noqa: PTH116 - for each transaction: a Path would take longer
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _started(url: URL) -> _Store:
    sqlite = url.get_backend_name() == "sqlite"
    engine = _sqlite(url) if sqlite else _postgresql(url)
    try:
        _migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return _Store(engine, _identity(url))


def _postgresql(url: URL) -> Engine:
    return sa.create_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=BUSY_S,
        pool_pre_ping=True,
        connect_args=_bounded(),
        hide_parameters=True,  # drawings and hashes don't belong in a log
    )


def _bounded() -> dict[str, Any]:
    """A database that has gone is noticed before a transaction begins, and in seconds."""
    milliseconds = 1000 * BUSY_S
    limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    return {
        "connect_timeout": BUSY_S,
        "tcp_user_timeout": milliseconds,
        "options": " ".join(f"-c {limit}={milliseconds}" for limit in limits),
    }


def for_psycopg() -> tuple[str, dict[str, Any]]:
    """The address of a PostgreSQL and the options of a connection, for others than SQLAlchemy. Raises
    DatabaseGone."""
    return address().set(drivername="postgresql").render_as_string(hide_password=False), _bounded()


def _sqlite(url: URL) -> Engine:
    file = Path(url.database or "")
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would let everybody read it
    with closing(sqlite3.connect(file, timeout=BUSY_S)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    if tables and _VERSION not in tables:
        raise DatabaseGone(_STRANGE)
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
    _write_ahead(connection)
    for setting in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Several servers may do so at once with a new file, and for this SQLite doesn't wait by itself."""
    end = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """Who will write takes its turn at once: two that have read, and then both want to write, fail."""
    writes = connection.get_execution_options().get("digitlab_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def head() -> str:
    """The newest revision of the tables, as its file is called."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _migrate(engine: Engine) -> None:
    """Bring the tables up to date; several servers may start at once."""
    if _is_up_to_date(engine):
        return  # without Alembic, which takes a moment and 13 MB
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        tables = set(sa.inspect(connection).get_table_names())
        if _VERSION not in tables and tables & set(metadata.tables):
            raise DatabaseGone(_STRANGE)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:  # a revision that we don't know
            raise DatabaseGone(_STRANGE) from None


def _is_up_to_date(engine: Engine) -> bool:
    with engine.connect().execution_options(digitlab_writes=False) as connection, connection.begin():
        if not sa.inspect(connection).has_table(_VERSION):
            return False
        revision = sa.select(sa.column("version_num")).select_from(sa.table(_VERSION))
        versions = connection.execute(revision).scalars().all()
    return list(versions) == [head()]
