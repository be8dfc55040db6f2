"""Reading and checking the chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from attention_point.foundation.database.schema import UtcDateTime
from attention_point.foundation.journal.chain import GENESIS, entry_hash
from attention_point.foundation.journal.models import JournalEntry, JournalHead


class _AsFound(UtcDateTime):
    """A moment; None where somebody has put what is none, so that the chain can be walked past it and name it."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        read = super().result_processor(dialect, coltype)

        def found(value: Any) -> Any:
            try:
                return read(value) if read else value
            except (ValueError, TypeError):
                return None

        return found


_COLUMNS = (
    JournalEntry.seq,
    type_coerce(JournalEntry.at, _AsFound).label("at"),
    JournalEntry.actor,
    JournalEntry.action,
    JournalEntry.subject,
    JournalEntry.subject_id,
    JournalEntry.detail,
    JournalEntry.hash,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold: ``kind`` is altered, missing or cut."""

    seq: int
    kind: str


def head(session: Session) -> tuple[int, str]:
    """The last entry's number and hash (hex): write it down outside, and a cut tail shows."""
    row = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one()
    return row.seq, row.hash.hex()


def entries(session: Session) -> Iterator[Row[Any]]:
    """Every entry in order, streamed."""
    return iter(session.execute(select(*_COLUMNS).order_by(JournalEntry.seq).execution_options(yield_per=1000)))


def verify(session: Session) -> tuple[int, list[Fault]]:
    """Walk the whole chain: how many entries there are, and each place where it does not hold."""
    faults: list[Fault] = []
    before, expected, count = GENESIS, 1, 0
    for row in entries(session):
        count += 1
        while expected < row.seq:
            faults.append(Fault(expected, "missing"))
            expected += 1
            before = b""
        content = (row.seq, row.at, row.actor, row.action, row.subject, row.subject_id, row.detail)
        if row.at is None or (before and entry_hash(before, *content) != row.hash):
            faults.append(Fault(row.seq, "altered"))
        before, expected = row.hash, row.seq + 1
    last = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one()
    if last.seq != expected - 1 or (count and last.hash != before):
        faults.append(Fault(last.seq, "cut"))
    return count, faults


def page(session: Session, before: int | None, size: int) -> list[Row[Any]]:
    """The newest ``size`` entries, or the newest below ``before``."""
    query = select(*_COLUMNS).order_by(JournalEntry.seq.desc()).limit(size)
    if before is not None:
        query = query.where(JournalEntry.seq < before)
    return list(session.execute(query))
