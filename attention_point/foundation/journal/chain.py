"""Appending to the chain: each entry's hash covers its content and the hash before it (``docs/journal.md``)."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import Any, Protocol
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access.actor import Actor
from attention_point.foundation.database import Database, Prepared
from attention_point.foundation.journal.models import JournalEntry, JournalHead

GENESIS = bytes(32)
PURPOSE = "journal-chain"
"""Names the secret of the keyring under which entries are hashed."""
_KEPT = "journal-kept"

_HEAD = Prepared(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1).with_for_update())
_APPEND = Prepared(insert(JournalEntry), ("seq", "at", "actor", "action", "subject", "subject_id", "detail", "hash"))


class KeyedDigests(Protocol):
    """Makes keyed digests. The vault does; it rides in the session, for rooms that may not reach the vault keep a
    journal too."""

    def fingerprint(self, purpose: str, data: bytes) -> bytes:
        """A digest of the data under the secret of a purpose."""


def digests_of(session: Session) -> KeyedDigests:
    """What makes the session's keyed digests."""
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
    """Write one entry with the caller's transaction.

    In a reading session the entry is kept in the session, and the web layer writes it before the reply leaves.
    ``detail`` takes codes, counts and ids; never a personal value.
    """
    entry = {
        "at": clock.now(),
        "actor": actor.label,
        "action": action,
        "subject": subject,
        "subject_id": None if subject_id is None else str(subject_id),
        "detail": to_json(dict(sorted(detail.items())), fallback=str).decode(),
    }
    if session.info.get("reading"):
        session.info.setdefault(_KEPT, []).append(entry)
    else:
        _append(session, [entry])


def hold(session: Session) -> None:
    """Call this before locking rows that other writers lock after appending, so that all lock in the same order.

    Nobody else appends until this transaction ends; also for a writer that names the head as the last entry.
    """
    _HEAD.run(session, {})


def write_kept(database: Database, session: Session, owed: Sequence[Callable[[Session], None]] = ()) -> None:
    """Write, in one transaction of its own, what a reading session kept and the writes that its request owes."""
    kept = session.info.pop(_KEPT, None)
    if kept or owed:
        with database.writing() as writing:
            for write in owed:  # first: everybody locks rows before the head of the chain
                write(writing)
            if kept:
                _append(writing, kept)


def _append(session: Session, entries: list[dict[str, Any]]) -> None:
    """Whoever appends holds the head's row until the end of the transaction; a trigger advances it with each entry."""
    ((seq, digest),) = _HEAD.run(session, {})
    digests = digests_of(session)
    for entry in entries:
        seq += 1
        digest = keyed_hash(digests, digest, canonical(seq, **entry))
        _APPEND.run(session, {"seq": seq, "hash": digest, **entry})


def canonical(
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    subject_id: str | None,
    detail: str,
) -> bytes:
    """An entry's content as it is hashed: a JSON array, its members parted by comma and space, in UTF-8.

    It is what ``json.dumps([...], ensure_ascii=False)`` writes, where ``at`` is ISO 8601 in UTC and ``detail`` the text
    that is stored.
    """
    about = "null" if subject_id is None else quoted(subject_id)
    words = f"{quoted(actor)}, {quoted(action)}, {quoted(subject)}, {about}, {quoted(detail)}"
    return f'[{seq}, "{at.isoformat()}", {words}]'.encode()


def keyed_hash(digests: KeyedDigests, before: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256 over the hash before and the content, under the keyring's secret for the journal."""
    return digests.fingerprint(PURPOSE, before + content)


def plain_hash(before: bytes, content: bytes) -> bytes:
    """SHA-256 over the hash before and the content: how entries were hashed before the chain was keyed."""
    return hashlib.sha256(before + content).digest()
