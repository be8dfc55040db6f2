"""A task for one process at a time: a lock that its holder's end frees, however it ends.

On PostgreSQL an advisory lock on a connection of its own; on SQLite, whose file stands on one machine, a locked file
beside it. Neither is a row that a dead process would leave behind.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from attention_point.foundation.database import Database

_TRY = text("SELECT pg_try_advisory_lock(:key)")
_FREE = text("SELECT pg_advisory_unlock(:key)")


@contextmanager
def alone(database: Database, task: str) -> Iterator[bool]:
    """Whether this block has the task (a kebab-case name) to itself until its end; never waits."""
    with (_file if database.sqlite else _advisory)(database, task) as mine:
        yield mine


@contextmanager
def _file(database: Database, task: str) -> Iterator[bool]:
    with os.fdopen(os.open(f"{database.url.database}-{task}.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _advisory(database: Database, task: str) -> Iterator[bool]:
    key = int.from_bytes(hashlib.sha256(f"task:{task}".encode()).digest()[:8], signed=True)
    # No transaction stays open meanwhile; detached, so that closing ends the connection and with it the lock.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        mine = bool(connection.scalar(_TRY, {"key": key}))
        try:
            yield mine
        finally:
            if mine:  # the end of a connection frees it too, but a moment later
                connection.execute(_FREE, {"key": key})
