"""Reading the chain: all of it in order, its head, and a page of the entries that somebody looks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from attention_point.foundation.database.schema import UtcDateTime
from attention_point.foundation.journal.models import JournalEntry, JournalHead, JournalMention


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
class Search:
    """What somebody looks for; all that is set must hold.

    ``since`` (included) and ``until`` (excluded) are moments. ``mentions``: ids one of which the entry mentions, by
    the index. ``subject`` and ``subject_id``: a record's kind and id.
    """

    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    subject: str | None = None
    subject_id: str | None = None
    mentions: Sequence[str] | None = None


def head(session: Session) -> tuple[int, str]:
    """The last entry's number and hash (hex): write it down outside, and a cut tail shows."""
    row = session.execute(select(JournalHead.seq, JournalHead.hash).where(JournalHead.id == 1)).one()
    return row.seq, row.hash.hex()


def hash_of(session: Session, seq: int) -> str | None:
    """The hash (hex) of one entry as it is stored, or None."""
    found = session.scalar(select(JournalEntry.hash).where(JournalEntry.seq == seq))
    return found.hex() if found is not None else None


def between(session: Session, first: int, last: int) -> list[Row[Any]]:
    """The entries with these numbers and those between them, in order."""
    query = select(*_COLUMNS).where(JournalEntry.seq.between(first, last)).order_by(JournalEntry.seq)
    return list(session.execute(query))


def entries(session: Session) -> Iterator[Row[Any]]:
    """Every entry in order, streamed."""
    return iter(session.execute(select(*_COLUMNS).order_by(JournalEntry.seq).execution_options(yield_per=1000)))


def count(session: Session) -> int:
    """How many entries there should be, as the head says: for a progress bar."""
    return head(session)[0]


def page(session: Session, before: int | None, size: int, search: Search = Search()) -> list[Row[Any]]:
    """The newest ``size`` entries of a search, or the newest below ``before``."""
    query = select(*_COLUMNS).where(*_conditions(search)).order_by(JournalEntry.seq.desc()).limit(size)
    if before is not None:
        query = query.where(JournalEntry.seq < before)
    if search.since or search.until:
        first, last = _numbers(session, search)
        if first is None:
            return []
        query = query.where(JournalEntry.seq.between(first, last))
    return list(session.execute(query))


def actions(session: Session) -> list[str]:
    """The actions that stand in the journal: one step of the index for each, however many entries there are."""
    found: list[str] = []
    following = session.scalar(select(func.min(JournalEntry.action)))
    while following is not None:
        found.append(following)
        following = session.scalar(select(func.min(JournalEntry.action)).where(JournalEntry.action > following))
    return found


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.actor:
        yield JournalEntry.actor == search.actor
    if search.action:
        yield JournalEntry.action == search.action
    if search.subject:
        yield JournalEntry.subject == search.subject
    yield from _days(search)
    if search.subject_id:
        yield _mentions([search.subject_id])
    if search.mentions is not None:
        yield _mentions(search.mentions)


def _mentions(ids: Sequence[str]) -> ColumnElement[bool]:
    return JournalEntry.seq.in_(select(JournalMention.seq).where(JournalMention.record_id.in_(ids)))


def _days(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.since:
        yield JournalEntry.at >= search.since
    if search.until:
        yield JournalEntry.at < search.until


def _numbers(session: Session, search: Search) -> tuple[Any, Any]:
    """The first and the last number of the entries of these days, read from the index alone.

    By the entries' own order, because a clock that was wrong for a while may have put an entry anywhere.
    """
    query = select(func.min(JournalEntry.seq), func.max(JournalEntry.seq)).where(*_days(search))
    first, last = session.execute(query).one()
    return first, last
