"""The one place that opens the database: a session for reading, a session for writing.

SQLite: WAL, ``synchronous=FULL``, foreign keys, ``BEGIN IMMEDIATE`` for writers, readers held to reading by
``query_only``. PostgreSQL: read-only transactions for readers, bounded waits for locks.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from attention_point.foundation.database.fairness import FairLock
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Busy

if TYPE_CHECKING:
    from attention_point.foundation.database.prepared import Prepared

WAIT_SECONDS = 5.0
BUSY = N_("The database is busy. Try again in a moment.")
_CONNECTION = "connection"
_LOCK_STATES = {"55P03", "40P01", "57014"}  # lock not available, deadlock, cancelled by time-out
_LOCK_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """Engine and sessions. ``info`` goes into every session (the vault rides there)."""

    def __init__(self, url: str, info: dict[str, Any] | None = None, pool_size: int = 16) -> None:
        self.url = make_url(url)
        self.info = info or {}
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self.engine = _sqlite_engine(url, 1, "BEGIN IMMEDIATE", query_only=False)
            self.reader = _sqlite_engine(url, pool_size, "BEGIN", query_only=True)
            self._turn: FairLock | None = FairLock()
        else:
            self.engine = _postgresql_engine(url, pool_size)
            self.reader = self.engine.execution_options(postgresql_readonly=True)
            self._turn = None

    def reading_session(self) -> Session:
        """A session that the database itself refuses to let write. The caller closes it."""
        return Session(self.reader, expire_on_commit=False, info={**self.info, "reading": True})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading session, closed at the end."""
        with self.reading_session() as session:
            yield session

    def glance(self, statement: "Prepared", values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """One small read outside of any session and transaction: for what every request asks first."""
        connection = self.reader.raw_connection()
        try:
            return statement.on(connection, self.reader.dialect, values)
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed if the block ends well, rolled back if it raises.

        Raises Busy when the database cannot be had within ``WAIT_SECONDS``.
        """
        if self._turn and not self._turn.acquire(WAIT_SECONDS):
            raise Busy(_(BUSY))
        try:
            with (
                Session(self.engine, expire_on_commit=False, info=dict(self.info)) as session,
                session.begin(),
            ):
                session.info[_CONNECTION] = session.connection()
                yield session
        except (OperationalError, PoolTimeout) as error:
            if is_busy(error):
                raise Busy(_(BUSY)) from None
            raise
        finally:
            if self._turn:
                self._turn.release()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        self.reader.dispose()


def connection_of(session: Session) -> Connection:
    """The session's connection. A writing session has one for its whole life, found once."""
    held: Connection | None = session.info.get(_CONNECTION)
    return held if held is not None else session.connection()


def is_busy(error: BaseException) -> bool:
    """Whether an error only says that somebody else holds what is needed."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    # Extended codes carry the primary one in their low byte.
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in _LOCK_CODES or getattr(error.orig, "sqlstate", None) in _LOCK_STATES


def _sqlite_engine(url: str, pool_size: int, begin: str, *, query_only: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": WAIT_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql_engine(url: str, pool_size: int) -> Engine:
    milliseconds = int(WAIT_SECONDS * 1000)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "options": f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds * 6} -c timezone=UTC"
        },
    )
