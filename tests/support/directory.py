"""The shipped directory in a test's database: its rows put in as the engine keeps them, its snapshot built once.

Read from its files it takes half a second, as rows of SQLAlchemy twenty milliseconds, and each test's first request
would read it again. A database that holds anything else than what was put in here is read as the program reads it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from attention_point.directory import models, queries
from attention_point.directory.revision import increase_revision
from attention_point.directory.seed import loading
from attention_point.directory.snapshot import Directory
from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.database.engine import get_dialect

_TABLES: list[str] = [
    getattr(models, name).__tablename__
    for name in ("Entity", "Place", "EmergencyLine", "Point", "ConsentText", "Service", "Offer")
]
_WRITES = re.compile(rf"(?:INSERT INTO|UPDATE|DELETE FROM) \"?(?:{'|'.join(_TABLES)})\b")
_MARK_KEY = "holds_shipped_directory"
_READ_DIRECTORY = queries._read_directory


@dataclass
class _Shipped:
    """What was loaded from the files once: rows by table as an engine keeps them, how many, and the snapshot."""

    rows: dict[str, Any]
    count: int
    directory: Directory


_SHIPPED: dict[str, _Shipped] = {}


@dataclass
class _Mark:
    """Whether a database holds exactly the shipped directory, as its first revision."""

    holds: bool = False


def load_shipped(session: Session) -> None:
    """What ``loading.load_shipped`` leaves in an empty directory; one that holds something already stays as it is."""
    if queries.get_revision(session):
        return
    engine = get_dialect(session).name
    if engine not in _SHIPPED:
        loading.load_shipped_files(session)
        session.flush()
        rows = _take_rows(session, engine)
        count = sum(session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in _TABLES)
        _SHIPPED[engine] = _Shipped(rows, count, _READ_DIRECTORY(session))
        return
    _put_rows(session, engine)
    journal.record(session, SYSTEM, "directory.load", "directory", added=_SHIPPED[engine].count)
    increase_revision(session)
    if mark := session.info.get(_MARK_KEY):
        mark.holds = True


def _take_rows(session: Session, engine: str) -> dict[str, Any]:
    driver: Any = session.connection().connection.driver_connection
    if engine == "sqlite":
        return {name: driver.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}
    rows: dict[str, Any] = {}
    for name in _TABLES:
        with driver.cursor() as cursor, cursor.copy(f"COPY {name} TO STDOUT") as copy:
            rows[name] = b"".join(copy)
    return rows


def _put_rows(session: Session, engine: str) -> None:
    driver: Any = session.connection().connection.driver_connection
    for name, rows in _SHIPPED[engine].rows.items():
        if engine == "sqlite":
            driver.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            continue
        with driver.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            copy.write(rows)


def mark_shipped(database: Database) -> None:
    """Let the sessions of a database have the shipped snapshot while the database holds exactly that directory."""
    mark = database.info[_MARK_KEY] = _Mark()

    def look_at(_connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if mark.holds and _WRITES.match(statement):
            mark.holds = False

    def take_back(connection: Connection, *_savepoint: Any) -> None:
        # On PostgreSQL the engine that reads hands on its events; a session that only read takes back nothing.
        if not connection.get_execution_options().get("postgresql_readonly"):
            mark.holds = False

    event.listen(database.engine, "before_cursor_execute", look_at)
    event.listen(database.engine, "rollback", take_back)
    event.listen(database.engine, "rollback_savepoint", take_back)


def _read_directory(session: Session) -> Directory:
    mark = session.info.get(_MARK_KEY)
    if mark and mark.holds and queries.get_revision(session) == 1:
        return _SHIPPED[get_dialect(session).name].directory
    return _READ_DIRECTORY(session)


@pytest.fixture(scope="session", autouse=True)
def _shipped_directory_is_read_once() -> Iterator[None]:
    """One snapshot, and one index of its offers, for all tests whose directory is as it is shipped."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "_read_directory", _read_directory)
        yield
