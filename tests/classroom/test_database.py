"""The database itself: its tables, and what happens when it is missing, full, damaged or somebody else's."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager

from digitlab.classroom import classes, database, drawings, jobs, pupils
from digitlab.classroom.tables import metadata
from digitlab.errors import DatabaseGone
from tests.classroom import hands
from tests.classroom.postgres import Postgres

ROOT = Path(__file__).parents[2]
SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
CLASS = "('1', 'BCDFG', 'x', 'open', 'free', NULL, 'cnn', false, 1e9, 9e9, 0, 0, 0)"
POSTGRESQL = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def _tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_RETRY_S", 0)


def file_of(store: str) -> Path:
    return Path(store.removeprefix("sqlite:///"))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def send(number: int = 0) -> classes.Class:
    """Start a class, and let somebody draw."""
    found, _ = classes.start()
    drawings.send(found, pupils.join(found)[0], hands.drawing(3, number), asked=3)
    return found


# --- tables ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_the_migrations_make_exactly_the_tables() -> None:
    options = {
        "compare_type": True,
        "include_name": lambda name, *_: not f"{name}".startswith("procrastinate"),
    }
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_known_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [database.head()]


def test_procrastinates_tables_are_those_of_the_version_that_is_installed() -> None:
    """A later version needs a migration: 0002 says how."""
    kept = database.MIGRATIONS / f"procrastinate-{version('procrastinate')}.sql"
    assert kept.read_text("utf-8") == SchemaManager.get_schema()


@POSTGRESQL
def test_an_older_database_gets_what_is_new_and_keeps_what_it_has(store: str) -> None:
    config, engine = Config(), sa.create_engine(database.address())
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text("INSERT INTO class VALUES " + CLASS))
    engine.dispose()
    assert classes.find("BCDFG").drawings == 0
    with database.writing() as connection:
        assert jobs.trainers(connection) == 0
        assert jobs.defer(connection, "a run")


@pytest.mark.usefixtures("store")
def test_a_server_that_starts_again_needs_no_alembic() -> None:
    found = send()
    code = f"""
import sys
from digitlab.classroom import classes
assert classes.find("{found.code}").drawings == 1
assert not {{"alembic", "procrastinate"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.usefixtures("store")
def test_several_servers_may_start_at_once() -> None:
    code = "from digitlab.classroom import classes; print(classes.start()[0].code)"
    servers = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for _ in range(4)
    ]
    codes = [server.communicate(timeout=60)[0].strip() for server in servers]
    assert [server.returncode for server in servers] == [0] * 4
    assert all(classes.find(code) for code in codes)


@pytest.mark.usefixtures("store")
def test_what_is_read_in_a_transaction_is_of_one_moment() -> None:
    found = send()
    count = sa.text('SELECT drawings FROM "class" WHERE id = :id').bindparams(id=found.id)
    with database.reading() as connection:
        before = connection.execute(count).scalar()
        drawings.send(found, pupils.join(found)[0], hands.drawing(3), asked=3)
        assert connection.execute(count).scalar() == before == 1


@POSTGRESQL
def test_who_only_reads_writes_nothing(store: str) -> None:
    with pytest.raises(DatabaseGone), database.reading() as connection:
        connection.execute(sa.text('DELETE FROM "class"'))


# --- what can be missing ---------------------------------------------------------------------------------


@POSTGRESQL
def test_a_postgresql_that_comes_back_is_used_again(store: str, postgres: Postgres) -> None:
    found = send()
    postgres.stop()
    try:
        for _ in range(2):
            with pytest.raises(DatabaseGone, match="can’t reach its database"):
                send()
        with pytest.raises(DatabaseGone):
            database.answers()
        assert database.forget_deleted(), "it has no log of SQLite's"
    finally:
        postgres.start()
    assert database.answers()
    assert len(drawings.snapshot(found.id).rows) == 1
    send()
    postgres.stop()
    postgres.start()
    send()  # nobody has noticed


@SQLITE
def test_a_file_that_was_taken_away_is_made_anew(store: str) -> None:
    """Nobody writes into a file that has no name any more."""
    found = send()
    file_of(store).unlink()
    with pytest.raises(classes.NoSuchClass):
        drawings.snapshot(found.id)
    found = send(1)
    with closing(sqlite3.connect(file_of(store))) as connection:
        assert connection.execute("SELECT count(*) FROM drawing").fetchone() == (1,)
    shutil.rmtree(file_of(store).parent)
    send(2)


@pytest.mark.usefixtures("store")
def test_tables_that_were_taken_away_are_made_anew() -> None:
    send()
    with database.writing() as connection:
        for table in ("run_file", "run", "drawing", "training", "pupil", "class", "alembic_version"):
            connection.execute(sa.text(f'DROP TABLE "{table}"'))
    with pytest.raises(DatabaseGone):
        send()
    send()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "no address"),
        ("postgresql://digitlab@127.0.0.1:port/x", "no address"),
        ("mysql://school/classes", "must name"),
        ("sqlite://", "must name"),
        ("sqlite:///:memory:", "must name"),
        ("postgresql+psycopg2://digitlab@127.0.0.1:1/x", "can’t reach"),
        ("sqlite:////proc/nowhere/classes.sqlite3", "can’t reach"),  # where not even root may write
        ("sqlite:////proc/version/classes.sqlite3", "can’t reach"),  # in a file
        ("sqlite:////", "can’t reach"),
    ],
)
def test_an_address_without_a_database(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, address)
    for use in (classes.start, lambda: classes.find("BCDFG"), classes.delete_ended, database.answers):
        with pytest.raises(DatabaseGone, match=said):
            use()
    assert not database.forget_deleted()


@SQLITE
def test_a_failed_start_is_not_tried_by_everybody(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_RETRY_S", 60)
    folder = file_of(store)
    folder.mkdir()
    with pytest.raises(DatabaseGone) as first:
        send()
    folder.rmdir()
    with pytest.raises(DatabaseGone, match=str(first.value)):
        send()
    monkeypatch.setattr(database, "_RETRY_S", 0)
    send()


@SQLITE
def test_without_an_address_it_is_a_file_of_the_user(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(database.VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(file_of(store).parent))
    send()
    assert Path(database.address().database or "").is_file()


# --- what can be wrong with it ---------------------------------------------------------------------------


@SQLITE
def test_the_file_is_private(store: str) -> None:
    before = os.umask(0)
    try:
        send()
    finally:
        os.umask(before)
    files = list(file_of(store).parent.glob("classes.sqlite3*"))
    assert len(files) == 3  # with its log, and what its users share
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@SQLITE
def test_a_full_disk(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first drawing, the file may not grow any more."""
    found = send()
    database.close()
    prepare = database._prepare_sqlite

    def bounded(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 1")  # it stays as large as it is

    with monkeypatch.context() as full:
        full.setattr(database, "_prepare_sqlite", bounded)
        with pytest.raises(DatabaseGone, match="disk is full"):
            [send(number) for number in range(50)]
        kept = len(drawings.snapshot(found.id).rows)
        assert kept == classes.by_id(found.id).drawings == 1
    database.close()
    send()


def damaged(file: Path) -> None:
    found = send()
    for _ in range(40):  # so that there is something in the middle
        pupils.join(found)
    database.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)


def no_database(file: Path) -> None:
    file.write_text("My dear diary, " * 500)


def with_foreign_tables(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE recipe (name)")


def with_foreign_migrations(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("INSERT INTO alembic_version VALUES ('abcdef')")


@SQLITE
@pytest.mark.parametrize("make", [damaged, no_database, with_foreign_tables, with_foreign_migrations])
def test_a_file_that_is_damaged_or_anothers_is_left_alone(store: str, make) -> None:  # noqa: ANN001
    make(file_of(store))
    content = file_of(store).read_bytes()
    for _ in range(2):
        with pytest.raises(DatabaseGone, match="another program’s"):
            send()
    assert make is with_foreign_migrations or file_of(store).read_bytes() == content


@POSTGRESQL
def test_a_postgresql_that_is_anothers(store: str) -> None:
    engine = sa.create_engine(database.address())
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE TABLE "class" (name text)'))
    engine.dispose()
    with pytest.raises(DatabaseGone, match="another program’s"):
        send()


@SQLITE
def test_who_has_waited_too_long_is_told(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = send()
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    database.close()
    assert database.answers()
    with closing(sqlite3.connect(file_of(store), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(drawings.snapshot(found.id).rows) == 1, "reading goes on"
        with pytest.raises(DatabaseGone, match="can’t reach"):
            send()
        other.execute("ROLLBACK")
    send()


@SQLITE
def test_who_writes_at_once_comes_in_order(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = send()
    order: list[int] = []

    def write(number: int) -> None:
        with database.writing() as connection:
            classes.change(found.id, connection)
            order.append(number)

    with ThreadPoolExecutor(8) as pool:
        with database.writing():
            for number in range(7):
                pool.submit(write, number)
                until(lambda so_far=number: len(database._queue._waiting) > so_far)
            monkeypatch.setattr(database, "BUSY_S", 0.01)
            with pytest.raises(DatabaseGone):
                pool.submit(write, 99).result()
        pool.shutdown()
    assert order == list(range(7))
    write(7)


@SQLITE
def test_what_must_wait_for_a_reader_is_forgotten_later(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = send()
    code = found.code.encode()
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    database.close()
    with closing(sqlite3.connect(file_of(store), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute('SELECT * FROM "class"').fetchall()
        classes.delete(found.id)  # it is gone for everybody at once
        assert not database.forget_deleted()
        reader.execute("COMMIT")
    classes.delete_ended()
    assert not [file for file in file_of(store).parent.iterdir() if code in file.read_bytes()]
