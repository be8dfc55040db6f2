"""The one place that opens the database. It gives sessions that read and sessions that write.

SQLite runs in WAL mode with ``synchronous=FULL`` and foreign keys. A writer begins with ``BEGIN IMMEDIATE``, and
``query_only`` keeps readers from writing. On PostgreSQL readers get read-only transactions, and waits for locks end.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from attention_point.foundation.database.fair_lock import FairLock
from attention_point.foundation.database.prepared_statements import run_on_driver
from attention_point.foundation.errors import Busy
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _

MAX_WAIT_SECONDS = 5.0
BUSY_MESSAGE = N_("The database is busy. Try again in a moment.")
_BUSY_SQLSTATES = {"55P03", "40P01", "57014"}  # PostgreSQL: lock not available, deadlock, cancelled by a time-out
_FULL_DISK_CODES = {"53100", sqlite3.SQLITE_FULL}
_BUSY_SQLITE_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_TAKEN_CODES = {"23505", sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


class Database:
    """The engines of one database and their sessions. ``info`` goes into every session: the vault travels in it.

    ``refresh_info`` is asked before each session for what changed since: a session keeps to one keyring to its end.
    """

    def __init__(
        self,
        url: str,
        info: dict[str, Any] | None = None,
        pool_size: int = 16,
        refresh_info: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self.url = make_url(url)
        self.info = info or {}
        self._refresh_info = refresh_info
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_turn = FairLock() if self.is_sqlite else None
        if self.is_sqlite:
            # One writer at a time is all that SQLite admits, so one connection is enough.
            self.engine = _create_sqlite_engine(url, 1, "BEGIN IMMEDIATE", query_only=False)
            self.read_engine = _create_sqlite_engine(url, pool_size, "BEGIN", query_only=True)
        else:
            self.engine = _create_postgresql_engine(url, pool_size)
            self.read_engine = self.engine.execution_options(postgresql_readonly=True)

    def create_read_session(self) -> Session:
        """Return a session in which the database itself refuses every write. The caller closes it."""
        self.info.update(self._refresh_info())
        return Session(self.read_engine, expire_on_commit=False, info={**self.info, "reading": True})

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """Give a session that only reads, and close it at the end of the block."""
        with self.create_read_session() as session:
            yield session

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """Give a session with one transaction: committed if the block ends well, rolled back if it raises.

        After ``session.rollback()`` the session refuses every further statement. Raises Busy when the database cannot
        be had within ``MAX_WAIT_SECONDS``.
        """
        if self._write_turn and not self._write_turn.acquire(MAX_WAIT_SECONDS):
            raise Busy(_(BUSY_MESSAGE))
        try:
            self.info.update(self._refresh_info())
            with Session(self.engine, expire_on_commit=False, info=self.info) as session, session.begin():
                # SQLite's lock is taken now: a transaction that reads first and writes later could not wait for it.
                session.connection()
                yield session
        except (OperationalError, PoolTimeout) as error:
            if is_busy_error(error):
                raise Busy(_(BUSY_MESSAGE)) from None
            raise
        finally:
            if self._write_turn:
                self._write_turn.release()

    def shorten_log(self) -> None:
        """Bring SQLite's log into its file, as far as nobody reads what it replaces; nobody waits for it.

        A writer does so by itself once the log has a thousand pages. Who writes much spares the others that.
        """
        if self.is_sqlite:
            # Not in a transaction of SQLAlchemy's: a checkpoint cannot be part of one.
            with closing(self.read_engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA WAL_CHECKPOINT(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.read_engine.dispose()


def get_dialect(session: Session) -> Dialect:
    """Return the engine's dialect; its name is ``sqlite`` or ``postgresql``."""
    dialect: Dialect = session.bind.dialect  # type: ignore[union-attr]
    return dialect


def repeatable_read(session: Session) -> None:
    """Let this transaction read everything as of one moment, while others write. SQLite always does."""
    if get_dialect(session).name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def is_busy_error(error: BaseException) -> bool:
    """Return whether an error only says that somebody else holds a lock or a connection."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    # SQLite's extended codes carry the primary code in their low byte.
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in _BUSY_SQLITE_CODES or getattr(error.orig, "sqlstate", None) in _BUSY_SQLSTATES


def is_taken_error(error: BaseException) -> bool:
    """Return whether somebody stored a row of the same key between a look and a write: done again, the look finds it.

    PostgreSQL alone lets two transactions look at once.
    """
    return isinstance(error, IntegrityError) and bool(_list_codes(error) & _TAKEN_CODES)


def describe_failure(error: BaseException) -> str:
    """Say in the reader's language why the database did not do something. Its own words may hold data."""
    if is_busy_error(error) or is_taken_error(error):
        return _(BUSY_MESSAGE)
    if _list_codes(error) & _FULL_DISK_CODES:
        return _("The server's disk is full, and this was not saved. Have room made on it, then do it again.")
    return _("The database does not answer. Nothing was saved; try again in a moment.")


def _list_codes(error: BaseException) -> set[str | int | None]:
    driver_error = getattr(error, "orig", error)
    return {getattr(driver_error, "sqlite_errorcode", None), getattr(driver_error, "sqlstate", None)}


def _create_sqlite_engine(url: str, pool_size: int, begin: str, *, query_only: bool) -> Engine:
    pragmas = {
        "journal_mode": "WAL",  # readers go on while somebody writes
        "synchronous": "FULL",  # with NORMAL a power cut takes the last registrations of a WAL database
        "foreign_keys": "ON",
        "secure_delete": "ON",  # erased people must not remain in free pages of the file
        "temp_store": "MEMORY",  # sorted rows must not land in a file outside of the instance
        "cache_size": "-16000",  # 16 MB for each connection
        "query_only": "ON" if query_only else "OFF",
    }
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=MAX_WAIT_SECONDS,
        hide_parameters=True,
        paramstyle="named",  # as psycopg takes them too, so that prepared statements need one way of binding
        # Without an isolation level the driver begins no transaction of its own: the event below does.
        connect_args={"check_same_thread": False, "timeout": MAX_WAIT_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: object) -> None:
        # One text that is not UTF-8, as a bad disk leaves it, must not keep the other rows from being read.
        connection.text_factory = lambda stored_bytes: stored_bytes.decode("utf-8", "replace")
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name}={value}")

    @event.listens_for(engine, "begin")
    def _begin_transaction(connection: Connection) -> None:
        run_on_driver(connection, begin)

    return engine


def _create_postgresql_engine(url: str, pool_size: int) -> Engine:
    milliseconds = int(MAX_WAIT_SECONDS * 1000)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=MAX_WAIT_SECONDS,
        pool_pre_ping=True,  # the server may have been restarted since a connection was last used
        hide_parameters=True,
        # A report may run longer than a lock is waited for, so statements get six times as long.
        connect_args={
            "options": f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds * 6} -c timezone=UTC"
        },
    )
