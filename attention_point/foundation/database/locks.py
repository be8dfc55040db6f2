"""Locks on things that have no row yet: two transactions about the same new thing follow one another."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation.database.engine import dialect_of
from attention_point.foundation.database.prepared import Prepared

_LOCK = Prepared(text("SELECT pg_advisory_xact_lock(:key)"))


def serialise(session: Session, *things: UUID | bytes) -> None:
    """Hold a lock on each thing until the transaction ends. SQLite has one writer and needs none."""
    if dialect_of(session).name != "postgresql":
        return
    for key in sorted({_number(thing) for thing in things}):
        _LOCK.run(session, {"key": key})


def _number(thing: Any) -> int:
    raw = thing.bytes if isinstance(thing, UUID) else bytes(thing)
    return int.from_bytes(raw[-8:], signed=True)
