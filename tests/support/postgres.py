"""A PostgreSQL server of the tests' own: one a run, in a folder of its own, reached by its socket alone.

PostgreSQL refuses to run as root: then it belongs to ``postgres``, or to ``nobody`` where that is not a user.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ROLE = "tests"
MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
# Nothing here outlives the run, so nothing needs to reach the disk.
OPTIONS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off "
    "-c listen_addresses='' -c max_connections=120 -c shared_buffers=64MB"
)


def find_binaries() -> Path | None:
    """The newest PostgreSQL's folder of programs, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Server:
    """A server in ``folder``. Any process of the run may start it; the first one does, the rest find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    @classmethod
    def prepare(cls) -> "Server":
        """Make the folder, owned by the user that the server will run as."""
        folder = Path(tempfile.mkdtemp(prefix="pg-tests-", dir=_roomy_memory()))
        if os.getuid() == 0:
            owner = _server_user()
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        return cls(folder)

    def url(self, database: str) -> str:
        """SQLAlchemy's address of a database of this server."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.folder}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock: one process at a time starts the server or makes the template."""
        with open(self.folder / "lock", "a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def start(self, binaries: Path, options: str = OPTIONS) -> None:
        """Start the server unless it runs. Call it with the lock held."""
        if (self.data / "postmaster.pid").exists():
            return
        self._call(binaries / "initdb", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        log = str(self.folder / "log")
        self._call(binaries / "pg_ctl", "start", "-w", "-s", "-l", log, "-o", f"-k {self.folder} {options}")

    def stop(self) -> None:
        """Stop the server if it was started, and remove its folder."""
        binaries = find_binaries()
        if binaries and (self.data / "postmaster.pid").exists():
            self._call(binaries / "pg_ctl", "stop", "-m", "immediate", "-s")
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: sql.Composed) -> None:
        """Run a statement on the maintenance database, outside a transaction."""
        with psycopg.connect(host=str(self.folder), user=ROLE, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def create(self, name: str, template: str | None = None) -> None:
        """Create a database, empty or as a copy of ``template``."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:  # file by file: without fsync a third of the time of the usual way
            statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
        self.execute(statement)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _call(self, program: Path, *arguments: str) -> None:
        command = [str(program), "-D", str(self.data), *arguments]
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGTZ": "UTC"}
        # Output to a file: the server inherits it, and a pipe would stay open as long as the server runs.
        with open(self.folder / "output", "ab+") as output:
            owner = _server_user() if os.getuid() == 0 else None
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment,
                stdout=output,
                stderr=output,
                check=False,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program.name} failed: {output.read().decode(errors='replace')}")


def _roomy_memory() -> Path | None:
    """The machine's folder in memory if it has room: a new database is 900 files, slow to make on some disks."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return None


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
