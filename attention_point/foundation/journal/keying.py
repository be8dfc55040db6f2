"""Where the keyed part of the chain begins: entry 1, or, after entries of before, an entry that says so."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.journal import heads, queries
from attention_point.foundation.journal.chain import GENESIS, canonical, digests_of, hold, keyed_hash, record
from attention_point.foundation.journal.models import JournalEntry
from attention_point.foundation.journal.verifying import MARK
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import Refusal


def begin_keyed(database: Database, kept: Path) -> int | None:
    """Mark where the keyed part begins, once, and keep that entry's head in the file ``kept``.

    The number of the marking entry if it was written now, else None. Raises Refusal when the journal does not agree
    with the file that is there (then nothing is marked), or the file cannot be written (the next call does it).
    """
    known = heads.read_heads(kept) if kept.exists() else []
    with database.writing() as session:
        for head in known:
            if head.seq and queries.hash_of(session, head.seq) != head.hash:
                raise Refusal(
                    _(
                        "The journal does not agree with %(file)s: run 'attention-point journal verify'. If another"
                        " database was put in its place on purpose, move that file away and run"
                        " 'attention-point init'.",
                        file=kept,
                    )
                )
        begins, marked = _keyed_from(session), None
        if begins is None and queries.head(session)[0]:
            hold(session)
            last, _hash = queries.head(session)
            record(session, SYSTEM, MARK, "journal", before=last)
            begins = marked = last + 1
        digest = queries.hash_of(session, begins) if begins else None
    if not known and begins and digest:
        _keep(kept, begins, bytes.fromhex(digest))
    return marked


def _keep(path: Path, seq: int, digest: bytes) -> None:
    try:
        heads.write_first_head(path, seq, digest)
    except OSError as error:
        raise Refusal(_("%(file)s cannot be written: %(reason)s", file=path, reason=error.strerror)) from None


def _keyed_from(session: Session) -> int | None:
    """The number of the entry at which the keyed part begins; None where there is none."""
    marks = select(JournalEntry.seq).where(JournalEntry.action == MARK).order_by(JournalEntry.seq)
    candidates = [1, *session.scalars(marks)]
    return next((seq for seq in candidates if _is_keyed(session, seq)), None)


def _is_keyed(session: Session, seq: int) -> bool:
    rows = queries.between(session, seq - 1, seq)
    if not rows or rows[-1].seq != seq or rows[-1].at is None or len(rows) != min(seq, 2):
        return False
    row, before = rows[-1], rows[0].hash if seq > 1 else GENESIS
    content = canonical(row.seq, row.at, row.actor, row.action, row.subject, row.subject_id, row.detail)
    return bool(keyed_hash(digests_of(session), before, content) == row.hash)
