"""Locks on things that have no row yet, so that two transactions about the same new thing follow one another."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect
from attention_point.foundation.database.prepared_statements import PreparedStatement

_LOCK_STATEMENT = PreparedStatement(text("SELECT pg_advisory_xact_lock(:key)"))


def lock_for_transaction(session: Session, *subjects: UUID | bytes) -> None:
    """Hold a lock on each subject until the transaction ends. SQLite has one writer and needs none."""
    if get_dialect(session).name != "postgresql":
        return
    # Sorted keys: two transactions that lock the same subjects never wait for each other in opposite order.
    for key in sorted({_build_lock_key(subject) for subject in subjects}):
        _LOCK_STATEMENT.execute(session, {"key": key})


def lock_as_read(session: Session, read_subjects: Callable[[], set[UUID]]) -> None:
    """Hold a lock on each of the subjects that ``read_subjects`` reads from the database, as it reads them then.

    While one waits for the locks, others may change which subjects these are.
    """
    subjects = read_subjects()
    while subjects and get_dialect(session).name == "postgresql":
        savepoint = session.begin_nested()
        lock_for_transaction(session, *subjects)
        subjects_now = read_subjects()
        if subjects_now <= subjects:
            savepoint.commit()
            return
        # All are let go and locked anew in order. Who adds a lock to those held may wait in a ring.
        savepoint.rollback()
        subjects = subjects_now


def _build_lock_key(subject: UUID | bytes) -> int:
    # PostgreSQL's key has 64 bits. The last bytes of a UUIDv7 are random, the first ones are a time.
    subject_bytes = subject.bytes if isinstance(subject, UUID) else subject
    return int.from_bytes(subject_bytes[-8:], signed=True)
