"""Proves after an erasure that no key of an erased person is left: in the rows, and in the bytes of a SQLite file."""

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.database.engine import BUSY_MESSAGE, MAX_WAIT_SECONDS
from attention_point.foundation.errors import Busy
from attention_point.foundation.language import gettext as _
from attention_point.foundation.private_files import SQLITE_FILE_SUFFIXES, find_database_file
from attention_point.people.models import Person, PersonTag

TRACE_BYTES = 15
"""Of a wrapped key: its head and its random nonce, which nothing else has."""
_ROWS_AT_ONCE = 1_000
_CHUNK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ErasureProof:
    """What was looked for and found. ``readable_people`` have a key, a record or a tag left; ``traces`` of keys were
    found in ``searched_bytes`` of the files of the database, which is 0 where the server keeps them (PostgreSQL).
    """

    people: int
    readable_people: int
    searched_bytes: int
    traces: int

    @property
    def is_nothing_left(self) -> bool:
        """Whether nothing is left."""
        return not self.readable_people and not self.traces


def collect_traces(session: Session, person_ids: Sequence[UUID]) -> frozenset[bytes]:
    """What to look for after these people are erased: the beginning of each wrapped key."""
    traces: set[bytes] = set()
    for start in range(0, len(person_ids), _ROWS_AT_ONCE):
        ids = person_ids[start : start + _ROWS_AT_ONCE]
        keys = session.scalars(select(Person.wrapped_key).where(Person.id.in_(ids), Person.wrapped_key.is_not(None)))
        traces.update(bytes(key[:TRACE_BYTES]) for key in keys if key)
    return frozenset(traces)


def prove_erasure(database: Database, person_ids: Sequence[UUID], traces: Collection[bytes]) -> ErasureProof:
    """Look for what is left of erased people. Call it after the transaction of the erasure.

    On SQLite the log is emptied first: until then it holds the rows as they were.
    """
    readable_people = 0
    with database.read_session() as session:
        for start in range(0, len(person_ids), _ROWS_AT_ONCE):
            readable_people += _count_readable(session, person_ids[start : start + _ROWS_AT_ONCE])
    file = find_database_file(str(database.url)) if database.is_sqlite else None
    if file is None:
        # PostgreSQL's files belong to its server, as a rule on another machine: here its rows alone can be looked at.
        return ErasureProof(len(person_ids), readable_people, 0, 0)
    empty_log(database)
    searched_bytes, trace_count = 0, 0
    for suffix in SQLITE_FILE_SUFFIXES:
        path = file.with_name(f"{file.name}{suffix}")
        if path.exists():
            searched_bytes += path.stat().st_size
            trace_count += sum(1 for _trace in find_traces(path, traces))
    return ErasureProof(len(person_ids), readable_people, searched_bytes, trace_count)


def empty_log(database: Database) -> None:
    """Bring the log of a SQLite database into its file and cut it off: it holds erased rows as they were.

    Waits for readers and writers as long as every writer does; where they do not end, the log stays.
    """
    file = find_database_file(str(database.url)) if database.is_sqlite else None
    if file is None:
        return
    # On a connection of its own, because a checkpoint cannot be part of a transaction.
    with closing(sqlite3.connect(file, timeout=MAX_WAIT_SECONDS)) as connection:
        connection.execute("PRAGMA WAL_CHECKPOINT(TRUNCATE)")


def rewrite_people(database: Database) -> None:
    """Write the table of people anew on PostgreSQL, where rows as they were stay in its files (docs/performance.md).

    Nobody can register meanwhile. SQLite overwrites at once what is deleted. Raises Busy where the table is in use.
    """
    if database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            # The table of many years takes longer than any page may wait.
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM FULL person"))
        except OperationalError as error:
            raise Busy(_(BUSY_MESSAGE)) from error
        finally:
            connection.invalidate()  # its time-outs are not those of the others


def find_traces(path: Path, traces: Collection[bytes]) -> Iterator[bytes]:
    """The traces that stand somewhere in a file, each as often as it does."""
    # Keys that one version wrapped begin with the same three bytes: the pattern stays short for any number of people.
    heads = {trace[:3] for trace in traces}
    if not heads:
        return
    # All at once: a search for each of thousands of keys would read the file thousands of times.
    pattern = re.compile(b"(?=(" + b"|".join(re.escape(head) + b".{12}" for head in sorted(heads)) + b"))", re.DOTALL)
    for chunk in _read_overlapping(path):
        for match in pattern.finditer(chunk):
            if match[1] in traces:
                yield match[1]


def _read_overlapping(path: Path) -> Iterable[bytes]:
    rest = b""
    with path.open("rb") as file:
        while content := file.read(_CHUNK_BYTES):
            yield rest + content
            # A trace may lie across two chunks. With its last byte, one at the very end would count twice.
            rest = content[-(TRACE_BYTES - 1) :]


def _count_readable(session: Session, person_ids: Sequence[UUID]) -> int:
    has_something = or_(
        Person.wrapped_key.is_not(None),
        Person.sealed.is_not(None),
        Person.counted.is_not(None),
        Person.id.in_(select(PersonTag.person_id).where(PersonTag.person_id.in_(person_ids))),
    )
    query = select(func.count()).select_from(Person).where(Person.id.in_(person_ids), has_something)
    return session.scalar(query) or 0
