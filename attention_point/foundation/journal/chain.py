"""Appends entries to the chain. An entry's hash covers its content and the hash before it (``docs/journal.md``)."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access.actor import Actor
from attention_point.foundation.database import Database, PreparedStatement
from attention_point.foundation.journal.models import JournalEntry, JournalHead
from attention_point.foundation.journal.partner_entries import must_seal, seal_entry

GENESIS_HASH = bytes(32)  # the hash before the first entry
HASH_PURPOSE = "journal-chain"
"""The purpose under which the keyring derives the secret of the hashes."""
_PENDING_KEY = "journal-kept"

# Prepared: every registration runs both (``database/prepared_statements.py``).
_SELECT_HEAD = PreparedStatement(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1).with_for_update())
_INSERT_ENTRY = PreparedStatement(
    insert(JournalEntry), ("seq", "at", "actor", "action", "subject", "subject_id", "detail", "hash")
)


class KeyedDigests(Protocol):
    """The method of the vault that the journal uses. Rooms that may not import the vault write to the journal too."""

    def keyed_digest(self, purpose: str, data: bytes) -> bytes:
        """Return a digest of the data under the secret of a purpose."""

    def keyed_digests_at(self, purpose: str, data: bytes, moment: datetime) -> list[bytes]:
        """Return the digests that the data may have got at a moment, under the keys of that time."""


def get_keyed_digests(session: Session) -> KeyedDigests:
    """Return the vault that travels in the session, as far as the journal uses it."""
    digests: KeyedDigests = session.info["vault"]
    return digests


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: UUID | str | int | None = None,
    **detail: Any,
) -> None:
    """Write one entry in the caller's transaction.

    In a reading session the entry waits, and the web layer writes it before the reply leaves. ``detail`` takes codes,
    counts and ids, never a personal value.
    """
    entry = _build_entry(session, actor, action, subject, subject_id, detail)
    if session.info.get("reading"):
        # The database refuses writes of this session; the reading is journaled before the reply shows anything (0004).
        session.info.setdefault(_PENDING_KEY, []).append(entry)
    else:
        _append_entries(session, [entry])


def record_shown(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID | str, **detail: Any
) -> None:
    """Record what a refusal shows: the entry waits in the session, and is written although the rest is undone."""
    entry = _build_entry(session, actor, action, subject, subject_id, detail)
    session.info.setdefault(_PENDING_KEY, []).append(entry)


def _build_entry(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: UUID | str | int | None,
    detail: dict[str, Any],
) -> dict[str, Any]:
    entry = {
        "at": clock.now(),
        "actor": actor.journal_label,
        "action": action,
        "subject": subject,
        "subject_id": None if subject_id is None else str(subject_id),
        # Sorted: the text is hashed, so the order of the caller's arguments must not matter.
        "detail": to_json(dict(sorted(detail.items())), fallback=str).decode(),
    }
    return seal_entry(session, entry) if must_seal(actor, action, subject_id) else entry


def lock_head(session: Session) -> None:
    """Lock the head: nobody else appends an entry until this transaction ends.

    Call this before locking rows that other writers lock after appending, so that everybody locks in the same order. A
    writer that publishes the number of the last entry calls it too.
    """
    _SELECT_HEAD.execute(session, {})


def write_pending_entries(
    database: Database, session: Session, queued_writes: Sequence[Callable[[Session], None]] = ()
) -> None:
    """Write the queued writes of a read-only request and the entries that wait in its session, in one transaction."""
    # Popped, so that a second call, after an error page say, writes nothing twice.
    pending_entries = session.info.pop(_PENDING_KEY, None)
    if pending_entries or queued_writes:
        with database.write_session() as write_session:
            for write in queued_writes:  # before the entries: everybody locks rows before the head of the chain
                write(write_session)
            if pending_entries:
                _append_entries(write_session, pending_entries)


def pop_pending_entries(session: Session) -> list[dict[str, Any]]:
    """Take the entries that wait in a session out of it, for the session of another process."""
    entries: list[dict[str, Any]] = session.info.pop(_PENDING_KEY, [])
    return entries


def add_pending_entries(session: Session, entries: list[dict[str, Any]]) -> None:
    """Let entries of another process's session wait in this one."""
    session.info.setdefault(_PENDING_KEY, []).extend(entries)


def _append_entries(session: Session, entries: list[dict[str, Any]]) -> None:
    # The head's row is locked until the transaction ends. A trigger moves it on with each entry.
    ((seq, digest),) = _SELECT_HEAD.execute(session, {})
    digests = get_keyed_digests(session)
    for entry in entries:
        seq += 1
        digest = keyed_hash(digests, digest, canonical_content(seq, **entry))
        _INSERT_ENTRY.execute(session, {"seq": seq, "hash": digest, **entry})


def canonical_content(
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    subject_id: str | None,
    detail: str,
) -> bytes:
    """Return an entry's content as it is hashed: a JSON array in UTF-8, its members parted by comma and space.

    ``at`` is written in ISO 8601 in UTC, and ``detail`` as the text that is stored. The format never changes: entries
    of many years are verified by it (``docs/journal.md`` shows how to do that without this program).
    """
    members = [seq, at.isoformat(), actor, action, subject, subject_id, detail]
    return json.dumps(members, ensure_ascii=False).encode()


def keyed_hash(digests: KeyedDigests, previous_hash: bytes, content: bytes) -> bytes:
    """Return the HMAC-SHA-256 of the hash before and the content, under the keyring's secret for the journal."""
    return digests.keyed_digest(HASH_PURPOSE, previous_hash + content)


def has_keyed_hash(
    digests: KeyedDigests, previous_hash: bytes, content: bytes, moment: datetime, entry_hash: bytes
) -> bool:
    """Whether an entry's hash is the keyed one, under the key that the keyring had at the moment of the entry."""
    return entry_hash in digests.keyed_digests_at(HASH_PURPOSE, previous_hash + content, moment)


def plain_hash(previous_hash: bytes, content: bytes) -> bytes:
    """Return the SHA-256 of the hash before and the content: how entries were hashed before the chain had a key."""
    return hashlib.sha256(previous_hash + content).digest()
