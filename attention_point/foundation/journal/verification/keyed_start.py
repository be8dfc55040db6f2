"""Where the keyed part of the chain begins: at entry 1, or at an entry that says so.

An installation from before decision 0018 has entries with plain hashes, which the new key cannot cover.
"""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError
from attention_point.foundation.journal import queries
from attention_point.foundation.journal.chain import (
    GENESIS_HASH,
    canonical_content,
    get_keyed_digests,
    has_keyed_hash,
    lock_head,
    record,
)
from attention_point.foundation.journal.models import JournalEntry
from attention_point.foundation.journal.verification import head_files
from attention_point.foundation.journal.verification.chain_verification import KEYED_START_ACTION
from attention_point.foundation.language import gettext as _


def mark_keyed_start(database: Database, heads_file: Path) -> int | None:
    """Mark once where the keyed part begins, and keep the head of that entry in ``heads_file``.

    Returns the number of the marking entry if it was written now, else None. Raises AppError when the journal does not
    agree with an existing file (then nothing is marked), or when the file cannot be written (the next call does it).
    """
    known_heads = head_files.read_heads(heads_file) if heads_file.exists() else []
    with database.write_session() as session:
        for head in known_heads:
            if head.seq and queries.find_entry_hash(session, head.seq) != head.hash:
                raise AppError(
                    _(
                        "The journal does not agree with %(file)s: run 'attention-point journal verify'. If another"
                        " database was put in its place on purpose, move that file away and run"
                        " 'attention-point init'.",
                        file=heads_file,
                    )
                )
        keyed_start, new_entry = _find_keyed_start(session), None
        if keyed_start is None and queries.get_head(session)[0]:
            lock_head(session)  # the entry names the last one before it, so nobody may append in between
            last, _hash = queries.get_head(session)
            record(session, SYSTEM, KEYED_START_ACTION, "journal", before=last)
            keyed_start = new_entry = last + 1
        digest = queries.find_entry_hash(session, keyed_start) if keyed_start else None
    # After the commit: a head of an entry that was rolled back would accuse a sound journal for ever.
    if not known_heads and keyed_start and digest:
        _write_heads_file(heads_file, keyed_start, bytes.fromhex(digest))
    return new_entry


def _write_heads_file(path: Path, seq: int, digest: bytes) -> None:
    try:
        head_files.write_first_head(path, seq, digest)
    except OSError as error:
        raise AppError(_("%(file)s cannot be written: %(reason)s", file=path, reason=error.strerror)) from None


def _find_keyed_start(session: Session) -> int | None:
    """Return the number of the entry at which the keyed part begins; None where no entry has a keyed hash."""
    marks = select(JournalEntry.seq).where(JournalEntry.action == KEYED_START_ACTION).order_by(JournalEntry.seq)
    # Anybody who can write the database can write such an entry; only the key gives it its hash.
    candidates = [1, *session.scalars(marks)]
    return next((seq for seq in candidates if _is_entry_keyed(session, seq)), None)


def _is_entry_keyed(session: Session, seq: int) -> bool:
    entries = queries.list_entries_between(session, seq - 1, seq)
    if not entries or entries[-1].seq != seq or entries[-1].at is None or len(entries) != min(seq, 2):
        return False
    entry, previous_hash = entries[-1], entries[0].hash if seq > 1 else GENESIS_HASH
    content = canonical_content(
        entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.subject_id, entry.detail
    )
    return has_keyed_hash(get_keyed_digests(session), previous_hash, content, entry.at, entry.hash)
