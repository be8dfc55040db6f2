"""A lock that lets one process at a time run a task. It is free again when its holder ends, however it ends.

PostgreSQL has an advisory lock on a connection of its own. A SQLite file is used on one machine, so a locked file
beside it does. A row of a table would remain when its process dies.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from attention_point.foundation.database import Database

_TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")


@contextmanager
def single_run_lock(database: Database, task_name: str) -> Iterator[bool]:
    """Give True if this block has the task (a kebab-case name) to itself until its end. Never waits."""
    with (_lock_file if database.is_sqlite else _lock_advisory)(database, task_name) as acquired:
        yield acquired


@contextmanager
def _lock_file(database: Database, task_name: str) -> Iterator[bool]:
    with os.fdopen(os.open(f"{database.url.database}-{task_name}.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        try:
            # The system frees it with the file's last descriptor, also after ``kill -9``.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _lock_advisory(database: Database, task_name: str) -> Iterator[bool]:
    # PostgreSQL's key is a signed number of 64 bits.
    key = int.from_bytes(hashlib.sha256(f"task:{task_name}".encode()).digest()[:8], signed=True)
    # AUTOCOMMIT: no transaction stays open meanwhile. Detached: closing ends the connection and with it the lock.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        acquired = bool(connection.scalar(_TRY_LOCK, {"key": key}))
        try:
            yield acquired
        finally:
            if acquired:  # the end of a connection frees it too, but a moment later
                connection.execute(_UNLOCK, {"key": key})
