"""The one place that opens the database: a session for reading, a session for writing.

SQLite: WAL, ``synchronous=FULL``, foreign keys, ``BEGIN IMMEDIATE`` for writers, readers held to reading by
``query_only``. PostgreSQL: read-only transactions for readers, bounded waits for locks.
"""

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError
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
_BEGIN = "BEGIN IMMEDIATE"
_LOCK_STATES = {"55P03", "40P01", "57014"}  # lock not available, deadlock, cancelled by time-out
_LOCK_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Database:
    """Engine and sessions. ``info`` goes into every session (the vault rides there)."""

    def __init__(self, url: str, info: dict[str, Any] | None = None, pool_size: int = 16) -> None:
        self.url = make_url(url)
        self.info = info or {}
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._kept: PoolProxiedConnection | None = None
        self._glancing: deque[PoolProxiedConnection] = deque()
        if self.sqlite:
            self.engine = _sqlite_engine(url, 1, _BEGIN, query_only=False)
            self.reader = _sqlite_engine(url, pool_size, "BEGIN", query_only=True)
            self._turn: FairLock | None = FairLock()  # and who has the turn has the one connection that writes
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

    def glance(self, statement: "Prepared", values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """One small SELECT outside of any session and transaction: for what every request asks first."""
        if self._turn and self._kept and self._turn.acquire(0):
            # Nobody writes. A reader's pages must be read again after each commit; those of who wrote are in memory.
            try:
                if self._kept:
                    return statement.glance(self._kept, self.engine.dialect, values)
            finally:
                self._turn.release()
        try:
            connection = self._glancing.pop()
        except IndexError:
            connection = self.reader.raw_connection()
        try:
            return statement.glance(connection, self.reader.dialect, values)
        finally:
            if self.sqlite:
                self._glancing.append(connection)  # it has begun nothing that need be ended
            else:
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed if the block ends well, rolled back if it raises.

        Raises Busy when the database cannot be had within ``WAIT_SECONDS``.
        """
        if self._turn and not self._turn.acquire(WAIT_SECONDS):
            raise Busy(_(BUSY))
        session = None
        try:
            pooled, self._kept = self._kept or self.engine.raw_connection(), None
            session = Writing(self.engine, pooled, dict(self.info))
            yield session
            session.finish()
        except BaseException as error:
            if session:
                session.rollback()
            if isinstance(error, OperationalError | PoolTimeout) and is_busy(error):
                raise Busy(_(BUSY)) from None
            raise
        finally:
            if session:
                self._kept = session.end(keep=self.sqlite)
            if self._turn:
                self._turn.release()

    def close(self) -> None:
        """Give the connections back."""
        for kept in (*self._glancing, *([self._kept] if self._kept else [])):
            kept.close()
        self._glancing.clear()
        self._kept = None
        self.engine.dispose()
        self.reader.dispose()


class Writing(Session):
    """A session whose transaction the driver has begun already.

    What is prepared runs on the driver's ``cursor``; ORM and Core join the same transaction where they are used, and
    only then does SQLAlchemy set up its own for it. After a rollback there is no more to be done with it.
    """

    def __init__(self, engine: Engine, pooled: PoolProxiedConnection, info: dict[str, Any]) -> None:
        super().__init__(engine, expire_on_commit=False, info=info)
        self._engine = engine
        self._pooled = pooled
        self._joined: Connection | None = None
        self._ended = False
        self._cursor: Any = pooled.cursor()
        try:
            if engine.dialect.name == "sqlite":
                self._cursor.execute(_BEGIN)
        except engine.dialect.loaded_dbapi.Error as error:
            pooled.close()
            raise as_sqlalchemys(error, engine.dialect) from None

    @property
    def cursor(self) -> Any:
        """The driver's cursor; raises InvalidRequestError after a rollback."""
        if self._cursor is None:
            raise InvalidRequestError("this transaction is over")
        return self._cursor

    def get_bind(self, *_for: Any, **_more: Any) -> Connection:
        """The one connection of the transaction."""
        if self.cursor and self._joined is None:
            self._joined = Connection(self._engine, self._pooled)
        return cast(Connection, self._joined)

    def rollback(self) -> None:
        """Undo everything."""
        self._cursor = None
        super().rollback()
        self._pooled.rollback()

    def finish(self) -> None:
        """Commit, whichever way it was written; nothing after a rollback."""
        if self._cursor is None:
            return
        if self.in_transaction():
            self.commit()
        else:
            try:
                self._pooled.commit()
            except self._engine.dialect.loaded_dbapi.Error as error:
                raise as_sqlalchemys(error, self._engine.dialect) from None
        self._ended = True

    def end(self, *, keep: bool) -> PoolProxiedConnection | None:
        """Leave the connection: to be kept for the next transaction if this one ended well, else to the pool."""
        self._cursor = None
        if self._joined is not None:  # else nothing was ever attached
            self.close()
        if keep and self._ended:
            return self._pooled
        self._pooled.close()
        return None


def as_sqlalchemys(error: Any, dialect: Dialect, statement: str | None = None) -> DBAPIError:
    """The driver's error as SQLAlchemy's own, without the values; the driver's interface to errors stays behind."""
    base = dialect.loaded_dbapi.Error
    made = DBAPIError.instance(statement, None, error, base, hide_parameters=True, dialect=dialect)
    return cast(DBAPIError, made)


def connection_of(session: Session) -> Connection:
    """The session's connection, for Core statements."""
    return session.connection()


def dialect_of(session: Session) -> Dialect:
    """The engine's dialect; its name is ``sqlite`` or ``postgresql``."""
    dialect: Dialect = session.bind.dialect  # type: ignore[union-attr]
    return dialect


def repeatable_read(session: Session) -> None:
    """Read everything in this transaction as of one moment, while others write. SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


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
        connection.text_factory = _text
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
        if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql(begin)

    return engine


def _text(stored: bytes) -> str:
    """Text as SQLite keeps it. One value that is not UTF-8, as a bad disk leaves it, keeps no others back."""
    return stored.decode("utf-8", "replace")


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
