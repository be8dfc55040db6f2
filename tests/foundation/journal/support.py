"""A journal of a few entries, and what a thief with the database's password does to it."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.verification.chain_verification import Fault, VerificationResult, verify_chain
from attention_point.foundation.journal.verification.head_files import ChainHead

ENTRIES = 5


def write(database: Database, count: int = ENTRIES, action: str = "test.write") -> None:
    """Write entries, each in a transaction of its own."""
    for number in range(count):
        with database.write_session() as session:
            journal.record(session, SYSTEM, action, "thing", number, count=number)


def write_unkeyed(database: Database, count: int) -> None:
    """Write entries as the program did before the chain was keyed: SHA-256 over the hash before and the content."""
    with database.write_session() as session:
        seq, digest = queries.get_head(session)
        before = bytes.fromhex(digest)
        for number in range(count):
            seq += 1
            at = clock.now()
            content = (at, "system", "test.write", "thing", str(number), f'{{"count":{number}}}')
            before = unkeyed(before, seq, *content)
            names = ("seq", "at", "actor", "action", "subject", "subject_id", "detail", "hash")
            insert_entry(session, dict(zip(names, (seq, *content, before), strict=True)))


def insert_entry(session: Session, values: dict[str, Any]) -> None:
    """Put an entry into the table, whatever it says."""
    session.execute(journal.JournalEntry.__table__.insert(), values)  # type: ignore[attr-defined]


def unkeyed(before: bytes, seq: int, at: datetime, *rest: str | None) -> bytes:
    """The hash of an entry as it was before the chain was keyed."""
    content = json.dumps([seq, at.isoformat(), *rest], ensure_ascii=False)
    return hashlib.sha256(before + content.encode()).digest()


def tamper(database: Database, statement: str, **values: object) -> None:
    """Change the journal as a thief with the database's password would, its triggers put away and back again."""
    with database.write_session() as session:
        kept = disarm(session)
        session.execute(text(statement), values)
        rearm(session, kept)


def disarm(session: Session) -> list[str]:
    """Put the triggers out of the way; what brings them back."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))
        return ["ALTER TABLE journal_entry ENABLE TRIGGER USER"]
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal_entry'"
    rows = session.execute(text(found)).all()
    for row in rows:
        session.execute(text(f"DROP TRIGGER {row.name}"))
    return [row.sql for row in rows]


def rearm(session: Session, kept: list[str]) -> None:
    """Bring the triggers back."""
    for statement in kept:
        session.connection().exec_driver_sql(statement)


def verdict(database: Database, *heads: ChainHead) -> VerificationResult:
    """What the walk finds."""
    with database.read_session() as session:
        return verify_chain(session, heads)


def faults(database: Database, *heads: ChainHead) -> list[Fault]:
    """What is wrong, but for the index by record, which a thief who writes by SQL seldom keeps right."""
    return [fault for fault in verdict(database, *heads).faults if fault.kind != "index"]
