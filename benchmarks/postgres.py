"""A PostgreSQL of our own, from Debian's packages: in a folder that goes, on a port that is free."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.server import HOST, free_port

USER = "digitlab"


def programs() -> Path | None:
    """The folder with initdb and postgres; None where there is no PostgreSQL."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return debian[-1].parent if debian else None


class Postgres:
    """A server that can be stopped and started again. Where it isn't `safe`, a loss of power may cost it its
    data, and it is quicker."""

    def __init__(self, bin_folder: Path, folder: Path, safe: bool = False) -> None:
        self._bin, self._folder = bin_folder, folder
        self._fsync = "on" if safe else "off"
        # it doesn't run for root
        self._as = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
        self._run(
            "initdb", "--auth=trust", f"--username={USER}", "--no-sync", "--encoding=UTF8", "--locale=C"
        )
        self._port = free_port()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@{HOST}:{self._port}/{database}"

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses={HOST} -c fsync={self._fsync}"
        log = self._folder / "log"
        self._run("pg_ctl", "--wait", f"--log={log}", f"--options={options}", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def new(self) -> str:
        """The address of a new, empty database."""
        name = f"classes_{time.monotonic_ns()}"
        self._run(
            "createdb", f"--host={HOST}", f"--port={self._port}", f"--username={USER}", name, data=False
        )
        return self.url(name)

    def dump(self, url: str) -> str:
        """All that is in a database, as SQL."""
        return self._run("pg_dump", url, data=False)

    def _run(self, program: str, *options: str, data: bool = True) -> str:
        command = [str(self._bin / program), *options]
        if data:
            command[1:1] = [f"--pgdata={self._folder / 'data'}"]
        # what pg_ctl starts would keep a pipe open for ever
        pipe = subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL
        done = subprocess.run(command, check=True, stdout=pipe, stderr=pipe, text=True, cwd="/", **self._as)
        return done.stdout or ""


@contextmanager
def running(safe: bool = False) -> Iterator[Postgres | None]:
    """A started PostgreSQL; None where there is none on this machine."""
    bin_folder = programs()
    if bin_folder is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="digitlab-pg-") as folder:
        server = Postgres(bin_folder, Path(folder), safe)
        server.start()
        try:
            yield server
        finally:
            server.stop()
