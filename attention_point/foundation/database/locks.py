"""Locks on things that have no row yet, so that two transactions about the same new thing follow one another."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import get_dialect
from attention_point.foundation.database.prepared_statements import PreparedStatement

_LOCK_STATEMENT = PreparedStatement(text("SELECT pg_advisory_xact_lock(:key)"))


def lock_for_transaction(session: Session, *subjects: UUID | bytes) -> bool:
    """Hold a lock on each subject until the transaction ends. SQLite has one writer and needs none.

    Return whether somebody may have been waited for: what was read before may have changed meanwhile.
    """
    if get_dialect(session).name != "postgresql":
        return False
    # Sorted keys: two transactions that lock the same subjects never wait for each other in opposite order.
    for key in sorted({_build_lock_key(subject) for subject in subjects}):
        _LOCK_STATEMENT.execute(session, {"key": key})
    return bool(subjects)


def _build_lock_key(subject: UUID | bytes) -> int:
    # PostgreSQL's key has 64 bits. The last bytes of a UUIDv7 are random, the first ones are a time.
    subject_bytes = subject.bytes if isinstance(subject, UUID) else subject
    return int.from_bytes(subject_bytes[-8:], signed=True)
